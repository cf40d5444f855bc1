"""Whether there is room for a caller: limits of lines and groups, an overloaded switch, callers
who call again and again, and callers whose line was cut off.

Pure decisions. What is only known while running (who waits, whose line was cut off, how many legs
the switch has) arrives as values; `routing.entry.decide` asks here for live calls and for
`switchd explain` alike. Nothing here applies to emergency numbers: entry does not ask about them.

What a place is. A caller who waits has a place: group, language, priority and the time from which
the waiting counts. A number has one place per line, so that a storm of redials cannot fill the
queue. What a further call of a number that waits does is the plan's choice (`Again`):

- `take_over` is the default for mobiles. One person holds a mobile; if it calls while it waits,
  the earlier call is one that the network has not let go of yet, or one that nobody listens to.
  The new call goes on at the old place, and the old one ends. Busy would punish the caller for
  the network's delay; a second place would reward redialling.
- `allow` is the default for other numbers. Behind a fixed line may be a household or a company's
  exchange with many people: nobody of them may be cut off because a colleague calls.
- `busy` refuses the further call and leaves the earlier one alone.

Callers without a number cannot be told apart, so nothing of this applies to them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from routing.reasons import Reason
from routing.record import EndedBy

_MOBILE = re.compile(r"1[3-9][0-9]{9}")


class Instead(StrEnum):
    """What a caller meets for whom there is no room."""

    BUSY = "busy"
    """Not answered: USER_BUSY."""
    ANNOUNCE = "announce"
    """An announcement, then good-bye."""
    CALLBACK = "callback"
    """The offer to be called back."""
    VOICEMAIL = "voicemail"
    """The request for a message."""


class Again(StrEnum):
    """What a further call does of a number that waits for the same line."""

    TAKE_OVER = "take_over"
    """It goes on at the old place; the earlier call ends."""
    BUSY = "busy"
    """It is refused."""
    ALLOW = "allow"
    """It is a caller like any other, with a place of its own."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many callers may wait, and how long, when one more arrives."""

    waiting: int = 0
    """Callers; 0 for no limit."""
    wait_seconds: float = 0.0
    """Longest estimated wait, seconds; 0 for no limit."""
    then: Instead = Instead.BUSY
    announcement: str = "try_later"
    """Prompt for `Instead.ANNOUNCE`."""


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Admission:
    """What a city's plan says about admission."""

    reserve: float = 0.2
    """Share of the switch's legs, and of its new legs a second, that no new caller gets: for the
    seats' legs and emergency transfers."""
    mobiles: Again = Again.TAKE_OVER
    others: Again = Again.ALLOW
    """For fixed lines and foreign numbers."""
    dropped_seconds: float = 120.0
    """How long the place of a caller who was cut off is kept; 0 for not at all."""
    same_agent_seconds: float = 600.0
    """How long after a talk that ended with a good-bye the number's next call prefers the agent;
    0 for not at all."""

    def again(self, number: str) -> Again:
        """Tell what a further call of a normalised number does; "" is nobody's number."""
        if not number:
            return Again.ALLOW
        return self.mobiles if _MOBILE.fullmatch(number) else self.others


DEFAULT_ADMISSION = Admission()


@dataclass(frozen=True, slots=True)
class HeldPlace:
    """A place in the waiting list that a number has on a line, or had until it was cut off."""

    call: str
    """The call that has it, or had it."""
    waits: bool
    """Whether that call is still there; else it was cut off."""
    owner: str = ""
    """Which daemon has that call."""
    group: str = ""
    language: str = ""
    priority: int | None = None
    """None, like `enqueued_at`, if the call has not come to the list yet."""
    enqueued_at: float | None = None
    """Seconds since the epoch from which its waiting counts."""
    agent: str = ""
    """Whom it talked with when it was cut off, and at which seat."""
    seat: str = ""
    said_goodbye: bool = False
    """The talk ended as talks do: no place is left, only whom it was with."""


@dataclass(frozen=True, slots=True)
class Knock:
    """A call that has arrived, and what has to be known before it is let in."""

    call: str
    number: str
    """Normalised; "" if it is withheld."""
    line: str = ""
    """Line for which it would wait; "" if it will not wait."""
    group: str = ""
    most_on_line: int = 0
    """How many may wait; 0 for no limit."""
    most_in_group: int = 0
    again: Again = Again.ALLOW


@dataclass(frozen=True, slots=True)
class Room:
    """Who waits when a call arrives, itself not counted."""

    on_line: int = 0
    in_group: int = 0
    wait_seconds: float | None = None
    """Estimated; None if nobody can tell."""


EMPTY = Room()


@dataclass(frozen=True, slots=True)
class Full:
    """There is no room for one more."""

    then: Instead
    announcement: str
    reason: Reason


