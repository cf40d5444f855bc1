"""The seat that another seat calls: held from before its phone rings until the call is over.

Its leg is the call's own, so the call's end is the end of its part, whoever talks with it by then.
"""

from __future__ import annotations

from collections.abc import Mapping

from routing.callflow import actions as do
from routing.callflow.call import Call
from routing.callflow.handlers.blame import why_not_ready
from routing.plan import Plan
from routing.replacing import replace
from routing.seats import Offer


def held(call: Call, offer: Offer, plan: Plan) -> Call:
    """The queue holds the seat for the call. A claim names no group: the seat's own says how long
    its wrap-up is."""
    seat = plan.seats.get(offer.seat)
    groups = (*(seat.groups if seat else ()), call.group, *plan.groups)
    group = next(group for group in groups if group in plan.groups)
    return replace(call, callee=replace(offer, group=group))


def found(call: Call, seat: str, agent: str, plan: Plan) -> Call:
    """An earlier owner has called the seat, and it has picked up."""
    if seat not in plan.seats:
        return call
    since = call.answered_at or call.arrived_at
    return held(call, Offer(call.id, call.id, seat, agent, "", since, since), plan)


def facts(call: Call) -> Mapping[str, str]:
    """Give what the seat's leg is told, for whoever takes the call over."""
    if call.callee is None:
        return {}
    return {
        "switchd_called_seat": call.callee.seat,
        "switchd_called_agent": call.callee.agent,
    }


def picked_up(call: Call) -> tuple[do.Action, ...]:
    """The seat is in a talk."""
    return (do.AcceptOffer(call.callee.token),) if call.callee is not None else ()


def missed(call: Call, cause: str) -> tuple[Call, tuple[do.Action, ...]]:
    """The seat's phone has rung in vain, by FreeSWITCH's `cause`; "" if it was not let ring on."""
    if call.callee is None:
        return call, ()
    reason = why_not_ready(cause) if cause else ""
    return replace(call, callee=None), (do.RefuseOffer(call.callee.token, reason),)


def freed(call: Call, plan: Plan) -> tuple[do.Action, ...]:
    """The call is over, and so is the seat's part in it. Harmless if told twice."""
    offer = call.callee
    if offer is None:
        return ()
    if call.greeted_at is None:
        return (do.RefuseOffer(offer.token, ""),)
    wrap_up = plan.groups[offer.group].wrap_up_seconds
    return (do.ReleaseSeat(offer.seat, offer.token, wrap_up),)
