"""A run: one fault after the other, and after each the invariants."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext

import gevent

from tests.chaos import faults, invariants
from tests.chaos.city import City, Place
from tests.chaos.faults import Fault, Noticed
from tests.chaos.invariants import Wrong
from tests.scenarios.hotline import wait_for

CALM_SECONDS = 30.0
"""What is still wrong so long after everything works again stays wrong."""
GROWTH_KB = 60_000
"""By how much a daemon may have grown since its first fault."""
LOOK_SECONDS = 0.3
CLEAN_LOOKS = 2


class Violation(AssertionError):
    """An invariant does not hold; the message is the whole story."""


class Run:
    """A city, and the faults that befall it; which ones and when is decided by `seed`."""

    def __init__(self, city: City, seed: int, among: Sequence[Fault] = faults.ALL) -> None:
        self.city = city
        self.seed = seed
        self.befallen: list[str] = []
        self._chance = random.Random(f"{seed}:faults")
        self._among = among
        self._deck: list[Fault] = []

    def faults(self, number: int) -> Iterator[float]:
        """Let so many happen; yields, for each that was survived, the seconds until calm."""
        for _ in range(number):
            fault, seconds = self._draw()
            gevent.sleep(self._chance.uniform(0.2, 1.0))
            self.befallen.append(f"{fault.name} ({seconds:.1f} s)" if seconds else fault.name)
            journal = self.city.journal
            away = fault.noticed is Noticed.TURNED_AWAY
            excuses = journal.excuses() if away else nullcontext()
            with journal.troubled(self.befallen[-1]), excuses:
                with fault.breaks(self.city):
                    gevent.sleep(seconds)
                journal.notes(f"{fault.name} is over")
                began = time.monotonic()
                self._waits(self.city.waits_for_both)
                self._comes_to_rest()
            self._check()
            yield time.monotonic() - began

    def ends(self) -> None:
        """The callers go home; then every call has its record and all counts agree."""
        self.city.switch.closes()
        self._comes_to_rest(quiet=True)
        self._check()
        self._raise_unless(self._figures_agree, "the figures agree")

    def _draw(self) -> tuple[Fault, float]:
        """Each kind once in a while, in an order of the seed's."""
        if not self._deck:
            self._deck = list(self._among)
            self._chance.shuffle(self._deck)
        fault = self._deck.pop()
        return fault, self._chance.uniform(0.3, 1.0) * fault.seconds

    def _comes_to_rest(self, quiet: bool = False) -> None:
        """Until nothing is wrong for a moment; what stays wrong all the time is a violation."""
        since: dict[Wrong, float] = {}
        clean = 0
        while clean < CLEAN_LOOKS:
            scene = self.city.scene()
            now = time.monotonic()
            wrongs = invariants.loose_ends(scene) if scene else [Wrong("one owns", "", "nobody")]
            since = {wrong: since.get(wrong, now) for wrong in wrongs}
            if quiet and scene is not None and scene.known:
                wrongs.append(Wrong("calls end", "", "some go on"))
            clean = 0 if wrongs else clean + 1
            stuck = [wrong for wrong, first in since.items() if now - first > CALM_SECONDS]
            self._raise(stuck)
            gevent.sleep(LOOK_SECONDS)

    def _check(self) -> None:
        journal = self.city.journal
        journal.settle()
        rings = journal.rings.values()
        self._raise(
            [
                *invariants.talks_cut(journal.talks),
                *invariants.callers_lost(journal.calls.values(), journal.excused),
                *invariants.rung_twice(rings, self.city.switch.collisions()),
                *invariants.served_out_of_order(rings, time.time()),
                *(wrong for place in self.city.places for wrong in _growth(place)),
            ]
        )

    def _figures_agree(self) -> list[Wrong]:
        return invariants.indicators_differ(*self.city.figures())

    def _raise_unless(self, wrongs: Callable[[], list[Wrong]], what: str) -> None:
        try:
            wait_for(lambda: not wrongs(), what)
        except AssertionError:
            self._raise(wrongs())

    def _waits(self, wait: Callable[[], None]) -> None:
        try:
            wait()
        except AssertionError as error:
            self._raise([Wrong("one owns, one stands by", "", str(error))])

    def _raise(self, wrongs: Sequence[Wrong]) -> None:
        if not wrongs:
            return
        named = [wrong for wrong in wrongs if wrong.call][:3]
        calls = dict.fromkeys(call for wrong in named for call in (wrong.other, wrong.call) if call)
        raise Violation(
            "\n".join(
                [
                    f"seed {self.seed}, after {len(self.befallen)} faults:",
                    *(f"  {number}. {name}" for number, name in enumerate(self.befallen, 1)),
                    "does not hold:",
                    *(f"  {wrong.rule}: {wrong.what} {wrong.call}" for wrong in wrongs[:10]),
                    *(f"\n{call}:\n{self.city.story(call)}" for call in calls),
                ]
            )
        )


def _growth(place: Place) -> Iterator[Wrong]:
    """Memory stays flat: what a daemon has after many faults is what it had after the first."""
    if not place.lives:
        return
    size = place.resident_kb()
    if not place.first_size:
        place.first_size = size
    if size - place.first_size > GROWTH_KB:
        grown = f"{place.name} has grown from {place.first_size} to {size} kB"
        yield Wrong("memory is flat", "", grown)