def full(line: str, of_line: Limits, group: str, of_group: Limits, room: Room) -> Full | None:
    """Tell which limit keeps a caller out, the line's before the group's; None if none does."""
    for what, name, limits, waiting in (
        ("line", line, of_line, room.on_line),
        ("group", group, of_group, room.in_group),
    ):
        if limits.waiting and waiting >= limits.waiting:
            facts = {what: name, "waiting": str(waiting), "limit": str(limits.waiting)}
            reason = Reason("entry.queue_full", {**facts, "then": limits.then.value})
            return Full(limits.then, limits.announcement, reason)
        expected = room.wait_seconds
        if limits.wait_seconds and expected is not None and expected > limits.wait_seconds:
            facts = {what: name, "expected": f"{expected:.0f}", "limit": f"{limits.wait_seconds:g}"}
            reason = Reason("entry.wait_too_long", {**facts, "then": limits.then.value})
            return Full(limits.then, limits.announcement, reason)
    return None


NETWORK_CAUSES = frozenset(
    {
        "MEDIA_TIMEOUT",
        "RECOVERY_ON_TIMER_EXPIRE",
        "NETWORK_OUT_OF_ORDER",
        "DESTINATION_OUT_OF_ORDER",
        "NORMAL_TEMPORARY_FAILURE",
        "CRASH",
        "SYSTEM_SHUTDOWN",
        "UNCONFIRMED",
    }
)
"""Hangup causes, by FreeSWITCH's names, for which neither caller nor seat is to blame.
UNCONFIRMED is ours: the leg vanished while the switch could not be heard."""


def cut_off(cause: str, ended_by: EndedBy, talked: bool) -> bool:
    """Tell whether a caller who waited, or talked, was cut off or may have been.

    Causes of the network and of the switch cut a caller off, also where the caller's network says
    them in its BYE (Reason: Q.850, which FreeSWITCH takes as the cause, sofia.c,
    sofia_handle_sip_i_bye). A BYE without one is a good-bye behind a talk. Of somebody who waited
    it may as well be a radio gap, so every end from the caller's side counts there. Where a seat
    or this system hung up on purpose, nobody was cut off.
    """
    if ended_by is EndedBy.CALLER and not talked:
        return True
    return ended_by is not EndedBy.SEAT and cause in NETWORK_CAUSES


@dataclass(frozen=True, slots=True)
class Capacity:
    """What the switch can do (`freeswitch.max_sessions`, `freeswitch.sessions_per_second`)."""

    legs: int
    """At once."""
    a_second: float
    """New ones."""


class Overload(StrEnum):
    """What the switch has too much of."""

    LEGS = "legs"
    RATE = "rate"
    LAG = "lag"
    """switchd itself is late: events, hangups among them, wait for their turn."""


LAG_SECONDS = 2.0
"""A daemon that is so late takes no new callers, so that it can do right by those it has."""


REOPEN_SHARE = 0.05
"""How far below the threshold legs have to fall before callers are taken again: a share of all
legs. Without it the gate would open and shut with every call that ends."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Takes callers until the switch's reserve is touched. Never changed, only replaced.

    Legs: shut from `1 - reserve` of the switch's legs on, open again `REOPEN_SHARE` below that.
    Rate: so many callers a second as the reserve leaves of the switch's new legs are taken, a
    second's worth at once at most; refused ones do not count, or a storm of redials would keep
    everybody out for as long as it lasts.
    """

    shut: bool = False
    allowance: float | None = None
    """Callers that may be taken at once; None at the start, when a whole second's worth may."""
    at: float = 0.0

    def admit(
        self, legs: int, capacity: Capacity, reserve: float, now: float
    ) -> tuple[Gate, Overload | None]:
        """Take or refuse one more caller at `now` (seconds, of a clock that never goes back)."""
        threshold = capacity.legs * (1 - reserve)
        reopens = threshold - capacity.legs * REOPEN_SHARE
        shut = legs >= (max(1.0, reopens) if self.shut else threshold)
        rate = capacity.a_second * (1 - reserve)
        most = max(rate, 1.0)
        allowance = most if self.allowance is None else self.allowance
        allowance = min(most, allowance + rate * max(0.0, now - self.at))
        if shut:
            return Gate(True, allowance, now), Overload.LEGS
        if allowance < 1.0:
            return Gate(False, allowance, now), Overload.RATE
        return Gate(False, allowance - 1.0, now), None

    def give_back(self) -> Gate:
        """The caller taken last was not let in for another reason, and does not count."""
        return replace(self, allowance=(self.allowance or 0.0) + 1.0)


def restored(place: HeldPlace, groups: Mapping[str, object], now: float) -> HeldPlace:
    """Fit a place into the plan of today: a group that is gone counts as none, and nobody has
    waited since the future."""
    group = place.group if place.group in groups else ""
    since = place.enqueued_at
    return replace(place, group=group, enqueued_at=None if since is None else min(since, now))
