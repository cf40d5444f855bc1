"""What callbacks and messages need from the rest of the house."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from routing.follow_ups import FollowUp
from routing.outgoing import Action, Callback
from routing.seats import Offer

Errand = TypeVar("Errand", bound=Callback)


class Away(Exception):
    """SQL or Redis cannot be reached; nothing was changed, or it can be done again."""


class NumberIsCalled(Exception):
    """Somebody else is calling the number at this moment; nothing was changed."""


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


class Register(Protocol[Errand]):
    """Where errands of one kind are written down. All raise `Away`; `change` may raise
    `NumberIsCalled`."""

    def add(self, errand: Errand) -> tuple[Errand, bool]: ...
    def change(
        self, id: int, how: Callable[[Errand], tuple[Errand, tuple[Action, ...]]]
    ) -> tuple[Errand, tuple[Action, ...]] | None: ...
    def get(self, id: int) -> Errand | None: ...
    def open(self) -> list[Errand]:
        """Those that have, or may need, a place in the list of callers."""
        ...

    def recent(self, limit: int) -> list[Errand]: ...


class CallbackRegister(Register[Callback], Protocol):
    """Where callbacks are written down."""

    def open_for(self, number: str) -> Callback | None: ...
    def count_open(self) -> int: ...


class Tasks(Register[FollowUp], Protocol):
    """Where follow-ups are written down; `open` gives those in the list or being tried."""

    def at_work(self) -> int:
        """How many are in the list or being tried, by any daemon."""
        ...

    def due(self, now: float, limit: int) -> Sequence[int]:
        """Ids of those whose moment has come, the most urgent first."""
        ...

    def next_at(self) -> float | None:
        """When the next one's moment comes, or came."""
        ...

    def last_of(self, seat: str) -> FollowUp | None:
        """The follow-up that a seat tried last."""
        ...


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
