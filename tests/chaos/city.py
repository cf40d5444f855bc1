"""A hotline under load that may be broken: an owner and a standby in state folders of their own, a
Redis server, SQLite, the stand-in with its people; a proxy on each way between them."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import gevent
import orjson
from redis import Redis

from switchd.api.client import Answer, Client, NoDaemon
from switchd.queues.connection import connect
from switchd.queues.embedded import EmbeddedRedis
from switchd.records.store import Store
from switchd.sim.profile import AgentHabits, Exponential, Lognormal, Profile
from switchd.sim.simulator import Simulator
from tests.chaos.invariants import Scene
from tests.chaos.journal import Journal
from tests.chaos.proxy import Proxy
from tests.scenarios.hotline import wait_for
from tests.scenarios.two_nodes import PASSWORD, run_daemon

NODE = "north"
SPEED = 10.0
"""Of the people; the daemons' time is real."""
SEATS = tuple(str(number) for number in range(1001, 1007))
UP_SECONDS = 40.0
_CITY: dict[str, Any] = {
    "city": {"title": "平顶山市12345政务服务便民热线", "area_code": "0375"},
    "lines": {"12345": {"kind": "hotline", "title": "政务服务便民热线", "group": "intake"}},
    "groups": {"intake": {"title": "受理", "ring_seconds": 8, "wrap_up_seconds": 0.2}},
    "seats": dict.fromkeys(SEATS, "intake"),
    "waiting": {"busy_after_seconds": 0.3, "position_every_seconds": 1},
    "admission": {"dropped_seconds": 0, "same_agent_seconds": 0},
}
_HABITS = AgentHabits(
    answer_after=Lognormal(2.0, 0.4),
    busy=0.02,
    no_answer=0.02,
    refuses=0.03,
    unreachable=0.02,
    talk=Lognormal(25.0, 0.6),
)
_CALLERS = Profile(
    calls_per_hour=620.0,
    patience=Lognormal(120.0, 0.6),
    caller_talk=Lognormal(25.0, 0.6),
    any_moment=Exponential(40.0),
    redials=0.0,
)
"""By their own time: about five calls in three real seconds, a little more than six seats serve."""


class Place:
    """Where one of the daemons runs: folders, ways to the others, and how to ask it."""

    def __init__(self, city: City, name: str) -> None:
        self.name = name
        self.state = city.folder / name
        self.state.mkdir()
        (self.state / "event-socket.password").write_text(f"{PASSWORD}\n")
        self.to_switch = Proxy(("127.0.0.1", city.sim.port))
        self.to_redis = Proxy(city.redis_socket, self.state / "redis.sock")
        self.config = self.state / "testcity"
        self.config.mkdir()
        node = {"event_socket": {"port": self.to_switch.port}, "state": str(self.state)}
        settings = {
            **_CITY,
            "nodes": {NODE: node},
            "storage": {"redis": f"unix://{self.state / 'redis.sock'}"},
            "folders": {"state": str(city.folder)},
        }
        (self.config / "city.yaml").write_bytes(orjson.dumps(settings))
        self.client = Client(self.state / "switchd.sock")
        self.daemon: subprocess.Popen[bytes] | None = None
        self.first_size = 0
        """Resident memory in kB when it had come to rest after its start."""

    @property
    def pid(self) -> int:
        return self.daemon.pid if self.daemon is not None else 0

    @property
    def lives(self) -> bool:
        return self.daemon is not None and self.daemon.poll() is None

    def starts(self) -> None:
        """Unless it runs."""
        if not self.lives:
            self.daemon = run_daemon(self.config, NODE, self.state / "daemon.log")
            self.first_size = 0

    def signal(self, number: signal.Signals) -> None:
        if self.daemon is not None and self.lives:
            self.daemon.send_signal(number)
            if number is signal.SIGKILL:
                self.daemon.wait()

    def asks(self, what: str) -> Any:
        """What the daemon shows, or None if it does not answer."""
        return _in_a_thread(lambda: self.client.get(what))

    def seat(self, seat: str, verb: str, **body: str) -> None:
        _in_a_thread(lambda: self.client.seat(seat, verb, **body))

    def owns(self) -> bool:
        status = self.asks("status") if self.lives else None
        return bool(status) and not status["owned_at"] and status["freeswitch"]["connected"]

    def stands_by(self) -> bool:
        status = self.asks("status") if self.lives else None
        return bool(status and status["owned_at"])

    def resident_kb(self) -> int:
        text = Path(f"/proc/{self.pid}/status").read_text()
        return int(text.partition("VmRSS:")[2].split()[0])

    def close(self) -> None:
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGKILL)
        self.to_switch.stop()
        self.to_redis.stop()


def _in_a_thread(ask: Callable[[], Any]) -> Any:
    """The daemon's answer may need the ways that this process carries."""

    def asked() -> Any:
        with contextlib.suppress(Answer, NoDaemon):
            return ask()
        return None

    return gevent.get_hub().threadpool.apply(asked)


