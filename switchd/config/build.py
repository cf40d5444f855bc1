"""A draft without errors becomes the frozen plan that routes calls."""

from __future__ import annotations

from routing.lines import Line as PlanLine
from routing.lines import LineKind, Retirement
from routing.numbers import normalise
from routing.plan import Plan, SkillGroup
from routing.plan import Survey as PlanSurvey
from routing.plan import Trunk as PlanTrunk
from routing.plan import Waiting as PlanWaiting
from routing.seats import Seat as PlanSeat
from switchd.config.draft import Draft
from switchd.config.meaning_lines import group_of, line_taking_over, time_zone
from switchd.config.models import City, Line
from switchd.config.seat_range import seat_numbers


def build_plan(draft: Draft, city: City, name: str, version: str) -> Plan:
    """Build the plan of a draft in which no error was found."""
    zone = time_zone(city.time_zone)
    if zone is None:
        raise ValueError(f"no time zone {city.time_zone}: build only from a checked draft")
    lines = [_line(draft, city, key, line) for key, line in draft.lines.items()]
    return Plan(
        city=name,
        title=city.title,
        zone=zone,
        area_code=city.area_code,
        language=city.language,
        lines={line.name: line for line in lines},
        groups={
            key: SkillGroup(key, group.title, group.ring_seconds, group.wrap_up_seconds)
            for key, group in draft.groups.items()
        },
        seats={
            number: PlanSeat(number, seat.groups, seat.title)
            for written, seat in draft.seats.items()
            for number in seat_numbers(written)
        },
        trunks={
            key: PlanTrunk(key, tuple(sorted(trunk.strip_prefixes, key=len, reverse=True)))
            for key, trunk in draft.trunks.items()
        },
        waiting=PlanWaiting(**draft.waiting.model_dump()),
        survey=PlanSurvey(**draft.survey.model_dump()),
        version=version,
    )


def _line(draft: Draft, city: City, key: str, line: Line) -> PlanLine:
    """Build one line, named by the normal form of its number."""
    name = normalise(key, city.area_code)
    also = (normalise(number, city.area_code) for number in line.numbers)
    retirement = None
    if line.kind is LineKind.RETIRED and line.merged_on is not None:
        retirement = Retirement(
            merged_on=line.merged_on,
            reminder_months=line.reminder_months,
            connects=line.connects,
            into=normalise(line_taking_over(draft, line) or "", city.area_code),
            announcement=line.announcement,
        )
    return PlanLine(
        name=name,
        kind=line.kind,
        title=line.title,
        numbers=frozenset((name, *also)),
        group=group_of(draft, line) or "",
        greeting=line.greeting,
        music=line.music,
        survey=line.survey,
        priority=line.priority,
        retirement=retirement,
    )
