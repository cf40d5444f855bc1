"""The lines of a draft without errors, as the plan has them."""

from __future__ import annotations

from routing.admission import NO_LIMITS
from routing.admission import Limits as PlanLimits
from routing.lines import Forward, Otherwise, Retirement
from routing.lines import Line as PlanLine
from routing.numbers import EMERGENCY
from switchd.config.draft import Draft
from switchd.config.lines import Line
from switchd.config.lookup import Lookup
from switchd.config.models import Limits
from switchd.config.overflow import build_steps


def build_lines(draft: Draft, lookup: Lookup, music: str) -> dict[str, PlanLine]:
    """Build every line under the normal form of its number; `music` is the city's."""
    lines = (_line(lookup, key, line, music) for key, line in draft.lines.items())
    return {line.name: line for line in lines}


def build_emergency(draft: Draft, lookup: Lookup) -> dict[str, Forward]:
    """Build where calls to emergency numbers go; those without a trunk are left out."""
    found = {}
    for number in sorted(EMERGENCY):
        target = draft.emergency.get(number)
        trunk = lookup.emergency_trunk(number)
        if trunk is not None:
            dialled = number if target is None or target.number is None else target.number
            seconds = (target or draft.emergency["trunk"]).ring_seconds
            found[number] = Forward(
                lookup.normal(dialled), trunk, seconds, otherwise=Otherwise.ANNOUNCE
            )
    return found


def _line(lookup: Lookup, key: str, line: Line, music: str) -> PlanLine:
    name = lookup.normal(key)
    forward = _forward(lookup, key, line)
    return PlanLine(
        name=name,
        kind=line.kind,
        title=line.title,
        department=line.department or line.title,
        numbers=frozenset((name, *map(lookup.normal, line.numbers))),
        group=lookup.group_of(line) or "",
        greeting=line.greeting,
        music=line.music or music,
        survey=line.survey,
        priority=line.priority,
        age_slope=line.age_slope,
        retirement=_retirement(lookup, line),
        overflow=build_steps(lookup.overflow_of(line)),
        forward=forward if lookup.passes_on(line) else None,
        transfer_to=forward,
        dial_instead=lookup.normal(line.tell or key) if line.then == "tell" else "",
        menu=line.menu or "",
        open=line.open if lookup.closes(line) else None,
        closed_prompt=line.closed_prompt,
        limits=build_limits(line.limits),
        whisper=line.whisper,
        whisper_prompt=line.whisper_prompt or "",
    )


def build_limits(limits: Limits | None) -> PlanLimits:
    """Build the limits of a line or a group."""
    return PlanLimits(**limits.model_dump()) if limits else NO_LIMITS


def _retirement(lookup: Lookup, line: Line) -> Retirement | None:
    if line.merged_on is None:
        return None
    return Retirement(
        merged_on=line.merged_on,
        reminder_months=line.reminder_months,
        connects=line.connects,
        into=lookup.normal(lookup.line_taking_over(line) or ""),
        announcement=lookup.announcement_of(line),
    )


def _forward(lookup: Lookup, key: str, line: Line) -> Forward | None:
    """Where the line's own people are reached."""
    trunk = lookup.trunk_to(line)
    if trunk is None:
        return None
    return Forward(
        number=lookup.normal(line.to or key),
        trunk=trunk,
        ring_seconds=line.ring_seconds,
        otherwise=line.otherwise,
        announcement=line.failed_prompt,
        open=line.open,
    )
