"""Whether a caller who would wait is let in, and at which place: limits, places, overload."""

from __future__ import annotations

from dataclasses import replace

from routing.admission import NO_LIMITS, Again, Full, HeldPlace, Instead, Overload, full, restored
from routing.plan import Plan
from routing.reasons import Reason
from routing.route import Cause, Refusal, Route
from routing.standing import Standing


def admitted(route: Route, plan: Plan, standing: Standing, now: float) -> Route | Refusal:
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
    if no_room is not None:
        return _without_room(route, no_room)
    return _with_same_agent(route, standing.talked_with) if standing.talked_with else route


def _with_same_agent(route: Route, agent: str) -> Route:
    """Prefer whom the caller talked with a while ago; the caller waits as everybody does."""
    reason = Reason("entry.same_agent", {"agent": agent})
    return replace(route, prefer=agent, reasons=(*route.reasons, reason))


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
