"""What can happen to a line that is kept open. Facts, past tense."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """Anything that happened."""


@dataclass(frozen=True, slots=True)
class Wanted(Event):
    """Somebody is signed in, or wants to be ready again; `leg` is the name of a leg to be dialled,
    if one is."""

    leg: str


@dataclass(frozen=True, slots=True)
class Unwanted(Event):
    """Nobody is signed in any more, or will be when the call has ended."""


@dataclass(frozen=True, slots=True)
class Answered(Event):
    """The other side has picked up, or the line is parked again."""


@dataclass(frozen=True, slots=True)
class Gone(Event):
    """The line could not be dialled, or has ended."""

    cause: str


@dataclass(frozen=True, slots=True)
class Played(Event):
    """What the line heard has come to its end."""

    execution: str


@dataclass(frozen=True, slots=True)
class Pressed(Event):
    """A key was pressed."""

    key: str


@dataclass(frozen=True, slots=True)
class Bridged(Event):
    """The line and a caller hear each other."""


@dataclass(frozen=True, slots=True)
class Rung(Event):
    """A call is for the seat."""

    token: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Kept(Event):
    """The call wants to keep the line when the other side leaves."""


@dataclass(frozen=True, slots=True)
class LetGo(Event):
    """The call has no use for the line any more."""

    cause: str


@dataclass(frozen=True, slots=True)
class Due(Event):
    """A timer ran out; `leg` is the name of a leg to be dialled, if one is."""

    timer: str
    leg: str


@dataclass(frozen=True, slots=True)
class Found(Event):
    """An open line of an earlier owner was found; `token` is that of its talk, "" if it has
    none."""

    leg: str
    token: str
    wanted: bool
    """Whether somebody is signed in at the seat."""


@dataclass(frozen=True, slots=True)
class Confirmed(Event):
    """After a break: the line is still there."""

    is_parked: bool


@dataclass(frozen=True, slots=True)
class Missing(Event):
    """After a break: somebody is signed in, and there is no line."""
