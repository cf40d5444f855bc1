"""One city on two FreeSWITCHes: two stand-ins with a trunk between them, two daemons, one Redis."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import orjson

from routing.record import CallRecord
from switchd.api.client import Client, NoDaemon
from switchd.queues.embedded import EmbeddedRedis
from switchd.records.store import Store
from switchd.sim.callers import CallerState, SimCaller
from switchd.sim.phones import Phone
from switchd.sim.simulator import Simulator
from tests.scenarios.hotline import ROOT, SPEED, wait_for

SWITCHD = (sys.executable, "-m", "switchd")
PASSWORD = "between-friends"
HOMES = {"north": ("1001", "1002"), "south": ("1003", "1004")}
"""Where the seats' phones are at the beginning."""
_PEER_PORTS = {"north": 5080, "south": 5081}
_CITY: dict[str, Any] = {
    "city": {"title": "平顶山市12345政务服务便民热线", "area_code": "0375"},
    "lines": {"12345": {"kind": "hotline", "title": "政务服务便民热线", "group": "intake"}},
    "groups": {"intake": {"title": "受理", "ring_seconds": 2, "wrap_up_seconds": 0.2}},
    "seats": {seat: "intake" for seats in HOMES.values() for seat in seats},
}


def run_daemon(city: Path, node: str, log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as written:
        return subprocess.Popen(
            [*SWITCHD, "run", "-c", str(city), "--node", node],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
        )


class NodeAtWork:
    """A stand-in with the phones that are registered there, and the daemon that works for it."""

    def __init__(self, name: str, folder: Path, seed: int) -> None:
        self.name = name
        self.state = folder / name
        self._city = folder / "testcity"
        self.client = Client(self.state / "switchd.sock")
        self.daemon: subprocess.Popen[bytes] | None = None
        recordings = folder / "recordings"
        recordings.mkdir(exist_ok=True)
        self.sim = Simulator(
            password=PASSWORD,
            city="testcity",
            domain="testcity.switchd",
            seats=HOMES[name],
            seed=seed,
            speed=SPEED,
            recording_seconds=1.0,
            recordings=recordings,
        ).start()
        self.state.mkdir()
        (self.state / "event-socket.password").write_text(f"{PASSWORD}\n")

    @property
    def log(self) -> str:
        return (self.state / "daemon.log").read_text()

    def starts(self) -> None:
        self.daemon = run_daemon(self._city, self.name, self.state / "daemon.log")
        wait_for(self._is_up, f"{self.name} is up")

    def _is_up(self) -> bool:
        assert self.daemon is not None
        assert self.daemon.poll() is None, self.log
        try:
            return bool(self.status()["freeswitch"]["connected"])
        except NoDaemon:
            return False

    def is_killed(self) -> None:
        """kill -9."""
        assert self.daemon is not None
        self.daemon.kill()
        self.daemon.wait()

    def ends(self) -> int:
        """Ask it to end at once, whoever is on the line."""
        assert self.daemon is not None
        daemon = self.daemon
        daemon.send_signal(signal.SIGTERM)
        wait_for(lambda: self.status()["draining"], "it drains")
        daemon.send_signal(signal.SIGTERM)
        wait_for(lambda: daemon.poll() is not None, "the daemon ends")
        return daemon.returncode

    def close(self) -> None:
        if self.daemon is not None and self.daemon.poll() is None:
            self.is_killed()
        self.sim.stop()

    def status(self) -> dict[str, Any]:
        return dict(self.client.get("status"))

    def phone(self, number: str) -> Phone:
        return self.sim.seat(number)

    def call(self, number: str, **manners: Any) -> SimCaller:
        return self.sim.call(number, "12345", survey="2", **manners)

    def waits(self, number: str, **manners: Any) -> SimCaller:
        """Call and wait until the caller is in the queue."""
        before = self.status()["waiting"]
        caller = self.call(number, **manners)
        wait_for(lambda: self.status()["waiting"] == before + 1, "the caller is in the queue")
        return caller


class City:
    """Both nodes. What is asked of one queue may be asked of either."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="switchd-test-"))
        (self.folder / "testcity").mkdir()
        self.redis = EmbeddedRedis(self.folder / "redis")
        self.north = NodeAtWork("north", self.folder, seed=1)
        self.south = NodeAtWork("south", self.folder, seed=2)
        self.nodes = (self.north, self.south)
        self.north.sim.peer(f"127.0.0.1:{_PEER_PORTS['south']}", self.south.sim)
        self.south.sim.peer(f"127.0.0.1:{_PEER_PORTS['north']}", self.north.sim)
        self._store: Store | None = None
        self._write()

    def _write(self) -> None:
        nodes = {
            node.name: {
                "event_socket": {"port": node.sim.port},
                "sip": {
                    "address": "127.0.0.1",
                    "trunk_port": 5060 + 100 * index,
                    "seats_port": 5070 + 100 * index,
                    "peers_port": _PEER_PORTS[node.name],
                },
                "rtp": {
                    "first_port": 20000 + 10000 * index,
                    "last_port": 29999 + 10000 * index,
                },
                "state": str(node.state),
            }
            for index, node in enumerate(self.nodes)
        }
        city = {
            **_CITY,
            "nodes": nodes,
            "storage": {"redis": self.redis.url},
            "folders": {"state": str(self.folder)},
        }
        (self.folder / "testcity" / "city.yaml").write_bytes(orjson.dumps(city))

    def start(self) -> None:
        for node in self.nodes:
            node.starts()
        wait_for(lambda: all(seat["reachable"] for seat in self.seats()), "the phones are known")

    def close(self) -> None:
        for node in self.nodes:
            node.close()
        if self._store is not None:
            self._store.close()
        self.redis.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def begins_anew(self) -> None:
        """Nobody calls, nobody is signed in, every phone is where it was at the beginning."""
        for node in self.nodes:
            wait_for(lambda n=node: n.status()["calls"] == 0, "the calls before have ended")
            for seat in _CITY["seats"]:
                phone = node.phone(seat).will_answer()
                phone.register() if seat in HOMES[node.name] else phone.unregister()
        for seat in self.seats():
            if seat["state"] != "signed_out":
                self.north.client.seat(seat["seat"], "sign-out")
        homes = {seat: node for node, seats in HOMES.items() for seat in seats}
        wait_for(
            lambda: all(
                (seat["home"], seat["state"]) == (homes[seat["seat"]], "signed_out")
                for seat in self.seats()
            ),
            "everything is as it was",
        )

    def seats(self) -> list[dict[str, Any]]:
        asked = next(node for node in self.nodes if node.daemon and node.daemon.poll() is None)
        return list(asked.client.get("seats"))

    def seat(self, number: str) -> dict[str, Any]:
        (found,) = [seat for seat in self.seats() if seat["seat"] == number]
        return found

    def waits_until_seat(self, number: str, **facts: Any) -> dict[str, Any]:
        def reached() -> dict[str, Any] | None:
            seat = self.seat(number)
            return seat if facts.items() <= seat.items() else None

        found: dict[str, Any] = wait_for(reached, f"seat {number} is {facts}")
        return found

    def phone_of(self, caller: SimCaller) -> Phone:
        """The phone of the seat that talks with a caller."""
        (seat,) = [seat for seat in self.seats() if seat["call"] == caller.uuid]
        (node,) = [node for node in self.nodes if node.name == seat["home"]]
        return node.phone(seat["seat"])

    def makes_ready(self, *numbers: str) -> None:
        asked = next(node for node in self.nodes if node.daemon and node.daemon.poll() is None)
        for number in numbers:
            asked.client.seat(number, "sign-in", agent=f"8{number}")
            asked.client.seat(number, "ready")

    def record_of(self, caller: SimCaller) -> CallRecord:
        if self._store is None:
            self._store = Store(f"sqlite:///{self.folder / 'records.sqlite3'}")
        store = self._store
        record = wait_for(lambda: store.get(caller.uuid), f"the record of {caller.uuid}")
        assert isinstance(record, CallRecord)
        return record


def talks(caller: SimCaller) -> None:
    wait_for(lambda: caller.state is CallerState.TALKING, "they talk")
