"""Who sat where and did what: sessions of agents at seats, each a row of states without gaps.

They are written from what seats tell one after the other. Where that broke off, what is known of a
seat now is compared with what was known last, and what lies between is `unknown`, never guessed.
Times are seconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from routing.seats import SeatState

UNKNOWN: Final = "unknown"
"""The state of a seat while nobody could look."""
MOVED: Final = "moved"
"""The reason with which a seat is signed out whose agent has signed in elsewhere."""


class EndedBy(StrEnum):
    """How a session ended."""

    SIGNED_OUT = "signed_out"
    MOVED = "moved"
    """The agent signed in at another seat."""
    LOST = "lost"
    """Nobody saw the end; nothing after it is known."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a seat has become."""

    at: float
    seat: str
    agent: str
    state: str
    reason: str = ""
    call: str = ""


@dataclass(frozen=True, slots=True)
class Sitting:
    """An agent at a seat, and what the seat is doing."""

    seat: str
    agent: str
    seated_at: float
    state: str
    since: float
    reason: str = ""
    call: str = ""


@dataclass(frozen=True, slots=True)
class Begin:
    """A session begins."""

    seat: str
    agent: str
    at: float


@dataclass(frozen=True, slots=True)
class Become:
    """The state of the seat's open session ends, another one begins."""

    seat: str
    state: str
    reason: str
    call: str
    at: float


@dataclass(frozen=True, slots=True)
class End:
    """The seat's open session ends, and its state."""

    seat: str
    at: float
    by: EndedBy


Step = Begin | Become | End
Open = Mapping[str, Sitting]
"""Seat → its open session."""


def steps(open: Open, changes: Iterable[Change]) -> list[Step]:
    """Give what is to be written of changes, in their order, on top of what is open."""
    now = dict(open)
    found: list[Step] = []
    for change in changes:
        sat = now.get(change.seat)
        at = max(change.at, sat.since) if sat else change.at
        if change.state == SeatState.SIGNED_OUT:
            if sat is not None:
                by = EndedBy.MOVED if change.reason == MOVED else EndedBy.SIGNED_OUT
                found.append(End(change.seat, at, by))
                del now[change.seat]
            continue
        if sat is not None and sat.agent != change.agent:
            found.append(End(change.seat, at, EndedBy.LOST))
            sat = None
        if sat is None:
            found.append(Begin(change.seat, change.agent, at))
        found.append(Become(change.seat, change.state, change.reason, change.call, at))
        now[change.seat] = Sitting(
            change.seat,
            change.agent,
            sat.seated_at if sat else at,
            change.state,
            at,
            change.reason,
            change.call,
        )
    return found


def mended(open: Open, sitting: Iterable[Sitting], known_until: float) -> list[Step]:
    """Give what is to be written when the changes broke off at `known_until`, and who sits where
    now is known."""
    found: list[Step] = []
    here = {sat.seat: sat for sat in sitting}
    for seat, was in sorted(open.items()):
        if not _is_same(was, here.get(seat)):
            found.append(End(seat, max(known_until, was.since), EndedBy.LOST))
    for seat, sat in sorted(here.items()):
        before = open.get(seat)
        if before is not None and _is_same(before, sat):
            found += _went_on(before, sat, known_until)
        else:
            found.append(Begin(seat, sat.agent, sat.seated_at))
            found += _since(sat, sat.seated_at)
    return found


def _is_same(was: Sitting, sat: Sitting | None) -> bool:
    """Tell whether it is one session."""
    return sat is not None and (sat.agent, sat.seated_at) == (was.agent, was.seated_at)


def _went_on(was: Sitting, sat: Sitting, known_until: float) -> list[Step]:
    """The same session: the same state, or another one with something unknown before it."""
    if (was.state, was.reason, was.call) == (sat.state, sat.reason, sat.call) and (
        sat.since <= known_until
    ):
        return []
    return _since(sat, max(known_until, was.since))


def _since(sat: Sitting, known_until: float) -> list[Step]:
    began = max(sat.since, known_until)
    before = [Become(sat.seat, UNKNOWN, "", "", known_until)] if began > known_until else []
    return [*before, Become(sat.seat, sat.state, sat.reason, sat.call, began)]
