"""What happens to a call that arrives, and why.

`decide` is the only place that answers this; it costs the same for a plan of ten lines and of
ten thousand.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from routing.admitted import admitted
from routing.called import called_number, caller_number
from routing.lines import HIGHEST_PRIORITY, Line, LineKind, Phase, Retirement
from routing.numbers import EMERGENCY
from routing.plan import Plan, Trunk
from routing.reasons import Reason
from routing.route import Arrival, Cause, Refusal, Route
from routing.saying import spoken_digits
from routing.standing import NOTHING_KNOWN, Barring, Judgement, Standing, judge

__all__ = [
    "Arrival",
    "Cause",
    "Refusal",
    "Route",
    "caller_of",
    "decide",
    "is_emergency",
]

_UNKNOWN_TRUNK = Trunk("")
"""Numbers of a trunk that the plan does not know are read as they are."""


def decide(
    arrival: Arrival, plan: Plan, now: float, standing: Standing = NOTHING_KNOWN
) -> Route | Refusal:
    """Route an arriving call at `now` (seconds since the epoch), or refuse it. Never raises."""
    caller, called, reasons = _read_numbers(arrival, plan)
    if called in EMERGENCY:
        return _emergency(caller, called, plan, reasons)
    line = plan.by_number.get(called)
    if line is None:
        reasons.append(Reason("entry.unknown", {"called": called}))
        return Refusal(caller, called, "", Cause.UNALLOCATED_NUMBER, tuple(reasons))
    reasons.append(Reason("entry.line", {"line": line.name, "kind": line.kind.value}))
    judgement = judge(caller, arrival.privacy, plan.callers, standing, now)
    reasons += judgement.reasons
    if judgement.barring is Barring.REFUSE:
        return Refusal(caller, called, line.name, Cause.CALL_REJECTED, tuple(reasons))
    found = _serve(caller, called, line, plan, now, reasons)
    if isinstance(found, Refusal):
        return found
    found = _with_standing(found, judgement, plan)
    return found if caller in EMERGENCY else admitted(found, plan, standing, now)


def caller_of(arrival: Arrival, plan: Plan) -> str:
    """Give the caller's normalised number, "" if it is withheld or unknown."""
    if arrival.privacy:
        return ""
    trunk = plan.trunks.get(arrival.trunk, _UNKNOWN_TRUNK)
    return caller_number(arrival.caller, arrival.asserted, trunk, plan.area_code)


def _with_standing(route: Route, judgement: Judgement, plan: Plan) -> Route:
    """Let a barred caller hear why, and one with priority go first."""
    if judgement.barring is Barring.ANNOUNCE:
        return replace(
            route,
            greeting=(plan.callers.announcement,),
            connect=False,
            closed=False,
            barred=True,
            forward=None,
        )
    if judgement.priority:
        priority = min(route.priority + judgement.priority, HIGHEST_PRIORITY)
        return replace(route, priority=priority)
    return route


def _serve(
    caller: str, called: str, line: Line, plan: Plan, now: float, reasons: list[Reason]
) -> Route | Refusal:
    """Route by the line alone."""
    retirement = line.retirement
    if retirement is None:
        line = _while_answered(line, plan, now, reasons)
        closed = _closed(line, plan, now, reasons)
        return _route(caller, called, line, line, reasons, closed, plan.language)
    phase = line.phase(now, plan.zone)
    reasons.append(_phase_reason(phase, retirement))
    if phase is Phase.GONE:
        return Refusal(caller, called, line.name, Cause.NUMBER_CHANGED, tuple(reasons))
    if phase is Phase.IN_SERVICE:
        closed = _closed(line, plan, now, reasons)
        return _route(caller, called, line, line, reasons, closed, plan.language)
    meant = line if line.kind is LineKind.REMOTE else plan.lines[retirement.into]
    connects = "yes" if retirement.connects else "no"
    reasons.append(Reason("entry.into", {"line": meant.name, "connects": connects}))
    closed = retirement.connects and _closed(meant, plan, now, reasons)
    return _route(caller, called, line, meant, reasons, closed, plan.language, retirement)


def is_emergency(arrival: Arrival, plan: Plan) -> bool:
    """Tell whether an emergency number is called, which must be served whatever else is not."""
    return _read_numbers(arrival, plan)[1] in EMERGENCY


