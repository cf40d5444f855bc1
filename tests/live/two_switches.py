"""One city on two real FreeSWITCHes on loopback, a daemon beside each, one Redis, SIPp's phones."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson

from routing.record import CallRecord
from switchd.api.client import Client, NoDaemon
from switchd.city import load_city
from switchd.config import choose_node
from switchd.demo.telephones.ports import FreePorts, rtp_range
from switchd.demo.telephones.sipp import until
from switchd.queues.embedded import EmbeddedRedis
from switchd.records.store import Store
from tests.live.hotline import PATIENCE_SECONDS, ROOT, SHORT_PROMPTS, tone
from tests.live.house import house_of
from tests.live.standing import Standing

SESSIONS = 100
SEATS = ("1001", "1002", "1003", "1004")


class LiveNode:
    """A FreeSWITCH in its house, and the daemon that works for it."""

    def __init__(self, name: str, folder: Path, city: Path) -> None:
        self.name = name
        self.folder = folder / name
        self._city = city
        self.house = house_of(self.folder, choose_node(load_city(city), name))
        self.client = Client(self.folder / "state" / "switchd.sock")
        self._daemon: subprocess.Popen[bytes] | None = None

    def _command(self, *words: str) -> list[str]:
        where = ("-c", str(self._city), "--node", self.name)
        return [sys.executable, "-m", "switchd", *words, *where]

    @property
    def log(self) -> str:
        return (self.folder / "daemon.log").read_text()

    def starts(self) -> None:
        with (self.folder / "daemon.log").open("ab") as log:
            self._daemon = subprocess.Popen(
                self._command("run", "--drain", "0"),
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

    def doctor(self) -> str:
        """What the admin is told about this node."""
        return subprocess.run(
            self._command("doctor"),
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=60,
        ).stdout

    def close(self) -> None:
        if self._daemon is not None:
            self._daemon.terminate()
            self._daemon.wait()
        self.house.close()


class TwoSwitches(Standing):
    """Both nodes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.redis = EmbeddedRedis(folder / "redis")
        self._store: Store | None = None
        for name in SHORT_PROMPTS:
            tone(folder / "prompts" / "zh" / f"{name}.wav", 0.4)
        self._city = folder / "testcity"
        self._city.mkdir()
        ports, first = FreePorts(), rtp_range(4 * SESSIONS)[0]
        plan = {
            "city": {"title": "平顶山市12345政务服务便民热线", "area_code": "0375"},
            "lines": {"12345": {"kind": "hotline", "title": "政务服务便民热线"}},
            "groups": {"intake": {"title": "受理", "ring_seconds": 3, "wrap_up_seconds": 0}},
            "seats": dict.fromkeys(SEATS, "intake"),
            "freeswitch": {"max_sessions": SESSIONS},
            "nodes": {
                name: _node(folder, name, ports, first + 2 * SESSIONS * index)
                for index, name in enumerate(("north", "south"))
            },
            "storage": {"redis": self.redis.url},
            "folders": {
                "state": str(folder / "state"),
                "recordings": str(folder / "recordings"),
                "prompts": str(folder / "prompts"),
            },
        }
        (self._city / "city.yaml").write_bytes(orjson.dumps(plan))
        self.north, self.south = (LiveNode(name, folder, self._city) for name in ("north", "south"))

    def start(self) -> None:
        self.north.starts()
        self.south.starts()

    def close(self) -> None:
        for node in (self.north, self.south):
            node.close()
        if self._store is not None:
            self._store.close()
        self.redis.stop()

    def waits_until(self, condition: Any, what: str) -> None:
        logs = f"{self.north.log[-2000:]}\n{self.south.log[-2000:]}"
        assert until(condition, PATIENCE_SECONDS), f"{what}\n{logs}"

    def seat(self, number: str) -> dict[str, Any]:
        (found,) = [row for row in self.north.client.get("seats") if row["seat"] == number]
        return dict(found)

    def makes_ready(self, number: str, home: str) -> None:
        self.waits_until(lambda: self.seat(number)["home"] == home, f"{number} is at {home}")
        self.north.client.seat(number, "sign-in")
        self.north.client.seat(number, "ready")

    def tidies_up(self) -> None:
        """Calls, phones and agents are gone."""
        for node in (self.north, self.south):
            node.house.tidy()
            self.waits_until(lambda n=node: n.client.get("status")["calls"] == 0, "no calls")
        for seat in SEATS:
            if self.seat(seat)["state"] != "signed_out":
                self.north.client.seat(seat, "sign-out")
        self.waits_until(
            lambda: not any(seat["reachable"] for seat in self.north.client.get("seats")),
            "no phone is registered",
        )

    def record(self, caller: str) -> CallRecord:
        """The only record of a caller's calls."""
        if self._store is None:
            self._store = Store(f"sqlite:///{self.folder / 'state' / 'records.sqlite3'}")
        store = self._store

        def found() -> list[CallRecord]:
            return [record for record in store.recent(100) if record.caller == caller]

        self.waits_until(found, f"the record of {caller}")
        (record,) = found()
        return record


def _node(folder: Path, name: str, ports: FreePorts, first_port: int) -> dict[str, Any]:
    return {
        "event_socket": {"port": ports.take()},
        "sip": {
            "address": "127.0.0.1",
            "trunk_port": ports.take(),
            "seats_port": ports.take(),
            "peers_port": ports.take(),
        },
        "rtp": {"first_port": first_port, "last_port": first_port + 2 * SESSIONS - 1},
        "state": str(folder / name / "state"),
    }
