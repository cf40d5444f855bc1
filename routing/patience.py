"""How many callers give up, by how long they have waited: a life table of the last while.

Counted are the seconds that callers of each age spent in the queue within one window of time, and
who gave up at that age. Callers who still wait count like those who have left: left out, a queue
that is growing would look as if everybody gave up at once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from random import Random
from typing import NamedTuple

AGES = (0.0, 15.0, 30.0, 60.0, 120.0, 240.0, 480.0, 960.0)
"""Seconds waited at which a new row of the table begins; the last has no end."""
DOUBT = 2.0
"""A row is moved towards the table's average as if so many average departures were in it."""


class End(NamedTuple):
    """Somebody who left the queue."""

    at: float
    """Seconds since the epoch."""
    waited: float
    gave_up: bool
    """False if a seat answered."""


class Waiter(NamedTuple):
    """Callers of one age who wait now."""

    waited: float
    many: float


@dataclass(frozen=True, slots=True)
class Patience:
    """Share of the callers who give up per second, by seconds waited."""

    hazards: tuple[float, ...]
    """One for each of `AGES`."""
    sums: tuple[float, ...]
    """Of the rows before, seconds × hazard."""

    def worn(self, waited: float) -> float:
        """Give the hazard that a caller of that age has been through.

        Of callers of one age the share exp(worn(age) - worn(later)) still waits at a later one.
        """
        row = bisect_right(AGES, waited) - 1
        return self.sums[row] + (waited - AGES[row]) * self.hazards[row]


ENDLESS = Patience((0.0,) * len(AGES), (0.0,) * len(AGES))
"""Nobody gives up."""


def patience(ended: Sequence[End], waiting: Iterable[Waiter], now: float) -> Patience:
    """Read the table off the callers who left last and those who wait.

    The window begins when the first of `ended` left; all who left since then must be among them.
    """
    if not any(end.gave_up for end in ended):
        return ENDLESS
    window = now - min(end.at for end in ended)
    spent, gone = [0.0] * len(AGES), [0] * len(AGES)
    for at, waited, gave_up in ended:
        # at the beginning of the window the caller was younger, or had not come yet
        _spend(spent, max(0.0, waited - (at - now + window)), waited, 1)
        if gave_up:
            gone[bisect_right(AGES, waited) - 1] += 1
    for waited, many in waiting:
        _spend(spent, max(0.0, waited - window), waited, many)
    average = sum(gone) / max(sum(spent), 1.0)
    hazards = tuple(
        (left + DOUBT) / (seconds + DOUBT / average)
        for left, seconds in zip(gone, spent, strict=True)
    )
    sums = [0.0]
    for (begins, ends), hazard in zip(pairwise(AGES), hazards, strict=False):
        sums.append(sums[-1] + (ends - begins) * hazard)
    return Patience(hazards, tuple(sums))


def _spend(spent: list[float], since: float, until: float, many: float) -> None:
    """Add the seconds between two ages to the rows in which they lie."""
    row = bisect_right(AGES, since) - 1
    while since < until:
        ends = AGES[row + 1] if row + 1 < len(AGES) else until
        spent[row] += (min(until, ends) - since) * many
        since, row = ends, row + 1


class Survival:
    """How long callers of a day wait before they give up, from those who did and those who were
    answered before (Kaplan and Meier's estimate)."""

    def __init__(self, ended: Iterable[tuple[float, bool]]) -> None:
        """`ended` are seconds waited and whether the caller gave up then."""
        waits = sorted(ended)
        self._times: list[float] = []
        self._shares: list[float] = []
        share, left, gone = 1.0, len(waits), 0.0
        for waited, gave_up in waits:
            if gave_up:
                share *= 1 - 1 / left
                gone += 1
                self._times.append(waited)
                self._shares.append(share)
            left -= 1
        total = sum(waited for waited, _ in waits)
        self._mean = total / gone if gone else inf

    def draw(self, waited: float, chance: Random) -> float:
        """Draw the patience of somebody who has waited so long already, in seconds.

        Nobody is known to give up later than the last who did: from there on callers give up as
        fast as on the day's average. Infinity if nobody gave up all day.
        """
        if self._mean == inf:
            return inf
        before = bisect_right(self._times, waited)
        still_there = self._shares[before - 1] if before else 1.0
        target = still_there * chance.random()
        place = bisect_left(self._shares, -target, lo=before, key=lambda share: -share)
        if place < len(self._times):
            return self._times[place]
        return max(waited, self._times[-1]) + chance.expovariate(1 / max(self._mean, 1.0))
