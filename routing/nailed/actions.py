"""What a line that is kept open can ask for. Imperatives."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Action:
    """Anything to be done for a line."""


@dataclass(frozen=True, slots=True)
class Dial(Action):
    """Ring the seat's phone or number."""

    leg: str


@dataclass(frozen=True, slots=True)
class Greet(Action):
    """Say that the line is open; `execution` ends then."""

    leg: str
    execution: str


@dataclass(frozen=True, slots=True)
class Silence(Action):
    """Let the line, which hears nothing, hear silence: a line without any sound may be cut off."""

    leg: str


@dataclass(frozen=True, slots=True)
class Hush(Action):
    """End what the line hears."""

    leg: str


@dataclass(frozen=True, slots=True)
class Beep(Action):
    """Tell of a call: once, or again and again; `execution` ends then."""

    leg: str
    execution: str
    again: bool
    token: str


@dataclass(frozen=True, slots=True)
class Part(Action):
    """Take the line out of whatever it is in; it is parked then, and told so."""

    leg: str


@dataclass(frozen=True, slots=True)
class HangUp(Action):
    """End the line."""

    leg: str


@dataclass(frozen=True, slots=True)
class SetTimer(Action):
    """Report `Due` after `seconds`."""

    timer: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ClearTimer(Action):
    """Forget a timer."""

    timer: str


@dataclass(frozen=True, slots=True)
class Reachable(Action):
    """Tell the queue whether calls may come over the line."""

    up: bool


@dataclass(frozen=True, slots=True)
class Lost(Action):
    """Tell the queue that the seat is not ready, since its line is lost."""

    cause: str


@dataclass(frozen=True, slots=True)
class Taken(Action):
    """Tell the call that the seat has picked up, or that the line is parked and still its own."""

    token: str


@dataclass(frozen=True, slots=True)
class NotTaken(Action):
    """Tell the call that the seat did not take it."""

    token: str
    cause: str


@dataclass(frozen=True, slots=True)
class Heard(Action):
    """Tell the call that seat and caller hear each other."""

    token: str


@dataclass(frozen=True, slots=True)
class Over(Action):
    """Tell the call that the seat is gone; `lost` if its line broke."""

    token: str
    cause: str
    lost: bool
