"""A draft without errors becomes the frozen plan that routes calls."""

from __future__ import annotations

from routing.lines import Line as PlanLine
from routing.lines import LineKind, Retirement
from routing.plan import Plan, SkillGroup
from routing.plan import Survey as PlanSurvey
from routing.plan import Trunk as PlanTrunk
from routing.plan import Waiting as PlanWaiting
from routing.seats import Seat as PlanSeat
from switchd.config.draft import Draft
from switchd.config.lookup import Lookup
from switchd.config.meaning_lines import time_zone
from switchd.config.models import City, Line, Trunk
from switchd.config.seat_range import seat_numbers


def build_plan(draft: Draft, city: City, name: str, version: str) -> Plan:
    """Build the plan of a draft in which no error was found."""
    zone = time_zone(city.time_zone)
    if zone is None:
        raise ValueError(f"no time zone {city.time_zone}: build only from a checked draft")
    lookup = Lookup(draft)
    lines = [_line(lookup, key, line) for key, line in draft.lines.items()]
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
        trunks={key: _trunk(lookup, key, trunk) for key, trunk in draft.trunks.items()},
        waiting=PlanWaiting(**draft.waiting.model_dump()),
        survey=PlanSurvey(**draft.survey.model_dump()),
        version=version,
    )


def _trunk(lookup: Lookup, key: str, trunk: Trunk) -> PlanTrunk:
    return PlanTrunk(
        name=key,
        strip_prefixes=tuple(sorted(trunk.strip_prefixes, key=len, reverse=True)),
        add_prefixes={int(length): digits for length, digits in trunk.add_prefixes.items()},
        caller_add_prefixes={
            int(length): digits for length, digits in trunk.caller_add_prefixes.items()
        },
        area_code=trunk.area_code,
        trust=trunk.trust,
        dids={
            lookup.normal_on(trunk, number): lookup.normal(line)
            for number, line in trunk.dids.items()
        },
        caller_from=trunk.caller_from,
    )


def _line(lookup: Lookup, key: str, line: Line) -> PlanLine:
    """Build one line, named by the normal form of its number."""
    name = lookup.normal(key)
    also = map(lookup.normal, line.numbers)
    retirement = None
    if line.kind is LineKind.RETIRED and line.merged_on is not None:
        retirement = Retirement(
            merged_on=line.merged_on,
            reminder_months=line.reminder_months,
            connects=line.connects,
            into=lookup.normal(lookup.line_taking_over(line) or ""),
            announcement=line.announcement,
        )
    return PlanLine(
        name=name,
        kind=line.kind,
        title=line.title,
        numbers=frozenset((name, *also)),
        group=lookup.group_of(line) or "",
        greeting=line.greeting,
        music=line.music,
        survey=line.survey,
        priority=line.priority,
        retirement=retirement,
    )
