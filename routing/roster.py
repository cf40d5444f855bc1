"""Who is to sit where: at one minute, and through the coming days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from routing.calendars import day_of, moment
from routing.plan import Plan
from routing.seats import Seat
from routing.shifts import Duty


@dataclass(frozen=True, slots=True)
class Post:
    """One seat at one moment."""

    seat: str
    title: str
    groups: tuple[str, ...]
    by_shifts: bool
    """Whether shifts say when somebody sits there; otherwise somebody may at any time."""
    duties: tuple[Duty, ...]
    """The crews on duty there."""

    @property
    def on_duty(self) -> bool:
        """Whether the plan has somebody there."""
        return bool(self.duties) or not self.by_shifts


class DayKind(StrEnum):
    """What a day is besides its weekday."""

    PLAIN = ""
    HOLIDAY = "holiday"
    MAKE_UP_DAY = "make-up work day"
    UNKNOWN = "holidays not announced"


@dataclass(frozen=True, slots=True)
class Turns:
    """What one arrangement of shifts does on one day."""

    shifts: str
    """Name of the arrangement."""
    day: date
    kind: DayKind
    duties: tuple[Duty, ...]
    """Those that begin on the day, in order of time."""


def posts(plan: Plan, now: float) -> tuple[Post, ...]:
    """Give every seat as it is staffed at `now` (seconds since the epoch), in the plan's order."""
    return tuple(
        Post(
            seat=seat.number,
            title=seat.title,
            groups=seat.groups,
            by_shifts=seat.shift is not None
            or all(plan.groups[name].shift is not None for name in seat.groups),
            duties=plan.seat_on_duty(seat, now),
        )
        for seat in plan.seats.values()
    )


def is_on_duty(seat: Seat, group: str, plan: Plan, now: float) -> bool:
    """Tell whether the plan has somebody at the seat for the callers of a group at `now`."""
    if seat.shift is not None:
        return bool(plan.seat_on_duty(seat, now))
    found = plan.groups[group]
    return found.shift is None or bool(plan.group_on_duty(found, now))


def turns(plan: Plan, now: float, days: int) -> Iterator[Turns]:
    """Give what every arrangement does on so many days, from that of `now` on, day by day."""
    first = day_of(now, plan.zone)
    for name, arrangement in plan.shifts.items():
        for day in (first + timedelta(days=number) for number in range(days)):
            begins, ends = moment(day, 0, plan.zone), moment(day + timedelta(days=1), 0, plan.zone)
            duties = tuple(
                duty
                for duty in arrangement.roster(begins, ends, plan.zone)
                if begins <= duty.begins < ends
            )
            yield Turns(name, day, _kind(day, plan), duties)


def _kind(day: date, plan: Plan) -> DayKind:
    if day in plan.holidays.work_days:
        return DayKind.MAKE_UP_DAY
    if day in plan.holidays.days:
        return DayKind.HOLIDAY
    return DayKind.PLAIN if plan.holidays.known(day) else DayKind.UNKNOWN
