"""Seats' legs that no longer matter: they end, fail or answer too late."""

from __future__ import annotations

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.call import Call
from routing.callflow.handlers.result import Result
from routing.callflow.states import State
from routing.plan import Plan
from routing.replacing import replace
from routing.seats import Offer


def leg_ended(call: Call, event: on.SeatGone | on.SeatFailed, plan: Plan, now: float) -> Result:
    """A leg that no longer matters has ended; it is written down all the same."""
    return end_leg(call, event.leg, event.cause, now), ()


def late_offer(call: Call, event: on.Offered, plan: Plan, now: float) -> Result:
    """An offer that crossed the caller's way out: give the seat back at once."""
    return call, (do.LeaveQueue(),)


def late_seat(call: Call, event: on.SeatAnswered, plan: Plan, now: float) -> Result:
    """A phone answered when nobody waits for it any more: it must not hear silence.

    The phone of a callback's person is told twice to have answered, as every phone is.
    """
    if event.leg == call.id:
        return call, ()
    if is_offered(call, event.leg) and call.state is not State.RINGING:
        return call, ()
    return call, (do.StopLeg(event.leg, "ORIGINATOR_CANCEL"),)


def other_leg_failed(
    call: Call, event: on.SeatFailed | on.SeatGone, plan: Plan, now: float
) -> Result:
    """A phone that no longer matters; the one that was picked up cannot fail to be."""
    if is_offered(call, event.leg):
        return call, ()
    return leg_ended(without(call, event.leg), event, plan, now)


def ignore(call: Call, event: on.Event, plan: Plan, now: float) -> Result:
    """Known, and of no consequence here."""
    return call, ()


def end_leg(call: Call, leg: str, cause: str, now: float) -> Call:
    if leg not in call.open_legs:
        return call
    return call.with_leg(leg, ended_at=now, cause=cause)


def is_offered(call: Call, leg: str) -> bool:
    """Tell whether the leg is that of the seat that talks or has picked up."""
    return call.offer is not None and call.offer.token == leg


def offer_on(call: Call, leg: str) -> Offer | None:
    """Give the open offer whose seat is rung on `leg`."""
    return next((offer for offer in call.offers if offer.token == leg), None)


def without(call: Call, leg: str) -> Call:
    """Take the offer on `leg` away, if there is one."""
    return replace(call, offers=tuple(offer for offer in call.offers if offer.token != leg))
