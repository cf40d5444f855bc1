"""Callers who come by themselves, as a profile says.

Seeded: the n-th caller always decides alike, whatever happens to the others.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from switchd.sim.callers import SimCaller
from switchd.sim.profile import Mind, Profile

if TYPE_CHECKING:
    from switchd.sim.clock import StillClock, Timer

Call = Callable[[str, str, Mind, Callable[[SimCaller], None]], SimCaller]
"""Makes a call: number, dialled number, mind, whom to tell when it is over."""


@dataclass(slots=True)
class Counts:
    """What became of the callers so far."""

    arrived: int = 0
    talked: int = 0
    gave_up: int = 0
    turned_away: int = 0
    """Ended by the switch without a talk."""
    redialled: int = 0


class Traffic:
    """A stream of callers."""

    def __init__(self, profile: Profile, clock: StillClock, seed: int, call: Call) -> None:
        self.profile = profile
        self.counts = Counts()
        self._clock = clock
        self._seed = seed
        self._call = call
        self._gaps = random.Random(f"{seed}:arrivals")
        self._zone = ZoneInfo(profile.zone)
        self._born = 0
        self._begun = 0.0
        self._elapsed = 0.0
        """Seconds from the start to the last arrival; the next is counted from it, so that a
        late timer does not thin out the stream."""
        self._next: Timer | None = None
        self._running = False

    def start(self) -> None:
        """Let them come."""
        self._running = True
        self._begun = self._clock.elapsed()
        self._schedule()

    def stop(self) -> None:
        """No new callers and no redials; those on the line stay."""
        self._running = False
        if self._next is not None:
            self._next.cancel()

    def rate(self) -> float:
        """Calls an hour, now."""
        profile = self.profile
        for burst in profile.bursts:
            if burst.begins <= self._elapsed < burst.begins + burst.seconds:
                return burst.calls_per_hour
        if isinstance(profile.calls_per_hour, tuple):
            hour = datetime.fromtimestamp(self._clock.now(), self._zone).hour
            return profile.calls_per_hour[hour % len(profile.calls_per_hour)]
        return profile.calls_per_hour

    def _schedule(self) -> None:
        rate = self.rate()
        gap = self._gaps.expovariate(rate / 3600) if rate > 0 else 60.0
        due = self._begun + self._elapsed + gap
        self._next = self._clock.later(
            due - self._clock.elapsed(), self._arrive, self._elapsed + gap, rate > 0
        )

    def _arrive(self, elapsed: float, somebody: bool) -> None:
        self._elapsed = elapsed
        self._schedule()
        if somebody:
            self._born += 1
            rng = random.Random(f"{self._seed}:caller:{self._born}")
            number = f"13{rng.randrange(10**9):09d}"
            self._dial(number, self.profile.number(rng), rng)

    def _dial(self, number: str, dialled: str, rng: random.Random) -> None:
        self.counts.arrived += 1
        mind = self.profile.mind(rng)

        def over(caller: SimCaller) -> None:
            self._ended(caller, rng)

        self._call(number, dialled, mind, over)

    def _ended(self, caller: SimCaller, rng: random.Random) -> None:
        if caller.talked:
            self.counts.talked += 1
            return
        if caller.ended_by() == "caller":
            self.counts.gave_up += 1
        else:
            self.counts.turned_away += 1
        again, after = rng.random(), self.profile.redial_after.draw(rng)
        if self._running and again < self.profile.redials:
            self._clock.later(after, self._redial, caller, rng)

    def _redial(self, caller: SimCaller, rng: random.Random) -> None:
        if self._running:
            self.counts.redialled += 1
            self._dial(caller.number, caller.dialled, rng)
