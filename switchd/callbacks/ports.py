"""What callbacks and messages need from the rest of the house."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from routing.outgoing import Action, Callback
from routing.seats import Offer

_Came = TypeVar("_Came")


class Away(Exception):
    """SQL or Redis cannot be reached; nothing was changed, or it can be done again."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message that a caller left. Times are seconds since the epoch."""

    call: str
    number: str
    line: str
    group: str
    left_at: float
    seconds: float
    recording: str
    """Path below the recordings folder."""
    notified_at: float | None
    notify_tries: int
    handled_at: float | None
    handled_by: str


class Register(Protocol):
    """Where callbacks are written down. All raise `Away`."""

    def add(self, callback: Callback) -> tuple[Callback, bool]: ...
    def change(
        self, id: int, how: Callable[[Callback], tuple[Callback, tuple[Action, ...]]]
    ) -> tuple[Callback, tuple[Action, ...]] | None: ...
    def get(self, id: int) -> Callback | None: ...
    def open_for(self, number: str) -> Callback | None: ...
    def open(self) -> list[Callback]: ...
    def count_open(self) -> int: ...
    def recent(self, limit: int) -> list[Callback]: ...


class Mailbox(Protocol):
    """Where messages are written down. All raise `Away`."""

    def latest(self, limit: int, unhandled: bool) -> Sequence[Message]: ...
    def unnotified(self, limit: int, most_tries: int) -> Sequence[Message]: ...
    def tried(self, call: str, notified_at: float | None) -> None: ...
    def handle(self, call: str, at: float, who: str) -> Message | None: ...


class Line(Protocol):
    """The list of callers, in which callbacks wait like them. All raise `Away`; times are seconds
    since the epoch."""

    def enqueue(self, callback: Callback, now: float) -> None: ...
    def leave(self, key: str, now: float) -> None: ...


class Calls(Protocol):
    """The calls in progress."""

    def call_back(self, callback: Callback, offer: Offer) -> None:
        """Ring the offer's seat, then the callback's person."""
        ...

    def offer_more(self, callback: Callback, offer: Offer) -> bool:
        """Ring a further seat for a callback that is being tried; False if it is not."""
        ...

    def is_on_the_line(self, number: str) -> bool:
        """Tell whether somebody with this number is calling at this moment."""
        ...


class Clock(Protocol):
    """Time; see switchd.clock."""

    def now(self) -> float: ...
    def later(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]: ...
