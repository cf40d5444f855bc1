"""What callers notice when something dies: how late the greeting of whoever calls just then is.

The stand-in and its callers are in this process; an owner and a standby (`switchd run`), Redis and
SQLite beside it. Ten callers wait and ten talk. While something breaks and is whole again, somebody
calls every tenth of a second. Measured for each fault:

- the longest time from a call until its greeting, of all who called meanwhile;
- from the fault until every waiting caller is in the list of a daemon that commands FreeSWITCH.

Talks that were cut, and waiting callers who were lost, end the benchmark with an error.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gevent
import orjson

from bench.figures import Figure
from bench.flow import PASSWORD, until
from switchd.api.client import Answer, Client, NoDaemon
from switchd.queues.embedded import EmbeddedRedis
from switchd.sim.callers import CallerState, SimCaller
from switchd.sim.profile import AgentHabits, Fixed
from switchd.sim.simulator import Simulator

TALKS, WAITS = 10, 10
EVERY_SECONDS = 0.1
REST_SECONDS = 3.0
"""How long is called on after everything is whole again."""
UP_SECONDS = 60.0


class Place:
    """Where one of the two daemons runs."""

    def __init__(self, city: City, name: str) -> None:
        self.state = city.folder / name
        self.state.mkdir()
        (self.state / "event-socket.password").write_text(PASSWORD)
        self.config = self.state / "bench"
        self.config.mkdir()
        settings = {
            "city": {"title": "12345", "area_code": "0375"},
            "lines": {"12345": {"kind": "hotline", "title": "12345"}},
            "groups": {"intake": {"title": "受理", "wrap_up_seconds": 0}},
            "seats": {f"1001-{1000 + TALKS}": "intake"},
            "nodes": {"north": {"event_socket": {"port": city.sim.port}, "state": str(self.state)}},
            "storage": {"redis": city.redis.url},
            "folders": {"state": str(city.folder)},
            "admission": {"dropped_seconds": 0, "same_agent_seconds": 0},
        }
        (self.config / "city.yaml").write_bytes(orjson.dumps(settings))
        self.client = Client(self.state / "switchd.sock")
        self.daemon: subprocess.Popen[bytes] | None = None
        self.whole = True
        """Whether, when it was asked last, it commanded the stand-in and knew all who wait."""

    def starts(self) -> None:
        """Unless it runs."""
        if self.daemon is not None and self.daemon.poll() is None:
            return
        command = [sys.executable, "-m", "switchd", "run", "-c", str(self.config)]
        with (self.state / "daemon.log").open("ab") as log:
            self.daemon = subprocess.Popen(
                [*command, "--node", "north"], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def signal(self, number: signal.Signals) -> None:
        """Tell it something, if it runs."""
        if self.daemon is not None and self.daemon.poll() is None:
            self.daemon.send_signal(number)

    def status(self) -> dict[str, Any]:
        """What it says; {} if it does not answer."""
        # In a thread: the stand-in goes on in this one while somebody who is frozen is asked.
        return dict(gevent.get_hub().threadpool.apply(self._asked))

    def _asked(self) -> dict[str, Any]:
        try:
            return dict(self.client.get("status"))
        except (NoDaemon, Answer):
            return {}

    def owns(self) -> bool:
        """Whether it commands the stand-in."""
        status = self.status()
        return bool(status and not status["owned_at"] and status["freeswitch"]["connected"])


class City:
    """Everything, with people who wait and who talk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sim = Simulator(
            password=PASSWORD,
            city="bench",
            domain="bench.switchd",
            seats=[str(1001 + n) for n in range(TALKS)],
            habits=AgentHabits(answer_after=Fixed(0.05), talk=Fixed(1e6)),
            recording_seconds=0.0,
        ).start()
        self.redis = EmbeddedRedis(folder / "redis", keep=True)
        self.places = [Place(self, name) for name in ("a", "b")]
        self.people: list[SimCaller] = []

    def fills(self) -> None:
        """Start an owner and a standby, and let callers come."""
        self.waits_for_both()
        owner = self.owner()
        for seat in owner.client.get("seats"):
            until(lambda s=seat: _seat(owner, s["seat"])["reachable"], UP_SECONDS, "a phone")
            owner.client.seat(seat["seat"], "sign-in")
            owner.client.seat(seat["seat"], "ready")
        for number in range(TALKS + WAITS):
            self.people.append(self.sim.call(f"138{number:08}", "12345"))
        until(self._is_full, UP_SECONDS, "some talk and the others wait")

    def _is_full(self) -> bool:
        return self.talking() == TALKS and self.owner().status().get("waiting") == WAITS

    def talking(self) -> int:
        """How many of the people talk."""
        return sum(caller.state is CallerState.TALKING for caller in self.people)

    def waits_for_both(self) -> None:
        """Until there is an owner and a standby; whoever has ended is started again."""

        def both() -> bool:
            for place in self.places:
                place.starts()
            owners = [place.owns() for place in self.places]
            return any(owners) and all(place.status() for place in self.places)

        until(both, UP_SECONDS, "an owner and a standby")

    def owner(self) -> Place:
        """Who commands the stand-in; the first if nobody does."""
        return next((place for place in self.places if place.owns()), self.places[0])

    def close(self) -> None:
        """End everything."""
        for place in self.places:
            place.signal(signal.SIGCONT)
            place.signal(signal.SIGKILL)
            if place.daemon is not None:
                place.daemon.wait()
        self.sim.stop()
        self.redis.stop()


