"""Who is on duty at a given minute: rotating crews (四班三运转) and the day shift (长白班).

A rotation has shifts that follow each other around the clock and a pattern of shifts and rests
that every crew works through, each crew some days after the one before it. Four crews with the
pattern early, late, night, rest are 四班三运转.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from itertools import pairwise

from routing.calendars import MINUTES_A_DAY, Calendar, Span, days_of, moment

REST = "rest"
"""A day of the pattern on which a crew does not begin a shift."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One crew's turn; `begins` and `ends` in seconds since the epoch."""

    crew: str
    shift: str
    begins: float
    ends: float


@dataclass(frozen=True, slots=True)
class Rotation:
    """Crews that take turns around the clock.

    Whoever makes one sees to it that `seam` and `uneven_day` find nothing; then exactly one crew
    is on duty at every moment, and all crews work the same.
    """

    name: str
    crews: tuple[str, ...]
    times: Mapping[str, Span]
    """Shift → when it begins and ends, counted from the day to which it belongs."""
    pattern: tuple[str, ...]
    """What the first crew does, day by day from `starts_on`: a shift or REST; then again."""
    starts_on: date
    """The rotation holds for the days before, too."""

    def on_duty(self, now: float, zone: tzinfo) -> tuple[Duty, ...]:
        """Give the crew that is on duty at `now` (seconds since the epoch)."""
        for day in days_of(now, now, zone):
            for shift, span in self.times.items():
                begins, ends = moment(day, span.begins, zone), moment(day, span.ends, zone)
                if begins <= now < ends and (crew := self.crew_of(day, shift)):
                    return (Duty(crew, shift, begins, ends),)
        return ()

    def roster(self, since: float, until: float, zone: tzinfo) -> Iterator[Duty]:
        """Give every duty that touches the period, in order of time."""
        in_order = self._shifts_in_order()
        for day in days_of(since, until, zone):
            for shift, span in in_order:
                begins, ends = moment(day, span.begins, zone), moment(day, span.ends, zone)
                if begins < until and ends > since and (crew := self.crew_of(day, shift)):
                    yield Duty(crew, shift, begins, ends)

    def crew_of(self, day: date, shift: str) -> str | None:
        """Give the crew that works the shift beginning on `day`."""
        for place, crew in enumerate(self.crews):
            if self._does(place, (day - self.starts_on).days) == shift:
                return crew
        return None

    def seam(self) -> tuple[str, str] | None:
        """Give a shift and the next one that does not begin when it ends, or None."""
        in_order = self._shifts_in_order()
        for (shift, span), (following, after) in pairwise([*in_order, in_order[0]]):
            next_begin = after.begins + (MINUTES_A_DAY if following == in_order[0][0] else 0)
            if span.ends != next_begin:
                return shift, following
        return None

    def uneven_day(self) -> int | None:
        """Give a day of the cycle, from 0, on which a shift has no crew or several, or None.

        Also if the crews cannot be spread evenly over the pattern (then day 0).
        """
        if len(self.pattern) % len(self.crews):
            return 0
        for day in range(len(self.pattern)):
            working = [self._does(place, day) for place in range(len(self.crews))]
            if sorted(shift for shift in working if shift != REST) != sorted(self.times):
                return day
        return None

    def shortest_rest(self) -> int:
        """Give the minutes between one shift of a crew and its next where they are fewest."""
        turns = [
            (self.times[shift], day * MINUTES_A_DAY)
            for day, shift in enumerate(self.pattern * 2)
            if shift != REST
        ]
        return min(
            later.begins + later_day - (earlier.ends + day)
            for (earlier, day), (later, later_day) in pairwise(turns)
        )

    def _does(self, place: int, day: int) -> str:
        """Give what the crew at `place` does on the day counted from `starts_on`."""
        lag = place * (len(self.pattern) // len(self.crews))
        return self.pattern[(day - lag) % len(self.pattern)]

    def _shifts_in_order(self) -> list[tuple[str, Span]]:
        return sorted(self.times.items(), key=lambda item: item[1])


@dataclass(frozen=True, slots=True)
class DayShift:
    """长白班: one crew that works while a calendar is open."""

    name: str
    crew: str
    calendar: Calendar
    shift: str = "day"

    @property
    def crews(self) -> tuple[str, ...]:
        """The one crew, as a rotation gives its several."""
        return (self.crew,)

    def on_duty(self, now: float, zone: tzinfo) -> tuple[Duty, ...]:
        """Give the crew if it works at `now` (seconds since the epoch), or nobody."""
        spans = self.calendar.spans(now, now + 1, zone)
        return tuple(
            Duty(self.crew, self.shift, begins, ends)
            for begins, ends in spans
            if begins <= now < ends
        )

    def roster(self, since: float, until: float, zone: tzinfo) -> Iterator[Duty]:
        """Give every stretch of work that touches the period, in order of time."""
        for begins, ends in self.calendar.spans(since, until, zone):
            yield Duty(self.crew, self.shift, begins, ends)


Shifts = Rotation | DayShift
"""One of the plan's arrangements of who works when."""
