"""What lines that are kept open need from the rest of the house."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from routing.seats import Seat


class LineError(Exception):
    """The switch did not do it; if the line is gone, its end is told as an event."""


class Exchange(Protocol):
    """The switch's side. Each method returns when the switch has taken the command, and raises
    `LineError`."""

    def dial(self, seat: Seat, leg: str) -> None: ...
    def greet(self, leg: str, execution: str) -> None: ...
    def silence(self, leg: str) -> None: ...
    def hush(self, leg: str) -> None: ...
    def beep(self, leg: str, execution: str, again: bool, token: str) -> None: ...
    def part(self, leg: str) -> None: ...
    def hang_up(self, leg: str) -> None: ...


class Keeper(Protocol):
    """The queue's side. Neither raises; what cannot be told is logged."""

    def reachable(self, seat: str, up: bool) -> None:
        """Calls may come to the seat, or may not."""
        ...

    def lost(self, seat: str, cause: str) -> None:
        """The seat is not ready, since its line is lost."""
        ...


class Clock(Protocol):
    """Time; see switchd.clock."""

    def now(self) -> float: ...
    def later(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]: ...
