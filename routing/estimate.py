"""How long a caller will wait: a small hall played through from now on, many times.

What is known goes in as it is: which seats are on and what each is doing for how long, how long
recent talks were, how many are ahead, and how fast callers give up. A seat that talks for
two minutes will be free when a recent talk of more than two minutes would have ended; then it
takes the next one ahead, unless that caller has given up by then. The wait is the median over the
plays, so that one endless talk among the recent ones does not spoil it.

Two things are not in it, since nobody knows them: callers with a higher priority who have not
called yet, and agents who will come or go.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heapreplace
from math import exp
from random import Random
from statistics import fmean, median

from routing.patience import ENDLESS, Patience
from routing.seats import SeatState

FEWEST = 5
"""Talks below which nothing can be said."""
PLAYS = 24
FEWEST_PLAYS = 7
STEPS = 3_000
"""Seats and callers in all plays together: the cost of an estimate is bounded."""
DEEPEST = 240
"""Callers ahead up to whom the hall is played through; the rest of the queue flows."""
STRIDES = 60
"""In how many steps it does."""
FORGOTTEN = 10.0
"""A talk longer than so many medians is a phone that nobody hung up; it counts as so long."""


@dataclass(frozen=True, slots=True)
class SeatOn:
    """A seat whose agent takes calls: ready, offered, talking or in wrap-up."""

    state: SeatState
    seconds: float
    """How long it has been ringing or talking; in wrap-up, how long that will still take."""


@dataclass(frozen=True, slots=True)
class Recent:
    """What was measured lately, for the callers of one group."""

    talks: Sequence[float]
    """Seconds of each talk."""
    wrap_up_seconds: float = 0.0
    """What a seat takes after a talk, on average."""
    answer_seconds: float = 0.0
    """How long a phone rings until it is answered, on average."""
    patience: Patience = ENDLESS


@dataclass(frozen=True, slots=True)
class Waits:
    """Estimated wait by the number of callers ahead."""

    ahead: tuple[int, ...]
    seconds: tuple[float, ...]
    """Until the answer, with so many callers ahead; as long as `ahead`."""

    def behind(self, ahead: float) -> float:
        """Give the seconds until the answer; half a caller counts half, and beyond the deepest
        the deepest counts."""
        after = bisect_right(self.ahead, ahead)
        if after == len(self.ahead):
            return self.seconds[-1]
        near, far = self.ahead[after - 1], self.ahead[after]
        low, high = self.seconds[after - 1], self.seconds[after]
        return low + (high - low) * (ahead - near) / (far - near)


def waits(
    seats: Sequence[SeatOn], recent: Recent, ages: Sequence[float] = (), deepest: int = 0
) -> Waits | None:
    """Estimate the wait behind 0 to `deepest` callers; None if nobody can know it.

    That is so while no seat is on, and as long as fewer than FEWEST talks were measured. `ages`
    are the seconds that the callers ahead have waited, first to last; where there are fewer than
    `deepest`, they are spread evenly. The same facts give the same answer, always.
    """
    if not seats or len(recent.talks) < FEWEST:
        return None
    middle = median(recent.talks)
    talks = sorted(min(seconds, FORGOTTEN * middle) for seconds in recent.talks)
    around = recent.answer_seconds + recent.wrap_up_seconds
    worn = _Worn(recent.patience, ages, deepest)
    played = min(deepest, DEEPEST)
    plays = max(FEWEST_PLAYS, min(PLAYS, STEPS // (played + len(seats))))
    chance = Random(0)
    found = [_play(seats, talks, recent, played, worn, chance) for _ in range(plays)]
    times = [median(column) for column in zip(*found, strict=True)]
    ahead = list(range(played + 1))
    turn = (fmean(talks) + around) / len(seats)
    stride = max(1, (deepest - played) // STRIDES)
    while ahead[-1] < deepest:
        # so deep that the queue flows like water: what is left of `stride` callers is served
        times.append(times[-1] + stride * turn * worn.remain(ahead[-1], times[-1]))
        ahead.append(ahead[-1] + stride)
    return Waits(tuple(ahead), tuple(seconds + recent.answer_seconds for seconds in times))


class _Worn:
    """Who of the callers ahead will still be there."""

    def __init__(self, patience: Patience, ages: Sequence[float], callers: int) -> None:
        self._patience = patience
        self.nobody_gives_up = patience == ENDLESS or not callers
        self._ages = ages or (0.0,)
        self._worn = [patience.worn(age) for age in self._ages]
        self._spread = len(self._ages) / max(callers, len(self._ages))

    def remain(self, place: int, seconds: float) -> float:
        """Give the chance that the caller at that place, from 0, still waits then."""
        sample = min(int(place * self._spread), len(self._ages) - 1)
        return exp(self._worn[sample] - self._patience.worn(self._ages[sample] + seconds))


def _play(
    seats: Sequence[SeatOn],
    talks: Sequence[float],
    recent: Recent,
    deepest: int,
    worn: _Worn,
    chance: Random,
) -> list[float]:
    """Play once: when a seat is free for whoever has 0, 1, … `deepest` callers ahead."""
    free = [_busy_for(seat, talks, recent, chance) for seat in seats]
    heapify(free)
    random, size, endless = chance.random, len(talks), worn.nobody_gives_up
    around = recent.answer_seconds + recent.wrap_up_seconds
    times = [free[0]]
    for place in range(deepest):
        moment = free[0]
        if endless or random() < worn.remain(place, moment):
            heapreplace(free, moment + around + talks[int(random() * size)])
        times.append(free[0])
    return times


def _busy_for(seat: SeatOn, talks: Sequence[float], recent: Recent, chance: Random) -> float:
    """Draw how long the seat will still be busy with the caller that it has."""
    if seat.state is SeatState.READY:
        return 0.0
    if seat.state is SeatState.WRAP_UP:
        return max(0.0, seat.seconds)
    if seat.state is SeatState.OFFERED:
        rings = max(0.0, recent.answer_seconds - seat.seconds)
        return rings + chance.choice(talks) + recent.wrap_up_seconds
    longer = bisect_right(talks, seat.seconds)
    if longer < len(talks):
        rest = talks[chance.randrange(longer, len(talks))] - seat.seconds
    else:
        # longer than all of them: nothing is known but that talks end
        rest = chance.random() * 2 * median(talks)
    return rest + recent.wrap_up_seconds


def share(pools: Mapping[str, int], seats: Sequence[frozenset[str]], own: frozenset[str]) -> float:
    """Count the callers ahead as far as they take seats of ours.

    `pools` has how many callers of each pool are ahead, `seats` the pools of each seat that is on,
    `own` the pools of the caller. Whoever may be served by ten seats of which two serve us counts
    as a fifth of a caller.
    """
    total = 0.0
    for pool, callers in pools.items():
        theirs = [serves for serves in seats if pool in serves]
        ours = sum(1 for serves in theirs if not own.isdisjoint(serves))
        total += callers * (ours / len(theirs) if theirs else 0.0)
    return total
