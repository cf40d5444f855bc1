"""A city's hotline on a real FreeSWITCH: `switchd run` beside a house with SIPp's telephones."""

from __future__ import annotations

import os
import subprocess
import sys
import wave
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson

from routing.record import CallRecord
from switchd.api.client import Client, NoDaemon
from switchd.city import load_city
from switchd.demo.telephones.sipp import until
from switchd.records.store import Store
from switchd.site import render_settings
from tests.live.house import House, open_house
from tests.live.standing import Standing

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 40.0
NOBODYS_PORT = 9
SHORT_PROMPTS = (
    "greeting",
    "all_busy",
    "survey",
    "thanks",
    "you_are_next",
    "change_announcement",
    "forward_failed",
    "callback_question",
    "callback_number",
    "callback_keys",
    "callback_kept",
    "callback_preview",
    "follow_up_preview",
    "voicemail_greeting",
    "voicemail_kept",
)
SEATS = tuple(str(1001 + n) for n in range(10))


def tone(path: Path, seconds: float) -> None:
    """Write a short prompt, so that tests need not sit through the real ones."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beat = b"".join(
        (6000 if n % 20 < 10 else -6000).to_bytes(2, "little", signed=True) for n in range(8000)
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(beat[: int(seconds * 8000) * 2])


class LiveHotline(Standing):
    """The daemon and its FreeSWITCH. What an admin would do by hand is done by its methods."""

    def __init__(
        self,
        folder: Path,
        changes: Callable[[int], Mapping[str, Any]] = lambda _: {},
        *,
        max_sessions: int = 4000,
    ) -> None:
        """`changes` to the city are told the port at which numbers behind the trunk answer."""
        self._max_sessions = max_sessions
        self.folder = folder
        self.state = folder / "house" / "state"
        self.city = folder / "testcity"
        self.city.mkdir(parents=True)
        self.state.mkdir(parents=True)
        for name in SHORT_PROMPTS:
            tone(folder / "prompts" / "zh" / f"{name}.wav", 1.0 if name == "greeting" else 0.4)
        self._write(8021, changes(NOBODYS_PORT))
        loaded = load_city(self.city)
        seats = loaded.plan.seats.values()
        self._by_telephone = {seat.number for seat in seats if seat.phone}
        wanted = render_settings(loaded)
        self.house: House = open_house(
            folder / "house",
            loaded.plan,
            prompts_dir=wanted.prompts_dir,
            all_busy=wanted.all_busy,
            music=wanted.music,
            domain=wanted.domain,
            recordings_dir=folder / "recordings",
            feature_codes=wanted.feature_codes,
        )
        self.outside = self.house.ports.take()
        self._write(self.house.port, changes(self.outside))
        self.client = Client(self.state / "switchd.sock")
        self._store: Store | None = None
        self._daemon: subprocess.Popen[bytes] | None = None

    def _write(self, port: int, changes: Mapping[str, Any]) -> None:
        plan = {
            "city": {"title": "平顶山市12345政务服务便民热线", "area_code": "0375"},
            "lines": {
                "12345": {"kind": "hotline", "title": "政务服务便民热线"},
                "12319": {"kind": "retired", "title": "市城管局", "merged_on": "2020-01-03"},
            },
            "groups": {"intake": {"title": "受理", "ring_seconds": 3, "wrap_up_seconds": 0}},
            "seats": dict.fromkeys(SEATS, "intake"),
            "waiting": {"busy_after_seconds": 1, "position_every_seconds": 2},
            "freeswitch": {
                "event_socket": {"port": port},
                "max_sessions": self._max_sessions,
                "sip": {"address": "127.0.0.1"},
                # Most phones of the tests say nothing.
                "rtp": {"silent_seconds": 0},
                **changes.get("freeswitch", {}),
            },
            "folders": {
                "state": str(self.state),
                "recordings": str(self.folder / "recordings"),
                "prompts": str(self.folder / "prompts"),
            },
            "admission": {"dropped_seconds": 0, "same_agent_seconds": 0},
            **{name: section for name, section in changes.items() if name != "freeswitch"},
        }
        (self.city / "city.yaml").write_bytes(orjson.dumps(plan))

    @property
    def log(self) -> str:
        return (self.folder / "daemon.log").read_text()

    def start(self) -> None:
        with (self.folder / "daemon.log").open("ab") as log:
            self._daemon = subprocess.Popen(
                [sys.executable, "-m", "switchd", "run", "-c", str(self.city), "--drain", "0"],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        assert until(self._is_up, PATIENCE_SECONDS), self.log

    def _is_up(self) -> bool:
        assert self._daemon is not None
        assert self._daemon.poll() is None, self.log
        try:
            return bool(self.client.get("status")["freeswitch"]["connected"])
        except NoDaemon:
            return False

    def kill_daemon(self) -> None:
        """kill -9; FreeSWITCH and the calls stay."""
        assert self._daemon is not None
        self._daemon.kill()
        self._daemon.wait()

    def close(self) -> None:
        if self._daemon is not None:
            self._daemon.terminate()
            self._daemon.wait()
        if self._store is not None:
            self._store.close()
        self.house.close()

    def status(self) -> dict[str, Any]:
        return dict(self.client.get("status"))

    def seat(self, number: str) -> dict[str, Any]:
        (found,) = [row for row in self.client.get("seats") if row["seat"] == number]
        return dict(found)

    def waits_until(self, condition: Any, what: str) -> None:
        assert until(condition, PATIENCE_SECONDS), f"{what}\n{self.log[-3000:]}"

    def waits_until_seat_is(self, number: str, state: str) -> dict[str, Any]:
        self.waits_until(lambda: self.seat(number)["state"] == state, f"{number} is {state}")
        return self.seat(number)

    def makes_ready(self, *numbers: str) -> None:
        for number in numbers:
            self.waits_until(lambda n=number: self.seat(n)["reachable"], "the phone is known")
            self.client.seat(number, "sign-in")
            self.client.seat(number, "ready")

    def tidies_up(self) -> None:
        """Calls, phones and agents are gone; the next test begins with an empty house."""
        self.house.tidy()
        self.waits_until(lambda: self.status()["calls"] == 0, "every call has ended")
        for seat in self.client.get("seats"):
            if seat["state"] != "signed_out":
                self.client.seat(seat["seat"], "sign-out")
        self.waits_until(
            lambda: (
                not any(
                    seat["reachable"]
                    for seat in self.client.get("seats")
                    if seat["seat"] not in self._by_telephone
                )
            ),
            "no phone is registered",
        )

    def channels(self) -> list[dict[str, str]]:
        return list(orjson.loads(self.house.api("show channels as json")).get("rows", []))

    def waits_until_they_talk(self, *names: str) -> None:
        """Wait until FreeSWITCH has bridged whoever has these in their channels' names."""

        def talk() -> bool:
            states = {
                name: row["state"]
                for row in self.channels()
                for name in names
                if name in row["name"]
            }
            talking = ("CS_SOFT_EXECUTE", "CS_EXCHANGE_MEDIA")
            return len(states) == len(names) and all(s in talking for s in states.values())

        self.waits_until(talk, f"{names} talk")

    def records(self, caller: str, count: int = 1) -> list[CallRecord]:
        """The records of a caller's calls, once there are `count`, oldest first."""
        if self._store is None:
            self._store = Store(f"sqlite:///{self.state / 'records.sqlite3'}")
        store = self._store

        def found() -> list[CallRecord]:
            return [record for record in store.recent(500) if record.caller == caller]

        self.waits_until(lambda: len(found()) >= count, f"{count} records of {caller}")
        records = sorted(found(), key=lambda record: record.arrived_at)
        assert len(records) == count
        return records

    def record(self, caller: str) -> CallRecord:
        return self.records(caller)[0]
