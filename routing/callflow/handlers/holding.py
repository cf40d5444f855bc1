"""Verbs between seat and caller alone: hold, mute, park, pick up, the survey, hanging up."""

from __future__ import annotations

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.call import Call
from routing.callflow.handlers.course import PARK, course, seat_goes, seat_over, talk_over
from routing.callflow.handlers.reaching import dismiss
from routing.callflow.handlers.result import Result
from routing.callflow.handlers.wishes import Refusal, done, start
from routing.callflow.parties import Purpose
from routing.callflow.states import State
from routing.plan import Plan
from routing.record import EndedBy
from routing.replacing import replace
from routing.transfers import Desk, Kind, Role, Target, Way


def hold(call: Call, event: on.Control, plan: Plan, now: float) -> Result:
    """Music for the caller."""
    return course(replace(call, state=State.HELD, tell=()), plan, now, *done(event))


def resume(call: Call, event: on.Control, plan: Plan, now: float) -> Result:
    """Back to the caller."""
    return course(replace(call, state=State.TALKING, tell=()), plan, now, *done(event))


def hold_or_resume(call: Call, event: on.Control, plan: Plan, now: float) -> Result:
    """One key for both."""
    return (resume if call.state is State.HELD else hold)(call, event, plan, now)


def mute(call: Call, event: on.Control, plan: Plan, now: float) -> Result:
    """The others do not hear the seat."""
    return _mute(call, event, plan, now, on=True)


def unmute(call: Call, event: on.Control, plan: Plan, now: float) -> Result:
    """The others hear the seat again."""
    return _mute(call, event, plan, now, on=False)


def mute_or_unmute(call: Call, event: on.Control, plan: Plan, now: float) -> Result:
    """One key for both."""
    return _mute(call, event, plan, now, on=not call.muted)


def _mute(call: Call, event: on.Control, plan: Plan, now: float, *, on: bool) -> Result:
    if call.offer is None:
        raise Refusal("no seat has the call")
    mute = do.Mute(call.offer.token, on)
    answer = done(event, muted="yes" if on else "no")
    return course(replace(call, muted=on), plan, now, mute, *answer)


def park(call: Call, event: on.Control, plan: Plan, now: float) -> Result:
    """Leave the caller with music, for any seat to pick up; the seat is free."""
    seat = call.offer.seat if call.offer is not None else ""
    call, gone = dismiss(call, plan)
    call, left = seat_goes(call, plan, stop=True)
    call = replace(call, state=State.PARKED, parked_by=seat)
    answer = done(event, call=call.id, parked_by=seat)
    timer = do.SetTimer(PARK, plan.control.park_seconds)
    return course(call, plan, now, *gone, *left, *answer, timer)


def pick_up(call: Call, event: on.Control, plan: Plan, now: float) -> Result:
    """A seat takes a parked caller over: its phone rings."""
    if not event.seat:
        raise Refusal("say which seat picks the call up")
    target = Target(Kind.SEAT, event.seat)
    desk = Desk(event.seat, plan.control.ring_seconds)
    way = Way(Role.CONSULT, event.seat, (desk,))
    return start(call, event, target, way, Purpose.PICK_UP, plan, now)


def survey(call: Call, event: on.Control, plan: Plan, now: float) -> Result:
    """The seat lets the caller go, who is asked for satisfaction."""
    call, todo = talk_over(replace(call, survey=True), plan, now, EndedBy.SEAT)
    return call, (*done(event), *todo)


def hang_up(call: Call, event: on.Control, plan: Plan, now: float) -> Result:
    """As if the seat had hung up its phone."""
    if call.offer is None:
        raise Refusal("no seat has the call")
    stop = do.StopLeg(call.offer.token, "NORMAL_CLEARING")
    call, todo = seat_over(call, plan, now, by_seat=True)
    return call, (*done(event), stop, *todo)
