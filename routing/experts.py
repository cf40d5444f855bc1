"""Expert seats (专家席): people who are consulted by seats and never fed from the queue."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from routing.plan import Plan


class Ring(StrEnum):
    """How the people of an expert seat are rung."""

    IN_TURN = "in_turn"
    """One after another, in the order of the list."""
    TOGETHER = "together"
    """All at once; the first to answer has the call."""


@dataclass(frozen=True, slots=True)
class Member:
    """One person of an expert seat, reached by telephone or at a seat in the hall."""

    title: str
    number: str = ""
    """Normalised telephone number; "" for somebody who sits at `seat`."""
    trunk: str = ""
    """The trunk over which `number` is dialled."""
    seat: str = ""
    """The seat's number; "" for somebody with a telephone number."""
    open: str | None = None
    """Calendar by which the person may be called; None: at all times."""
    shift: str | None = None
    """Arrangement of shifts by which the person is on call; None: always."""
    crew: str | None = None
    """The crew of that arrangement that the person belongs to."""


@dataclass(frozen=True, slots=True)
class Expert:
    """One expert seat: a subject, and who is on call for it in which order."""

    name: str
    """As in `expert:medical`."""
    title: str
    members: tuple[Member, ...]
    """In the order in which they are rung."""
    ring: Ring = Ring.IN_TURN
    ring_seconds: float = 20.0
    """How long each phone rings."""
    open: str | None = None
    """Calendar by which the subject is served at all; None: at all times."""

    def on_call(self, plan: Plan, now: float) -> tuple[Member, ...]:
        """Give those who may be called at `now` (seconds since the epoch), in their order."""
        if not _is_open(plan, self.open, now):
            return ()
        return tuple(member for member in self.members if _may_be_called(plan, member, now))


def _may_be_called(plan: Plan, member: Member, now: float) -> bool:
    if not _is_open(plan, member.open, now):
        return False
    return member.shift is None or bool(plan.on_duty(member.shift, member.crew, now))


def _is_open(plan: Plan, calendar: str | None, now: float) -> bool:
    return calendar is None or plan.calendars[calendar].is_open(now, plan.zone)
