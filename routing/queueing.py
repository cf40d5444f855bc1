"""Who is served next, and by which seat: the order of every waiting list.

A caller's score is priority plus age: `priority + slope × seconds waited`. The highest score is
served first, equal scores in the order of the call ids. With one slope for two callers the order
between them never changes, whatever the time; with two slopes the steeper one overtakes.

Times are seconds since the epoch, counted in whole milliseconds, as in the live queue.
"""

from __future__ import annotations

from enum import StrEnum

PARTS = 100_000
"""Of a point; slopes count in hundredths and times in milliseconds."""


class Strategy(StrEnum):
    """Which of the idle seats that serve a caller is taken."""

    LONGEST_IDLE = "longest_idle"
    """Ready for the longest time."""
    ROUND_ROBIN = "round_robin"
    """The one whose last offer is longest ago."""
    FEWEST_CALLS = "fewest_calls"
    """Fewest talks since signing in."""
    LEVEL_FIRST = "level_first"
    """The highest level of the skill; of these, the longest idle."""


def rank(priority: int, slope: float, enqueued_at: float) -> int:
    """Give the place among callers of the same slope: lowest first, at any time the same.

    It is counted in hundred-thousandths of a point, so that no rounding ever decides.
    """
    return round(slope * 100) * round(enqueued_at * 1000) - priority * PARTS


def score(priority: int, slope: float, enqueued_at: float, now: float) -> float:
    """Give the score in points; one point is what a caller gains in a second at slope 1."""
    return score_of_rank(rank(priority, slope, enqueued_at), slope, now) / PARTS


def score_of_rank(place: float, slope: float, now: float) -> float:
    """Give the score at `now` of whoever has that rank, in parts of a point."""
    return round(slope * 100) * round(now * 1000) - place


def precedes(one: tuple[float, str], other: tuple[float, str]) -> bool:
    """Tell whether `one` is served before `other`; each is a score and a call id."""
    return (-one[0], one[1]) < (-other[0], other[1])
