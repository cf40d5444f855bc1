"""Retired is for ever: a number that has been cancelled is never restored.

Source: the notices by which cities merge their hotlines (热线号码已经取消的，原则上不再恢复).
"""

from __future__ import annotations

from dataclasses import dataclass

from routing.lines import Line, Phase
from routing.plan import Plan

_ORDER = (Phase.IN_SERVICE, Phase.REMINDING, Phase.GONE)


@dataclass(frozen=True, slots=True)
class Revival:
    """A retired number that a new plan would bring back, give away or forget."""

    number: str
    what: str
    """What is wrong with it, for the admin."""


def revivals(before: Plan, after: Plan, now: float) -> tuple[Revival, ...]:
    """Compare two plans at `now` (seconds since the epoch): the life of a number goes one way."""
    found = []
    for line in before.lines.values():
        if line.retirement is None or line.phase(now, before.zone) is Phase.IN_SERVICE:
            continue
        for number in sorted(line.numbers):
            what = _wrong(line, after.by_number.get(number), before, after, now)
            if what:
                found.append(Revival(number, f"{number} was retired ({line.title}) and {what}"))
    return tuple(found)


def _wrong(was: Line, line: Line | None, before: Plan, after: Plan, now: float) -> str:
    if line is None:
        return "is missing now, so that somebody could take it again"
    if line.name != was.name:
        return f"leads to the line {line.name} now"
    if line.retirement is None:
        return f"is a {line.kind} line now"
    if _ORDER.index(line.phase(now, after.zone)) < _ORDER.index(was.phase(now, before.zone)):
        return f"is {line.phase(now, after.zone)} again by its new date"
    return ""
