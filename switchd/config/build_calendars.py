"""Calendars and shifts of a draft become those of the plan."""

from __future__ import annotations

from collections.abc import Mapping

from routing.calendars import ALWAYS, CLOSED, Holidays, Hours
from routing.calendars import Calendar as PlanCalendar
from routing.shifts import DayShift, Rotation, Shifts
from switchd.config.calendars import AS_USUAL, AS_WEEKDAY, Calendar, Shift
from switchd.config.draft import Draft
from switchd.config.times import read_days, read_hours, read_span, read_weekday, read_weekdays


def build_calendars(draft: Draft, holidays: Holidays) -> dict[str, PlanCalendar]:
    """Build every calendar; `always` is there without being written."""
    written = {name: build_calendar(name, one, holidays) for name, one in draft.calendars.items()}
    return {ALWAYS.name: ALWAYS, **written}


def build_calendar(name: str, calendar: Calendar, holidays: Holidays) -> PlanCalendar:
    """Build one calendar."""
    week = [CLOSED] * 7
    for weekdays, hours in calendar.week.items():
        for day in read_weekdays(weekdays):
            week[day] = read_hours(hours)
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = week
    return PlanCalendar(
        name=name,
        week=(monday, tuesday, wednesday, thursday, friday, saturday, sunday),
        on_holidays=None if calendar.holidays == AS_USUAL else read_hours(calendar.holidays),
        on_make_up_days=_make_up_hours(calendar.make_up_days, week),
        special={
            day: read_hours(hours)
            for days, hours in calendar.special.items()
            for day in read_days(days)
        },
        holidays=holidays,
    )


def build_shifts(draft: Draft, calendars: Mapping[str, PlanCalendar]) -> dict[str, Shifts]:
    """Build every arrangement of shifts."""
    return {
        name: build_rotation(name, shift)
        if shift.calendar is None
        else DayShift(name, shift.crews[0], calendars[shift.calendar])
        for name, shift in draft.shifts.items()
    }


def build_rotation(name: str, shift: Shift) -> Rotation:
    """Build a rotation, whose shifts may yet leave gaps."""
    if shift.starts_on is None:
        raise ValueError(f"the rotation {name} has no first day")
    return Rotation(
        name=name,
        crews=shift.crews,
        times={key: read_span(span) for key, span in shift.times.items()},
        pattern=shift.pattern,
        starts_on=shift.starts_on,
    )


def _make_up_hours(written: str, week: list[Hours]) -> Hours | int | None:
    """Give the rule for make-up days; without a work day in the week they are as usual."""
    if written == AS_WEEKDAY:
        return next((day for day in range(5) if week[day]), None)
    if written == AS_USUAL:
        return None
    if written.startswith("as "):
        return read_weekday(written.removeprefix("as "))
    return read_hours(written)
