"""What a call can ask for. Imperatives; who carries them out and how is not their business."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from routing.admission import HeldPlace
from routing.record import CallRecord


@dataclass(frozen=True, slots=True)
class Action:
    """Anything to be done for a call."""


@dataclass(frozen=True, slots=True)
class Answer(Action):
    """Pick up the caller's line."""


@dataclass(frozen=True, slots=True)
class Play(Action):
    """Play prompts one behind the other, then report `events.Played`."""

    prompts: tuple[str, ...]
    execution: str
    interrupt: bool = False
    """Whether something (music) is being played and has to stop for it."""


@dataclass(frozen=True, slots=True)
class PlayMusic(Action):
    """Play hold music until something else happens."""

    music: str
    execution: str
    interrupt: bool = False
    """Whether something is being played and has to stop for it."""
    leg: str = ""
    """Who hears it; "" for the caller."""


@dataclass(frozen=True, slots=True)
class Collect(Action):
    """Play a question, take one key, then report `events.Collected`."""

    prompts: tuple[str, ...]
    invalid: tuple[str, ...]
    """Played when a key that is not in `keys` was pressed."""
    keys: str
    """The keys that count."""
    seconds: float
    tries: int
    execution: str
    interrupt: bool = False
    """Whether something (music) is being played and has to stop for it."""


@dataclass(frozen=True, slots=True)
class CollectNumber(Action):
    """Play a question, take a number that ends with #, then report `events.Collected`."""

    prompts: tuple[str, ...]
    invalid: tuple[str, ...]
    """Played when the number had fewer than `at_least` digits."""
    at_least: int
    at_most: int
    seconds: float
    """How long to wait for the first digit, and for each further one."""
    tries: int
    execution: str
    interrupt: bool = False
    """Whether something (music) is being played and has to stop for it."""


@dataclass(frozen=True, slots=True)
class KeepPlace(Action):
    """Write a callback down and give it the caller's place in the list, or find the one that is
    open for the number; then report `events.PlaceKept` or `events.PlaceNotKept`."""

    number: str
    """Normalised."""
    line: str
    group: str
    priority: int
    queued_at: float
    """Seconds since the epoch: the age that the callback keeps."""
    language: str


@dataclass(frozen=True, slots=True)
class RecordMessage(Action):
    """Record the caller alone into `path` below the recordings folder, until #, silence or
    `longest_seconds`; then report `events.Recorded`."""

    path: str
    longest_seconds: float
    silence_seconds: float
    execution: str


@dataclass(frozen=True, slots=True)
class Tag(Action):
    """Write facts onto the caller's channel, so that the switch alone can tell them."""

    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Enqueue(Action):
    """Put the caller into a skill group's list, at the place that `enqueued_at` gives."""

    group: str
    priority: int
    enqueued_at: float
    lease_seconds: float
    """How long a seat may be held for this caller before the offer is swept."""
    slope: float = 1.0
    """Points that the caller gains in each second of waiting."""
    prefer: str = ""
    """An agent or a seat that is taken if it is free."""


@dataclass(frozen=True, slots=True)
class LeaveQueue(Action):
    """Take the caller out of the list, and out of an offer that is being made."""


@dataclass(frozen=True, slots=True)
class HoldPlace(Action):
    """Write down which place the caller's number has on the line, for its further calls."""

    place: HeldPlace


@dataclass(frozen=True, slots=True)
class LeavePlace(Action):
    """The caller waits no more: the number may have another place."""

    kept: HeldPlace | None = None
    """The place that the number gets back if it calls again in time; None if it gets none."""
    seconds: float = 0.0
    """For how long it is kept."""


@dataclass(frozen=True, slots=True)
class TakeOver(Action):
    """Tell an earlier call of the same number that this one has its place now."""

    earlier: HeldPlace


@dataclass(frozen=True, slots=True)
class AskPosition(Action):
    """Find out the caller's place; `events.Positioned` answers."""


@dataclass(frozen=True, slots=True)
class Widen(Action):
    """Let the seats of a further group serve the caller too; place and age stay."""

    group: str


@dataclass(frozen=True, slots=True)
class AskStaffed(Action):
    """Find out whether anybody is signed in for the group; `events.Unstaffed` if nobody is."""

    group: str


@dataclass(frozen=True, slots=True)
class AskNotice(Action):
    """Find out what callers of a paused group are told; `events.Noticed` if it is paused."""

    group: str


@dataclass(frozen=True, slots=True)
class Rank(Action):
    """Give the caller who waits, or is being offered, another priority."""

    priority: int


@dataclass(frozen=True, slots=True)
class Dial(Action):
    """Ring a number over a trunk, on a leg of its own."""

    number: str
    trunk: str
    leg: str
    seconds: float
    caller: str
    title: str
    """What the other side's display shows besides the caller's number."""
    seat: str = ""
    """The seat that is reached by this number, "" if it is none."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """SIP headers for the other side."""


@dataclass(frozen=True, slots=True)
class Ring(Action):
    """Ring a seat's phone on a leg of its own."""

    seat: str
    leg: str
    seconds: float
    caller: str
    title: str
    """What the phone's display shows besides the caller's number."""
    home: str = ""
    """Where the phone is registered, as the offer told it."""


