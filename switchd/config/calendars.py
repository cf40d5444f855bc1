"""What may stand in a city's YAML about time: calendars, public holidays and shifts.

The texts are checked here and read by switchd.config.times once more when the plan is built.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from switchd.config import times
from switchd.config.models import Section, Text, Word

AS_USUAL = "as usual"
AS_WEEKDAY = "as weekday"


def _readable(read: Callable[[str], Any]) -> AfterValidator:
    """Refuse a text that `read` cannot read, and keep the text."""

    def check(text: str) -> str:
        read(text)
        return text

    return AfterValidator(check)


def _read_holiday_hours(text: str) -> None:
    if text != AS_USUAL:
        times.read_hours(text)


def _read_make_up_hours(text: str) -> None:
    if text in (AS_USUAL, AS_WEEKDAY):
        return
    if text.startswith("as "):
        times.read_weekday(text.removeprefix("as "))
    else:
        times.read_hours(text)


Hours = Annotated[str, Field(max_length=400), _readable(times.read_hours)]
Span = Annotated[str, Field(max_length=40), _readable(times.read_span)]
Weekdays = Annotated[str, Field(max_length=80), _readable(times.read_weekdays)]
Days = Annotated[str, Field(max_length=40), _readable(times.read_days)]
WorkDay = Annotated[str, Field(max_length=40), _readable(times.read_work_day)]


class Calendar(Section):
    """The hours of one office."""

    week: dict[Weekdays, Hours] = Field(
        min_length=1,
        description="Weekdays and their hours; `22:00-06:00+1` ends on the next day. A weekday "
        "that is not written is closed.",
        examples=["mon-fri: 09:00-12:00 14:00-18:00"],
    )
    holidays: Annotated[str, Field(max_length=400), _readable(_read_holiday_hours)] = Field(
        default="closed",
        description=f"Hours on public holidays: `closed`, hours, or `{AS_USUAL}` (as `week` has "
        "the day).",
    )
    make_up_days: Annotated[str, Field(max_length=400), _readable(_read_make_up_hours)] = Field(
        default=AS_WEEKDAY,
        description=f"Hours on make-up work days (调休): `{AS_WEEKDAY}` (those of the weekday that "
        f"the day replaces, or else of the first work day of the week), `as fri`, `{AS_USUAL}`, "
        "`closed`, or hours.",
    )
    special: dict[Days, Hours] = Field(
        default={},
        description="Days with hours of their own, whatever else they are.",
        examples=["2026-02-16 to 2026-02-22: 10:00-16:00"],
    )


class Holidays(Section):
    """Public holidays and make-up work days (调休)."""

    source: Literal["china", "none"] = Field(
        default="china",
        description="Where they come from: the State Council's announcements as far as the package "
        "`chinesecalendar` has them, or only from the two keys below.",
    )
    days: tuple[Days, ...] = Field(
        default=(),
        description="Further days off; they win over the source, and make their year known.",
        examples=["2027-02-05 to 2027-02-11"],
    )
    work_days: tuple[WorkDay, ...] = Field(
        default=(),
        description="Further make-up work days, perhaps with the weekday that each replaces.",
        examples=["2027-02-14 as wed"],
    )


class Shift(Section):
    """Who works when: crews that rotate around the clock, or one crew by a calendar."""

    crews: tuple[Text, ...] = Field(
        min_length=1, description="Crews (班组), in the order in which they take turns."
    )
    times: dict[Word, Span] = Field(
        default={},
        description="Rotation: the shifts and their times, together 24 hours.",
        examples=["night: 23:00-07:00+1"],
    )
    pattern: tuple[Word, ...] = Field(
        default=(),
        description="Rotation: what the first crew does day by day, a shift or `rest`; each "
        "further crew is its share of the pattern behind.",
        examples=["[early, late, night, rest]"],
    )
    starts_on: date | None = Field(
        default=None,
        ge=date(1990, 1, 1),
        le=date(2100, 1, 1),
        description="Rotation: the day on which the first crew begins the pattern.",
        examples=["2026-01-01"],
    )
    calendar: Word | None = Field(
        default=None, description="Day shift (长白班): the calendar by which the one crew works."
    )
