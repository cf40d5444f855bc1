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

    def queues(self) -> Sequence[Mapping[str, Any]]: ...
    def indicators(self) -> Mapping[str, Any]: ...
    def seats(self) -> Sequence[Mapping[str, Any]]: ...
    def blocked(self) -> Sequence[Mapping[str, Any]]: ...
    def block(
        self, number: str, seconds: float | None, reason: str, who: str
    ) -> Mapping[str, Any]: ...
    def unblock(self, number: str, who: str) -> Mapping[str, Any]: ...
    def seat_verb(self, seat: str, verb: str, agent: str, reason: str) -> Mapping[str, Any]: ...
    def reload(self, who: str, why: str) -> Mapping[str, Any]: ...
