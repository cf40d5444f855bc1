"""A hotline under load that may be broken: an owner and a standby in state folders of their own, a
Redis server, SQLite, a switch with its people; a proxy on each way between them."""

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
from tests.chaos.invariants import Scene
from tests.chaos.proxy import Proxy
from tests.chaos.switch import CITY, StandIn, Switch
from tests.scenarios.hotline import wait_for
from tests.scenarios.two_nodes import run_daemon

NODE = "north"
UP_SECONDS = 40.0
SETTINGS: dict[str, Any] = {
    "city": {"title": "平顶山市12345政务服务便民热线", "area_code": "0375"},
    "lines": {"12345": {"kind": "hotline", "title": "政务服务便民热线", "group": "intake"}},
    "groups": {"intake": {"title": "受理", "ring_seconds": 8, "wrap_up_seconds": 0.2}},
    "waiting": {"busy_after_seconds": 0.3, "position_every_seconds": 1},
    "admission": {"dropped_seconds": 0, "same_agent_seconds": 0},
}


class Place:
    """Where one of the daemons runs: folders, ways to the others, and how to ask it."""

    def __init__(self, city: City, name: str) -> None:
        self.name = name
        self.state = city.folder / name
        self.state.mkdir()
        (self.state / "event-socket.password").write_text(f"{city.switch.password}\n")
        self.to_switch = Proxy(("127.0.0.1", city.switch.port))
        self.to_redis = Proxy(city.redis_socket, self.state / "redis.sock")
        self.config = self.state / CITY
        self.config.mkdir()
        node = {
            **city.switch.node,
            "event_socket": {"port": self.to_switch.port},
            "state": str(self.state),
        }
        settings = {
            **SETTINGS,
            **city.switch.settings,
            "seats": dict.fromkeys(city.switch.seats, "intake"),
            "nodes": {NODE: node},
            "storage": {"redis": f"unix://{self.state / 'redis.sock'}"},
            "folders": {"state": str(city.folder), **city.switch.settings.get("folders", {})},
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
        return in_a_thread(lambda: self._answer(lambda: self.client.get(what)))

    def seat(self, seat: str, verb: str, **body: str) -> None:
        in_a_thread(lambda: self._answer(lambda: self.client.seat(seat, verb, **body)))

    @staticmethod
    def _answer(ask: Callable[[], Any]) -> Any:
        with contextlib.suppress(Answer, NoDaemon):
            return ask()
        return None

    def owns(self) -> bool:
        status = self.asks("status") if self.lives else None
        return bool(status and not status["owned_at"] and status["freeswitch"]["connected"])

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


def in_a_thread(ask: Callable[[], Any]) -> Any:
    """The answer of a daemon may need the ways that this process carries."""
    return gevent.get_hub().threadpool.apply(ask)


class City:
    """Everything, under load from `start` on."""

    def __init__(
        self,
        seed: int,
        folder: Path | None = None,
        switch: Callable[[Path, int], Switch] = StandIn,
    ) -> None:
        """`switch(folder, seed)` opens the switch."""
        self.folder = Path(tempfile.mkdtemp(prefix="switchd-chaos-")) if folder is None else folder
        self.switch = switch(self.folder, seed)
        self.journal = self.switch.journal
        self.redis = EmbeddedRedis(self.folder / "redis", keep=True)
        self.redis_socket = Path(self.redis.url.removeprefix("unix://"))
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
        for seat in self.switch.seats:
            owner.seat(seat, "sign-in", agent=f"8{seat}")
            owner.seat(seat, "ready")
        wait_for(lambda: self._sitting() == {*self.switch.seats}, "SQL knows who sits where")
        self._agents = gevent.spawn(self._agents_come_back)
        self.switch.opens()

    def close(self, keep: bool = False) -> None:
        if self._agents is not None:
            self._agents.kill()
        for place in self.places:
            place.close()
        self.switch.stop()
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

    def _sitting(self) -> set[str]:
        """Seats that are signed in, as SQL knows them: from there Redis gets them back."""
        query = "SELECT seat FROM seat_sessions WHERE ended_at IS NULL"
        with closing(sqlite3.connect(self.sql, timeout=30)) as database:
            return {row[0] for row in database.execute(query)}

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
            at_phone=self.switch.at_phone(),
            unwritten=self.journal.without_record(self.written()),
        )

    def story(self, call: str) -> str:
        """What the switch saw of a call, and how the daemon explains it."""
        owner = self.owner()
        told = owner.asks(f"calls/{call}") if owner is not None else None
        record = (told or {}).get("record", {})
        trace = "\n".join(f"    {step}" for step in record.get("trace", ()))
        state = f"\nstill {told['state']}:\n{trace}" if told else ""
        return self.journal.story(call) + state

    def figures(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Today's as Redis has them, and as the records give them."""
        shown = self._owner().asks("indicators")
        with closing(Store(f"sqlite:///{self.sql}")) as store:
            counts = store.summary(shown["today"]["since"], shown["today"]["until"])
        return shown["today"]["total"], counts.plain()
