"""The life of a callback: from its caller's wish until somebody has talked with the caller.

`step` takes a callback, what happened to it, the plan and the time, and returns the callback as it
is now and what has to be done. Its states and transitions are data, as those of a call are: a try
itself, from the seat's phone to the talk, is a call (`routing.callflow`) that begins with
`events.CallBackDue`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, ClassVar, Self, TypeVar

from routing.callbacks import Unreachable, reachable
from routing.calling import CallingRules
from routing.plan import Plan
from routing.record import CallKind
from routing.seats import Offer

DAY = 86400.0
OUTGOING_LEGS = "outgoing-"
"""Begins the name of the leg of somebody whom a seat calls; the seat and the moment follow."""
CALLED_LEGS = ("callback-", "follow-up-", OUTGOING_LEGS)
"""Begin the names of legs of people whom the hotline has called."""
_TITLES = {"zh": "回拨 {line} 已等候{minutes}分钟", "en": "Callback {line} waited {minutes} min"}


class Status(StrEnum):
    """Where a callback is on its way."""

    WAITING = "waiting"
    """In the list, with the age of the caller."""
    PAUSED = "paused"
    """Not to be called before `next_at`; the age goes on."""
    TRYING = "trying"
    """A seat has been found; it is rung, then the caller."""
    DONE = "done"
    """Somebody has talked with the caller."""
    FAILED = "failed"
    """The last try was in vain, or the time is over."""
    CANCELLED = "cancelled"
    """Taken back by a person."""


OPEN = frozenset({Status.WAITING, Status.PAUSED, Status.TRYING})


class Reason(StrEnum):
    """Why there is a callback."""

    ASKED = "asked"
    """The caller wished it."""
    MISSED = "missed"
    """漏接回拨: nobody answered the caller."""
    ADDED = "added"
    """A person wished it."""


@dataclass(frozen=True, slots=True)
class Callback:
    """One person to be called back. Never changed, only replaced; times in epoch seconds."""

    PREFIX: ClassVar[str] = "callback:"
    """Begins the name under which it waits in the list of callers."""
    LEG_PREFIX: ClassVar[str] = "callback-"
    """Begins the name of the leg of its person; id and moment follow."""
    KIND: ClassVar[CallKind] = CallKind.CALLBACK
    """What its tries are."""

    id: int
    """0 before it is written down."""
    number: str
    """Normalised; one that `routing.callbacks.reachable` lets through."""
    line: str
    group: str
    language: str
    reason: Reason
    asked_at: float
    queued_at: float
    """Since when its person waits: the age that it has in the list."""
    priority: int = 0
    asked_in: str = ""
    """The call in which it was asked for, or that was missed."""
    status: Status = Status.WAITING
    next_at: float | None = None
    """Not to be tried before; None: as soon as its turn comes."""
    tries: int = 0
    """How often its person's phone was rung."""
    last_cause: str = ""
    """What came of the last try."""
    owner: str = ""
    """The daemon that tries it now."""
    answered_in: str = ""
    """The call in which somebody talked with its person."""
    closed_at: float | None = None
    closed_by: str = ""
    """Why it is closed, and by whom."""

    @property
    def key(self) -> str:
        """Its name in the list of callers."""
        return f"{self.PREFIX}{self.id}"

    @property
    def is_open(self) -> bool:
        """Whether it is still to be carried out."""
        return self.status in OPEN

    def rules(self, plan: Plan) -> CallingRules:
        """How it is carried out."""
        return plan.callbacks

    def gives_up_at(self, plan: Plan) -> float:
        """The moment after which it is too late."""
        return self.asked_at + plan.callbacks.longest_days * DAY

    def standing(self, slope: float, now: float) -> tuple[float, float]:
        """Its points a second and since when they count, in the list of a line with that slope."""
        return slope, self.queued_at

    def tried_by(self, offer: Offer) -> Self:
        """A seat has been found for it."""
        return self

    def talked(self, event: Talked) -> Self:
        """Somebody has talked with its person."""
        return self

    def display(self, plan: Plan, shown: str, now: float) -> str:
        """What the phone of the seat shows before it is picked up; `shown` is the line."""
        minutes = int(max(0.0, now - self.queued_at) // 60)
        return _TITLES["zh" if plan.language == "zh" else "en"].format(line=shown, minutes=minutes)


# what happens to a callback


@dataclass(frozen=True, slots=True)
class Event:
    """Anything that happened to a callback."""


@dataclass(frozen=True, slots=True)
class Begun(Event):
    """It was written down, or found written down by a daemon that starts."""


@dataclass(frozen=True, slots=True)
class Due(Event):
    """`next_at` has come."""


@dataclass(frozen=True, slots=True)
class SeatFound(Event):
    """The queue offers it to a seat."""

    offer: Offer
    owner: str
    on_the_line: bool = False
    """Whether its person is calling at this moment."""


@dataclass(frozen=True, slots=True)
class SeatMissed(Event):
    """The seat did not pick up; the person was not rung."""

    cause: str


@dataclass(frozen=True, slots=True)
class NotReached(Event):
    """The person was busy, silent or gone before the talk."""

    cause: str


@dataclass(frozen=True, slots=True)
class Talked(Event):
    """Somebody has talked with the person, called back or calling again."""

    call: str
    again: bool = False
    """Whether the person had called again."""
    survey: str = ""
    """How satisfied the person was; "" if that is not known."""


@dataclass(frozen=True, slots=True)
class Stranded(Event):
    """The daemon that tried it is gone, and so are the legs of the try."""


@dataclass(frozen=True, slots=True)
class Cancelled(Event):
    """A person takes it back."""

    who: str


@dataclass(frozen=True, slots=True)
class Hurried(Event):
    """A person wants it tried now, from the first try on if it had failed."""

    who: str


# what a callback can ask for


@dataclass(frozen=True, slots=True)
class Enlist:
    """Put it into the list at its age."""


@dataclass(frozen=True, slots=True)
class Unlist:
    """Take it out of the list, and out of an offer that is being made."""


@dataclass(frozen=True, slots=True)
class Wake:
    """Report `Due` at a moment."""

    at: float


@dataclass(frozen=True, slots=True)
class Try:
    """Ring the offer's seat, then the person."""

    offer: Offer


Action = Enlist | Unlist | Wake | Try
Result = tuple[Callback, tuple[Action, ...]]
_Errand = TypeVar("_Errand", bound=Callback)


def opens_at(rules: CallingRules, plan: Plan, now: float) -> float:
    """Give the moment at which people may be called: `now` if it is within the hours."""
    calendar = plan.calendars.get(rules.open or "")
    if calendar is None or calendar.is_open(now, plan.zone):
        return now
    opens = calendar.next_change(now, plan.zone)
    return now + DAY if opens is None else opens


def _queue(callback: Callback, plan: Plan, now: float) -> Result:
    """Into the list, unless it is too early, out of hours, or too late for good."""
    rules = callback.rules(plan)
    if now > callback.gives_up_at(plan):
        return _closed(callback, Status.FAILED, now, "the time is over")
    if isinstance(reachable(callback.number, plan, now), Unreachable):
        return _closed(callback, Status.FAILED, now, "the number is no longer called")
    at = max(opens_at(rules, plan, now), callback.next_at or now)
    if not rules.trunk:
        at = max(at, now + rules.pause_seconds)
    if at > now:
        return replace(callback, status=Status.PAUSED, next_at=at, owner=""), (Unlist(), Wake(at))
    return replace(callback, status=Status.WAITING, next_at=None, owner=""), (Enlist(),)


def _closed(callback: Callback, status: Status, now: float, by: str, answered: str = "") -> Result:
    callback = replace(
        callback,
        status=status,
        next_at=None,
        owner="",
        closed_at=now,
        closed_by=by,
        answered_in=answered,
    )
    return callback, (Unlist(),)


def begun(callback: Callback, event: Begun, plan: Plan, now: float) -> Result:
    """To the place that it has."""
    return _queue(callback, plan, now)


def due(callback: Callback, event: Due, plan: Plan, now: float) -> Result:
    """The pause is over."""
    return _queue(callback, plan, now)


def seat_found(callback: Callback, event: SeatFound, plan: Plan, now: float) -> Result:
    """Its turn has come, if it may be carried out now."""
    if event.on_the_line:
        later = now + callback.rules(plan).pause_seconds
        return replace(callback, status=Status.PAUSED, next_at=later), (Unlist(), Wake(later))
    after, todo = _queue(callback, plan, now)
    if after.status is not Status.WAITING:
        return after, todo
    callback = replace(after.tried_by(event.offer), status=Status.TRYING, owner=event.owner)
    return callback, (Try(event.offer),)


def seat_missed(callback: Callback, event: SeatMissed, plan: Plan, now: float) -> Result:
    """Back to its place: nobody was called."""
    return _queue(replace(callback, last_cause=event.cause), plan, now)


def not_reached(callback: Callback, event: NotReached, plan: Plan, now: float) -> Result:
    """Once more after a pause, with its age; or that was the last try."""
    rules = callback.rules(plan)
    callback = replace(callback, tries=callback.tries + 1, last_cause=event.cause)
    if callback.tries >= rules.tries:
        return _closed(callback, Status.FAILED, now, f"not reached in {callback.tries} tries")
    return _queue(replace(callback, next_at=now + rules.pause_seconds), plan, now)


def talked(callback: Callback, event: Talked, plan: Plan, now: float) -> Result:
    """What it was for has happened."""
    why = "the caller called again" if event.again else "called back"
    tries = callback.tries + (0 if event.again else 1)
    callback = replace(callback.talked(event), tries=tries)
    return _closed(callback, Status.DONE, now, why, answered=event.call)


def stranded(callback: Callback, event: Stranded, plan: Plan, now: float) -> Result:
    """Whatever the try came to, it did not come to a talk that we know of."""
    return _queue(replace(callback, last_cause="STRANDED"), plan, now)


def cancelled(callback: Callback, event: Cancelled, plan: Plan, now: float) -> Result:
    """By a person."""
    return _closed(callback, Status.CANCELLED, now, event.who)


def hurried(callback: Callback, event: Hurried, plan: Plan, now: float) -> Result:
    """At once, within the hours; a closed one begins anew with the age that it has."""
    anew = not callback.is_open
    callback = replace(
        callback,
        next_at=None,
        tries=0 if anew else callback.tries,
        asked_at=now if anew else callback.asked_at,
        closed_at=None,
        closed_by="",
    )
    return _queue(callback, plan, now)


def ignore(callback: Callback, event: Event, plan: Plan, now: float) -> Result:
    """Known, and of no consequence here."""
    return callback, ()


@dataclass(frozen=True, slots=True)
class Row:
    """One transition."""

    status: Status
    event: type[Event]
    leads_to: tuple[Status, ...]
    handler: Callable[..., tuple[Any, tuple[Action, ...]]]


W, P, T, D, F, C = (
    Status.WAITING,
    Status.PAUSED,
    Status.TRYING,
    Status.DONE,
    Status.FAILED,
    Status.CANCELLED,
)
_QUEUED = (W, P, F)


def _rows(*rows: tuple[Status, type[Event], tuple[Status, ...], Any]) -> tuple[Row, ...]:
    return tuple(Row(*row) for row in rows)


ROWS = _rows(
    (W, Begun, _QUEUED, begun),
    (W, Due, _QUEUED, due),
    (W, SeatFound, (T, P, F), seat_found),
    (W, SeatMissed, (W,), ignore),
    (W, Stranded, _QUEUED, stranded),
    (W, Talked, (D,), talked),
    (W, Cancelled, (C,), cancelled),
    (W, Hurried, _QUEUED, hurried),
    (P, Begun, _QUEUED, begun),
    (P, Due, _QUEUED, due),
    (P, SeatMissed, (P,), ignore),
    (P, Talked, (D,), talked),
    (P, Cancelled, (C,), cancelled),
    (P, Hurried, _QUEUED, hurried),
    (T, Due, (T,), ignore),
    (T, SeatMissed, _QUEUED, seat_missed),
    (T, NotReached, _QUEUED, not_reached),
    (T, Talked, (D,), talked),
    (T, Stranded, _QUEUED, stranded),
    (T, Cancelled, (C,), cancelled),
    (T, Hurried, _QUEUED, hurried),
    (F, Hurried, _QUEUED, hurried),
    (C, Hurried, _QUEUED, hurried),
)
"""An event without a row changes nothing: a closed callback stays closed."""
TABLE = {(row.status, row.event): row for row in ROWS}


def step(
    callback: _Errand, event: Event, plan: Plan, now: float
) -> tuple[_Errand, tuple[Action, ...]]:
    """Return the callback after `event` and what has to be done. Never raises.

    An event that means nothing in its state changes nothing. An offer that is not wanted is given
    back, so that no seat is held for it.
    """
    row = TABLE.get((callback.status, type(event)))
    if row is None:
        return callback, ((Unlist(),) if isinstance(event, SeatFound) else ())
    after, todo = row.handler(callback, event, plan, now)
    assert after.status in row.leads_to, f"{row.handler.__name__} led to {after.status}"
    return after, todo
