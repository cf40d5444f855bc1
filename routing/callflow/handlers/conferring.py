"""Three or more in a call: three-way, the supervisor, emergency services, leaving, letting go."""

from __future__ import annotations

from routing.callflow import events as on
from routing.callflow.call import Call
from routing.callflow.handlers.consulting import cancel, complete
from routing.callflow.handlers.course import course, drop
from routing.callflow.handlers.result import Result
from routing.callflow.handlers.wishes import Refusal, done, start, target_of
from routing.callflow.parties import Purpose
from routing.callflow.states import State
from routing.plan import Plan
from routing.replacing import replace
from routing.transfers import Kind, Target, resolve, supervisors
from routing.transfers import emergency as way_to_emergency

SUPERVISOR = Target(Kind.GROUP, "supervisors")


def three_way(call: Call, event: on.Control, plan: Plan, now: float) -> Result:
    """All talk with each other: whom the seat consults, or whoever is asked for joins."""
    if event.target is not None:
        seat = call.offer.seat if call.offer is not None else ""
        way = resolve(plan, event.target, seat, call.line_meant, now)
        return start(call, event, event.target, way, Purpose.JOIN, plan, now)
    if call.state is State.CONSULTING:
        call = replace(call, state=State.CONFERENCE, swapped=False)
        return course(call, plan, now, *done(event))
    if call.state is State.CONSULT_RINGING:
        quests = tuple(replace(quest, purpose=Purpose.JOIN) for quest in call.quests)
        call = replace(call, state=State.TALKING, quests=quests)
        return course(call, plan, now, *done(event))
    target_of(event)
    raise AssertionError("target_of raises without a target")


def supervisor(call: Call, event: on.Control, plan: Plan, now: float) -> Result:
    """Call a supervisor (班长) for help: consulted, or joining if the plan says so."""
    seat = call.offer.seat if call.offer is not None else ""
    way = supervisors(plan, seat)
    with_caller = call.state in (State.TALKING, State.HELD)
    joins = plan.control.supervisor_joins or not with_caller
    purpose = Purpose.JOIN if joins else Purpose.CONSULT
    return start(call, event, SUPERVISOR, way, purpose, plan, now)


def emergency(call: Call, event: on.Control, plan: Plan, now: float) -> Result:
    """110, 119, 120 or 122 is dialled at once and joins; until then everybody talks on."""
    target = target_of(event)
    named = Target(Kind.EMERGENCY, target.name)
    way = way_to_emergency(plan, target.name)
    return start(call, event, named, way, Purpose.JOIN, plan, now)


def leave(call: Call, event: on.Control, plan: Plan, now: float) -> Result:
    """The seat leaves; the others talk on."""
    return complete(call, event, plan, now)


def drop_one(call: Call, event: on.Control, plan: Plan, now: float) -> Result:
    """Let one go: the one who is named, or who came last."""
    if event.target is None:
        return cancel(call, event, plan, now)
    names = {str(event.target), event.target.name}
    for party in call.parties:
        if party.answered and names & {party.name, str(party.target), party.target.name}:
            call, todo = drop(call, party, plan, now)
            return call, (*done(event), *todo)
    raise Refusal(f"{event.target} is not in this call")
