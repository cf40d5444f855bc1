"""Error of the estimated wait, against what other switches say, on simulated days.

Three days go through the pure hall (`routing.hall`) on a virtual clock, with talks and patience
drawn from long-tailed distributions and with changes of shift:

ordinary   6,000 callers, 12 to 30 seats: queues come and go
peak       30 seats for more than they can serve for hours, as at Ankang
storm      60 seats and twelve calls a second for an hour and a half, as at Nanjing on 2021-07-25,
           nearly all of whom give up

Some callers are asked for who never hang up, so that their real wait is known. Each is told the
estimate on entering and every minute. Four ways to estimate hear the same facts at the same time:

ours            routing.estimate
per seat        average hold time (talk + wrap-up) × position ÷ seats on: the textbook
plain           average hold time × position
moving average  Asterisk's app_queue: the waits of who was answered, each new one a quarter, less
                the time waited already
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf
from random import Random
from statistics import fmean

from bench.figures import Figure
from routing.hall import Hall
from routing.observer import ON, Observer
from routing.queueing import Strategy
from routing.virtual import Fate, VirtualDay, Visit

MORNING = 1_627_171_200.0
HOUR = 3600.0
POOLS = ("hotline", "market")
WRAP_UP = 15.0
ASK_SECONDS = 60.0
CLOSE = 0.25
"""An estimate is close if it is within this share of the real wait."""
WAYS = ("ours", "per seat", "plain", "moving average")


@dataclass(frozen=True, slots=True)
class Scene:
    """A day to simulate."""

    name: str
    rates: tuple[tuple[float, float], ...]
    """Hours since the beginning, and callers an hour from then on; the last one ends it."""
    seats: tuple[tuple[float, int], ...]
    """Hours since the beginning, and seats on from then on."""
    patience_seconds: float
    talk_seconds: float = 150.0
    urgent: float = 0.02
    """Share of the callers who come with ten minutes of priority."""
    asked: int = 400
    """How many callers are followed, about."""


ORDINARY = Scene(
    "ordinary",
    ((0, 60), (7, 280), (9, 620), (11, 420), (14, 600), (17, 350), (20, 120), (24, 0)),
    ((0, 6), (8, 24), (9, 32), (12, 20), (14, 30), (18, 20), (21, 8)),
    600.0,
)
PEAK = Scene(
    "peak",
    ((0, 500), (1, 720), (4, 560), (6, 700), (9, 300), (11, 0)),
    ((0, 30), (3, 24), (5, 33), (7, 30), (10, 20)),
    420.0,
    talk_seconds=165.0,
)
STORM = Scene(
    "storm",
    ((0, 1_000), (0.5, 42_000), (2, 2_000), (3, 0)),
    ((0, 40), (0.75, 60), (1.5, 50)),
    75.0,
    urgent=0.0005,
    asked=40,
)


@dataclass(slots=True)
class Asked:
    """What was told at one moment, and what came of it."""

    real: float
    told: dict[str, float]


class Day:
    """One scene, played; the estimates hear what a daemon would know."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self.scene = scene
        self.chance = Random(f"{scene.name}/{seed}")
        self.hall = Hall()
        self.day = VirtualDay(self.hall)
        self.talks: deque[float] = deque(maxlen=200)
        self.observer = Observer(self.day, lambda group: WRAP_UP)
        self.moving = 0.0
        self.waiting: dict[str, list[tuple[float, dict[str, float]]]] = {}
        self.asked: list[Asked] = []

    def play(self) -> list[Asked]:
        for pool in POOLS:
            self.hall.define_group(pool, Strategy.LONGEST_IDLE)
        self.day.on_arrival, self.day.on_end, self.day.on_free = self._come, self._end, self._free
        changes = [(MORNING + hour * HOUR, seats) for hour, seats in self.scene.seats]
        for when, seats in changes:
            self.day.at(when, lambda seats=seats: self._staff(seats))  # type: ignore[misc]
        self.day.run(self._visits())
        return self.asked

    def _visits(self) -> Iterator[Visit]:
        total = sum(
            rate * (until - since)
            for (since, rate), (until, _) in zip(
                self.scene.rates, self.scene.rates[1:], strict=False
            )
        )
        for (since, rate), (until, _) in zip(self.scene.rates, self.scene.rates[1:], strict=False):
            now = MORNING + since * HOUR
            while (now := now + self.chance.expovariate(rate / HOUR)) < MORNING + until * HOUR:
                visit = self._visit(now)
                if self.chance.random() < self.scene.asked / total:
                    visit = replace(visit, call=f"asked-{visit.call}", patience_seconds=inf)
                yield visit

    def _visit(self, now: float) -> Visit:
        chance = self.chance
        talk = chance.lognormvariate(0, 0.8) * self.scene.talk_seconds / 1.377
        if chance.random() < 0.002:
            talk += 3000
        return Visit(
            call=f"{now:.3f}",
            at=now,
            group=POOLS[0] if chance.random() < 0.8 else POOLS[1],
            talk_seconds=talk,
            patience_seconds=chance.weibullvariate(self.scene.patience_seconds, 0.8),
            answer_seconds=chance.uniform(2, 7),
            wrap_up_seconds=WRAP_UP,
            priority=600 if chance.random() < self.scene.urgent else 0,
        )

    def _staff(self, seats: int) -> None:
        """Seats up to the number come, the others go; some serve one pool, most both."""
        for number in range(1, 1 + max(count for _, count in self.scene.seats)):
            seat = f"{1000 + number}"
            if number > seats:
                if seat in self.hall.seats:
                    self.day.go(seat)
            elif number % 5 == 0:
                self.day.come(seat, {POOLS[1]: 5})
            else:
                self.day.come(seat, dict.fromkeys(POOLS[: 1 + number % 2], 5))

    def _come(self, visit: Visit) -> None:
        if visit.call.startswith("asked") and not self.hall.callers[visit.call].ringing:
            self.waiting[visit.call] = []
            self._ask(visit)

    def _ask(self, visit: Visit) -> None:
        if visit.call not in self.waiting:
            return
        if not self.hall.callers[visit.call].ringing and (told := self._estimates(visit)):
            self.waiting[visit.call].append((self.day.now, told))
        self.day.at(self.day.now + ASK_SECONDS, lambda: self._ask(visit))

    def _end(self, fate: Fate) -> None:
        assert fate.ended_at is not None
        waited = fate.ended_at - fate.visit.at
        self.observer.ended(fate)
        if fate.answered_at is not None:
            self.moving = (3 * self.moving + waited) / 4
        for when, told in self.waiting.pop(fate.visit.call, ()):
            self.asked.append(Asked(fate.ended_at - when, told))

    def _free(self, fate: Fate) -> None:
        self.talks.append(fate.visit.talk_seconds)
        self.observer.freed(fate)

    def _estimates(self, visit: Visit) -> dict[str, float] | None:
        ours = self.observer.wait(visit.call)
        if ours is None:
            return None
        position = self.hall.ahead(visit.call, self.day.now)[visit.group] + 1
        seats = self.hall.seats.values()
        on = sum(1 for seat in seats if seat.state in ON and visit.group in seat.pools)
        hold = fmean(self.talks) + WRAP_UP
        return {
            "ours": ours,
            "per seat": hold * position / on,
            "plain": hold * position,
            "moving average": max(0.0, self.moving - (self.day.now - visit.at)),
        }


