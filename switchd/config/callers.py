"""What may stand in the section `callers`."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from routing.lines import HIGHEST_PRIORITY
from routing.standing import Barring, Withheld
from switchd.config.models import Addition, Number, Section, Text, Word


class Blocked(Section):
    """One number that may not call, or all that begin alike."""

    number: Number | None = Field(
        default=None, description="The caller's number, in any written form."
    )
    prefix: Addition | None = Field(
        default=None, description="Or how the numbers begin, such as 0085."
    )
    until: date | None = Field(
        default=None,
        le=date(2100, 1, 1),
        description="Last day on which it counts; default: for ever.",
    )
    reason: Text = Field(description="Why; written into the record of each call.")


class Preferred(Blocked):
    """One number whose calls go first, or all that begin alike."""

    priority: int = Field(
        default=600,
        ge=1,
        le=HIGHEST_PRIORITY,
        description="Points that are added to the line's: seconds of waiting, at slope 1.",
    )


class CallLimits(Section):
    """How often one number may call."""

    calls_per_hour: int = Field(
        default=0,
        ge=0,
        le=1000,
        description="Calls of one number within an hour; the next one is barred. 0: no limit.",
    )
    then: Barring = Field(
        default=Barring.REFUSE,
        description="What a barred caller meets: `refuse` (not answered) or `announce`.",
    )
    for_minutes: float = Field(
        default=60.0, ge=1, le=10080, description="Minutes for which the number is barred."
    )


class Callers(Section):
    """Who may call, how often, and who goes first. Emergency services are never barred."""

    blocked: tuple[Blocked, ...] = Field(
        default=(),
        description="Block list: entries with `number` or `prefix`, `until`, `reason`. "
        "`switchd block` adds to it while running.",
    )
    priority: tuple[Preferred, ...] = Field(
        default=(),
        description="Priority list: entries with `number` or `prefix`, `until`, `reason`, "
        "`priority` (points, added to the line's).",
    )
    limits: CallLimits = Field(default=CallLimits(), description="Against harassment.")
    withheld: Withheld = Field(
        default=Withheld.ACCEPT,
        description="Callers who withhold their number: `accept`, `refuse` (not answered) or "
        "`announce`.",
    )
    announcement: Word | None = Field(
        default=None,
        description="Prompt of the city's own that barred callers hear; needed by `announce`.",
    )
    repeat_days: float = Field(
        default=0.0,
        ge=0,
        le=30,
        description="Days within which a second call makes a repeat caller; 0: never.",
    )
