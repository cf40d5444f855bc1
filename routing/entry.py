"""What happens to a call that arrives, and why.

`decide` is the only place that answers this; it costs the same for a plan of ten lines and of
ten thousand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from routing.admission import (
    NO_LIMITS,
    Again,
    Full,
    HeldPlace,
    Instead,
    Overload,
    full,
    restored,
)
from routing.called import called_number, caller_number
from routing.lines import (
    HIGHEST_PRIORITY,
    Forward,
    Line,
    LineKind,
    Overflow,
    Phase,
    Retirement,
)
from routing.numbers import EMERGENCY
from routing.plan import Plan, Trunk
from routing.reasons import Reason
from routing.saying import spoken_digits
from routing.standing import NOTHING_KNOWN, Barring, Judgement, Standing, judge


class Cause(StrEnum):
    """Why a call is not taken: FreeSWITCH's name of the hangup cause."""

    UNALLOCATED_NUMBER = "UNALLOCATED_NUMBER"
    """No line has this number (Q.850 cause 1, SIP 404)."""
    NUMBER_CHANGED = "NUMBER_CHANGED"
    """Retired, and the announcement is over (Q.850 cause 22, SIP 410)."""
    CALL_REJECTED = "CALL_REJECTED"
    """The caller is barred (Q.850 cause 21, SIP 603)."""
    USER_BUSY = "USER_BUSY"
    """The waiting list is full, or the number waits already (Q.850 cause 17, SIP 486)."""
    NORMAL_CIRCUIT_CONGESTION = "NORMAL_CIRCUIT_CONGESTION"
    """The switch is overloaded (Q.850 cause 34, SIP 503)."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call as the trunk brings it."""

    caller: str
    """The calling number as it arrived; hostile."""
    called: str
    """The called number as it arrived; hostile."""
    trunk: str
    """Name of the trunk group in the plan."""
    privacy: bool = False
    """Whether the caller withholds the number."""
    diversion: str = ""
    """The Diversion header as it arrived; hostile."""
    history_info: str = ""
    """The History-Info header as it arrived; hostile."""
    asserted: str = ""
    """The P-Asserted-Identity header as it arrived; hostile."""


_UNKNOWN_TRUNK = Trunk("")
"""Numbers of a trunk that the plan does not know are read as they are."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where the call goes."""

    caller: str
    """Normalised, or "" if withheld or unknown."""
    called: str
    """Normalised."""
    line_dialled: str
    """Name of the line that was dialled; a retired line keeps its identity."""
    line_meant: str
    """Name of the line that serves the caller."""
    title: str
    """What a seat sees: the department or the hotline's name."""
    group: str
    """Skill group to wait for; "" if there is none to go to."""
    greeting: tuple[str, ...]
    """Prompts to play, in this order."""
    music: str
    survey: bool
    connect: bool
    """False: play the greeting and hang up; the caller is to dial 12345 or to call again."""
    priority: int
    reasons: tuple[Reason, ...]
    closed: bool = False
    """Whether the greeting says that it is out of hours; then `connect` is False."""
    barred: bool = False
    """The caller only hears why no seat is offered."""
    overflow: tuple[Overflow, ...] = ()
    """Further groups for a caller who waits long, or whose own group is unstaffed."""
    forward: Forward | None = None
    """Where the caller is passed on to behind the greeting, instead of the queue."""
    menu: str = ""
    """The menu behind the greeting; "" for none."""
    age_slope: float = 1.0
    """Points that the caller gains in each second of waiting."""
    full: Instead | None = None
    """What the caller meets instead of the queue, which has no room; then `connect` is False."""
    place: HeldPlace | None = None
    """The place at which the caller goes on, without greeting and menu."""

    @property
    def waits(self) -> bool:
        """Whether the caller is led to a waiting list."""
        return self.connect and bool(self.group) and self.forward is None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the call is not taken."""

    caller: str
    called: str
    line_dialled: str
    """Name of the line that was dialled, or "" for a number without line."""
    cause: Cause
    reasons: tuple[Reason, ...]
    repeated: bool = False
    """Whether the caller waits already, with another call."""
    line_meant: str = ""
    """Name of the line that would have served the caller, and its group, of somebody who asked
    for a person; "" for others."""
    group: str = ""

    @property
    def congested(self) -> bool:
        """Whether somebody who asked for a person could not enter."""
        full = self.cause in (Cause.USER_BUSY, Cause.NORMAL_CIRCUIT_CONGESTION)
        return full and not self.repeated


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
    return found if caller in EMERGENCY else _admitted(found, plan, standing, now)


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


def _admitted(route: Route, plan: Plan, standing: Standing, now: float) -> Route | Refusal:
    """Take the caller if there is room, at the place that the number has or had."""
    if standing.overload is not None:
        return overloaded(route, standing.overload)
    if not route.waits:
        return route
    again, place = plan.admission.again(route.caller), standing.place
    if place is not None and place.waits and again is Again.BUSY:
        facts = {"number": route.caller, "call": place.call}
        refusal = _not_admitted(route, Cause.USER_BUSY, "entry.waits_already", facts)
        return replace(refusal, repeated=True)
    if place is not None and not (place.waits and again is Again.ALLOW):
        return _at_place(route, restored(place, plan.groups, now))
    line, group = plan.lines.get(route.line_meant), plan.groups.get(route.group)
    no_room = full(
        route.line_meant,
        line.limits if line else NO_LIMITS,
        route.group,
        group.limits if group else NO_LIMITS,
        standing.room,
    )
    return route if no_room is None else _without_room(route, no_room)


def overloaded(route: Route, overload: Overload) -> Refusal:
    """Refuse a caller whom the switch has no room for, wherever the call would have gone."""
    facts = {"too_many": overload.value}
    return _not_admitted(route, Cause.NORMAL_CIRCUIT_CONGESTION, "entry.overloaded", facts)


def _not_admitted(route: Route, cause: Cause, what: str, facts: dict[str, str]) -> Refusal:
    reasons = (*route.reasons, Reason(what, facts))
    refusal = Refusal(route.caller, route.called, route.line_dialled, cause, reasons)
    if not route.waits:
        return refusal
    return replace(refusal, line_meant=route.line_meant, group=route.group)


def _at_place(route: Route, place: HeldPlace) -> Route:
    """Let the caller go on where an earlier call was: all of the greeting has been heard."""
    what = "entry.takes_over" if place.waits else "entry.place_kept"
    facts = {"call": place.call}
    if place.enqueued_at is not None:
        facts["enqueued_at"] = f"{place.enqueued_at:.3f}"
    if place.agent:
        facts["agent"] = place.agent
    return replace(
        route,
        greeting=(),
        menu="",
        group=place.group or route.group,
        priority=route.priority if place.priority is None else place.priority,
        place=place,
        reasons=(*route.reasons, Reason(what, facts)),
    )


def _without_room(route: Route, no_room: Full) -> Route | Refusal:
    if no_room.then is Instead.BUSY:
        reason = no_room.reason
        return _not_admitted(route, Cause.USER_BUSY, reason.what, dict(reason.facts))
    return replace(
        route,
        greeting=(no_room.announcement,),
        connect=False,
        menu="",
        full=no_room.then,
        reasons=(*route.reasons, no_room.reason),
    )


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
