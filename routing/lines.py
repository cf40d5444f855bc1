"""The lines that callers dial, and what has become of each number.

The kinds are those of the notices by which cities merge their hotlines (国办发〔2020〕53号).
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import Final

from routing.admission import NO_LIMITS, Limits
from routing.skills import LEVEL_MARK


class LineKind(StrEnum):
    """How a number belongs to the hotline."""

    HOTLINE = "hotline"
    """12345 itself."""
    REMOTE = "remote"
    """远端坐席: a county's retired line whose seats sit in the county."""
    SUB_CENTRE = "sub_centre"
    """分中心: kept, with its own seats and switch elsewhere."""
    EXPERT = "expert"
    """专家席: consulted by seats, never fed from the queue."""
    DEFERRED = "deferred"
    """暂不整合: not merged yet; callers are passed on or told the number."""
    PARALLEL = "parallel"
    """留号并行: kept for good, with seats of its own."""
    RETIRED = "retired"
    """撤号合并: cancelled; for a while a change announcement, then never again."""


class Phase(StrEnum):
    """Where a line stands in its life at a given moment."""

    IN_SERVICE = "in_service"
    REMINDING = "reminding"
    """Retired, and the change announcement is still played."""
    GONE = "gone"
    """Retired, and its reminder period is over."""


@dataclass(frozen=True, slots=True)
class Retirement:
    """When a retired line merged and how long its announcement stays."""

    merged_on: date
    """First day on which the announcement is heard, in the city's time zone."""
    reminder_months: int = 1
    """Calendar months; the notice of 2020-01-03 gives one."""
    connects: bool = True
    """Whether the caller is connected to `into` after the announcement."""
    into: str = "12345"
    """Name of the line that takes the callers over."""
    announcement: str = "change_announcement"
    """Prompt of the announcement (语音提醒)."""

    @property
    def last_day(self) -> date:
        """Last day of the announcement, heard to its end.

        Merged 2020-01-03 for one month ends with 2020-02-03, merged 2020-01-31 with 2020-02-29:
        the day of the same number, or else the month's last (民法典, 201 and 202).
        """
        months = self.merged_on.month - 1 + self.reminder_months
        year, month = self.merged_on.year + months // 12, months % 12 + 1
        length = monthrange(year, month)[1]
        return date(year, month, min(self.merged_on.day, length))


class Exit(StrEnum):
    """How a wait ends without a seat."""

    CALLBACK = "callback"
    """The caller is asked whether to be called back; who says no waits on."""
    VOICEMAIL = "voicemail"
    ANNOUNCE = "announce"
    """An announcement, then good-bye."""
    HANG_UP = "hang_up"


@dataclass(frozen=True, slots=True)
class Overflow:
    """One step by which a wait becomes easier to end: further seats, or a way out.

    It is due after `after_seconds`, or when the estimated wait is above `wait_above_seconds`.
    """

    group: str = ""
    """The group whose seats may serve the caller, too; "" for the caller's own."""
    after_seconds: float | None = None
    """Seconds in the queue; a further group at once if nobody is signed in for those before."""
    wait_above_seconds: float | None = None
    """Estimated wait, from now on, above which the step is due."""
    level: int | None = None
    """The lowest level of skill that will do from now on; None: as the group needs."""
    then: Exit | None = None
    """The way out; None for a step that lets further seats serve."""
    announcement: str = ""
    """Prompt of `Exit.ANNOUNCE`."""

    @property
    def when(self) -> str:
        """Say when it is due: after 60 s, or if the estimated wait is above 300 s."""
        if self.wait_above_seconds is not None:
            return f"if the estimated wait is above {self.wait_above_seconds:g} s"
        return f"after {self.after_seconds or 0.0:g} s"

    @property
    def what(self) -> str:
        """Say what it does: also market, also the own group from level 1, callback, …"""
        if self.then is not None:
            return self.then.value
        level = "" if self.level is None else f" from level {self.level}"
        return f"also {self.group or 'the own group'}{level}"

    def pool(self, own: str) -> str:
        """Give the pool whose seats may serve a caller of the group `own` from this step on."""
        group = self.group or own
        return group if self.level is None else f"{group}{LEVEL_MARK}{self.level}"


class Otherwise(StrEnum):
    """What becomes of a caller who could not be passed on."""

    QUEUE = "queue"
    ANNOUNCE = "announce"


@dataclass(frozen=True, slots=True)
class Forward:
    """A number on a trunk to which callers are passed on."""

    number: str
    trunk: str
    ring_seconds: float = 30.0
    otherwise: Otherwise = Otherwise.QUEUE
    announcement: str = "forward_failed"
    """Prompt before good-bye, if that is what happens otherwise."""
    open: str | None = None
    """Calendar by which somebody answers there; None: at all times."""


HIGHEST_PRIORITY: Final = 86_400
"""Points, as many as a caller gains in a day at slope 1; the lowest priority is its negative."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the city: the numbers that reach it and how its callers are treated."""

    name: str
    """The number as people know it, such as 12345; the key of the line everywhere."""
    kind: LineKind
    title: str
    """What a seat sees: 政务服务便民热线, 市商务局, …"""
    numbers: frozenset[str]
    """Normalised numbers (see routing.numbers); a call belongs to the line if one is dialled."""
    group: str
    """The skill group that its callers wait for."""
    greeting: str
    """Prompt heard first."""
    music: str
    """Hold music: a name that FreeSWITCH's local_stream knows."""
    survey: bool = True
    """Whether the caller is asked for satisfaction after the seat has left."""
    priority: int = 0
    """Points in the waiting list besides age, see routing.queueing; 0 is normal."""
    age_slope: float = 1.0
    """Points that a caller gains in each second of waiting."""
    retirement: Retirement | None = None
    """Only for retired lines, a county's among them."""
    overflow: tuple[Overflow, ...] = ()
    """Further groups for its callers, the earliest first."""
    forward: Forward | None = None
    """Where its callers are passed on to: sub-centres, and deferred lines if they are passed on."""
    transfer_to: Forward | None = None
    """Where seats reach the line's own people: sub-centres, experts, deferred lines."""
    dial_instead: str = ""
    """The number that callers of a deferred line are told, "" if they are passed on."""
    menu: str = ""
    """Menu behind the greeting; "" for none, as GB/T 33358-2016 advises."""
    open: str | None = None
    """Calendar by which the line is open; None: at all times."""
    closed_prompt: str = "out_of_hours"
    """What callers hear when the line or its group is closed."""
    department: str = ""
    """For statistics; a retired line keeps its own."""
    limits: Limits = NO_LIMITS
    """How many callers may wait for it, and how long."""
    whisper: tuple[str, ...] | None = None
    """What seats hear of its callers, see routing.introduction; None: as the group has it."""
    whisper_prompt: str = ""
    """Recording of its name for that; "" if its number is spoken."""

    def phase(self, now: float, zone: tzinfo) -> Phase:
        """Tell where the line stands at `now` (seconds since the epoch) in the city's `zone`.

        Days begin and end at the city's midnight.
        """
        if self.retirement is None:
            return Phase.IN_SERVICE
        today = datetime.fromtimestamp(now, zone).date()
        if today < self.retirement.merged_on:
            return Phase.IN_SERVICE
        return Phase.REMINDING if today <= self.retirement.last_day else Phase.GONE
