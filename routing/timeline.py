"""The life of every line as spans of days: what a timeline draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from routing.lines import Line, Phase
from routing.plan import Plan

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Days through which a line stays in one phase."""

    phase: Phase
    first: date | None
    """First day, or None if the plan knows no beginning."""
    last: date | None
    """Last day, or None if it never ends."""


@dataclass(frozen=True, slots=True)
class Life:
    """One line from beginning to end."""

    line: Line
    spans: tuple[Span, ...]
    """In order, without gaps."""

    @property
    def changes(self) -> tuple[date, ...]:
        """The days on which callers begin to hear something else."""
        return tuple(span.first for span in self.spans if span.first is not None)


def life(line: Line) -> Life:
    """Tell the life of one line."""
    retirement = line.retirement
    if retirement is None:
        return Life(line, (Span(Phase.IN_SERVICE, None, None),))
    merged, last = retirement.merged_on, retirement.last_day
    return Life(
        line,
        (
            Span(Phase.IN_SERVICE, None, merged - _DAY),
            Span(Phase.REMINDING, merged, last),
            Span(Phase.GONE, last + _DAY, None),
        ),
    )


def lives(plan: Plan) -> tuple[Life, ...]:
    """The life of every line, in the plan's order."""
    return tuple(life(line) for line in plan.lines.values())


def window(plan: Plan, today: date) -> tuple[date, date]:
    """First days of the first and of the last month worth drawing.

    A month before the first change and a month after the last one, `today` included.
    """
    days = [today, *(day for one in lives(plan) for day in one.changes)]
    return month_after(min(days), -1), month_after(max(days), 1)


def month_after(day: date, months: int) -> date:
    """First day of the month that lies so many months after the month of `day`."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def phase_on(one: Life, day: date) -> Phase:
    """The phase of a line on a day."""
    return next(span.phase for span in one.spans if span.last is None or day <= span.last)


def day_begins(day: date, plan: Plan) -> float:
    """The city's midnight at which `day` begins, in seconds since the epoch."""
    return datetime.combine(day, time.min, plan.zone).timestamp()
