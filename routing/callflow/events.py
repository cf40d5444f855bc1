"""What can happen to a call. Facts, past tense; where they come from is not their business."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from routing.callflow.positions import Spot
from routing.callflow.states import State
from routing.entry import Arrival
from routing.monitoring import Mode
from routing.outgoing import Callback
from routing.record import CallKind, EndedBy
from routing.seats import Offer
from routing.standing import NOTHING_KNOWN, Standing
from routing.transfers import Target


@dataclass(frozen=True, slots=True)
class Event:
    """Anything that happened to a call.

    Events of a seat's leg (`SeatAnswered`, `SeatFailed`, `SeatGone`, `Bridged`, `BridgeFailed`)
    are as well those of a number on a trunk to which the caller is passed on; `leg` tells which.
    """


@dataclass(frozen=True, slots=True)
class Arrived(Event):
    """A new caller is parked on the switch."""

    arrival: Arrival
    standing: Standing = NOTHING_KNOWN


@dataclass(frozen=True, slots=True)
class TurnedAway(Event):
    """A new caller is parked on the switch while the hotline is about to stop."""

    arrival: Arrival


@dataclass(frozen=True, slots=True)
class CallBackDue(Event):
    """A callback's turn has come and a seat was found for it: one try begins."""

    callback: Callback
    offer: Offer


@dataclass(frozen=True, slots=True)
class DialledOut(Event):
    """A seat wants to call a number: it has dialled it, or asked for it by other means."""

    seat: str
    number: str
    """As it was written; hostile."""
    leg: str = ""
    """The leg of the seat's phone if it has dialled; "" if it is to be rung first."""
    line: str = ""
    """The line on whose behalf; "" for the one that the seat serves."""
    who: str = ""
    """Who asked for it; "" for whoever sits there."""
    stopping: bool = False
    """Whether the hotline is about to stop: only emergency numbers are called."""


@dataclass(frozen=True, slots=True)
class Occupied(Event):
    """The answer to `actions.OccupySeat`: no caller is offered to the seat any more."""

    agent: str
    home: str = ""
    """The owner at whose FreeSWITCH the seat's phone is registered; "": ring it here."""


@dataclass(frozen=True, slots=True)
class NotOccupied(Event):
    """The answer to `actions.OccupySeat` if the seat cannot call now."""

    why: str


@dataclass(frozen=True, slots=True)
class Resumed(Event):
    """A caller who was waiting under an earlier owner was found on the switch."""

    arrival: Arrival
    queued_at: float
    group: str = ""
    """The skill group that the caller waited for, which a menu may have chosen."""
    language: str = ""
    """The language that the caller had chosen."""
    priority: int | None = None
    """Points that the caller had, which a supervisor may have given; None: those of the plan."""
    kind: CallKind = CallKind.INCOMING
    music: str = ""
    """The music that the caller hears; "" for anything else."""
    written: Mapping[str, str] = field(default_factory=dict)
    """What is written on the channel of what `waiting.facts` writes there."""


@dataclass(frozen=True, slots=True)
class Served(Event):
    """A caller whose talk began under an earlier owner was found parked behind it.

    Times are seconds since the epoch."""

    arrival: Arrival
    queued_at: float
    answered_at: float
    seat: str
    agent: str
    recording: str
    callback: str = ""
    """Id of the callback or follow-up whose person this is, "" for none."""
    kind: CallKind = CallKind.INCOMING
    called_seat: str = ""
    """The seat whom a seat called, which is held for the call; "" for somebody outside."""
    called_agent: str = ""


@dataclass(frozen=True, slots=True)
class Talking(Event):
    """A caller was found in a talk with a seat that began under an earlier owner.

    Times are seconds since the epoch."""

    arrival: Arrival
    queued_at: float
    answered_at: float
    leg: str
    """The seat's leg, which is the token of its offer as well; "" if no seat has the call."""
    seat: str
    agent: str
    group: str
    recording: str
    """Below the recordings folder; "" if the earlier owner did not come so far as to begin it."""
    callback: str = ""
    """Id of the callback or follow-up whose person this is, "" for none."""
    kind: CallKind = CallKind.INCOMING
    called_seat: str = ""
    """The seat whom a seat called, which is held for the call; "" for somebody outside."""
    called_agent: str = ""

    @property
    def state(self) -> State:
        """That of a plain talk."""
        return State.TALKING


