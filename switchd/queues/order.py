"""Times and the order of callers, as Redis keeps them.

A caller's place is one number, smaller first: `enqueued_ms - priority * 2**42`. Milliseconds
since the epoch need 41 bits until 2039 and stay below 2**42 until 2109, so a priority step always
outweighs any waiting time; 100 steps of 2**42 stay below 2**49, far inside the 53 bits that a
sorted set's double holds exactly. Equal places (same priority, same millisecond) fall back on the
call id, which is the order that Redis gives equal scores.
"""

from __future__ import annotations

from typing import Final

PRIORITIES: Final = range(-100, 101)
"""Allowed priorities; higher is served first, 0 is everybody's."""
BAND: Final = 2**42
"""One step of priority, in milliseconds; `lua/snapshot.lua` gets it as an argument."""


def to_ms(seconds: float) -> int:
    """Seconds (epoch or duration) to the integer milliseconds of Redis."""
    return round(seconds * 1000)


def to_seconds(ms: str | int) -> float:
    """Milliseconds of Redis to seconds."""
    return int(ms) / 1000


def place(priority: int, enqueued_at: float) -> int:
    """Return the caller's score; raise ValueError if it could not be kept exactly."""
    if priority not in PRIORITIES:
        raise ValueError(
            f"priority {priority} is out of range: "
            f"use {PRIORITIES.start} to {PRIORITIES.stop - 1}, higher is served first"
        )
    enqueued_ms = to_ms(enqueued_at)
    if not 0 <= enqueued_ms < BAND:
        raise ValueError(f"enqueued_at {enqueued_at} is not a time in seconds since the epoch")
    return enqueued_ms - priority * BAND


def priority_of(score: int) -> int:
    """The priority inside a score."""
    return -(score // BAND)


def enqueued_at_of(score: int) -> float:
    """The time inside a score, in seconds."""
    return to_seconds(score % BAND)
