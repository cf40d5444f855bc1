"""Calls of a day that is over, as far as routing them again needs to know."""

from __future__ import annotations

from dataclasses import dataclass

from routing.record import Outcome


@dataclass(frozen=True, slots=True)
class Past:
    """What a replay needs of one call's record. Times are seconds since the epoch."""

    call: str
    arrived_at: float
    caller: str
    dialled: str
    trunk: str
    line_dialled: str
    group: str
    queued_at: float | None
    offered_at: float | None
    answered_at: float | None
    talk_ended_at: float | None
    ended_at: float
    seat: str
    agent: str
    outcome: Outcome
    cause: str

    @property
    def waited(self) -> float | None:
        """Seconds in the queue; None if the caller never was in it."""
        if self.queued_at is None:
            return None
        return (self.answered_at or self.ended_at) - self.queued_at

    @property
    def talked(self) -> float | None:
        """Seconds of talk with a seat; None without one."""
        if self.answered_at is None or not self.seat:
            return None
        return (self.talk_ended_at or self.ended_at) - self.answered_at

    @property
    def gave_up(self) -> bool:
        """Whether the caller hung up in the queue."""
        return self.outcome is Outcome.ABANDONED and self.queued_at is not None
