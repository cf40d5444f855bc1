"""Whom a seat may call when it is in no call: on whose behalf, and by which way."""

from __future__ import annotations

from dataclasses import dataclass

from routing.callbacks import own_numbers
from routing.dialling import Allowed, emergency_ways
from routing.lines import Forward, Line, LineKind
from routing.numbers import EMERGENCY, normalise
from routing.plan import Plan
from routing.transfers import Desk, Kind, Phone, Reach, Role, Target, Way, resolve, supervisors

SUPERVISOR = "supervisor"
"""Stands for a number: whoever of the supervisors (班长席) can be had."""
INSIDE = ""
"""The trunk of a way to a seat: none, the seat's own phone is rung."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What a seat has dialled, and what the plan says of it."""

    number: str
    """Normalised, or a seat's; "" if it is no telephone number."""
    ways: tuple[Forward, ...] = ()
    """How it is reached, the best way first; none if it may not be called."""
    shown: str = ""
    """The number that the other side sees."""

    @property
    def is_emergency(self) -> bool:
        """Whether it must be called whatever else is not possible."""
        return self.number in EMERGENCY


def seat_at(way: Forward, plan: Plan) -> str:
    """Give the seat whose phone a way rings; "" if it is none's."""
    if way.trunk == INSIDE:
        return way.number
    known = ((seat.phone, seat.trunk, seat.number) for seat in plan.seats.values() if seat.phone)
    return next((seat for *phone, seat in known if phone == [way.number, way.trunk]), "")


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


def called(written: str, seat: str, line: str, plan: Plan, now: float) -> Outside:
    """Look up whom a seat has dialled on behalf of the `line`: a supervisor, whom a short number
    stands for, a seat, the people of a sub-centre or an expert's line, or a number outside.

    People are called one after another, whether or not their plan says together. `written` is
    hostile; `now` in seconds since the epoch.
    """
    way = _known(written, seat, line, plan, now)
    if way is None:
        return outside(written, line, plan)
    reached = (_forward(reach, plan) for reach in (*way.reaches, *_group(way.group, seat, plan)))
    ways = tuple(forward for forward in reached if forward is not None)
    number = ways[0].number if ways else normalise(written, plan.area_code)
    trunks = {forward.trunk for forward in ways}
    shown = (
        seat if trunks == {INSIDE} else plan.dialling.shown.get(line, plan.dialling.shown_number)
    )
    return Outside(number, ways, shown or line)


def _known(written: str, seat: str, line: str, plan: Plan, now: float) -> Way | None:
    """Give the way to somebody whom the plan has by another name than a telephone number."""
    if written == SUPERVISOR:
        found = supervisors(plan, seat)
    elif written in plan.dialling.short_numbers or written in plan.seats:
        found = resolve(plan, Target(Kind.DIGITS, written), seat, line, now)
    else:
        of_line = plan.by_number.get(normalise(written, plan.area_code))
        if of_line is None or of_line.transfer_to is None:
            return None
        found = resolve(plan, Target(Kind.LINE, of_line.name), seat, line, now)
    return found if isinstance(found, Way) else Way(Role.OUTSIDE, written)


def _group(group: str, seat: str, plan: Plan) -> tuple[Desk, ...]:
    seconds = plan.control.ring_seconds
    seats = (other.number for other in plan.seats.values() if group in other.groups)
    return tuple(Desk(number, seconds) for number in seats if number != seat)


def _forward(reach: Reach, plan: Plan) -> Forward | None:
    if isinstance(reach, Phone):
        return Forward(reach.number, reach.trunk, reach.seconds)
    seat = plan.seats.get(reach.name)
    if seat is None:
        return None
    if seat.phone:
        return Forward(seat.phone, seat.trunk, reach.seconds)
    return Forward(seat.number, INSIDE, reach.seconds)