@dataclass(frozen=True, slots=True)
class Third:
    """Somebody besides caller and seat who had picked up under an earlier owner."""

    leg: str
    role: str
    """A `transfers.Role`; "" for the number to which the line passes its callers on."""
    name: str
    """The seat, or the number that was dialled."""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Controlled(Event):
    """A call was found that an earlier owner was controlling, or whose legs it was moving."""

    talk: Talking
    state: State
    """What the earlier owner wrote down last."""
    spots: Mapping[str, Spot]
    """Where each leg is."""
    thirds: tuple[Third, ...] = ()
    swapped: bool = False
    muted: bool = False
    parked_by: str = ""

    @property
    def leg(self) -> str:
        """The seat's leg; "" if no seat has the call."""
        return self.talk.leg


@dataclass(frozen=True, slots=True)
class PassedOn(Event):
    """A caller who talked with a number on a trunk under an earlier owner was found parked
    behind it."""

    arrival: Arrival
    answered_at: float


@dataclass(frozen=True, slots=True)
class TakenCareOf(Event):
    """A caller who was promised a callback, or left a message, under an earlier owner was found
    parked behind it. Times are seconds since the epoch."""

    arrival: Arrival
    queued_at: float
    callback: str
    """Id of the callback, "" for a message."""
    recording: str
    message_at: float
    """When the recording of the message began; 0 if it did not."""


Found = Resumed | Served | PassedOn | TakenCareOf
"""A caller whose call began under an earlier owner."""


@dataclass(frozen=True, slots=True)
class Answered(Event):
    """The switch has picked up the caller's line."""


@dataclass(frozen=True, slots=True)
class AnswerUnsure(Event):
    """The switch was away, and may not have been told to pick up the caller's line."""


@dataclass(frozen=True, slots=True)
class Played(Event):
    """An announcement came to its end, or could not be played at all."""

    execution: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Collected(Event):
    """The caller pressed keys, or the time for it is over and `keys` is empty."""

    execution: str
    keys: str


@dataclass(frozen=True, slots=True)
class PlaceKept(Event):
    """The answer to `actions.KeepPlace`: there is an open callback for the number."""

    callback: str
    """Its id."""
    already: bool = False
    """Whether it was there before, with the place of an earlier call."""


@dataclass(frozen=True, slots=True)
class PlaceNotKept(Event):
    """The answer to `actions.KeepPlace` if the callback could not be written down."""

    why: str


@dataclass(frozen=True, slots=True)
class Recorded(Event):
    """The recording of a message came to its end: by a key, by silence, by its longest length."""

    execution: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Offered(Event):
    """The queue has found a seat."""

    offer: Offer


TIME_OVER = "no_answer"


@dataclass(frozen=True, slots=True)
class OfferLost(Event):
    """The lease is gone; the queue has taken the caller back, or goes on with other seats."""

    token: str
    reason: str = TIME_OVER
    """Why: its time was over, or such as `withdrawn`, the seat is needed for somebody else."""


@dataclass(frozen=True, slots=True)
class Positioned(Event):
    """The answer to `actions.AskPosition`; 0 if the caller is not in the list."""

    position: int
    wait_seconds: float | None = None
    """Estimated wait from now on; None if nobody can know it (see routing.estimate)."""


@dataclass(frozen=True, slots=True)
class Superseded(Event):
    """The same number has called again, and the new call has the place in the list."""

    by: str
    """The new call."""


@dataclass(frozen=True, slots=True)
class Pressed(Event):
    """The caller pressed a key while nothing was asked."""

    key: str


@dataclass(frozen=True, slots=True)
class SeatPressed(Event):
    """A key was pressed on a leg that we dialled; nobody else has heard it."""

    leg: str
    key: str


@dataclass(frozen=True, slots=True)
class Control(Event):
    """Somebody wants something done with the call; `actions.Reply` answers, once."""

    request: str
    """Names the wish, for its answer."""
    verb: str
    """hold, consult, three-way, …: see `handlers.control`."""
    who: str
    """Who wants it, for the trace."""
    target: Target | None = None
    why: str = ""
    seat: str = ""
    """The seat that wants it; "" for somebody who may do it for the seat that has the call."""
    spoken: bool = False
    """Whether the seat hears a refusal, because it asked by keys."""