def _emergency(caller: str, called: str, plan: Plan, reasons: list[Reason]) -> Route | Refusal:
    """Straight on to the emergency service: no greeting, no queue, nothing that could block it."""
    forward = plan.emergency.get(called)
    reasons.append(Reason("entry.emergency", {"called": called, "to": str(forward is not None)}))
    if forward is None:
        return Refusal(caller, called, "", Cause.UNALLOCATED_NUMBER, tuple(reasons))
    return Route(
        caller=caller,
        called=called,
        line_dialled=called,
        line_meant=called,
        title=called,
        group="",
        greeting=(),
        music=plan.music,
        survey=False,
        connect=True,
        priority=0,
        reasons=tuple(reasons),
        forward=forward,
    )


def _while_answered(line: Line, plan: Plan, now: float, reasons: list[Reason]) -> Line:
    """Leave the other side out while nobody answers there; its callers go to the queue."""
    forward = line.forward
    calendar = plan.calendars.get(forward.open) if forward and forward.open else None
    if calendar is None:
        return line
    ruling = calendar.why(now, plan.zone)
    if ruling.open:
        return line
    reasons.append(Reason("entry.forward_closed", {**ruling.facts, "why": ruling.rule.value}))
    return replace(line, forward=None)


def _closed(line: Line, plan: Plan, now: float, reasons: list[Reason]) -> bool:
    """Tell whether the line or its group is closed at `now`, and note why, or who is on duty."""
    group = plan.groups.get(line.group)
    for name in dict.fromkeys((line.open, group.open if group else None)):
        calendar = plan.calendars.get(name) if name is not None else None
        if calendar is None:
            continue
        ruling = calendar.why(now, plan.zone)
        facts = {**ruling.facts, "why": ruling.rule.value}
        if not ruling.open:
            opens = calendar.next_change(now, plan.zone)
            facts["opens_at"] = "unknown" if opens is None else _local(opens, plan)
            reasons.append(Reason("entry.closed", facts))
            return True
        reasons.append(Reason("entry.open", facts))
    if group is not None and group.shift is not None:
        duties = plan.group_on_duty(group, now) if group.shift in plan.shifts else ()
        crews = ", ".join(f"{duty.crew} ({duty.shift})" for duty in duties) or "nobody"
        reasons.append(Reason("entry.on_duty", {"shift": group.shift, "crew": crews}))
    return False


def _local(moment: float, plan: Plan) -> str:
    return datetime.fromtimestamp(moment, plan.zone).isoformat(timespec="minutes")


def _read_numbers(arrival: Arrival, plan: Plan) -> tuple[str, str, list[Reason]]:
    """Find caller and called by the trunk's rules."""
    reasons = []
    trunk = plan.trunks.get(arrival.trunk)
    if trunk is None:
        reasons.append(Reason("entry.trunk_unknown", {"trunk": arrival.trunk}))
        trunk = _UNKNOWN_TRUNK
    called = called_number(arrival.called, arrival.diversion, arrival.history_info, trunk, plan)
    reasons += called.reasons
    if arrival.privacy:
        reasons.append(Reason("entry.caller_withheld", {}))
    return caller_of(arrival, plan), called.number, reasons


def _phase_reason(phase: Phase, retirement: Retirement) -> Reason:
    dates = {
        "merged_on": retirement.merged_on.isoformat(),
        "last_day": retirement.last_day.isoformat(),
    }
    return Reason("entry.phase", {"phase": phase.value, **dates})


def _route(
    caller: str,
    called: str,
    dialled: Line,
    meant: Line,
    reasons: list[Reason],
    closed: bool,
    language: str,
    retirement: Retirement | None = None,
) -> Route:
    """Serve the callers of `dialled` as `meant` serves its own, the announcement first if any."""
    greeting: tuple[str, ...] = (meant.closed_prompt if closed else meant.greeting,)
    connect = not closed
    if meant.dial_instead and not closed:
        greeting = ("please_dial", *spoken_digits(meant.dial_instead, language))
        connect = False
    if retirement is not None:
        connect = connect and retirement.connects
        after = greeting if retirement.connects else ()
        greeting = (retirement.announcement, *after)
    return Route(
        caller=caller,
        called=called,
        line_dialled=dialled.name,
        line_meant=meant.name,
        title=dialled.title,
        group=meant.group,
        greeting=greeting,
        music=meant.music,
        survey=meant.survey,
        connect=connect,
        priority=meant.priority,
        reasons=tuple(reasons),
        closed=closed,
        overflow=meant.overflow,
        forward=None if closed else meant.forward,
        menu=meant.menu,
        age_slope=meant.age_slope,
    )