class City:
    """Everything, under load from `start` on."""

    def __init__(self, seed: int, folder: Path | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="switchd-chaos-")) if folder is None else folder
        self.seed = seed
        self.redis = EmbeddedRedis(self.folder / "redis", keep=True)
        self.redis_socket = Path(self.redis.url.removeprefix("unix://"))
        (self.folder / "recordings").mkdir()
        self.sim = Simulator(
            password=PASSWORD,
            city="testcity",
            domain="testcity.switchd",
            seats=SEATS,
            habits=_HABITS,
            recording_seconds=0.0,
            recordings=self.folder / "recordings",
            seed=seed,
            speed=SPEED,
        ).start()
        self.journal = Journal(self.sim)
        self.places = (Place(self, "here"), Place(self, "there"))
        self._agents: gevent.Greenlet[..., None] | None = None

    # life

    def start(self) -> None:
        """Both daemons, every agent signed in, callers coming."""
        self.places[0].starts()
        wait_for(lambda: self.owner() is not None, "the first daemon is up", UP_SECONDS)
        self.places[1].starts()
        self.waits_for_both()
        owner = self._owner()
        wait_for(
            lambda: all(seat["reachable"] for seat in owner.asks("seats") or [{"reachable": 0}]),
            "the phones are known",
        )
        for seat in SEATS:
            owner.seat(seat, "sign-in", agent=f"8{seat}")
            owner.seat(seat, "ready")
        self._agents = gevent.spawn(self._agents_come_back)
        self._traffic = self.sim.traffic(_CALLERS)

    def close(self, keep: bool = False) -> None:
        if self._agents is not None:
            self._agents.kill()
        for place in self.places:
            place.close()
        self.sim.stop()
        self.redis.stop()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def waits_for_both(self) -> None:
        """Until one daemon commands the switch and the other stands by; one that ends is started
        again, as systemd does."""

        def both() -> bool:
            for place in self.places:
                place.starts()
            owner = self.owner()
            others = [place for place in self.places if place is not owner]
            return owner is not None and all(place.stands_by() for place in others)

        wait_for(both, "one daemon owns the node and another stands by", UP_SECONDS)

    def ends(self) -> None:
        """No new callers; those on the line are served or give up."""
        self._traffic.stop()
        for caller in list(self.journal.calls.values()):
            leg = self.sim.switch.channels.get(caller.id)
            if leg is not None and caller.ended_at is None:
                self.sim.switch.hang_up(leg, "NORMAL_CLEARING", by_far_end=True)

    def _agents_come_back(self) -> None:
        """Whoever missed a call presses ready again."""
        while True:
            gevent.sleep(0.5)
            owner = self.owner()
            for seat in (owner.asks("seats") or []) if owner is not None else []:
                if seat["state"] == "not_ready" and owner is not None:
                    owner.seat(seat["seat"], "ready")

    # who is who

    def owner(self) -> Place | None:
        """The place of the daemon that commands the switch, as far as they say."""
        return next((place for place in self.places if place.owns()), None)

    def _owner(self) -> Place:
        owner = self.owner()
        assert owner is not None
        return owner

    def both_ways(self) -> tuple[Place, Place]:
        """The owner's place, and the standby's."""
        first = self._owner()
        return first, next(place for place in self.places if place is not first)

    # Redis and SQL

    def kill_redis(self, *, lose: bool) -> None:
        """kill -9, and a new one on what it wrote, or on nothing."""
        os.kill(self.redis.pid, signal.SIGKILL)
        self.redis.stop()
        if lose:
            (self.folder / "redis" / "queue.aof").unlink()

    def start_redis(self) -> None:
        self.redis = EmbeddedRedis(self.folder / "redis", keep=True)

    def redis_client(self) -> contextlib.closing[Redis]:
        return closing(connect(self.redis.url))

    @contextlib.contextmanager
    def locked_sql(self) -> Iterator[None]:
        """Nobody else can write."""
        with closing(sqlite3.connect(self.sql, isolation_level=None, timeout=30)) as other:
            other.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                other.execute("ROLLBACK")

    @property
    def sql(self) -> Path:
        return self.folder / "records.sqlite3"

    def written(self) -> set[str]:
        with closing(sqlite3.connect(self.sql, timeout=30)) as database:
            return {row[0] for row in database.execute("SELECT call FROM calls")}

    # what the invariants look at

    def scene(self) -> Scene | None:
        """This moment, or None if nobody tells it."""
        owner = self.owner()
        if owner is None:
            return None
        calls = owner.asks("calls")
        seats = owner.asks("seats")
        if calls is None or seats is None:
            return None
        witnessed = list(self.journal.calls.values())
        return Scene(
            now=time.time(),
            calls=witnessed,
            known={call["call"]: call["state"] for call in calls},
            seats=seats,
            at_phone=self._at_phone(),
            unwritten=self.journal.without_record(self.written()),
        )

    def _at_phone(self) -> dict[str, str]:
        legs = {seat: self.sim.seat(seat).leg for seat in SEATS}
        return {seat: leg.variables.get("switchd_call", "") for seat, leg in legs.items() if leg}

    def story(self, call: str) -> str:
        """What the switch saw of a call, and how the daemon explains it."""
        owner = self.owner()
        told = owner.asks(f"calls/{call}") if owner is not None else None
        record = (told or {}).get("record", {})
        trace = "\n".join(f"    {step}" for step in record.get("trace", ()))
        state = f"\nstill {told['state']}:\n{trace}" if told else ""
        return self.journal.story(call) + state

    def collisions(self) -> dict[str, int]:
        return {seat: self.sim.seat(seat).collisions for seat in SEATS}

    def figures(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Today's as Redis has them, and as the records give them."""
        shown = self._owner().asks("indicators")
        with closing(Store(f"sqlite:///{self.sql}")) as store:
            counts = store.summary(shown["today"]["since"], shown["today"]["until"])
        return shown["today"]["total"], counts.plain()
