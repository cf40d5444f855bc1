"""Whether calendars, holidays and shifts make sense, and whoever names them names one."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from routing.calendars import ALWAYS, day_of
from routing.lines import LineKind
from routing.shifts import REST
from switchd.config.build_calendars import build_calendar, build_rotation
from switchd.config.calendars import Calendar, Shift
from switchd.config.control import Member
from switchd.config.draft import Draft
from switchd.config.holidays import build_holidays
from switchd.config.meaning_lines import time_zone
from switchd.config.models import Group, Seat
from switchd.config.problems import choose
from switchd.config.source import Path
from switchd.config.times import read_days, read_weekdays, read_work_day

ANNOUNCED_FROM_MONTH = 11
"""The State Council announces a year's holidays in the last months of the year before."""
LITTLE_REST_MINUTES = 8 * 60
_ROTATION_ONLY = ("times", "pattern", "starts_on")


def check_calendars(draft: Draft, now: float) -> None:
    """Check all that concerns hours and crews; `now` in seconds since the epoch."""
    for name, calendar in draft.calendars.items():
        _check_calendar(draft, name, calendar)
    _check_holidays(draft)
    _check_holidays_known(draft, now)
    _check_names_of_calendars(draft)
    for name, shift in draft.shifts.items():
        _check_shift(draft, name, shift)
    _check_names_of_shifts(draft)


def _check_calendar(draft: Draft, name: str, calendar: Calendar) -> None:
    """No day has its hours twice, and the name is free."""
    if name == ALWAYS.name:
        what = f"the calendar {name} exists without being written: 7×24"
        draft.error(("calendars", name), what, "Delete it, or use another name")
    first_weekday: dict[int, str] = {}
    for weekdays in calendar.week:
        for weekday in read_weekdays(weekdays):
            if weekday in first_weekday:
                what = f"a day of {weekdays} has its hours already under {first_weekday[weekday]}"
                draft.error(("calendars", name, "week", weekdays), what, "Keep one of the two")
                break
            first_weekday[weekday] = weekdays
    first_day: dict[object, str] = {}
    for days in calendar.special:
        for day in read_days(days):
            if day in first_day:
                what = f"{day} has its hours already under {first_day[day]}"
                draft.error(("calendars", name, "special", days), what, "Keep one of the two")
                break
            first_day[day] = days


def _check_holidays(draft: Draft) -> None:
    """No day is written as a day off and as a work day."""
    days = {day for text in draft.holidays.days for day in read_days(text)}
    for index, text in enumerate(draft.holidays.work_days):
        day, _ = read_work_day(text)
        if day in days:
            what = f"{day} stands also in holidays.days"
            draft.error(("holidays", "work_days", index), what, "Keep one of the two")


def _check_holidays_known(draft: Draft, now: float) -> None:
    """Tell when this year's holidays are unknown, and towards its end the next year's."""
    zone = time_zone(draft.city.time_zone) if draft.city else None
    holidays = build_holidays(draft.holidays)
    concerned = [
        name
        for name, calendar in draft.calendars.items()
        if (made := build_calendar(name, calendar, holidays)).on_holidays is not None
        or made.on_make_up_days is not None
    ]
    if zone is None or not concerned:
        return
    today = day_of(now, zone)
    years = [today.year] + ([today.year + 1] if today.month >= ANNOUNCED_FROM_MONTH else [])
    path: Path = ("holidays",) if draft.has(("holidays",)) else ("calendars", concerned[0])
    for year in years:
        if year not in holidays.known_years:
            draft.warning(
                path,
                f"the holidays of {year} are not known; only weekly hours and special days apply",
                "Update the package chinesecalendar, or write them as `days:` and `work_days:` "
                "under `holidays:`",
            )


def _check_names_of_calendars(draft: Draft) -> None:
    """Lines, groups, day shifts and experts are open by calendars that exist."""
    known = [ALWAYS.name, *draft.written("calendars")]
    used = set()
    for path, name in _names_of_calendars(draft):
        used.add(name)
        if name not in known:
            draft.error(path, f"there is no calendar {name}", choose(name, known))
    for name, line in draft.lines.items():
        if line.kind is LineKind.HOTLINE and line.open not in (None, ALWAYS.name):
            what = "the hotline itself is to be served 7×24 (国办发〔2020〕53号)"
            draft.warning(("lines", name, "open"), what, "Delete the key, if that holds here")
    everything_read = all(
        len(getattr(draft, section)) == len(draft.written(section))
        for section in ("lines", "groups", "shifts", "experts")
    )
    for name in draft.calendars:
        if everything_read and name not in used:
            what = f"no line, group, shift or expert names the calendar {name}"
            draft.warning(("calendars", name), what, f"Write `open: {name}` there, or delete it")


