"""Cost of a match in Redis: does it grow with the queue?

Two halls are compared: 50 callers waiting at 30 seats, and 5,000 waiting at 1,000 seats; both
have five skill groups and each seat serves two. A cycle is what a daemon does for one caller, one
verb after the other on one connection:

busy   every seat talks: release → match with the longest-waiting caller → inbox → accept, and a
       new caller joins the list
quiet  nobody waits, every seat is idle: enqueue → match with the longest-idle seat → inbox →
       accept → release

The time of a match is the median over batches, the two halls in turn so that a disturbance of the
machine meets both. Redis' own count of the time inside its commands shows the same without the
round trips.

The ratio of a cost is small hall to large hall: 1 means that the size costs nothing, and
0.5 that a match costs twice as much, which is the limit.
"""

from __future__ import annotations

import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from statistics import median
from typing import Final

import redis

from bench.figures import Figure
from switchd.queues.connection import connect
from switchd.queues.embedded import EmbeddedRedis
from switchd.queues.facts import GroupView, OfferMade
from switchd.queues.inbox import Inbox
from switchd.queues.waitlist import Waitlist

GROUPS: Final = ("hotline", "market", "transport", "ecology", "justice")
SMALL: Final = (50, 30)
"""Callers waiting and seats."""
LARGE: Final = (5_000, 1_000)
LARGE_IF_QUICK: Final = (500, 100)
START: Final = 1_700_000_000.0


class Hall:
    """One city with its seats; its clock moves a millisecond for each caller."""

    def __init__(self, client: redis.Redis, city: str, seats: int) -> None:
        self._list = Waitlist(client, city, "bench")
        self._inbox: Iterator[object] = iter(Inbox(client, city, "bench"))
        self._numbers = count()
        self._talks: deque[tuple[str, str]] = deque()
        self.now = START
        for number in range(seats):
            seat = f"{1001 + number}"
            two = (GROUPS[number % 5], GROUPS[(number + 1) % 5])
            self._list.define_seat(seat, self.now)
            self._list.serve(seat, dict.fromkeys(two, 5), self.now)
            self._list.phone(seat, True, self.now)
            self._list.sign_in(seat, f"8{seat}", self.now)
            self._list.ready(seat, self.now)

    def arrive(self) -> None:
        """A caller joins the list."""
        number = next(self._numbers)
        self.now += 0.001
        self._list.enqueue(
            f"call-{number}",
            GROUPS[number % 5],
            enqueued_at=self.now,
            ring_seconds=15.0,
            now=self.now,
        )

    def answer(self) -> None:
        """The seat that was offered the next caller answers."""
        event = next(self._inbox)
        assert isinstance(event, OfferMade)
        assert self._list.accept(event.offer.token, self.now)
        self._talks.append((event.offer.seat, event.offer.token))

    def finish(self) -> None:
        """The seat that has talked longest is released, without wrap-up."""
        seat, token = self._talks.popleft()
        assert self._list.release(seat, token, 0.0, self.now)

    def fill(self, waiting: int, seats: int) -> None:
        """Let every seat talk and so many callers wait."""
        while len(self._talks) < seats:
            self.arrive()
            self.answer()
        for _ in range(waiting):
            self.arrive()
        assert sum(group.waiting for group in self._groups()) == waiting

    def busy_cycle(self) -> None:
        self.finish()
        self.answer()
        self.arrive()

    def quiet_cycle(self) -> None:
        self.arrive()
        self.answer()
        self.finish()

    def _groups(self) -> Iterator[GroupView]:
        yield from self._list.snapshot(self.now, first=0).groups.values()


class Timing:
    """Seconds for each cycle of a kind, batch by batch."""

    def __init__(self, client: redis.Redis, cycle: Callable[[], None]) -> None:
        self._client = client
        self._cycle = cycle
        self._batches: list[float] = []
        self._inside: list[float] = []

    def batch(self, cycles: int) -> None:
        self._client.config_resetstat()
        begin = time.perf_counter()
        for _ in range(cycles):
            self._cycle()
        self._batches.append((time.perf_counter() - begin) / cycles)
        self._inside.append(self._inside_redis() / cycles)

    def _inside_redis(self) -> float:
        stats = self._client.info("commandstats")
        return float(stats["cmdstat_evalsha"]["usec"]) / 1e6

    @property
    def seconds(self) -> float:
        return median(self._batches)

    @property
    def seconds_inside_redis(self) -> float:
        return median(self._inside)


def run(*, quick: bool = False) -> list[Figure]:
    """Measure; `quick` compares with a hall of 500 and 100, to see that it works."""
    batches, cycles = (3, 30) if quick else (25, 200)
    halls = (SMALL, LARGE_IF_QUICK if quick else LARGE)
    figures: list[Figure] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedRedis(Path(folder)) as server,
    ):
        client = connect(server.url)
        for kind in ("busy", "quiet"):
            names, timings = [], []
            for waiting, seats in halls:
                hall = Hall(client, f"{kind}-{seats}", seats)
                if kind == "busy":
                    hall.fill(waiting, seats)
                    names.append(f"{waiting:,} waiting, {seats:,} seats talking")
                    timings.append(Timing(client, hall.busy_cycle))
                else:
                    names.append(f"nobody waiting, {seats:,} seats idle")
                    timings.append(Timing(client, hall.quiet_cycle))
            for _ in range(batches):
                for timing in timings:
                    timing.batch(cycles)
            figures += _figures(names, timings)
    return figures


def _figures(names: list[str], timings: list[Timing]) -> list[Figure]:
    (few, many), (small, large) = names, timings
    inside_small, inside_large = small.seconds_inside_redis, large.seconds_inside_redis
    return [
        Figure(f"match, {few}", small.seconds * 1e6, "µs"),
        Figure(f"match, {many}", large.seconds * 1e6, "µs", few, small.seconds / large.seconds),
        Figure(f"match inside Redis, {few}", inside_small * 1e6, "µs"),
        Figure(
            f"match inside Redis, {many}",
            inside_large * 1e6,
            "µs",
            few,
            inside_small / inside_large,
        ),
        Figure(f"matches, {many}", 1 / large.seconds, "a second"),
    ]
