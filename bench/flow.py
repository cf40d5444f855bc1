"""Calls a second through the whole flow, one daemon process against the stand-in.

The stand-in runs in this process, the daemon (`switchd run`) with its own Redis in others. Callers
arrive at a fixed rate, hear the real greeting, are offered, answered, recorded, asked for
satisfaction and written down. Measured here, from the switch's side:

- what of the offered rate was carried, and that every call left one record,
- the time from CHANNEL_PARK to the first command for that leg,
- processor time of the daemon for one call,
- what 5,000 waiting calls cost in memory.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gevent
import orjson

from bench.apart import apart
from bench.figures import Figure
from switchd.api.client import Client, NoDaemon
from switchd.records.store import Store
from switchd.sim.profile import AgentHabits, Fixed, Lognormal, Profile
from switchd.sim.simulator import Simulator

PASSWORD = "bench-only"  # noqa: S105 - of a stand-in that lives for a minute
RATE = 100.0
TICKS = os.sysconf("SC_CLK_TCK")


class Hall:
    """A stand-in with seats, and a daemon."""

    def __init__(
        self, seats: int, habits: AgentHabits, folder: Path, *, speed: float = 1.0
    ) -> None:
        """`speed` is how much faster than real time the people's time passes."""
        self.sim = Simulator(
            password=PASSWORD,
            city="bench",
            domain="bench.switchd",
            seats=[str(1001 + n) for n in range(seats)],
            habits=habits,
            recording_seconds=0.0,
            speed=speed,
        )
        self.first_commands: list[float] = []
        self.folder = folder
        self.state = folder / "state"

    def watch(self) -> None:
        """From now on, note when a new leg parks, and when the first command for it comes in."""
        parked: dict[str, float] = {}
        switch = self.sim.switch
        emit, execute = switch.emit, switch.execute

        def emitting(name: str, leg: Any = None, *rest: Any, **more: Any) -> Any:
            if name == "CHANNEL_PARK" and leg.direction == "inbound" and not leg.answered:
                parked[leg.uuid] = time.perf_counter()
            return emit(name, leg, *rest, **more)

        def executing(leg: Any, *rest: Any) -> None:
            at = parked.pop(leg.uuid, None)
            if at is not None:
                self.first_commands.append(time.perf_counter() - at)
            execute(leg, *rest)

        switch.emit, switch.execute = emitting, executing  # type: ignore[method-assign,assignment]

    def open(self, seats: int, **sections: Any) -> None:
        """Start both; `sections` of the city's plan are put in place of, or into, the usual."""
        self.sim.start()
        city = self.folder / "bench"
        city.mkdir()
        self.state.mkdir()
        (self.state / "event-socket.password").write_text(PASSWORD)
        plan: dict[str, Any] = {
            "city": {"title": "12345", "area_code": "0375"},
            "lines": {"12345": {"kind": "hotline", "title": "12345"}},
            "groups": {"intake": {"title": "受理", "wrap_up_seconds": 0}},
            "seats": {f"1001-{1000 + seats}": "intake"},
            "freeswitch": {"event_socket": {"port": self.sim.port}},
            "folders": {"state": str(self.state)},
            "log": {"level": "warning"},
        }
        for name, section in sections.items():
            plan[name] = {**plan.get(name, {}), **section}
        (city / "city.yaml").write_bytes(orjson.dumps(plan))
        self.start_daemon()
        self.client = Client(self.state / "switchd.sock")

    def start_daemon(self) -> None:
        """Start the daemon, also after it was killed."""
        city = self.folder / "bench"
        with (self.folder / "daemon.log").open("ab") as log:
            self.daemon = subprocess.Popen(
                [sys.executable, "-m", "switchd", "run", "-c", str(city), "--drain", "0"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def status(self) -> dict[str, Any]:
        """What the daemon says; {} while it does not answer."""
        try:
            return dict(self.client.get("status"))
        except NoDaemon:
            if self.daemon.poll() is not None:
                raise RuntimeError((self.folder / "daemon.log").read_text()[-2000:]) from None
            return {}

    def ready_again(self) -> None:
        """Let agents who missed a call be ready again."""
        for seat in self.client.get("seats"):
            if seat["state"] == "not_ready":
                self.client.seat(seat["seat"], "ready")

    def processor_seconds(self) -> float:
        """What the daemon has used."""
        fields = Path(f"/proc/{self.daemon.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self) -> float:
        """The daemon's resident memory in MB."""
        for line in Path(f"/proc/{self.daemon.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0.0

    def close(self) -> None:
        """End both."""
        self.daemon.terminate()
        self.daemon.wait()
        self.sim.stop()


@contextmanager
def no_collections() -> Iterator[None]:
    """Keep this process, which is the clock, from standing still to look for garbage."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


@contextmanager
def _hall(seats: int, talk_seconds: float) -> Iterator[Hall]:
    with tempfile.TemporaryDirectory(prefix="switchd-bench-") as name:
        habits = AgentHabits(
            answer_after=Fixed(0.05), talk=Fixed(talk_seconds), codes_at_start=("*10", "*11")
        )
        hall = Hall(seats, habits, Path(name))
        hall.watch()
        hall.open(seats, freeswitch={"max_sessions": 20_000, "sessions_per_second": 1000})
        try:
            with no_collections():
                yield hall
        finally:
            hall.close()


def until(condition: Any, seconds: float, what: str) -> None:
    """Wait for a condition; raise RuntimeError after so many seconds."""
    with gevent.Timeout(seconds, RuntimeError(f"not within {seconds:g} s: {what}")):
        while not condition():
            gevent.sleep(0.1)


def through(seats: int, talk_seconds: float, seconds: float) -> list[Figure]:
    """Let so many seats answer for so long."""
    with _hall(seats, talk_seconds) as hall:
        until(lambda: hall.status().get("seats", {}).get("ready") == seats, 120, "seats are ready")
        hall.first_commands.clear()
        used, began = hall.processor_seconds(), time.monotonic()
        traffic = hall.sim.traffic(
            Profile(
                calls_per_hour=RATE * 3600,
                patience=Lognormal(600.0, 0.1),
                caller_ends_talk=0.0,
                hangs_up_any_moment=0.0,
                redials=0.0,
                reaction=Fixed(0.5),
            )
        )
        gevent.sleep(seconds)
        traffic.stop()
        lasted = time.monotonic() - began
        used = hall.processor_seconds() - used
        arrived = traffic.counts.arrived
        until(lambda: hall.status()["calls"] == 0, 120, "all calls end")
        until(lambda: hall.status()["records_waiting"] == 0, 60, "all records are written")
        until(lambda: hall.status()["figures"]["calls"] == arrived, 20, "all calls are counted")
        status = hall.status()
        store = Store(f"sqlite:///{hall.state / 'records.sqlite3'}")
        kept = store.summary(0.0, time.time() + 60).answered
        store.close()
        delays = sorted(hall.first_commands)
    name = f"{seats} seats"
    return [
        Figure(f"{name}: calls a second arrived", arrived / lasted, "calls/s"),
        Figure(f"{name}: calls arrived", arrived, "calls"),
        Figure(f"{name}: calls answered by a seat", status["figures"]["answered"], "calls"),
        Figure(f"{name}: answered calls in SQL", kept, "calls"),
        Figure(f"{name}: park to first command, median", _at(delays, 0.5) * 1000, "ms"),
        Figure(f"{name}: park to first command, p99", _at(delays, 0.99) * 1000, "ms"),
        Figure(f"{name}: daemon's processor time", used / lasted * 100, "% of a core"),
        Figure(f"{name}: processor time of one call", used / max(1, arrived) * 1000, "ms"),
    ]


def waiting(calls: int) -> list[Figure]:
    """Let so many wait, and nobody answer."""
    with _hall(1, 1.0) as hall:
        until(lambda: hall.status().get("seats"), 60, "the daemon is up")
        until(lambda: hall.status()["freeswitch"]["connected"], 60, "the switch is connected")
        hall.sim.seat("1001").unregister()
        before = hall.memory()
        for number in range(calls):
            hall.sim.call(f"138{number:08}", "12345")
            gevent.sleep(0.004)
        until(lambda: hall.status()["waiting"] == calls, 120, "all wait")
        after = hall.memory()
    return [
        Figure(f"memory with {calls:,} waiting calls", after, "MB"),
        Figure("memory of one waiting call", (after - before) * 1024 / calls, "kB"),
    ]


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def run(*, quick: bool = False) -> list[Figure]:
    """Measure with 30 and 300 seats, and with nobody to answer."""
    seconds = 10.0 if quick else 60.0
    return [
        *apart(through, 30, 0.05, seconds),
        *apart(through, 300, 1.5, seconds),
        *apart(waiting, 500 if quick else 5000),
    ]
