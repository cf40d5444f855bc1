"""A consultation: the seat talks with somebody else while the caller hears music."""

from __future__ import annotations

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.call import Call
from routing.callflow.handlers.course import (
    back_to_seat,
    course,
    drop,
    hand_over,
    party_over,
    seat_goes,
    seat_over,
)
from routing.callflow.handlers.reaching import forget
from routing.callflow.handlers.result import Result
from routing.callflow.handlers.wishes import Refusal, done, start, target_of
from routing.callflow.parties import Purpose
from routing.callflow.states import State
from routing.plan import Plan
from routing.replacing import replace
from routing.transfers import resolve


def consult(call: Call, event: on.Control, plan: Plan, now: float) -> Result:
    """The caller hears music, the seat hears the other phone ring."""
    target = target_of(event)
    seat = call.offer.seat if call.offer is not None else ""
    way = resolve(plan, target, seat, call.line_meant, now)
    return start(call, event, target, way, Purpose.CONSULT, plan, now)


def complete(call: Call, event: on.Control, plan: Plan, now: float) -> Result:
    """The seat leaves the caller to whom it consults; if that phone still rings, to its luck."""
    if call.offer is None:
        raise Refusal("no seat has the call")
    stop = do.StopLeg(call.offer.token, "NORMAL_CLEARING")
    if call.state is State.CONSULT_RINGING:
        call, left = seat_goes(call, plan, stop=True)
        call, todo = hand_over(call, plan, now)
        return call, (*done(event), *left, *todo)
    call, todo = seat_over(call, plan, now, by_seat=True)
    return call, (*done(event), stop, *todo)


def cancel(call: Call, event: on.Control, plan: Plan, now: float) -> Result:
    """End the consultation, or let the third of a conference go: back to the caller."""
    third = call.third
    if call.state is State.CONSULTING and third is not None:
        call, todo = drop(call, third, plan, now)
        return call, (*done(event), *todo)
    consulted = call.state is State.CONSULT_RINGING
    stopped: list[do.Action] = []
    for quest in call.quests:
        if not consulted or quest.purpose is Purpose.CONSULT:
            call, stops = forget(call, quest.target)
            stopped += stops
    if consulted:
        call, todo = back_to_seat(call, plan, now)
    elif stopped:
        call, todo = party_over(call, plan, now)
    elif third is not None:
        call, todo = drop(call, third, plan, now)
    else:
        raise Refusal("nobody else is in the call")
    return call, (*done(event), *stopped, *todo)


def swap(call: Call, event: on.Control, plan: Plan, now: float) -> Result:
    """Change between the caller and whom the seat consults; the other hears music."""
    return course(replace(call, swapped=not call.swapped), plan, now, *done(event))
