"""When something is open: weekly hours, public holidays, make-up work days and special days.

Hours are wall-clock times of the city. A span belongs to the day on which it begins and runs to
its end, even if the next day is a holiday. A time that a clock change repeats means its first
occurrence; one that a clock change skips is the moment of the change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache

MINUTES_A_DAY = 24 * 60
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Names of the weekdays by `date.weekday()`."""
DAYS_AHEAD = 400
"""How far `next_change` looks: more than a year, so that every yearly closure is seen."""
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Open from `begins` to just before `ends`: minutes after the midnight that begins the day.

    A span that ends on the next day has `ends` above 1440; none is longer than 24 hours.
    """

    begins: int
    ends: int

    def __str__(self) -> str:
        return f"{clock_time(self.begins)}-{clock_time(self.ends)}"


Hours = tuple[Span, ...]
"""The spans of one day."""
CLOSED: Hours = ()
WHOLE_DAY: Hours = (Span(0, MINUTES_A_DAY),)
WeekHours = tuple[Hours, Hours, Hours, Hours, Hours, Hours, Hours]
"""The hours of Monday to Sunday."""


@dataclass(frozen=True, slots=True)
class Holidays:
    """Public holidays and make-up work days (调休), as far as they have been announced."""

    days: frozenset[date] = frozenset()
    """Days off, the weekends between them included."""
    work_days: Mapping[date, int | None] = field(default_factory=dict)
    """Make-up work days, each with the weekday that it replaces (0 is Monday) or None."""
    known_years: frozenset[int] = frozenset()
    """Years whose holidays are announced; in others only the weekly hours are known."""

    def known(self, day: date) -> bool:
        """Tell whether the holidays of the day's year are announced."""
        return day.year in self.known_years


NO_HOLIDAYS = Holidays()


class Rule(StrEnum):
    """What gave a day its hours; the first that applies, in this order."""

    SPECIAL_DAY = "special_day"
    MAKE_UP_DAY = "make_up_day"
    HOLIDAY = "holiday"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether a calendar is open at a moment, and why."""

    open: bool
    rule: Rule
    facts: Mapping[str, str]
    """For traces: calendar, day, hours, and `holidays_known: no` where that matters."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The hours of one office."""

    name: str
    week: WeekHours
    on_holidays: Hours | None = None
    """Hours of a public holiday; None: as the week has it."""
    on_make_up_days: Hours | int | None = None
    """Hours of a make-up work day. A weekday (0 is Monday): its hours, unless the holidays say
    which weekday the day replaces. None: as the week has it."""
    special: Mapping[date, Hours] = field(default_factory=dict)
    """Days with hours of their own, whatever else they are."""
    holidays: Holidays = NO_HOLIDAYS

    def is_open(self, now: float, zone: tzinfo) -> bool:
        """Tell whether it is open at `now` (seconds since the epoch) in the city's `zone`."""
        return self._open_since(now, zone) is not None

    def why(self, now: float, zone: tzinfo) -> Ruling:
        """Tell whether it is open at `now`, and by which rule of which day."""
        opened = self._open_since(now, zone)
        day = opened or day_of(now, zone)
        rule, hours = self.hours_of(day)
        facts = {"calendar": self.name, "day": day.isoformat(), "hours": shown(hours)}
        if not self.holidays_known(now, zone):
            facts["holidays_known"] = "no"
        return Ruling(opened is not None, rule, facts)

    def next_change(self, now: float, zone: tzinfo) -> float | None:
        """Give the next moment, after `now`, at which it opens or closes.

        None if it does neither within the next `DAYS_AHEAD` days.
        """
        is_open = self.is_open(now, zone)
        for begins, ends in self.spans(now, now + DAYS_AHEAD * 86400.0, zone):
            for edge in (begins, ends):
                if edge > now and self.is_open(edge, zone) is not is_open:
                    return edge
        return None

    def spans(self, since: float, until: float, zone: tzinfo) -> Iterator[tuple[float, float]]:
        """Give the moments between which it is open, those that touch the period, day by day."""
        for day in days_of(since, until, zone):
            for span in self.hours_of(day)[1]:
                begins, ends = moment(day, span.begins, zone), moment(day, span.ends, zone)
                if begins < until and ends > since:
                    yield begins, ends

    def hours_of(self, day: date) -> tuple[Rule, Hours]:
        """Give the hours that begin on `day` and the rule that they come from."""
        if day in self.special:
            return Rule.SPECIAL_DAY, self.special[day]
        weekly = self.week[day.weekday()]
        if day in self.holidays.work_days and self.on_make_up_days is not None:
            return Rule.MAKE_UP_DAY, self._make_up_hours(day, self.on_make_up_days)
        if day in self.holidays.days and self.on_holidays is not None:
            return Rule.HOLIDAY, self.on_holidays
        return Rule.WEEK, weekly

    def holidays_known(self, now: float, zone: tzinfo) -> bool:
        """Tell whether the holidays of the current year are known, if they matter here at all."""
        follows = self.on_holidays is not None or self.on_make_up_days is not None
        return not follows or self.holidays.known(day_of(now, zone))

    def _make_up_hours(self, day: date, rule: Hours | int) -> Hours:
        if not isinstance(rule, int):
            return rule
        replaced = self.holidays.work_days[day]
        return self.week[rule if replaced is None else replaced]

    def _open_since(self, now: float, zone: tzinfo) -> date | None:
        """Give the day whose hours make it open at `now`, or None if it is closed."""
        for day in days_of(now, now, zone):
            for span in self.hours_of(day)[1]:
                if moment(day, span.begins, zone) <= now < moment(day, span.ends, zone):
                    return day
        return None


ALWAYS = Calendar("always", (WHOLE_DAY,) * 7)
"""7×24."""


@lru_cache(maxsize=4096)
def moment(day: date, minute: int, zone: tzinfo) -> float:
    """Give the moment (seconds since the epoch) of a wall-clock minute counted from `day`.

    Kept, because every call of a day asks for the same few.
    """
    local = datetime.combine(day, time()) + timedelta(minutes=minute)
    found = local.replace(tzinfo=zone).timestamp()
    if datetime.fromtimestamp(found, zone).replace(tzinfo=None) == local:
        return found
    before = local.replace(tzinfo=zone, fold=1).timestamp()
    return _clock_change(int(before), int(found), zone)


def _clock_change(before: int, after: int, zone: tzinfo) -> float:
    """Give the moment between two at which the zone's offset becomes that of `after`."""
    offset = datetime.fromtimestamp(after, zone).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return float(after)


def day_of(now: float, zone: tzinfo) -> date:
    """Give the date in `zone` at `now`."""
    return datetime.fromtimestamp(now, zone).date()


def days_of(since: float, until: float, zone: tzinfo) -> Iterator[date]:
    """Give every day on which a span may begin that touches the period, both ends included."""
    day, last = day_of(since, zone) - _ONE_DAY, day_of(until, zone)
    while day <= last:
        yield day
        day += _ONE_DAY


def clock_time(minute: int) -> str:
    """Write a minute of the day as 09:00, of the day after as 06:00+1, its midnight as 24:00."""
    if minute <= MINUTES_A_DAY:
        return f"{minute // 60:02}:{minute % 60:02}"
    return f"{clock_time(minute - MINUTES_A_DAY)}+1"


def shown(hours: Hours) -> str:
    """Write the hours of a day as they stand in the YAML."""
    return " ".join(map(str, hours)) or "closed"