def run(*, quick: bool = False) -> list[Figure]:
    """Play the days, one seed each; `quick` only the peak."""
    figures: list[Figure] = []
    for scene in (PEAK,) if quick else (ORDINARY, PEAK, STORM):
        asked = Day(scene, seed=1).play()
        errors = {way: fmean(abs(one.told[way] - one.real) for one in asked) for way in WAYS}
        close = {
            way: 100 * fmean(abs(one.told[way] - one.real) <= CLOSE * one.real for one in asked)
            for way in WAYS
        }
        real = fmean(one.real for one in asked)
        figures.append(Figure(f"{scene.name}: {len(asked):,} estimates, real wait", real, "s"))
        figures += _figures(f"{scene.name}: mean error", errors, "s", smaller=True)
        figures += _figures(f"{scene.name}: within 25 %", close, "%", smaller=False)
    return figures


def _figures(name: str, values: dict[str, float], unit: str, smaller: bool) -> Iterator[Figure]:
    """Each way's value, and how much better ours is than the best of the others."""
    others, ours = WAYS[1:], values[WAYS[0]]
    for way in others:
        yield Figure(f"{name}, {way}", values[way], unit)
    best = (min if smaller else max)(others, key=lambda way: values[way])
    better = values[best] / ours if smaller else ours / values[best]
    yield Figure(f"{name}, ours", ours, unit, best, better)
