"""A call that an earlier owner was controlling goes on where it was.

Whoever was only being rung is rung no more: the leg belongs to nobody and is ended by whoever found
it. All who had picked up stay, and `course` brings every leg to where the call's state wants it,
however far the earlier owner had come with that.
"""

from __future__ import annotations

from collections.abc import Callable

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.call import Call
from routing.callflow.handlers.course import PARK, back_to_seat, course, shrink
from routing.callflow.handlers.entering import taken_up
from routing.callflow.handlers.reaching import UNAVAILABLE
from routing.callflow.handlers.result import Result
from routing.callflow.parties import Party
from routing.callflow.states import State
from routing.plan import Plan
from routing.record import LegRecord, Outcome
from routing.replacing import replace
from routing.seats import Offer
from routing.transfers import Kind, Role, Target

FORWARD = "forward"
"""Role of the leg to which a line passes its callers on, in the record."""


def under_control(call: Call, event: on.Controlled, plan: Plan, now: float) -> Result:
    """Take the call over in the state it is in."""
    call = taken_up(call, event.talk, plan, now)
    since = event.talk.answered_at
    legs = tuple(
        LegRecord(one.leg, one.role or FORWARD, one.name, one.agent, since, since, since, None, "")
        for one in event.thirds
    )
    call = replace(
        call,
        state=event.state,
        legs=(*call.legs, *legs),
        parties=tuple(_party(one, call, plan, since) for one in event.thirds),
        spots=event.spots,
        swapped=event.swapped,
        muted=event.muted,
        parked_by=event.parked_by,
        tagged={"switchd_state": str(event.state)},
    ).next_audio()
    return _GOES_ON.get(event.state, course)(call, plan, now)


def _party(third: on.Third, call: Call, plan: Plan, since: float) -> Party:
    role = Role(third.role) if third.role else Role.OUTSIDE
    if third.name not in plan.seats:
        target = Target(Kind.NUMBER, third.name)
        return Party(third.leg, role, third.name, target, answered=True, told_twice=True)
    group = next((one for one in plan.seats[third.name].groups if one in plan.groups), call.group)
    offer = Offer(third.leg, call.id, third.name, third.agent, group, since, since)
    target = Target(Kind.SEAT, third.name)
    return Party(third.leg, role, third.name, target, offer, answered=True, told_twice=True)


def _consulting(call: Call, plan: Plan, now: float) -> Result:
    """Whoever of the three is left is brought together."""
    if not call.parties:
        return back_to_seat(call, plan, now, UNAVAILABLE)
    if call.offer is None:
        call = replace(call, state=State.TRANSFERRING)
    return course(call, plan, now)


def _parked(call: Call, plan: Plan, now: float) -> Result:
    return course(call, plan, now, do.SetTimer(PARK, plan.control.park_seconds))


def _forwarded(call: Call, plan: Plan, now: float) -> Result:
    """Nothing is moved: a talk with a number on a trunk, perhaps behind one with a seat."""
    seen = {"outcome": Outcome.FORWARDED, "queued_at": None, "recording": ""}
    since = f"{call.answered_at:.3f}"
    call = replace(call, parties=(), spots={}, **({} if call.seat else seen))  # type: ignore[arg-type]
    return call, (do.Tag({"switchd_state": "forwarded", "switchd_answered_at": since}),)


_GOES_ON: dict[State, Callable[[Call, Plan, float], Result]] = {
    State.CONSULT_RINGING: _consulting,
    State.CONSULTING: _consulting,
    State.CONFERENCE: shrink,
    State.PARKED: _parked,
    State.FORWARDED: _forwarded,
}
"""What follows in these states; in all others the legs go where they should be."""
