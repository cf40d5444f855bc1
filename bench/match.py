"""Cost of a match in Redis: does it grow with the queue?

Halls of 30, 300 and 1,000 seats are compared, with 50, 500 and 5,000 callers waiting; in the busy
ones every fifth seat is on a break. Each offer tells why the other seats were not offered the
caller, of 30 seats at most. There are five skill groups, each seat serves two of them and the
lowered level of a third, the groups have different strategies, every third caller has another
slope of age, and every fifth has been widened to the lowered level of the group. A cycle is what a
daemon does for one caller, one verb after the other on one connection:

busy   every seat talks or is on a break: release → match with the caller of the highest score →
       inbox → accept, and a new caller joins the list, the fifth of them widened
quiet  nobody waits, every seat is idle: enqueue → match with the seat in turn → inbox → accept →
       release

The time of a match is the median over batches, the halls in turn so that a disturbance of the
machine meets all. Redis' own count of the time inside its commands shows the same without the
round trips.

The ratio of a cost is smallest hall to this one: 1 means that the size costs nothing, and 0.5 that
a match costs twice as much, which is the limit.
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
from routing.queueing import Strategy
from switchd.queues.connection import connect
from switchd.queues.embedded import EmbeddedRedis
from switchd.queues.facts import GroupView, OfferMade
from switchd.queues.inbox import Inbox
from switchd.queues.waitlist import Waitlist

GROUPS: Final = ("hotline", "market", "transport", "ecology", "justice")
WAITING: Final = (50, 500, 5_000)
SEATS: Final = (30, 300, 1_000)
WAITING_IF_QUICK: Final = (50, 500)
SEATS_IF_QUICK: Final = (30, 100)
STRATEGIES: Final = tuple(Strategy)
SLOPES: Final = (1.0, 1.0, 2.5)
WIDENED: Final = 5
"""Every so many callers one has been widened."""
ON_BREAK: Final = 5
"""Every so many crews, of a seat for each group, one is not ready in a busy hall."""
START: Final = 1_700_000_000.0


class Hall:
    """One city with its seats; its clock moves a millisecond for each caller."""

    def __init__(self, client: redis.Redis, city: str, seats: int) -> None:
        self._list = Waitlist(client, city, "bench")
        self._inbox: Iterator[object] = iter(Inbox(client, city, "bench"))
        self._numbers = count()
        self._talks: deque[tuple[str, str]] = deque()
        self.now = START
        self.seats = [f"{1001 + number}" for number in range(seats)]
        self.offers = self.rejected = 0
        """Offers that were made, and seats that they told of as not offered the caller."""
        for place, group in enumerate(GROUPS):
            for pool in (group, f"{group}@1"):
                strategy = STRATEGIES[place % len(STRATEGIES)]
                self._list.define_group(pool, strategy, 1, self.now)
        for number, seat in enumerate(self.seats):
            own, other, poorly = (GROUPS[(number + step) % 5] for step in range(3))
            pools = {own: 5, other: 3, f"{poorly}@1": 2}
            self._list.define_seat(seat, self.now)
            self._list.serve(seat, pools, self.now)
            self._list.phone(seat, True, self.now)
            self._list.sign_in(seat, f"8{seat}", self.now)
            self._list.ready(seat, self.now)

    def arrive(self) -> None:
        """A caller joins the list; some have waited long enough for a lower level."""
        number = next(self._numbers)
        group = GROUPS[number % 5]
        call = f"call-{number}"
        self.now += 0.001
        self._list.enqueue(
            call,
            group,
            slope=SLOPES[number % 3],
            enqueued_at=self.now,
            ring_seconds=15.0,
            now=self.now,
        )
        if number // 5 % WIDENED == 0:
            self._list.widen(call, f"{group}@1", self.now)

    def answer(self) -> None:
        """The seat that was offered the next caller answers."""
        event = next(self._inbox)
        assert isinstance(event, OfferMade)
        self.offers += 1
        self.rejected += len(event.offer.why.get("rejected") or ())
        assert self._list.accept(event.offer.token, self.now)
        self._talks.append((event.offer.seat, event.offer.token))

    def finish(self) -> None:
        """The seat that has talked longest is released, without wrap-up."""
        seat, token = self._talks.popleft()
        assert self._list.release(seat, token, 0.0, self.now)

    def fill(self, waiting: int) -> None:
        """Let every seat talk that is not on a break, and so many callers wait."""
        crews = range(0, len(self.seats), len(GROUPS))
        absent = [seat for at in crews[::ON_BREAK] for seat in self.seats[at : at + len(GROUPS)]]
        for seat in absent:
            self._list.not_ready(seat, "break", self.now)
        while len(self._talks) < len(self.seats) - len(absent):
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

    def __init__(self, client: redis.Redis, hall: Hall, cycle: Callable[[], None]) -> None:
        self._client = client
        self._hall = hall
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
    def rejected(self) -> float:
        """Seats of which an offer tells why they were not offered the caller, on average."""
        return self._hall.rejected / self._hall.offers

    @property
    def seconds_inside_redis(self) -> float:
        return median(self._inside)


def run(*, quick: bool = False) -> list[Figure]:
    """Measure; `quick` compares smaller halls, to see that it works."""
    batches, cycles = (3, 30) if quick else (15, 100)
    waiting, seats = (WAITING_IF_QUICK, SEATS_IF_QUICK) if quick else (WAITING, SEATS)
    figures: list[Figure] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedRedis(Path(folder)) as server,
    ):
        client = connect(server.url)
        for timings in (
            {
                f"{callers:,} waiting, {places:,} seats busy": _busy(client, callers, places)
                for callers in waiting
                for places in seats
            },
            {f"nobody waiting, {places:,} seats idle": _quiet(client, places) for places in seats},
        ):
            for _ in range(batches):
                for timing in timings.values():
                    timing.batch(cycles)
            figures += _figures(timings)
    return figures


def _busy(client: redis.Redis, waiting: int, seats: int) -> Timing:
    hall = Hall(client, f"busy-{waiting}-{seats}", seats)
    hall.fill(waiting)
    return Timing(client, hall, hall.busy_cycle)


def _quiet(client: redis.Redis, seats: int) -> Timing:
    hall = Hall(client, f"quiet-{seats}", seats)
    return Timing(client, hall, hall.quiet_cycle)


def _figures(timings: dict[str, Timing]) -> list[Figure]:
    """The first of the halls is the smallest, the last the largest."""
    smallest, first = next(iter(timings.items()))
    largest, last = list(timings.items())[-1]
    figures = [
        Figure(f"match, {smallest}", first.seconds * 1e6, "µs"),
        Figure(
            f"match, {largest}", last.seconds * 1e6, "µs", smallest, first.seconds / last.seconds
        ),
    ]
    for name, timing in timings.items():
        inside = timing.seconds_inside_redis * 1e6
        ratio = first.seconds_inside_redis / timing.seconds_inside_redis
        compared = (None, None) if timing is first else (smallest, ratio)
        figures.append(Figure(f"match inside Redis, {name}", inside, "µs", *compared))
    for name, timing in ((smallest, first), (largest, last)):
        figures.append(Figure(f"rejected seats told, {name}", timing.rejected, "seats a match"))
    return [*figures, Figure(f"matches, {largest}", 1 / last.seconds, "a second")]
