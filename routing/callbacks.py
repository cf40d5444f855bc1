"""Callbacks (回拨): what a city's plan says about calling back callers who did not wait on.

A callback keeps the place that its caller had in the waiting list. Numbers that are never called
back: emergency services, the city's own, foreign ones, service numbers and blocked callers.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from routing.calling import CallingRules
from routing.numbers import EMERGENCY, normalise

if TYPE_CHECKING:
    from routing.plan import Plan

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LOCAL = re.compile(r"[2-8][0-9]{6,7}")
_NATIONAL = re.compile(r"0[1-9][0-9]{1,2}[2-8][0-9]{6,7}")
LONGEST_NUMBER = 12
"""Digits: 0, area code, 8 digits."""
SHORTEST_NUMBER = 7


@dataclass(frozen=True, slots=True)
class Missed:
    """漏接回拨: which callers that nobody answered are called back without having asked for it."""

    lines: frozenset[str] = frozenset()
    """Names of the lines meant; empty for none."""
    after_seconds: float = 10.0
    """Who waited less is left alone: a short abandon is usually a misdialled number."""
    delay_seconds: float = 60.0
    """How long the caller has to dial again before the callback takes its place."""
    open: str | None = None
    """Calendar by which missed calls become callbacks; None: at all times."""
    congested: bool = False
    """Whether those are called back, too, who could not enter: the list was full, or the hotline
    overloaded."""
    declined: bool = False
    """Whether those are called back, too, who said no when they were asked."""
    most_open: int = 500
    """Open callbacks of the city, of whatever kind, beyond which no missed caller becomes one."""


@dataclass(frozen=True, slots=True)
class CallbackRules(CallingRules):
    """Who is called back, how and when."""

    lines: frozenset[str] = frozenset()
    """Names of the lines whose callers are offered a callback; empty for all."""
    missed: Missed = Missed()

    def serves(self, line: str) -> bool:
        """Tell whether callers of the line can be called back."""
        return bool(self.trunk) and (not self.lines or line in self.lines)


class Unreachable(StrEnum):
    """Why a number is never called back."""

    NO_NUMBER = "no_number"
    """What was written is no telephone number of this country's subscribers."""
    EMERGENCY = "emergency"
    OWN = "own"
    """A number of the city's own: a line, a seat, an office."""
    BLOCKED = "blocked"


def reachable(written: str, plan: Plan, now: float) -> str | Unreachable:
    """Give the normal form of a number that may be called back, or say why it may not.

    `written` is hostile: what a caller sent or typed. Only mobiles and fixed lines of the country
    count; what is returned has digits alone.
    """
    number = normalise(written, plan.area_code)
    if number in EMERGENCY:
        return Unreachable.EMERGENCY
    if number in own_numbers(plan):
        return Unreachable.OWN
    if not any(form.fullmatch(number) for form in (_MOBILE, _LOCAL, _NATIONAL)):
        return Unreachable.NO_NUMBER
    if plan.callers.blocked.find(number, now) is not None:
        return Unreachable.BLOCKED
    return number


def own_numbers(plan: Plan) -> Collection[str]:
    """Give every number that leads back into the city's own hotline or to its seats."""
    dids = (number for trunk in plan.trunks.values() for number in trunk.dids)
    phones = (seat.phone for seat in plan.seats.values() if seat.phone)
    forwards = [
        forward.number
        for line in plan.lines.values()
        for forward in (line.forward, line.transfer_to)
        if forward is not None
    ]
    return {*plan.by_number, *plan.seats, *dids, *phones, *forwards}
