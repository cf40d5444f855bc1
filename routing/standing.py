"""Callers' standing: who is barred, who comes first, and why.

The plan's lists, limits and policy are here; what is only known while running (how often somebody
has called, whom a supervisor blocked) arrives as a `Standing`. No rule applies to emergency
services, neither when they are dialled (routing.entry asks before) nor when they call.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from routing.admission import EMPTY, HeldPlace, Overload, Room
from routing.numbers import EMERGENCY
from routing.reasons import Reason


class Barring(StrEnum):
    """What a barred caller meets."""

    REFUSE = "refuse"
    """Not answered: CALL_REJECTED."""
    ANNOUNCE = "announce"
    """An announcement, and no seat."""


class Withheld(StrEnum):
    """What a caller meets who withholds the number."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    ANNOUNCE = "announce"


@dataclass(frozen=True, slots=True)
class Entry:
    """One number, or all numbers that begin alike, on a list."""

    number: str
    """Normalised; the beginning of numbers if `is_prefix`."""
    reason: str
    is_prefix: bool = False
    until: float | None = None
    """Seconds since the epoch at which the entry ends; None for never."""
    priority: int = 0
    """Only on the priority list: what is added to the line's."""


class CallerList:
    """Entries found by number at a cost that does not depend on how many there are."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        """Of two entries for the same number or prefix, the later one counts."""
        self.entries = tuple(entries)
        self._numbers = {one.number: one for one in self.entries if not one.is_prefix}
        self._prefixes = {one.number: one for one in self.entries if one.is_prefix}
        self._lengths = sorted({len(prefix) for prefix in self._prefixes}, reverse=True)

    def find(self, number: str, now: float) -> Entry | None:
        """Give the entry that is in force for a number: its own, or else the longest prefix."""
        if not number:
            return None
        entry = self._numbers.get(number)
        if entry is not None and _in_force(entry, now):
            return entry
        for length in self._lengths:
            entry = self._prefixes.get(number[:length])
            if entry is not None and _in_force(entry, now):
                return entry
        return None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CallerList) and self.entries == other.entries

    def __hash__(self) -> int:
        return hash(self.entries)

    def __repr__(self) -> str:
        return f"CallerList({len(self.entries)} entries)"


def _in_force(entry: Entry, now: float) -> bool:
    return entry.until is None or now < entry.until


@dataclass(frozen=True, slots=True)
class Limits:
    """How often one number may call."""

    calls_per_hour: int = 0
    """0 for as often as it likes."""
    then: Barring = Barring.REFUSE
    bar_seconds: float = 3600.0
    """How long a number that called more often is barred."""


@dataclass(frozen=True, slots=True)
class Callers:
    """What a city's plan says about its callers."""

    blocked: CallerList = field(default_factory=CallerList)
    priority: CallerList = field(default_factory=CallerList)
    limits: Limits = Limits()
    withheld: Withheld = Withheld.ACCEPT
    announcement: str = ""
    """Prompt for barred callers, wherever something says `announce`."""
    repeat_seconds: float = 0.0
    """Within how long a second call makes a repeat caller; 0 for never."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one caller at this moment, fetched beforehand."""

    calls_in_hour: int = 0
    """Calls of the number within the last hour, this one included."""
    is_repeat: bool = False
    barred_until: float | None = None
    """Seconds since the epoch; None if the number is on no list that was made while running."""
    barred_for: str = ""
    """The reason given for it."""
    by_limit: bool = False
    """Whether the limit barred it, and not a person."""
    place: HeldPlace | None = None
    """The place that the number has on the line already, or had until it was cut off."""
    talked_with: str = ""
    """The agent, or the seat, with whom the number talked on the line a while ago."""
    room: Room = EMPTY
    """Who waits for the line already."""
    overload: Overload | None = None
    """What the switch has too much of, None if it takes callers."""


NOTHING_KNOWN = Standing()
"""Of a caller who was not asked about, or about whom nobody could tell."""


def having_called(calls: int, again: bool, callers: Callers, now: float) -> Standing:
    """The standing of somebody who calls at `now` for the `calls`th time within the hour.

    `again`: within the time that makes a repeat caller. As the live queue counts: only what the
    plan asks about.
    """
    limits = callers.limits
    counted = calls if limits.calls_per_hour else 0
    repeat = again and callers.repeat_seconds > 0
    if counted <= limits.calls_per_hour:
        return Standing(counted, repeat)
    reason = f"{counted} calls within an hour"
    return Standing(counted, repeat, now + limits.bar_seconds, reason, by_limit=True)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What becomes of a caller."""

    barring: Barring | None
    priority: int
    """What is added to the line's priority."""
    reasons: tuple[Reason, ...]


_NOBODY = Judgement(None, 0, ())


def judge(
    caller: str, withheld: bool, callers: Callers, standing: Standing, now: float
) -> Judgement:
    """Judge a caller (normalised number, "" if unknown) at `now`, seconds since the epoch."""
    if caller in EMERGENCY:
        return _NOBODY
    if withheld and callers.withheld is not Withheld.ACCEPT:
        reason = Reason("entry.withheld_barred", {"policy": callers.withheld.value})
        return Judgement(Barring(callers.withheld.value), 0, (reason,))
    entry = callers.blocked.find(caller, now)
    if entry is not None:
        what = "prefix" if entry.is_prefix else "number"
        reason = Reason("entry.blocked", {what: entry.number, "reason": entry.reason})
        return Judgement(Barring.REFUSE, 0, (reason,))
    if standing.barred_until is not None and now < standing.barred_until:
        rule = "entry.limit" if standing.by_limit else "entry.blocked"
        facts = {"number": caller, "reason": standing.barred_for}
        barring = callers.limits.then if standing.by_limit else Barring.REFUSE
        return Judgement(barring, 0, (Reason(rule, facts),))
    return _welcome(caller, callers, standing, now)


def _welcome(caller: str, callers: Callers, standing: Standing, now: float) -> Judgement:
    """Nothing is against the caller; something may be in favour."""
    reasons = []
    if standing.is_repeat:
        facts = {"calls_in_hour": str(standing.calls_in_hour)}
        reasons.append(Reason("entry.repeat_caller", facts))
    entry = callers.priority.find(caller, now)
    if entry is not None:
        facts = {"raised_by": str(entry.priority), "reason": entry.reason}
        reasons.append(Reason("entry.priority", facts))
    return Judgement(None, entry.priority if entry else 0, tuple(reasons))
