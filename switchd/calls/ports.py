"""What calls need from the rest of the house."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from routing.admission import HeldPlace, Knock
from routing.callflow.actions import KeepPlace
from routing.callflow.events import NotOccupied, Occupied
from routing.monitoring import Mode
from routing.record import CallRecord
from routing.seats import Offer
from routing.standing import Callers, Standing


class SwitchError(Exception):
    """The switch refused a command, or did not answer in time."""


class SwitchAway(SwitchError):
    """The switch cannot be heard; what it was told may or may not have been done."""


class LegGone(SwitchError):
    """The command was for a leg that has ended; its end is, or will be, told as an event."""


class QueueUnavailable(Exception):
    """Redis cannot be reached or refuses."""


class NotKept(Exception):
    """A callback could not be written down; the caller is to wait on."""


class Switch(Protocol):
    """The switch's side of `routing.callflow.actions`. Each method returns when the switch has
    taken the command; what comes of it arrives as an event. All raise `SwitchError`."""

    def answer(self, leg: str) -> None: ...
    def pick_up(self, leg: str) -> None: ...
    def play(
        self,
        leg: str,
        prompts: tuple[str, ...],
        execution: str,
        interrupt: bool,
        language: str = "",
    ) -> None: ...
    def music(self, leg: str, music: str, execution: str, interrupt: bool) -> None: ...
    def collect(
        self,
        leg: str,
        prompts: tuple[str, ...],
        invalid: tuple[str, ...],
        keys: str,
        seconds: float,
        tries: int,
        execution: str,
        language: str = "",
        interrupt: bool = False,
    ) -> None: ...
    def collect_number(
        self,
        leg: str,
        prompts: tuple[str, ...],
        invalid: tuple[str, ...],
        length: tuple[int, int],
        seconds: float,
        tries: int,
        execution: str,
        language: str = "",
        interrupt: bool = False,
    ) -> None: ...
    def record_message(
        self,
        leg: str,
        path: str,
        longest_seconds: float,
        silence_seconds: float,
        execution: str,
    ) -> None: ...
    def tag(self, leg: str, facts: Mapping[str, str]) -> None: ...
    def ring(
        self,
        seat: str,
        leg: str,
        seconds: float,
        caller: str,
        title: str,
        call: str,
        home: str = "",
    ) -> None: ...
    def dial(
        self,
        number: str,
        trunk: str,
        leg: str,
        seconds: float,
        caller: str,
        title: str,
        call: str,
        seat: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None: ...
    def call_back(
        self,
        number: str,
        trunk: str,
        leg: str,
        seconds: float,
        shown: str,
        facts: Mapping[str, str],
        home: str = "",
    ) -> None: ...
    def ring_tone(self, leg: str, execution: str) -> None: ...
    def hint(self, leg: str, prompt: str) -> None: ...
    def bridge(self, leg: str, other: str) -> None: ...
    def keep(self, leg: str) -> None: ...
    def part(self, leg: str, other: str) -> None: ...
    def park(self, leg: str) -> None: ...
    def confer(self, leg: str, room: str) -> None: ...
    def mute(self, leg: str, on: bool) -> None: ...
    def listen(self, leg: str, target: str, execution: str, mode: Mode = Mode.LISTEN) -> None: ...
    def whisper(self, leg: str, mode: Mode) -> None: ...
    def record(self, leg: str, path: str) -> None: ...
    def stop_recording(self, leg: str, path: str) -> None: ...
    def hang_up(self, leg: str, cause: str) -> None: ...


class Place(NamedTuple):
    """Where a caller stands in the list."""

    position: int
    """From 1, who is next."""
    wait_seconds: float | None
    """Estimated wait from now on; None if it cannot be known."""


class Queue(Protocol):
    """The live queue's side. All raise `QueueUnavailable`; times are seconds since the epoch."""

    def enqueue(
        self,
        call: str,
        group: str,
        *,
        priority: int,
        slope: float,
        enqueued_at: float,
        ring_seconds: float,
        prefer: str,
        now: float,
    ) -> int: ...
    def leave(self, call: str, now: float) -> bool: ...
    def widen(self, call: str, group: str, now: float) -> bool: ...
    def staffed(self, group: str) -> bool: ...
    def notice(self, group: str) -> str | None:
        """What callers of a paused group are told, "" for nothing; None if it is not paused."""
        ...

    def rerank(self, call: str, priority: int, now: float) -> bool: ...
    def position(self, call: str, now: float) -> Place | None: ...
    def accept(self, token: str, now: float) -> tuple[str, ...] | None:
        """The seat answered. Returns the tokens of the caller's other offers, which have ended;
        None if the offer itself has ended."""
        ...

    def claim(
        self,
        wanted: str,
        call: str,
        lease_seconds: float,
        now: float,
        token: str = "",
        resting: bool = False,
    ) -> Offer | str:
        """Hold a seat, named by itself or by the agent who sits there, for a call that is no
        caller of the list; or tell what the seat is doing instead of being ready, or of not being
        ready if `resting`. `token` is the offer's, "" for a new one."""
        ...

    def refuse(self, token: str, reason: str | None, now: float) -> bool: ...
    def occupy(self, seat: str, call: str, token: str, now: float) -> Occupied | NotOccupied:
        """The seat calls somebody itself; no caller is offered to it until `release`."""
        ...

    def release(self, seat: str, token: str, wrap_up_seconds: float, now: float) -> bool: ...


class Register(Protocol):
    """What is known of callers. All raise `QueueUnavailable`; times are seconds since the
    epoch, numbers are normalised, "" if withheld."""

    def arrive(self, knocks: Sequence[Knock], callers: Callers, now: float) -> Sequence[Standing]:
        """Count calls by the plan's rules and tell what is known of each."""
        ...

    def hold(self, call: str, line: str, number: str, place: HeldPlace, now: float) -> None:
        """The call waits at that place, which its number has."""
        ...

    def leave(
        self, call: str, line: str, number: str, kept: HeldPlace | None, seconds: float
    ) -> None:
        """The call waits no more; its number gets `kept` back if it calls within `seconds`."""
        ...

    def take_over(self, earlier: HeldPlace, call: str) -> None:
        """Tell an earlier call that `call` has its place."""
        ...


@dataclass(frozen=True, slots=True)
class Kept:
    """A callback that is open for a number."""

    callback: str
    already: bool = False
    """Whether an earlier call had asked for it."""


class Places(Protocol):
    """Where callers who hang up keep their place."""

    def keep(self, call: str, wish: KeepPlace) -> Kept:
        """Write a callback down and put it into the list. Raises `NotKept`."""
        ...


class NoPlaces:
    """Where nobody is called back."""

    def keep(self, call: str, wish: KeepPlace) -> Kept:
        """Never."""
        raise NotKept("nobody is called back here")


class Ledger(Protocol):
    """Where records go."""

    def append(self, record: CallRecord) -> None: ...


class Clock(Protocol):
    """Time; see switchd.clock."""

    def now(self) -> float: ...
    def later(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]: ...
