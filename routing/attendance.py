"""Who sat where on a day: by a plan's shifts or, where it has none, by the calls of the day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf

from routing.past import Past
from routing.plan import Plan
from routing.roster import posts

TICK = 300.0
"""Seconds between two looks at the shifts."""
AWAY = 1800.0
"""A seat without a call for so long was not on, where no shifts say otherwise."""


def staffing(day: Sequence[Past], plan: Plan) -> Mapping[str, list[tuple[float, float]]]:
    """Give from when to when each seat of the plan is on.

    Shifts decide where a seat has them. Otherwise it is on while it had calls that day, with
    pauses up to AWAY; a seat that had none is on as long as any seat had one. Who was there at the
    end of the day stays until nobody waits: until infinity.
    """
    seen = _seen(day)
    whole = [span for spans in seen.values() for span in spans]
    if not day:
        return {}
    opens = min((begins for begins, _ in whole), default=day[0].arrived_at)
    closes = max((ends for _, ends in whole), default=day[-1].arrived_at)
    found: dict[str, list[tuple[float, float]]] = {}
    by_shifts: set[str] = set()
    now = min(opens, day[0].arrived_at)
    while now < closes:
        for post in posts(plan, now):
            if post.by_shifts:
                by_shifts.add(post.seat)
                if post.on_duty:
                    _lengthen(found.setdefault(post.seat, []), now, now + TICK, gap=0.0)
        now += TICK
    for seat in plan.seats:
        if seat in by_shifts:
            found.setdefault(seat, [])
        else:
            spans = seen.get(seat, [(opens, closes)])
            found[seat] = [
                (begins, ends if ends < closes - AWAY else inf) for begins, ends in spans
            ]
    return found


def _seen(day: Iterable[Past]) -> dict[str, list[tuple[float, float]]]:
    """Give from when to when each seat of the day had calls."""
    found: dict[str, list[tuple[float, float]]] = {}
    talks = (past for past in day if past.answered_at is not None and past.seat)
    for past in sorted(talks, key=lambda past: past.answered_at or 0.0):
        answered = past.answered_at or past.ended_at
        begins = min(past.offered_at or answered, answered)
        ends = past.talk_ended_at or past.ended_at
        _lengthen(found.setdefault(past.seat, []), begins, ends, gap=AWAY)
    return found


def _lengthen(spans: list[tuple[float, float]], begins: float, ends: float, gap: float) -> None:
    """Add a span behind the others, as part of the last one if that ended not long before."""
    if spans and begins - spans[-1][1] <= gap:
        spans[-1] = (spans[-1][0], max(ends, spans[-1][1]))
    else:
        spans.append((begins, ends))


def agents(day: Iterable[Past]) -> Mapping[str, str]:
    """Who sat where; of several the last."""
    return {past.seat: past.agent for past in day if past.seat and past.agent}
