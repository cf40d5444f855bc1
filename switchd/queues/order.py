"""Times, priorities and slopes as Redis keeps them: whole numbers, so that no rounding decides.

The order itself is that of `routing.queueing`: a caller's score is priority (points) plus slope
times seconds waited. Redis counts in 1/100000 of a point: `slope × (now - since)` in hundredths
and milliseconds is one. Milliseconds since the epoch times the steepest slope stay below 2**53,
which the doubles of Lua and of sorted sets hold exactly.
"""

from __future__ import annotations

from typing import Final

PRIORITIES: Final = range(-86_400, 86_401)
"""Allowed priorities in points; one point is worth a second of waiting at slope 1."""
SLOPES: Final = (0.1, 10.0)
"""Least and greatest points that a caller gains in a second; two decimals count."""
_POINT: Final = 100_000
BAND: Final = 2**42
"""Milliseconds since the epoch in 2109; what `lua/_turns.lua` counts calls and levels in."""


def to_ms(seconds: float) -> int:
    """Seconds (epoch or duration) to the integer milliseconds of Redis."""
    return round(seconds * 1000)


def to_seconds(ms: str | int | float) -> float:
    """Milliseconds of Redis to seconds."""
    return int(ms) / 1000


def to_points(score: float) -> float:
    """A score of Redis to points."""
    return score / _POINT


def checked_priority(priority: int) -> int:
    """Raise ValueError for a priority that is out of range."""
    if priority not in PRIORITIES:
        raise ValueError(
            f"priority {priority} is out of range: "
            f"use {PRIORITIES.start} to {PRIORITIES.stop - 1}, higher is served first"
        )
    return priority


def to_hundredths(slope: float) -> int:
    """A slope as Redis keeps it; raise ValueError if it is out of range."""
    least, greatest = SLOPES
    if not least <= slope <= greatest:
        raise ValueError(f"slope {slope} is out of range: use {least:g} to {greatest:g}")
    return round(slope * 100)


def checked_time(enqueued_at: float) -> int:
    """Milliseconds of a time since the epoch; raise ValueError if it is none."""
    enqueued_ms = to_ms(enqueued_at)
    if not 0 <= enqueued_ms < BAND:
        raise ValueError(f"enqueued_at {enqueued_at} is not a time in seconds since the epoch")
    return enqueued_ms


def score(priority: int, slope: int, since_ms: int, now_ms: int) -> int:
    """The score in Redis' counting; `slope` in hundredths. Exactly what `lua/_order.lua` has."""
    return slope * (now_ms - since_ms) + priority * _POINT
