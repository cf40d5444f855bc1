"""Why a caller was given to a seat, as facts of the decision trace.

The live queue tells with each offer what it was decided from (`routing.seats.Offer.why`). The
trace holds texts only, so lists and mappings stand in it as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Assignment:
    """What one offer was decided from."""

    how: str = ""
    """turn; preferred; withdrawn from another caller; further, of several that ring."""
    pool: str = ""
    strategy: str = ""
    score: float | None = None
    """Points of the caller."""
    waited: float | None = None
    """Seconds."""
    callers: Sequence[tuple[str, float]] = ()
    """Callers considered, with their scores: the highest first."""
    seats: Sequence[tuple[str, float]] = ()
    """The first idle seats of the pool, with what the strategy compares: the first is taken."""
    counts: Mapping[str, int] | None = None
    """State → how many of the pool's seats were in it."""
    rejected: Sequence[tuple[str, str]] = ()
    """Thirty at most of the other seats that serve the caller and at which somebody is signed in,
    with why each was not offered the caller: its state, `not_ready:` and the agent's reason,
    `unreachable`; of idle ones that are not in `seats`, `later_in_turn` or `not_preferred`."""


def as_facts(why: Mapping[str, Any]) -> dict[str, str]:
    """Write what an offer was decided from as facts of the trace."""
    return {
        name: value if isinstance(value, str) else json.dumps(value) for name, value in why.items()
    }


def from_facts(facts: Mapping[str, str]) -> Assignment:
    """Read it again; what is not there or cannot be read is left out."""
    return Assignment(
        how=facts.get("how", ""),
        pool=facts.get("pool", ""),
        strategy=facts.get("strategy", ""),
        score=_number(facts.get("score", "")),
        waited=_number(facts.get("waited", "")),
        callers=_ranked(facts.get("callers", "")),
        seats=_ranked(facts.get("seats", "")),
        counts=_counts(facts.get("counts", "")),
        rejected=tuple((seat, str(reason)) for seat, reason in _pairs(facts.get("rejected", ""))),
    )


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _pairs(text: str) -> Iterator[tuple[str, Any]]:
    found = _read(text)
    for pair in found if isinstance(found, list) else ():
        if isinstance(pair, list) and len(pair) == 2:
            yield str(pair[0]), pair[1]


def _ranked(text: str) -> tuple[tuple[str, float], ...]:
    return tuple((name, float(rank)) for name, rank in _pairs(text))


def _counts(text: str) -> Mapping[str, int] | None:
    found = _read(text)
    return (
        {str(state): int(many) for state, many in found.items()}
        if isinstance(found, dict)
        else None
    )
