"""What the hotline is like at the moment, as plain numbers: read anew for each scrape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Group:
    """One skill group's waiting list."""

    waiting: int
    longest_wait: float
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Numbers of one moment."""

    owner: bool
    """Whether this daemon owns its FreeSWITCH; False: it stands by."""
    standbys: int
    link_up: bool
    draining: bool
    calls: Mapping[str, int]
    """By state, of this daemon."""
    seats: Mapping[str, int]
    """By state, of the city."""
    groups: Mapping[str, Group]
    queue_reached: bool
    """Whether Redis answered; seats and groups are empty if not."""
    without_queue: bool
    """Whether FreeSWITCH serves who waits, because Redis stays away."""
    handed_over: int
    """Callers who were left to FreeSWITCH for that since the start."""
    spool: int
    """Records that are not in SQL yet."""
    refused: Mapping[str, int] = field(default_factory=dict)
    """Callers who were refused since the start, by the rule."""
    link: Mapping[str, int] = field(default_factory=dict)
    """What the event socket's connection has counted since the start, by name."""
    events_waiting: int = 0
    """Events of FreeSWITCH that were read and are not handled yet."""
    unanswered: int = 0
    """Commands to FreeSWITCH without a reply yet."""
    unkept: Mapping[str, int] = field(default_factory=dict)
    """Records that will not come to SQL by themselves, since the start, by the reason."""
    unexpected: int = 0
    """Events for which the call flow has no row, since the start."""


class Readings(Protocol):
    """Where readings come from."""

    def read(self) -> Reading:
        """Look now. Raises nothing: what cannot be reached is told in the reading."""
        ...
