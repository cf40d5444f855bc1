"""What is written down about a call when it has ended: one record with its legs and its trace."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How a call ended, from the caller's side (definitions: GB/T 33358-2016 and domain notes)."""

    ANSWERED = "answered"
    """A person talked with the caller."""
    ABANDONED = "abandoned"
    """The caller hung up while waiting for a person."""
    ABANDONED_AT_ENTRY = "abandoned_at_entry"
    """The caller hung up during greeting or menu, before asking for a person."""
    FORWARDED = "forwarded"
    """Passed on to a number outside, which answered."""
    REDIRECTED = "redirected"
    """A retired line told the caller to dial 12345."""
    CLOSED = "closed"
    """The line or its group was closed, and the caller was told so."""
    REFUSED = "refused"
    """Not taken: unknown, gone or barred number. Of a call by a seat: not a number that it may
    dial, or not now."""
    TIMED_OUT = "timed_out"
    """Waited for as long as the plan lets callers wait."""
    REMOVED = "removed"
    """Taken out of the waiting list by a supervisor."""
    CALLBACK = "callback"
    """Left the waiting list to be called back."""
    VOICEMAIL = "voicemail"
    """Left the waiting list and was asked for a message."""
    CONGESTED = "congested"
    """Could not enter: the waiting list was full, or the hotline overloaded."""
    TURNED_AWAY = "turned_away"
    """Could not enter: the hotline was about to stop and took nobody any more."""
    NOT_REACHED = "not_reached"
    """Somebody who was called was busy, silent or gone before the talk."""
    SEAT_MISSED = "seat_missed"
    """The seat that was to call somebody did not pick up; nobody was called."""
    FAILED = "failed"
    """A technical fault ended it before anybody answered."""
    REPEATED = "repeated"
    """The number waits with another call, which is the one that counts."""


class CallKind(StrEnum):
    """Who called whom."""

    INCOMING = "incoming"
    """Somebody called the hotline."""
    CALLBACK = "callback"
    """The hotline called somebody back: one try."""
    FOLLOW_UP = "follow_up"
    """回访: a seat asked somebody how a matter went: one try."""
    OUTGOING = "outgoing"
    """A seat called somebody of its own accord."""


class EndedBy(StrEnum):
    """Who ended the call."""

    CALLER = "caller"
    SEAT = "seat"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class LegRecord:
    """One leg: the caller's, or one attempt to reach a seat."""

    leg: str
    """FreeSWITCH's Unique-ID."""
    role: str
    """`caller`, `called` for the person whom the hotline called, `seat`, `forward` for a number on
    a trunk, or what somebody is who was brought into the call: consult, expert, sub_centre,
    emergency, supervisor, outside. A number is in `seat`."""
    seat: str
    agent: str
    started_at: float
    answered_at: float | None
    bridged_at: float | None
    ended_at: float | None
    cause: str
    """Hangup cause by FreeSWITCH's name: NORMAL_CLEARING, USER_BUSY, NO_ANSWER, …"""


class Activity(StrEnum):
    """What goes on in a part of a call that a person has answered."""

    TALK = "talk"
    HOLD = "hold"
    CONSULT = "consult"
    """The seat talks with somebody else, or waits for that, while the caller hears music."""
    CONFERENCE = "conference"
    PARK = "park"
    TRANSFER = "transfer"
    """The seat has gone, and whoever is to follow it is being rung."""
    WAIT = "wait"
    """Back in the waiting list."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a call in which the same people did the same."""

    what: Activity
    began_at: float
    ended_at: float | None
    """None only while it goes on."""
    parties: str
    """Who took part, with commas between: caller, seats and numbers."""


@dataclass(frozen=True, slots=True)
class TraceRecord:
    """One step of the decision trace: why the call went where it went."""

    at: float
    what: str
    """Stable name of the rule or fact: entry.line, queue.entered, offer.made, offer.refused, …"""
    facts: dict[str, str]


@dataclass(frozen=True, slots=True)
class CallRecord:
    """Everything kept about one call. Times are seconds since the epoch (UTC), or None."""

    call: str
    """The call id; writing the same call twice writes it once."""
    city: str
    plan_version: str
    trunk: str
    caller: str
    """Normalised, or "" if withheld."""
    dialled: str
    """The number as it arrived."""
    line_dialled: str
    """The line whose number was dialled, or "" if unknown."""
    line_meant: str
    """The line that served the caller (12345 for a retired number)."""
    group: str
    arrived_at: float
    greeted_at: float | None
    queued_at: float | None
    offered_at: float | None
    """When the seat that answered, or else the last one tried, began to ring."""
    answered_at: float | None
    """When the seat and the caller were bridged."""
    talk_ended_at: float | None
    ended_at: float
    seat: str
    agent: str
    outcome: Outcome
    cause: str
    ended_by: EndedBy
    survey_key: str
    survey_meaning: str
    recording: str
    """Path below the recordings folder, or "" if nothing was recorded."""
    legs: tuple[LegRecord, ...]
    trace: tuple[TraceRecord, ...]
    kind: CallKind = CallKind.INCOMING
    callback: str = ""
    """Id of the callback that this call is a try of, or that it was ended with; for a call of the
    kind `follow_up`, that of the follow-up."""
    department: str = ""
    """Whose number was dialled, for statistics; a retired line keeps its own. "" if unknown."""
    segments: tuple[Segment, ...] = ()
    """What went on from `answered_at` to `talk_ended_at`, without a gap."""

    @property
    def queue_seconds(self) -> float | None:
        """Seconds from entering the queue to being answered or leaving."""
        if self.queued_at is None:
            return None
        return (self.answered_at or self.ended_at) - self.queued_at

    @property
    def answer_seconds(self) -> float | None:
        """Seconds from arrival to the answer by a person."""
        return None if self.answered_at is None else self.answered_at - self.arrived_at

    @property
    def talk_seconds(self) -> float | None:
        """Seconds of talk with a person."""
        if self.answered_at is None:
            return None
        return (self.talk_ended_at or self.ended_at) - self.answered_at
