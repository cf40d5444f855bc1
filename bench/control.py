"""From a softphone's HTTP request to FreeSWITCH's command, while 300 seats talk.

The stand-in and the softphones run in this process, the daemon (`switchd run`) with its own Redis
in others. Every seat talks with a caller, has its own token, one connection that it keeps and its
stream of events; now and then it holds its caller, goes back, mutes itself and speaks again.
Measured from the moment before the request is sent:

- until the first command for the seat's or the caller's leg comes in at the stand-in,
- until the answer is there.

Requests carry an Idempotency-Key, so that each of them costs what it costs in earnest.
"""

from __future__ import annotations

import http.client
import random
import socket
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from uuid import uuid4

import gevent
import gevent.socket

from bench.figures import Figure
from bench.flow import Hall, no_collections, until
from routing.rights import Role
from switchd.records.tokens import NewToken, Tokens
from switchd.sim.eventsocket import Connection as Wire
from switchd.sim.profile import AgentHabits, Fixed
from switchd.sim.wire import Command

SEATS = 300
PAUSE_SECONDS = (2.0, 4.0)
"""Between two wishes of one seat."""
VERBS = ("hold", "resume", "mute", "unmute")
TALK_SECONDS = 3600.0


class Stopwatch:
    """Knows who waits for a command about which leg."""

    def __init__(self) -> None:
        self.to_command: list[float] = []
        self.to_answer: list[float] = []
        self.failed: list[str] = []
        self._since: dict[str, float] = {}
        self._legs: dict[str, str] = {}

    def watch(self, seat: str, *legs: str) -> None:
        """Commands about these legs are a seat's."""
        self._legs.update(dict.fromkeys(legs, seat))

    def starts(self, seat: str) -> float:
        """A seat is about to ask."""
        self._since[seat] = now = time.perf_counter()
        return now

    def came(self, text: str) -> None:
        """A command came in."""
        seats = {seat for leg, seat in self._legs.items() if leg in text}
        for seat in seats & self._since.keys():
            self.to_command.append(time.perf_counter() - self._since.pop(seat))


class Softphone:
    """A seat's application."""

    def __init__(self, port: int, seat: str, token: str, watch: Stopwatch) -> None:
        self._port = port
        self._seat = seat
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._watch = watch
        self.heard = 0

    def works(self, ends_at: float) -> None:
        """Ask for one thing after the other."""
        connection = self._connect()
        for verb in cycle(VERBS):
            gevent.sleep(random.uniform(*PAUSE_SECONDS))
            if time.monotonic() > ends_at and verb == VERBS[0]:
                break
            began = self._watch.starts(self._seat)
            headers = {**self._headers, "Idempotency-Key": uuid4().hex}
            connection.request("POST", f"/v1/seats/{self._seat}/call/{verb}", b"{}", headers)
            answer = connection.getresponse()
            said = answer.read()
            self._watch.to_answer.append(time.perf_counter() - began)
            if answer.status != 200:
                self._watch.failed.append(f"{verb}: {said.decode()}")
        connection.close()

    def listens(self) -> None:
        """Read the stream of events for ever."""
        connection = self._connect()
        connection.request("GET", "/v1/events", headers=self._headers)
        answer = connection.getresponse()
        while line := answer.readline():
            self.heard += line.startswith(b"data:")

    def _connect(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        connection.sock = gevent.socket.create_connection(("127.0.0.1", self._port))
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


def run(*, quick: bool = False) -> list[Figure]:
    """Measure for a minute, or for some seconds."""
    seats, seconds = (30, 10.0) if quick else (SEATS, 60.0)
    with tempfile.TemporaryDirectory(prefix="switchd-bench-") as name:
        habits = AgentHabits(
            answer_after=Fixed(0.05), talk=Fixed(TALK_SECONDS), codes_at_start=("*10", "*11")
        )
        hall, port = Hall(seats, habits, Path(name)), _free_port()
        hall.open(
            seats,
            freeswitch={"max_sessions": 20_000, "sessions_per_second": 1000},
            api={"listen": f"127.0.0.1:{port}"},
        )
        try:
            with no_collections():
                return _measured(hall, port, seats, seconds)
        finally:
            hall.close()


def _measured(hall: Hall, port: int, seats: int, seconds: float) -> list[Figure]:
    until(lambda: hall.status().get("seats", {}).get("ready") == seats, 120, "seats are ready")
    for number in range(seats):
        hall.sim.call(f"138{number:08}", "12345")
        gevent.sleep(0.02)
    until(lambda: hall.status()["seats"].get("talking") == seats, 120, "all seats talk")
    watch = Stopwatch()
    for call in hall.client.get("calls"):
        leg = hall.sim.seat(call["seat"]).leg
        watch.watch(call["seat"], call["call"], *([leg.uuid] if leg else []))
    phones = [Softphone(port, *one, watch) for one in _tokens(hall, seats)]
    streams = [gevent.spawn(phone.listens) for phone in phones]
    gevent.sleep(2.0)
    performs = Wire._perform

    def performing(wire: Wire, command: Command) -> bool:
        watch.came(f"{command.line} {command.headers} {command.body}")
        return performs(wire, command)

    Wire._perform = performing  # type: ignore[method-assign,assignment]
    try:
        used, own, began = hall.processor_seconds(), time.process_time(), time.monotonic()
        gevent.joinall([gevent.spawn(phone.works, began + seconds) for phone in phones])
        lasted, used = time.monotonic() - began, hall.processor_seconds() - used
        own = time.process_time() - own
    finally:
        Wire._perform = performs  # type: ignore[method-assign]
        gevent.killall(streams)
    if watch.failed:
        raise RuntimeError(f"{len(watch.failed)} requests failed, such as {watch.failed[0]}")
    heard = sum(phone.heard for phone in phones)
    return list(_figures(watch, heard, seats, lasted, used, own))


def _figures(
    watch: Stopwatch, heard: int, seats: int, lasted: float, used: float, own: float
) -> Iterator[Figure]:
    to_command, to_answer = sorted(watch.to_command), sorted(watch.to_answer)
    name = f"{seats} talking seats"
    yield Figure(f"{name}: requests a second", len(to_answer) / lasted, "requests/s")
    yield Figure(f"{name}: requests", len(to_answer), "requests")
    yield Figure(f"{name}: requests whose command was seen", len(to_command), "requests")
    for share, title in ((0.5, "median"), (0.99, "p99"), (1.0, "longest")):
        yield Figure(f"{name}: request to command, {title}", _at(to_command, share), "ms")
    for share, title in ((0.5, "median"), (0.99, "p99")):
        yield Figure(f"{name}: request to answer, {title}", _at(to_answer, share), "ms")
    yield Figure(f"{name}: events heard on {seats} streams", heard, "events")
    yield Figure(f"{name}: daemon's processor time", used / lasted * 100, "% of a core")
    yield Figure(f"{name}: stand-in's and softphones'", own / lasted * 100, "% of a core")


def _tokens(hall: Hall, seats: int) -> Iterator[tuple[str, str]]:
    kept = Tokens(f"sqlite:///{hall.state / 'records.sqlite3'}", "bench")
    for number in range(seats):
        seat = str(1001 + number)
        new = NewToken(f"softphone {seat}", Role.SEAT, time.time(), "bench", seat=seat)
        yield seat, kept.make(new)[0]
    kept.close()


def _at(ordered: list[float], share: float) -> float:
    """In milliseconds."""
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
