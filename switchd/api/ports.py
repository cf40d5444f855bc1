"""What the HTTP interface shows and does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Refused(Exception):
    """The verb is not possible now; the text says why."""


class PlanRefused(Exception):
    """The city's folder has errors; each problem has file, line, key, what, instead, severity,
    and all of it in one line as text."""

    def __init__(self, text: str, problems: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(text)
        self.problems = problems


class Unavailable(Exception):
    """Something that the answer needs cannot be reached; the text says what."""


class House(Protocol):
    """The running daemon, as plain data: str, int, float, bool, None, lists and mappings.
    Times are seconds since the epoch."""

    def status(self) -> Mapping[str, Any]: ...
    def calls(self) -> Sequence[Mapping[str, Any]]: ...
    def call(self, call: str) -> Mapping[str, Any] | None:
        """Give a call in progress, as its record would be now, and its state; None if unknown."""
        ...

    def pop(self, call: str) -> Mapping[str, Any] | None:
        """Give what a seat's screen shows of a call, see `routing.screenpop`; None if unknown."""
        ...

    def queues(self) -> Sequence[Mapping[str, Any]]: ...
    def indicators(self) -> Mapping[str, Any]: ...
    def seats(self) -> Sequence[Mapping[str, Any]]: ...
    def blocked(self) -> Sequence[Mapping[str, Any]]: ...
    def block(
        self, number: str, seconds: float | None, reason: str, who: str
    ) -> Mapping[str, Any]: ...
    def unblock(self, number: str, who: str) -> Mapping[str, Any]: ...
    def callbacks(self) -> Sequence[Mapping[str, Any]]: ...
    def add_callback(self, number: str, line: str, who: str) -> Mapping[str, Any]: ...
    def change_callback(self, id: int, verb: str, who: str) -> Mapping[str, Any]:
        """`verb` is cancel or retry."""
        ...

    def voicemails(self) -> Sequence[Mapping[str, Any]]: ...
    def voicemail_handled(self, call: str, who: str) -> Mapping[str, Any]: ...
    def rank(self, call: str, priority: int, who: str, why: str) -> Mapping[str, Any]: ...
    def move(self, call: str, group: str, who: str, why: str) -> Mapping[str, Any]: ...
    def remove(self, call: str, prompt: str, who: str, why: str) -> Mapping[str, Any]: ...
    def pause(self, group: str, prompt: str, who: str, why: str) -> Mapping[str, Any]: ...
    def resume(self, group: str, who: str, why: str) -> Mapping[str, Any]: ...
    def change_skills(
        self, agent: str, changes: Mapping[str, int | None], who: str, why: str
    ) -> Mapping[str, Any]: ...
    def dial(self, seat: str, number: str, line: str, who: str) -> Mapping[str, Any]:
        """Ring the seat's phone, then the number; `line` "" is the one that the seat serves."""

    def seat_verb(
        self,
        seat: str,
        verb: str,
        agent: str,
        reason: str,
        pin: str = "",
        take_over: bool = False,
        vouched: bool = False,
    ) -> Mapping[str, Any]:
        """`vouched` if it is known otherwise that the agent is the one who signs in; else the
        city may want a PIN."""
        ...

    def reload(self, who: str, why: str) -> Mapping[str, Any]: ...
