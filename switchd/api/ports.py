"""What the HTTP interface shows and does, and whom it lets in."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, Protocol

from routing.rights import Identity, Scope


class Refused(Exception):
    """The verb is not possible now; the text says why."""


class NotThere(Exception):
    """What the verb is about does not exist; the text says what."""


class PlanRefused(Exception):
    """The city's folder has errors; each problem has file, line, key, what, instead, severity,
    and all of it in one line as text."""

    def __init__(self, text: str, problems: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(text)
        self.problems = problems


class Unavailable(Exception):
    """Something that the answer needs cannot be reached; the text says what."""


class Credentials(Protocol):
    """Knows whose token it is."""

    def check(self, token: str, now: float) -> Identity | None:
        """Give whoever the token is for; None for one that is unknown, expired or revoked.

        Raises `Unavailable` if that cannot be found out.
        """
        ...


class Happened(Protocol):
    """One event of the feed."""

    @property
    def kind(self) -> str: ...
    def plain(self) -> Mapping[str, Any]: ...


class Step(Protocol):
    """What whoever follows the feed gets."""

    @property
    def position(self) -> str:
        """Give the place in the feed from which to go on."""
        ...

    @property
    def events(self) -> Sequence[Happened]:
        """Give what happened; nothing if it was only a while ago that something did."""
        ...


Sees = Callable[[Scope], bool]
Following = Callable[[Sees, float], Generator[Step, None, None]]
"""Follows the feed for whoever sees what is of some scopes; gives a step after so many seconds
without events, too."""


class House(Protocol):
    """The running daemon, as plain data: str, int, float, bool, None, lists and mappings.
    Times are seconds since the epoch."""

    def status(self) -> Mapping[str, Any]: ...
    def health(self) -> Mapping[str, str]:
        """Give what keeps the daemon from serving callers: part → what is wrong with it."""
        ...

    def scopes(self, kind: str, name: str) -> Sequence[Scope]:
        """Tell whose it is: `kind` is seat, call, group, agent, callback or voicemail. A right to
        one of them is enough.

        What does not exist is nobody's: an empty scope. Raises `Unavailable`.
        """
        ...

    def follow(self, since: str) -> Following:
        """Follow the feed from the event after that id on, "" for from now on."""
        ...

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
    def follow_ups(self) -> Sequence[Mapping[str, Any]]: ...
    def add_follow_ups(
        self, wishes: Sequence[Mapping[str, Any]], who: str
    ) -> Sequence[Mapping[str, Any]]:
        """Each wish has number, line, reference, subject, group, not_before, not_after and
        priority; each answer id, number and problem."""
        ...

    def change_follow_up(self, id: int, verb: str, who: str) -> Mapping[str, Any]:
        """`verb` is cancel or retry."""
        ...

    def follow_up_result(self, id: int, code: str, note: str, who: str) -> Mapping[str, Any]: ...
    def seat_follow_up(self, seat: str) -> Mapping[str, Any]: ...
    def seat_result(self, seat: str, code: str, note: str, who: str) -> Mapping[str, Any]:
        """Of the follow-up that the seat tried last."""
        ...

    def control_call(
        self, call: str, verb: str, target: str, who: str, why: str
    ) -> Mapping[str, Any]:
        """Do with a call what its seat could do; for supervisors."""
        ...

    def control(self, seat: str, verb: str, target: str, who: str, why: str) -> Mapping[str, Any]:
        """Do what a seat asks for in its call; `target` "" for none."""
        ...

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
    def watching(self) -> Sequence[Mapping[str, Any]]:
        """Give every supervisor who listens."""
        ...

    def supervise(self, verb: str, who: str, why: str, **wanted: str) -> Mapping[str, Any]:
        """Do what a supervisor asks for; `wanted`: target, seat, state and reason, "" for none."""
        ...