def _names_of_calendars(draft: Draft) -> Iterator[tuple[Path, str]]:
    for name, line in draft.lines.items():
        if line.open is not None:
            yield ("lines", name, "open"), line.open
    for name, group in draft.groups.items():
        if group.open is not None:
            yield ("groups", name, "open"), group.open
    for name, shift in draft.shifts.items():
        if shift.calendar is not None:
            yield ("shifts", name, "calendar"), shift.calendar
    if draft.callbacks.open is not None:
        yield ("callbacks", "open"), draft.callbacks.open
    if draft.callbacks.missed.open is not None:
        yield ("callbacks", "missed", "open"), draft.callbacks.missed.open
    if draft.follow_ups.open is not None:
        yield ("follow_ups", "open"), draft.follow_ups.open
    for name, expert in draft.experts.items():
        if expert.open is not None:
            yield ("experts", name, "open"), expert.open
        for index, member in enumerate(expert.members):
            if member.open is not None:
                yield ("experts", name, "members", index, "open"), member.open


def _check_shift(draft: Draft, name: str, shift: Shift) -> None:
    """A day shift has one crew; a rotation has all that it needs."""
    path: Path = ("shifts", name)
    for index, crew in enumerate(shift.crews):
        if crew in shift.crews[:index]:
            draft.error((*path, "crews", index), f"the crew {crew} stands twice", "Rename one")
    if shift.calendar is not None:
        for key in _ROTATION_ONLY:
            if draft.has((*path, key)):
                what = f"a day shift works by its calendar and has no {key}"
                draft.error((*path, key), what, "Delete the key, or the key calendar")
        if len(shift.crews) > 1:
            what = "a day shift has one crew"
            draft.error((*path, "crews"), what, "Write one shift for each crew")
        return
    missing = [key for key in _ROTATION_ONLY if not getattr(shift, key)]
    for key in missing:
        what = f"a rotation needs {key}"
        draft.error(path, what, f"Write `{key}:`, or `calendar:` for a day shift")
    if not missing:
        _check_rotation(draft, name, shift)


def _check_rotation(draft: Draft, name: str, shift: Shift) -> None:
    """The shifts cover the day once, every shift has one crew, and crews rest in between."""
    times: Path = ("shifts", name, "times")
    pattern: Path = ("shifts", name, "pattern")
    rotation = build_rotation(name, shift)
    if REST in rotation.times:
        what = f"{REST} is no shift: it stands for a day without one"
        draft.error((*times, REST), what, "Use another name")
        return
    unknown = [one for one in rotation.pattern if one not in (*rotation.times, REST)]
    for one in dict.fromkeys(unknown):
        index = rotation.pattern.index(one)
        what = f"there is no shift {one}"
        draft.error((*pattern, index), what, choose(one, [*rotation.times, REST]))
    if seam := rotation.seam():
        one, following = seam
        what = (
            f"{one} is {rotation.times[one]} and {following}, the next, "
            f"{rotation.times[following]}: between them nobody or two crews are on duty"
        )
        draft.error(times, what, "Let each shift begin when the one before it ends, for 24 hours")
    if unknown or seam:
        return
    if (day := rotation.uneven_day()) is not None:
        what = f"on day {day + 1} of the pattern a shift has no crew or several"
        crews = len(rotation.crews)
        instead = (
            f"With {crews} crews write {crews} days, or a multiple, with every shift once in each "
            f"{crews} and {REST} for the others"
        )
        draft.error(pattern, what, instead)
        return
    _check_rest(draft, pattern, rotation.shortest_rest())


def _check_rest(draft: Draft, pattern: Path, minutes: int) -> None:
    """Between two shifts a crew goes home."""
    instead = "Put the shifts in another order, add a day of rest, or change the times"
    if minutes <= 0:
        draft.error(pattern, "a crew has two shifts without rest in between", instead)
    elif minutes < LITTLE_REST_MINUTES:
        what = f"a crew rests only {minutes / 60:g} hours between two shifts"
        draft.warning(pattern, what, instead)


def _check_names_of_shifts(draft: Draft) -> None:
    """Groups, seats and experts are staffed by shifts and crews that exist."""
    known = draft.written("shifts")
    for path, entry in _staffed_by_shifts(draft):
        if entry.shift is not None and entry.shift not in known:
            what = f"there is no shift {entry.shift}"
            draft.error((*path, "shift"), what, choose(entry.shift, known))
        elif entry.crew is not None:
            _check_crew(draft, (*path, "crew"), entry.shift, entry.crew)


def _staffed_by_shifts(draft: Draft) -> Iterator[tuple[Path, Group | Seat | Member]]:
    """Give groups, seats and people of expert seats, and where each stands."""
    for name, group in draft.groups.items():
        yield ("groups", name), group
    for name, seat in draft.seats.items():
        yield ("seats", name), seat
    for name, expert in draft.experts.items():
        for index, member in enumerate(expert.members):
            yield ("experts", name, "members", index), member


def _check_crew(draft: Draft, path: Path, shift: str | None, crew: str) -> None:
    if shift is None:
        draft.error(path, "a crew is named without its shift", "Write `shift:` beside it")
        return
    crews: Collection[str] = draft.shifts[shift].crews if shift in draft.shifts else (crew,)
    if crew not in crews:
        draft.error(path, f"the shift {shift} has no crew {crew}", choose(crew, crews))
