"""A whole hotline for a test: the daemon in a process of its own, the stand-in in this one.

The daemon is what `switchd run` starts; the tests see it as a caller, a seat or an admin would:
by the phone, on the command line's socket, in the records and in the recordings folder.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import gevent
import gevent.subprocess
import orjson

from routing.record import CallRecord
from switchd.api.client import Answer, Client, NoDaemon
from switchd.records.store import Store
from switchd.sim.callers import CallerState, SimCaller
from switchd.sim.phones import Phone
from switchd.sim.simulator import Simulator

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 30.0
EMERGENCY = "03750110"
"""Who answers 110 behind the trunk while no daemon is there."""
SPEED = 10.0
"""How fast the people's time passes; the daemon's own is real."""

CITY: dict[str, Any] = {
    "city": {"title": "平顶山市12345政务服务便民热线", "area_code": "0375"},
    "lines": {
        "12345": {"kind": "hotline", "title": "政务服务便民热线", "group": "intake"},
        "12319": {
            "kind": "retired",
            "title": "市城市管理局",
            "merged_on": "2020-01-03",
        },
        "12315": {
            "kind": "parallel",
            "title": "市市场监督管理局",
            "group": "market",
            "survey": "no",
        },
    },
    "groups": {
        "intake": {"title": "受理", "ring_seconds": 4, "wrap_up_seconds": 0.2},
        "market": {"title": "市场监管", "ring_seconds": 2, "wrap_up_seconds": 0},
    },
    "seats": {"1001": "intake", "1002": "intake", "1003": ["intake", "market"]},
    "waiting": {"busy_after_seconds": 0.3, "position_every_seconds": 1},
}


def wait_for(condition: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> Any:
    """Wait until `condition` gives something true and return it."""
    with gevent.Timeout(seconds, AssertionError(f"not within {seconds:g} s: {what}")):
        while not (value := condition()):
            gevent.sleep(0.005)
        return value


class Hotline:
    """A city with a daemon, phones and callers."""

    def __init__(self, city: Mapping[str, Any] = CITY, speed: float = SPEED) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="switchd-test-"))
        recordings = self.folder / "state" / "recordings"
        recordings.mkdir(parents=True)
        self.city = dict(city)
        self.folders: dict[str, str] = {}
        """Folders of the city's own, such as prompts."""
        self.sim = Simulator(
            password="between-friends",
            city="testcity",
            domain="testcity.switchd",
            seats=[str(seat) for seat in self.city["seats"]],
            speed=speed,
            recording_seconds=2.0,
            recordings=recordings,
            emergency={"110": EMERGENCY},
            announcement=str(ROOT / "ivr_prompts" / "zh" / "all_busy.wav"),
        ).start()
        self._metrics_port = _free_port()
        self._write_city()
        self.client = Client(self.folder / "state" / "switchd.sock")
        self.daemon: subprocess.Popen[bytes] | None = None
        self._store: Store | None = None

    def _write_city(self) -> None:
        (self.folder / "testcity").mkdir()
        (self.folder / "state" / "event-socket.password").write_text("between-friends\n")
        self.writes(self.city)

    def writes(self, city: Mapping[str, Any]) -> None:
        """The admin saves the city's YAML; the daemon has not read it yet."""
        server = {
            "metrics": {"listen": f"127.0.0.1:{self._metrics_port}"},
            "freeswitch": {
                **city.get("freeswitch", {}),
                "event_socket": {"host": "127.0.0.1", "port": self.sim.port},
            },
            "folders": {
                **city.get("folders", {}),
                "state": str(self.folder / "state"),
                **self.folders,
            },
        }
        # The same numbers call in every test, and nobody goes on where the test before ended.
        nothing = {"dropped_seconds": 0, "same_agent_seconds": 0}
        admission = {**nothing, **city.get("admission", {})}
        text = orjson.dumps({**city, **server, "admission": admission}).decode()
        (self.city_folder / "city.yaml").write_text(text)

    @property
    def city_folder(self) -> Path:
        return self.folder / "testcity"

    @property
    def metrics_url(self) -> str:
        return f"http://127.0.0.1:{self._metrics_port}/metrics"

    @property
    def log(self) -> str:
        return (self.folder / "daemon.log").read_text()

    def start_daemon(self, until: Callable[[], bool] | None = None) -> None:
        """Start it and wait until it is up, or until something else is true of it."""
        with (self.folder / "daemon.log").open("ab") as log:
            self.daemon = subprocess.Popen(
                [sys.executable, "-m", "switchd", "run", "-c", str(self.city_folder)],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_for(until or self._is_up, "the daemon is up")

    def _is_up(self) -> bool:
        assert self.daemon is not None
        assert self.daemon.poll() is None, self.log
        try:
            status = self.client.get("status")
            seats = self.client.get("seats")
        except NoDaemon:
            return False
        in_charge = bool(status["freeswitch"]["connected"] and status["compared"])
        return in_charge and all(map(self._at_rest, seats))

    def _at_rest(self, seat: Mapping[str, Any]) -> bool:
        """Whether its phone is registered; a line is dialled only when somebody signs in."""
        written = self.city["seats"].get(seat["seat"])
        nailed_up = isinstance(written, dict) and written.get("nailed_up")
        return bool(seat["reachable"]) is not (nailed_up == "yes")

    def admin(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What the admin's command line says; calls go on meanwhile."""
        # gevent's own: once its loop watches children it reaps them all, and whoever else waits
        # for one is told 0.
        done: subprocess.CompletedProcess[str] = gevent.subprocess.run(
            [sys.executable, "-m", "switchd", *words, "-c", str(self.city_folder)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
        return done

    def stop_daemon(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self.daemon is not None
        if self.daemon.poll() is None:
            self.daemon.send_signal(how)
        return self.ends()

    def ends(self) -> int:
        """Wait until the daemon ends by itself; return its exit code."""
        assert self.daemon is not None
        wait_for(lambda: self.daemon is None or self.daemon.poll() is not None, "the daemon ends")
        return self.daemon.returncode

    def close(self) -> None:
        if self.daemon is not None and self.daemon.poll() is None:
            self.stop_daemon(signal.SIGINT) if self._is_idle() else self.kill_daemon()
        if self._store is not None:
            self._store.close()
        self.sim.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _is_idle(self) -> bool:
        try:
            return not self.status()["calls"]
        except (Answer, NoDaemon):
            return False

    def kill_daemon(self) -> None:
        """kill -9."""
        assert self.daemon is not None
        self.daemon.kill()
        self.daemon.wait()

    # what callers and seats do

    def talks_with(self, number: str, called: str = "12345", survey: str = "2") -> SimCaller:
        """Call a seat, which is made ready, and wait until the two talk."""
        self.sim.seat(number).will_answer()
        self.makes_ready(number)
        caller = self.sim.call("13937512345", called, survey=survey)
        wait_for(lambda: caller.state is CallerState.TALKING, "they talk")
        return caller

    def waits(self, number: str = "13800138000") -> SimCaller:
        """Call and wait until the caller is in the queue."""
        before = self.status()["waiting"]
        caller = self.sim.call(number, "12345", survey="2")
        wait_for(lambda: self.status()["waiting"] == before + 1, "the caller is in the queue")
        return caller

    def seat_hangs_up(self, number: str) -> None:
        leg = self.sim.seat(number).leg
        assert leg is not None
        self.sim.switch.hang_up(leg, "NORMAL_CLEARING", by_far_end=True)

    # what an admin sees

    def waits_until_connected_again(self) -> None:
        wait_for(
            lambda: (
                self.status()["freeswitch"]["connected"]
                and all(seat["reachable"] for seat in self.client.get("seats"))
            ),
            "FreeSWITCH is heard again",
        )

    def call_of(self, caller: SimCaller) -> dict[str, Any]:
        (found,) = [row for row in self.client.get("calls") if row["call"] == caller.uuid]
        return dict(found)

    def status(self) -> dict[str, Any]:
        return dict(self.client.get("status"))

    def seat(self, number: str) -> dict[str, Any]:
        (found,) = [row for row in self.client.get("seats") if row["seat"] == number]
        return dict(found)

    def waits_until_seat_is(self, number: str, state: str) -> dict[str, Any]:
        def reached() -> dict[str, Any] | None:
            seat = self.seat(number)
            return seat if seat["state"] == state else None

        return wait_for(reached, f"seat {number} is {state}")  # type: ignore[no-any-return]

    def makes_ready(self, *numbers: str) -> None:
        for number in numbers:
            self.client.seat(number, "sign-in", agent=f"8{number}")
            self.client.seat(number, "ready")

    def begins_anew(self) -> None:
        """Nobody calls any more, nobody is signed in, every phone is registered and answers."""
        self.sim.hang_up_all()
        wait_for(lambda: self.status()["calls"] == 0, "the calls of the test before have ended")
        wait_for(lambda: self.status()["records_waiting"] == 0, "they are written down")
        self.signs_everybody_out()

    def signs_everybody_out(self) -> None:
        for seat in self.client.get("seats"):
            phone = self.sim.seat(seat["seat"])
            phone.will_answer()
            phone.register()
            if seat["state"] != "signed_out":
                self.client.seat(seat["seat"], "sign-out")
        wait_for(
            lambda: all(
                seat["state"] == "signed_out" and self._at_rest(seat)
                for seat in self.client.get("seats")
            ),
            "everybody is signed out",
        )

    def record_of(self, caller: SimCaller) -> CallRecord:
        if self._store is None:
            self._store = Store(f"sqlite:///{self.folder / 'state' / 'records.sqlite3'}")
        store = self._store
        record = wait_for(lambda: store.get(caller.uuid), f"the record of {caller.uuid}")
        assert isinstance(record, CallRecord)
        return record

    def records(self) -> int:
        """How many calls are in SQL."""
        path = self.folder / "state" / "records.sqlite3"
        with closing(sqlite3.connect(path)) as database:
            return int(database.execute("SELECT count(*) FROM calls").fetchone()[0])

    def recording(self, record: CallRecord) -> Path:
        return self.folder / "state" / "recordings" / record.recording


def heard(caller: SimCaller | Phone) -> str:
    """Everything that was played to a caller or on a phone, as prompt names."""
    parts = "!".join(caller.heard).removeprefix("file_string://").split("!")
    return " ".join(Path(part).stem for part in parts)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