@dataclass(frozen=True, slots=True)
class Claimed(Event):
    """The answer to `actions.Claim`: the seat is held for this call, and may be rung."""

    wanted: str
    """The seat or the agent, as it was asked for."""
    offer: Offer


@dataclass(frozen=True, slots=True)
class NotClaimed(Event):
    """The answer to `actions.Claim` if the seat cannot be had."""

    wanted: str
    why: str
    """What the seat is doing: talking, not_ready, …; or why nobody knows."""


@dataclass(frozen=True, slots=True)
class QueueFailed(Event):
    """The queue cannot be reached."""

    why: str


@dataclass(frozen=True, slots=True)
class QueueForgot(Event):
    """The queue lost its data and does not know the caller any more."""


@dataclass(frozen=True, slots=True)
class Unstaffed(Event):
    """Nobody is signed in for a group or pool: the answer to `actions.AskStaffed`, or that the
    last one there has left."""

    group: str
    asked: bool = True
    """Whether it is the answer."""


@dataclass(frozen=True, slots=True)
class Ranked(Event):
    """A supervisor gave the caller another priority."""

    priority: int
    who: str


@dataclass(frozen=True, slots=True)
class Moved(Event):
    """A supervisor lets the caller wait for another group."""

    group: str
    who: str


@dataclass(frozen=True, slots=True)
class TakenOut(Event):
    """A supervisor takes the caller out of the list."""

    prompt: str
    """What the caller hears before good-bye; "" for nothing."""
    who: str


@dataclass(frozen=True, slots=True)
class Noticed(Event):
    """The caller's group is paused, or is not any more: the answer to `actions.AskNotice` too."""

    prompt: str
    """What its callers are told; "" for nothing, and when it is over."""


@dataclass(frozen=True, slots=True)
class Listened(Event):
    """A supervisor listens to the call's seat, or is heard by others than before."""

    leg: str
    """The supervisor's, which is none of the call's."""
    seat: str
    """Whose phone it is."""
    over: str
    """The seat that is listened to."""
    mode: Mode
    who: str
    began_at: float
    """When it was asked for, seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class ListenedNoMore(Event):
    """That supervisor's leg listens no more."""

    leg: str
    who: str


@dataclass(frozen=True, slots=True)
class TakenOver(Event):
    """A supervisor takes the call from its seat; the supervisor's leg is parked."""

    leg: str
    seat: str
    agent: str
    who: str
    began_at: float
    """When its phone was asked to ring, seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class SeatAnswered(Event):
    """The seat, or the number on a trunk, picked up. May be told twice."""

    leg: str


@dataclass(frozen=True, slots=True)
class SeatFailed(Event):
    """The seat's phone, or the number on a trunk, could not be made to answer."""

    leg: str
    cause: str


@dataclass(frozen=True, slots=True)
class SeatGone(Event):
    """The leg of the seat, or of the number on a trunk, has ended."""

    leg: str
    cause: str
    by_seat: bool
    """True if the other side hung up, False if the switch ended the leg."""
    line_lost: bool = False
    """Whether it was a line that is kept open and has broken: nobody has ended the talk."""


@dataclass(frozen=True, slots=True)
class Bridged(Event):
    """Caller and leg hear each other."""

    leg: str


@dataclass(frozen=True, slots=True)
class BridgeFailed(Event):
    """The switch refused to bridge."""

    leg: str
    why: str


@dataclass(frozen=True, slots=True)
class Joined(Event):
    """The leg, the caller's or another, hears and is heard in the call's conference."""

    leg: str


@dataclass(frozen=True, slots=True)
class CallerBack(Event):
    """The bridge is over and the caller is parked again."""


@dataclass(frozen=True, slots=True)
class CallerGone(Event):
    """The caller's leg has ended."""

    cause: str
    by: EndedBy


@dataclass(frozen=True, slots=True)
class NotRecorded(Event):
    """The talk could not be recorded, or not to its end: a full disk, a folder without write
    permission."""

    why: str
    partly: bool = False
    """Whether there is a file, which ends too early."""


@dataclass(frozen=True, slots=True)
class TimerDue(Event):
    """A timer set by `actions.SetTimer` ran out."""

    name: str


@dataclass(frozen=True, slots=True)
class SwitchRefused(Event):
    """The switch refused a command that the call cannot go on without."""

    action: str
    why: str
