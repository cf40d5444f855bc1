"""A draft without errors becomes the frozen plan that routes calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from routing import standing
from routing.admission import Admission as PlanAdmission
from routing.introduction import Introduction as PlanIntroduction
from routing.plan import Menu as PlanMenu
from routing.plan import MenuItem, Plan, SkillGroup
from routing.plan import Survey as PlanSurvey
from routing.plan import Trunk as PlanTrunk
from routing.plan import Waiting as PlanWaiting
from routing.seats import Agent as PlanAgent
from routing.seats import Seat as PlanSeat
from routing.skills import Need
from switchd.config.build_calendars import build_calendars, build_shifts
from switchd.config.build_callbacks import build_callbacks, build_follow_ups, build_voicemail
from switchd.config.build_control import build_control, build_dialling, build_experts
from switchd.config.build_lines import build_emergency, build_limits, build_lines
from switchd.config.callers import Blocked, Callers, Preferred
from switchd.config.draft import Draft
from switchd.config.holidays import build_holidays
from switchd.config.lookup import Lookup
from switchd.config.meaning_lines import time_zone
from switchd.config.menus import Menu
from switchd.config.models import City, Seat, Trunk
from switchd.config.overflow import build_steps
from switchd.config.seat_range import seat_numbers
from switchd.config.signing_in import build_sign_in


def build_plan(draft: Draft, city: City, name: str, version: str) -> Plan:
    """Build the plan of a draft in which no error was found."""
    zone = time_zone(city.time_zone)
    if zone is None:
        raise ValueError(f"no time zone {city.time_zone}: build only from a checked draft")
    lookup = Lookup(draft)
    holidays = build_holidays(draft.holidays)
    calendars = build_calendars(draft, holidays)
    return Plan(
        city=name,
        title=city.title,
        zone=zone,
        area_code=city.area_code,
        language=city.language,
        lines=build_lines(draft, lookup, city.music),
        groups={
            key: SkillGroup(
                name=key,
                title=group.title,
                ring_seconds=group.ring_seconds,
                wrap_up_seconds=group.wrap_up_seconds,
                open=group.open,
                shift=group.shift,
                crew=group.crew,
                limits=build_limits(group.limits),
                needs=None if group.needs is None else Need.parse(group.needs),
                strategy=group.strategy,
                ring_several=group.ring_several,
                overflow=build_steps(group.overflow),
                whisper=group.whisper,
                staff_number=group.staff_number,
            )
            for key, group in draft.groups.items()
        },
        seats={
            number: _seat(lookup, number, seat)
            for written, seat in draft.seats.items()
            for number in seat_numbers(written)
        },
        agents={
            number: PlanAgent(
                number=number,
                title=agent.title,
                skills=agent.skills,
                announcement=agent.announcement or "",
                role=agent.role,
                leads=agent.leads,
                shift=agent.shift,
                crew=agent.crew or _only_crew(draft, agent.shift),
            )
            for number, agent in draft.agents.items()
        },
        trunks={key: build_trunk(lookup, key, trunk) for key, trunk in draft.trunks.items()},
        menus={key: _menu(key, menu) for key, menu in draft.menus.items()},
        emergency=build_emergency(draft, lookup),
        music=city.music,
        waiting=PlanWaiting(**draft.waiting.model_dump()),
        survey=PlanSurvey(**draft.survey.model_dump()),
        calendars=calendars,
        holidays=holidays,
        shifts=build_shifts(draft, calendars),
        callers=_callers(lookup, draft.callers, zone),
        callbacks=build_callbacks(draft, lookup),
        follow_ups=build_follow_ups(draft, lookup),
        voicemail=build_voicemail(draft),
        experts=build_experts(draft, lookup),
        dialling=build_dialling(draft, lookup),
        control=build_control(draft),
        admission=PlanAdmission(**draft.admission.model_dump()),
        introduction=PlanIntroduction(**draft.introduction.model_dump()),
        sign_in=build_sign_in(draft.sign_in),
        version=version,
    )


def _callers(lookup: Lookup, callers: Callers, zone: ZoneInfo) -> standing.Callers:
    limits = callers.limits
    return standing.Callers(
        blocked=_list(lookup, callers.blocked, zone),
        priority=_list(lookup, callers.priority, zone),
        limits=standing.Limits(limits.calls_per_hour, limits.then, limits.for_minutes * 60),
        withheld=callers.withheld,
        announcement=callers.announcement or "",
        repeat_seconds=callers.repeat_days * 86400,
    )


def _list(lookup: Lookup, entries: Sequence[Blocked], zone: ZoneInfo) -> standing.CallerList:
    return standing.CallerList(
        standing.Entry(
            number=entry.prefix or lookup.normal(entry.number or ""),
            reason=entry.reason,
            is_prefix=entry.prefix is not None,
            until=None if entry.until is None else _end_of(entry.until, zone),
            priority=entry.priority if isinstance(entry, Preferred) else 0,
        )
        for entry in entries
    )


def _end_of(day: date, zone: ZoneInfo) -> float:
    """Seconds since the epoch at which a day of the city is over."""
    return datetime.combine(day + timedelta(days=1), time(), zone).timestamp()


def build_trunk(lookup: Lookup, key: str, trunk: Trunk) -> PlanTrunk:
    """Build one trunk."""
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
        proxy=trunk.proxy,
    )


def _seat(lookup: Lookup, number: str, seat: Seat) -> PlanSeat:
    return PlanSeat(
        number=number,
        groups=seat.groups,
        title=seat.title,
        phone=lookup.normal(seat.phone or ""),
        trunk=lookup.trunk_of_phone(seat) or "",
        shift=seat.shift,
        crew=seat.crew,
        nailed_up=seat.nailed_up,
        accept_key=seat.accept_key,
    )


def _only_crew(draft: Draft, shift: str | None) -> str | None:
    return draft.shifts[shift].crews[0] if shift is not None else None


def _menu(key: str, menu: Menu) -> PlanMenu:
    items = {
        sign: MenuItem(item.group or "", item.menu or "", item.language or "")
        for sign, item in menu.keys.items()
    }
    return PlanMenu(key, menu.prompts, items, menu.seconds, menu.tries)
