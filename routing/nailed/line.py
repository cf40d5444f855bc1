"""One seat's line, and what it does."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LINE_PREFIX = "line-"
"""Begins the name of every leg that is a line kept open."""
RING_SECONDS = 45.0
"""How long the other side may take to answer when a line is dialled."""
TRIES = 3
"""How often a line is dialled before it counts as lost: the phone may still be in the call by which
its agent signed in."""
AGAIN_SECONDS = 4.0
REDIAL, UNANSWERED = "redial", "unanswered"
"""Timers."""


class LineState(StrEnum):
    """What a line does."""

    CLOSED = "closed"
    DIALLING = "dialling"
    OPEN = "open"
    """Nobody talks on it; calls may come."""
    OFFERED = "offered"
    """A tone tells of a call."""
    TAKEN = "taken"
    """A call has it, and is not bridged with it."""
    TALKING = "talking"
    CLOSING = "closing"


HELD = frozenset({LineState.TAKEN, LineState.TALKING})
"""States in which a call has the line."""


@dataclass(frozen=True, slots=True)
class Line:
    """The line of one seat."""

    seat: str
    accept_key: str = ""
    """The key by which the seat takes a call; "" if it takes every call by itself."""
    state: LineState = LineState.CLOSED
    wanted: bool = False
    """Whether somebody is signed in there."""
    leg: str = ""
    token: str = ""
    """The offer for which it is used."""
    kept: bool = False
    """Whether the call wants the line to stay its own when the other side leaves."""
    greeted: bool = False
    """Whether it hears just now that it is open."""
    tries: int = 0