def _seat(place: Place, number: str) -> dict[str, Any]:
    return next(row for row in place.client.get("seats") if row["seat"] == number)


# the faults


def _owner_killed(city: City) -> None:
    city.owner().signal(signal.SIGKILL)


def _owner_stopped(city: City) -> None:
    city.owner().signal(signal.SIGTERM)


def _owner_frozen(city: City) -> None:
    owner = city.owner()
    owner.signal(signal.SIGSTOP)
    owner.whole = False


def _killed_without_standby(city: City) -> None:
    owner = city.owner()
    for place in city.places:
        place.signal(signal.SIGKILL)
        if place.daemon is not None:
            place.daemon.wait()
    owner.starts()


def _link_cut(city: City) -> None:
    city.sim.drop_connections()


def _redis_killed(city: City) -> None:
    os.kill(city.redis.pid, signal.SIGKILL)
    city.redis.stop()
    city.redis = EmbeddedRedis(city.folder / "redis", keep=True)


def _redis_emptied(city: City) -> None:
    os.kill(city.redis.pid, signal.SIGKILL)
    city.redis.stop()
    (city.folder / "redis" / "queue.aof").unlink()
    city.redis = EmbeddedRedis(city.folder / "redis", keep=True)


FAULTS: dict[str, Callable[[City], None]] = {
    "owner killed, a standby there": _owner_killed,
    "owner stopped, a standby there": _owner_stopped,
    "owner frozen, a standby there": _owner_frozen,
    "owner killed, no standby, started again at once": _killed_without_standby,
    "connection to FreeSWITCH cut": _link_cut,
    "Redis killed and started again": _redis_killed,
    "Redis killed and started again without its data": _redis_emptied,
}


def run(*, quick: bool = False) -> list[Figure]:
    """Measure every fault once, or only the first and the cut connection."""
    chosen = {name: FAULTS[name] for name in list(FAULTS)[:: 4 if quick else 1]}
    figures = []
    for name, breaks in chosen.items():
        with tempfile.TemporaryDirectory(prefix="switchd-bench-") as folder:
            city = City(Path(folder))
            try:
                city.fills()
                figures += _measured(city, name, breaks)
            finally:
                city.close()
    return figures


def _measured(city: City, name: str, breaks: Callable[[City], None]) -> list[Figure]:
    delays: list[float] = []
    calling = gevent.spawn(_calls, city.sim, delays)
    gevent.sleep(1.0)
    began = missed_at = time.monotonic()
    breaks(city)
    places = [gevent.spawn(_watch, place) for place in city.places]
    while time.monotonic() - missed_at < REST_SECONDS:
        if time.monotonic() - began > UP_SECONDS:
            raise RuntimeError(f"{name}: the waiting callers are not in the list again")
        if not any(place.whole for place in city.places):
            missed_at = time.monotonic()
        gevent.sleep(0.01)
    gevent.killall([calling, *places])
    if city.talking() != TALKS:
        raise RuntimeError(f"{name}: of {TALKS} talks {city.talking()} go on")
    return [
        Figure(f"{name}: latest greeting", max(delays) * 1000, "ms"),
        Figure(f"{name}: until everybody is in the list again", (missed_at - began) * 1000, "ms"),
    ]


def _watch(place: Place) -> None:
    """Look again and again whether all wait there."""
    while True:
        status = place.status()
        connected = bool(status) and not status["owned_at"] and status["freeswitch"]["connected"]
        place.whole = connected and status["waiting"] >= WAITS
        gevent.sleep(0.02)


def _calls(sim: Simulator, delays: list[float]) -> None:
    for number in range(1_000_000):
        gevent.spawn(_one_call, sim, f"139{number:08}", delays)
        gevent.sleep(EVERY_SECONDS)


def _one_call(sim: Simulator, number: str, delays: list[float]) -> None:
    began = time.monotonic()
    caller = sim.call(number, "12345")
    while not caller.heard and caller.state is not CallerState.ENDED:
        gevent.sleep(0.002)
    delays.append(time.monotonic() - began)
    caller.hang_up()