@dataclass(frozen=True, slots=True)
class OccupySeat(Action):
    """Let no caller be offered to a seat that calls somebody itself; `events.Occupied` or
    `events.NotOccupied` answers."""

    seat: str
    token: str
    """The leg of the seat's phone, by which `ReleaseSeat` frees it."""
    meanwhile: bool = False
    """Whether the call goes on before the answer is there: Redis may take its time to be away."""


@dataclass(frozen=True, slots=True)
class AnswerSeat(Action):
    """Pick up a seat's line that has dialled."""

    leg: str


@dataclass(frozen=True, slots=True)
class CallBack(Action):
    """Ring the person whom the hotline calls over a trunk; the leg is the call's own."""

    number: str
    trunk: str
    seconds: float
    shown: str
    """The number that the person's display shows."""
    facts: Mapping[str, str]
    """For the leg's channel, so that the switch alone can tell them."""
    home: str = ""
    """The owner at whose FreeSWITCH the phone of a seat is registered; "": ring it here."""


@dataclass(frozen=True, slots=True)
class Tell(Action):
    """Play prompts to a seat, or to whom it consults, then report `events.Played`."""

    leg: str
    prompts: tuple[str, ...]
    execution: str
    interrupt: bool = False
    """Whether something is being played and has to stop for it."""


@dataclass(frozen=True, slots=True)
class Hint(Action):
    """Mix a prompt into what a leg hears; whoever talks with it hears nothing of it."""

    leg: str
    prompt: str


@dataclass(frozen=True, slots=True)
class RingTone(Action):
    """Let a seat hear that the other phone rings, until something else happens."""

    leg: str
    execution: str


@dataclass(frozen=True, slots=True)
class StopLeg(Action):
    """End a seat's leg, ringing or talking."""

    leg: str
    cause: str


@dataclass(frozen=True, slots=True)
class AcceptOffer(Action):
    """Turn the lease into a talk. If the lease is gone, `events.OfferLost` comes instead of
    whatever was to follow."""

    token: str


@dataclass(frozen=True, slots=True)
class RefuseOffer(Action):
    """Give the lease back: caller to the list, seat to not-ready with `reason`, or ready if ""."""

    token: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReleaseSeat(Action):
    """The talk is over: the seat goes to wrap-up for `wrap_up_seconds`."""

    seat: str
    token: str
    wrap_up_seconds: float


BRIDGE_SECONDS = 5.0
"""Longest time from picking up to hearing each other; then the other side is let go."""


@dataclass(frozen=True, slots=True)
class Bridge(Action):
    """Let caller and seat, or two others of the call, hear each other."""

    leg: str
    other: str = ""
    """Whom it hears; "" for the caller."""


@dataclass(frozen=True, slots=True)
class Keep(Action):
    """Let a leg stay, parked, when whoever it talks with has gone."""

    leg: str


@dataclass(frozen=True, slots=True)
class Part(Action):
    """End the talk of two legs; each is told to be parked."""

    leg: str
    other: str


@dataclass(frozen=True, slots=True)
class Park(Action):
    """Take a leg out of whatever it is in; it is told to be parked."""

    leg: str


@dataclass(frozen=True, slots=True)
class Confer(Action):
    """Move a leg into the call's conference; `events.Joined` tells when it is there."""

    leg: str
    room: str


@dataclass(frozen=True, slots=True)
class Mute(Action):
    """Let the others not hear a leg, or hear it again."""

    leg: str
    on: bool


@dataclass(frozen=True, slots=True)
class Claim(Action):
    """Hold a seat for this call, if it is ready: `events.Claimed` or `events.NotClaimed`."""

    wanted: str
    """A seat, or an agent wherever that one sits."""
    lease_seconds: float
    """How long it may be held before the claim is swept."""
    token: str = ""
    """The leg that will be the seat's, by which it is freed; "": the offer names a new one."""
    resting: bool = False
    """Whether a seat that is not ready will do too; it is so again afterwards."""


@dataclass(frozen=True, slots=True)
class Reply(Action):
    """Answer a wish; each exactly once."""

    request: str
    problem: str = ""
    """Why it was refused, a sentence; "" if it is done or has begun."""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notify(Action):
    """Tell applications what has become of a wish."""

    what: str
    """transfer.failed, consult.over, caller.gone, …"""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StartRecording(Action):
    """Record caller (left) and seat (right) below the recordings folder."""

    path: str


@dataclass(frozen=True, slots=True)
class StopRecording(Action):
    """End the recording."""

    path: str


@dataclass(frozen=True, slots=True)
class Hangup(Action):
    """End the caller's leg. Before the answer, the cause decides what the caller's network says."""

    cause: str
    again: bool = False
    """Whether it was asked for before: a leg that is not there any more has ended, and
    `events.CallerGone` says so at once."""


@dataclass(frozen=True, slots=True)
class SetTimer(Action):
    """Report `events.TimerDue` after `seconds`; a timer of the same name starts again."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ClearTimer(Action):
    """Forget a timer."""

    name: str


@dataclass(frozen=True, slots=True)
class Close(Action):
    """The call is over: write the record, forget the call."""

    record: CallRecord
