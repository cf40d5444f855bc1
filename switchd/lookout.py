"""What is odd about the legs on a link that is up: something that no event has told.

Between a leg's birth and the event that tells of it everything is odd for a moment. So only what is
odd twice, a minute apart, is taken for lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Self

from routing.callflow import Call, State

PERIOD_SECONDS = 60.0
"""How often it is looked."""
_WITHOUT_CALLER = frozenset(
    {
        State.ARRIVED,
        State.PREVIEW,
        State.DIALLING_OUT,
        State.CALLING,
        State.EXPLAINING,
        State.FAREWELL,
        State.CLEARING,
        State.ENDED,
    }
)
"""States in which the leg that the call is named by need not be there."""


@dataclass(frozen=True, slots=True)
class Oddities:
    """What the switch has and nobody here works on, and the other way round."""

    gone: frozenset[tuple[str, str]] = frozenset()
    """Call and leg: the call goes on, and the leg is not there."""
    unknown: frozenset[str] = frozenset()
    """Legs on which nobody works."""
    astray: frozenset[str] = frozenset()
    """Legs that we have rung and that their calls have no use for."""

    def __and__(self, other: Self) -> Oddities:
        return Oddities(
            self.gone & other.gone, self.unknown & other.unknown, self.astray & other.astray
        )

    def __bool__(self) -> bool:
        return bool(self.gone or self.unknown or self.astray)

    @property
    def calls(self) -> frozenset[str]:
        """Calls some of whose legs are not there."""
        return frozenset(call for call, _ in self.gone)


def odd(
    legs: Iterable[str],
    calls: Iterable[Call],
    *,
    real: Callable[[str], str],
    known: Callable[[str], bool],
    astray: Callable[[str], bool],
) -> Oddities:
    """Compare the legs of a switch with the calls in progress.

    `real` gives the leg that a call knows by another name; `known` tells whether somebody works on
    a leg, `astray` whether it is one that somebody has no use for.
    """
    there = frozenset(legs)
    gone = {
        (call.id, leg)
        for call in calls
        for leg in (*(() if call.state in _WITHOUT_CALLER else (call.id,)), *call.open_legs)
        if real(leg) not in there
    }
    unknown = frozenset(leg for leg in there if not known(leg))
    return Oddities(
        frozenset(gone), unknown, frozenset(leg for leg in there - unknown if astray(leg))
    )
