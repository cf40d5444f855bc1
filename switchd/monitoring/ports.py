"""What supervisors' legs need from the rest of the house."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from routing.monitoring import Mode, Watch


class Trouble(Exception):
    """The switch did not take a command; the text says why."""


class Heard(NamedTuple):
    """A seat that is in a call."""

    call: str
    seat: str
    leg: str


class Switch(Protocol):
    """The switch's side. Each method returns when the switch has taken the command, and raises
    `Trouble` if it has not."""

    def ring(self, watch: Watch, home: str, title: str) -> None: ...
    def listen(self, leg: str, target: str, execution: str, mode: Mode) -> None: ...
    def whisper(self, leg: str, mode: Mode) -> None: ...
    def park(self, leg: str) -> None: ...
    def hang_up(self, leg: str) -> None: ...


class Calls(Protocol):
    """The calls that are listened to."""

    def heard_in(self, call: str) -> Heard | None:
        """Give the seat that a call is with now; None if it is with none, or has ended."""
        ...

    def listened(self, watch: Watch) -> None:
        """Somebody listens, or is heard by others than before."""
        ...

    def over(self, watch: Watch) -> None:
        """The leg has ended, or is the call's own now; see its stage."""
        ...

    def hand_over(self, watch: Watch) -> bool:
        """Give the call to the supervisor's leg, which is parked; False if that cannot be."""
        ...
