"""A supervisor listens, which the call only remembers; or takes the call over."""

from __future__ import annotations

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.arranging import laid_out, without_leg
from routing.callflow.call import Call
from routing.callflow.handlers.course import course, seat_goes
from routing.callflow.handlers.reaching import dismiss
from routing.callflow.handlers.result import Result
from routing.callflow.positions import PARKED
from routing.callflow.states import State
from routing.plan import Plan
from routing.record import LegRecord
from routing.replacing import replace
from routing.seats import Offer

ROLE = "supervisor"


def listened(call: Call, event: on.Listened, plan: Plan, now: float) -> Result:
    """The supervisor's leg is written down with those of the call, though it is none of it."""
    if all(known.leg != event.leg for known in call.listeners):
        leg = LegRecord(event.leg, ROLE, event.seat, event.who, event.began_at, now, None, None, "")
        call = replace(call, listeners=(*call.listeners, leg))
    facts = {"by": event.who, "at": event.seat, "mode": event.mode, "seat": event.over}
    return call.note(now, "supervisor.listens", **facts), ()


def listened_no_more(call: Call, event: on.ListenedNoMore, plan: Plan, now: float) -> Result:
    """The supervisor has gone, or has taken the call over."""
    listeners = tuple(
        replace(known, ended_at=now, cause="NORMAL_CLEARING") if known.leg == event.leg else known
        for known in call.listeners
    )
    at = next((known.seat for known in listeners if known.leg == event.leg), "")
    call = replace(call, listeners=listeners)
    return call.note(now, "supervisor.listens_no_more", by=event.who, at=at), ()


def taken_over(call: Call, event: on.TakenOver, plan: Plan, now: float) -> Result:
    """The caller goes on with the supervisor as with any seat; everybody else is let go."""
    before = call.offer
    group, whose = (before.group, before.seat) if before is not None else (call.group, "")
    call = laid_out(call).note(
        now, "supervisor.took_over", by=event.who, seat=event.seat, whose=whose
    )
    parties = [party.leg for party in call.parties]
    call, todo = dismiss(call, plan)
    for leg in parties:
        call, parked = without_leg(call, leg)
        todo = (*todo, *parked)
    call, left = seat_goes(call, plan, stop=True)
    offer = Offer(event.leg, call.id, event.seat, event.agent, group, event.began_at, now)
    own = LegRecord(event.leg, "seat", event.seat, event.agent, event.began_at, now, None, None, "")
    call = replace(
        call,
        state=State.TALKING,
        offers=(offer,),
        seat=offer.seat,
        agent=offer.agent,
        swapped=False,
        legs=(*call.legs, own),
        spots={**call.spots, event.leg: PARKED},
    )
    return course(call, plan, now, *todo, *left)


def not_taken_over(call: Call, event: on.TakenOver, plan: Plan, now: float) -> Result:
    """The talk ended at that moment."""
    leg = LegRecord(event.leg, ROLE, event.seat, event.agent, event.began_at, now, None, None, "")
    stop = do.StopLeg(event.leg, "NORMAL_CLEARING")
    release = do.ReleaseSeat(event.seat, event.leg, 0.0)
    return replace(call, legs=(*call.legs, leg)), (stop, release)
