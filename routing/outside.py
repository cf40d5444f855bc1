"""Whom a seat may call outside, on whose behalf, over which trunks."""

from __future__ import annotations

from dataclasses import dataclass

from routing.callbacks import own_numbers
from routing.dialling import Allowed, emergency_ways
from routing.lines import Forward, Line, LineKind
from routing.numbers import EMERGENCY, normalise
from routing.plan import Plan


@dataclass(frozen=True, slots=True)
class Outside:
    """A number that a seat has dialled, and what the plan says of it."""

    number: str
    """Normalised; "" if it is no telephone number."""
    ways: tuple[Forward, ...] = ()
    """How it is reached, the best way first; none if it may not be called."""
    shown: str = ""
    """The number that the other side sees."""

    @property
    def is_emergency(self) -> bool:
        """Whether it must be called whatever else is not possible."""
        return self.number in EMERGENCY


def line_of(seat: str, plan: Plan, wanted: str = "") -> Line | None:
    """Give the line on whose behalf a seat calls: the one that was named, else one that the seat
    serves, the hotline before others."""
    named = plan.by_number.get(wanted) or plan.lines.get(wanted)
    if named is not None:
        return named
    groups = plan.seats[seat].groups if seat in plan.seats else ()
    hotlines = [line for line in plan.lines.values() if line.kind is LineKind.HOTLINE]
    served = [line for line in (*hotlines, *plan.lines.values()) if line.group in groups]
    return next(iter((*served, *hotlines)), None)


def outside(written: str, line: str, plan: Plan) -> Outside:
    """Look up what a seat has dialled in a call of the `line`. `written` is hostile.

    The city's own numbers are not outside: dialled here, they would lead back into the hotline.
    """
    number = normalise(written, plan.area_code)
    if number in EMERGENCY:
        shown = plan.dialling.shown.get(line, plan.dialling.shown_number)
        return Outside(number, emergency_ways(plan, number), shown or line)
    allowed = plan.dialling.ruling(number, line)
    if not number or number in own_numbers(plan) or not isinstance(allowed, Allowed):
        return Outside(number)
    way = Forward(allowed.number, allowed.trunk, plan.dialling.ring_seconds)
    return Outside(number, (way,), allowed.shown or line)
