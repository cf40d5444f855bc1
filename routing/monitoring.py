"""A supervisor's leg: rings, listens to a seat's, is heard by it or by all, until it ends.

The leg that is listened to is the seat's: whatever becomes of the call, held, consulting or with
three, that leg hears and says what the seat does. When it ends, the call may go on with another
seat; then that one's is listened to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any


class Mode(StrEnum):
    """Who hears the supervisor."""

    LISTEN = "listen"
    """Nobody."""
    WHISPER = "whisper"
    """The seat alone."""
    BARGE = "barge"
    """All."""


class Stage(StrEnum):
    """Where a supervisor's leg is."""

    RINGING = "ringing"
    LISTENING = "listening"
    TAKING_OVER = "taking_over"
    """On the way out of listening, to be the call's seat."""
    ENDING = "ending"
    OVER = "over"
    TAKEN = "taken"
    """The leg is the call's own now."""


KEYS = {"0": Mode.LISTEN, "2": Mode.WHISPER, "3": Mode.BARGE}
"""What a supervisor's phone may say by itself, as FreeSWITCH's eavesdrop understands it."""
TO_ONE_SIDE = "1"
"""Speaks to the other side without the seat: nobody may."""


@dataclass(frozen=True, slots=True)
class Watch:
    """One supervisor who listens to one call. Never changed, only replaced."""

    leg: str
    """The supervisor's."""
    seat: str
    """Whose phone it is."""
    agent: str
    """Who is signed in there, "" if nobody is."""
    who: str
    call: str
    over: str
    """The seat that is listened to."""
    target: str
    """That seat's leg."""
    mode: Mode
    began_at: float
    """When it was asked for, seconds since the epoch."""
    stage: Stage = Stage.RINGING
    executions: int = 0

    @property
    def has_listened(self) -> bool:
        """Whether it ever came to that."""
        return self.executions > 0

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to be done."""
        return self.stage in (Stage.OVER, Stage.TAKEN)

    @property
    def execution(self) -> str:
        """The listening that goes on."""
        return f"{self.leg}/{self.executions}"


# What may happen


@dataclass(frozen=True, slots=True)
class Happening:
    """Anything that happened to a supervisor's leg, or is wished of it."""


@dataclass(frozen=True, slots=True)
class PickedUp(Happening):
    """The supervisor has picked up, or the leg is parked again. May be told twice."""


@dataclass(frozen=True, slots=True)
class NotReached(Happening):
    """The phone was not picked up."""

    cause: str


@dataclass(frozen=True, slots=True)
class Left(Happening):
    """The leg has ended."""


@dataclass(frozen=True, slots=True)
class Unheard(Happening):
    """Listening has ended: the leg that was listened to has, or the supervisor pressed a key."""

    execution: str


@dataclass(frozen=True, slots=True)
class Found(Happening):
    """The answer to `LookAgain`: the seat and the leg by which the call goes on, "" for none."""

    over: str
    target: str


@dataclass(frozen=True, slots=True)
class Key(Happening):
    """A key was pressed on the supervisor's phone, or by us in its name."""

    key: str


@dataclass(frozen=True, slots=True)
class Wish(Happening):
    """The supervisor is to be heard by others than now."""

    mode: Mode


@dataclass(frozen=True, slots=True)
class TakeOver(Happening):
    """The supervisor is to have the call instead of its seat."""


@dataclass(frozen=True, slots=True)
class Stop(Happening):
    """Enough."""


# What is to be done


@dataclass(frozen=True, slots=True)
class Action:
    """Anything that follows."""


@dataclass(frozen=True, slots=True)
class Listen(Action):
    """Let the leg hear the other, and be heard as the mode says."""

    target: str
    execution: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class Speak(Action):
    """Change who hears the leg."""

    mode: Mode


@dataclass(frozen=True, slots=True)
class Note(Action):
    """The call is to remember who listens, and how."""

    mode: Mode


@dataclass(frozen=True, slots=True)
class LookAgain(Action):
    """Find out by which leg the call goes on."""


@dataclass(frozen=True, slots=True)
class Park(Action):
    """Take the leg out of listening; it is told as picked up."""


@dataclass(frozen=True, slots=True)
class HandOver(Action):
    """Give the call to the supervisor's leg, which is parked."""


@dataclass(frozen=True, slots=True)
class HangUp(Action):
    """End the leg."""


Result = tuple[Watch, tuple[Action, ...]]


def step(watch: Watch, event: Happening) -> Result:
    """Give what becomes of a supervisor's leg, and what is to be done; what does not fit changes
    nothing."""
    if isinstance(event, Left | NotReached):
        return replace(watch, stage=Stage.OVER), ()
    handler = _TABLE.get((watch.stage, type(event)))
    return (watch, ()) if handler is None else handler(watch, event)


def _listen(watch: Watch, event: PickedUp) -> Result:
    watch = replace(watch, stage=Stage.LISTENING, executions=watch.executions + 1)
    return watch, (Listen(watch.target, watch.execution, watch.mode), Note(watch.mode))


def _unheard(watch: Watch, event: Unheard) -> Result:
    return watch, (LookAgain(),) if event.execution == watch.execution else ()


def _found(watch: Watch, event: Found) -> Result:
    """Goes on with another leg; the same one was left by a key, or cannot be listened to."""
    if event.target in ("", watch.target):
        return _stop(watch, event)
    watch = replace(watch, over=event.over, target=event.target)
    return _listen(watch, PickedUp())


def _key(watch: Watch, event: Key) -> Result:
    if event.key == TO_ONE_SIDE:
        return watch, (Speak(watch.mode),)
    mode = KEYS.get(event.key, watch.mode)
    return (watch, ()) if mode is watch.mode else (replace(watch, mode=mode), (Note(mode),))


def _wish(watch: Watch, event: Wish) -> Result:
    if event.mode is watch.mode:
        return watch, ()
    return replace(watch, mode=event.mode), (Speak(event.mode), Note(event.mode))


def _wish_before(watch: Watch, event: Wish) -> Result:
    return replace(watch, mode=event.mode), ()


def _take_over(watch: Watch, event: TakeOver) -> Result:
    return replace(watch, stage=Stage.TAKING_OVER), (Park(),)


def _hand_over(watch: Watch, event: PickedUp) -> Result:
    return replace(watch, stage=Stage.TAKEN), (HandOver(),)


def _stop(watch: Watch, event: Happening) -> Result:
    return replace(watch, stage=Stage.ENDING), (HangUp(),)


_TABLE: dict[tuple[Stage, type[Happening]], Callable[[Watch, Any], Result]] = {
    (Stage.RINGING, PickedUp): _listen,
    (Stage.RINGING, Wish): _wish_before,
    (Stage.RINGING, Stop): _stop,
    (Stage.LISTENING, Unheard): _unheard,
    (Stage.LISTENING, Found): _found,
    (Stage.LISTENING, Key): _key,
    (Stage.LISTENING, Wish): _wish,
    (Stage.LISTENING, TakeOver): _take_over,
    (Stage.LISTENING, Stop): _stop,
    (Stage.TAKING_OVER, PickedUp): _hand_over,
    (Stage.TAKING_OVER, Stop): _stop,
}
"""Stage and what happened → what follows."""
