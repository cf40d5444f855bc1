"""Offers: one or several phones that ring for the caller, the one that is picked up, the bridge.

`Call.offers` are the seats that ring, the earliest first. The first that is picked up stands first
from then on; the others are stopped as soon as the queue has confirmed it.
"""

from __future__ import annotations

from routing.assignments import as_facts
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow import widening
from routing.callflow.call import Call
from routing.callflow.handlers import callbacks, dialling_out, introducing, queueing
from routing.callflow.handlers.blame import STOPPED_FOR_ANOTHER, why_not_ready
from routing.callflow.handlers.legs import (
    end_leg,
    is_offered,
    late_seat,
    leg_ended,
    offer_on,
    other_leg_failed,
    without,
)
from routing.callflow.handlers.result import Result
from routing.callflow.states import ACCEPTED, State
from routing.callflow.waiting import wait
from routing.plan import Plan
from routing.record import CallKind, LegRecord
from routing.replacing import replace
from routing.seats import Offer

_WAITING_AGAIN = do.Tag({"switchd_state": "waiting"})
_TIMERS_OF_THE_BRIDGE = (do.ClearTimer("bridge"), do.ClearTimer(introducing.TIMER))


def ring(call: Call, event: on.Offered, plan: Plan, now: float) -> Result:
    """Ring the seat's phone; the caller goes on hearing what he hears.

    More offers than the caller's group lets ring at once mean that the end of the oldest was never
    told, unless the queue says that this one is further to the others: it may go by a newer plan.
    """
    offer = event.offer
    if offer_on(call, offer.token) is not None:
        return call, ()
    further = offer.why.get("how") == "further"
    several = len(call.offers) + 1 if further else plan.groups[call.group].ring_several
    forgotten = call.offers[: max(0, len(call.offers) + 1 - several)]
    leg = LegRecord(offer.token, "seat", offer.seat, offer.agent, now, None, None, None, "")
    call = replace(
        call,
        state=State.RINGING,
        offers=(*call.offers[len(forgotten) :], offer),
        offered_at=now,
        legs=(*call.legs, leg),
    )
    made = {"seat": offer.seat, "agent": offer.agent, "group": offer.group}
    call = call.note(now, "offer.made", **{**as_facts(offer.why), **made})
    stops = tuple(do.StopLeg(old.token, "NO_ANSWER") for old in forgotten)
    seconds = plan.groups[offer.group].ring_seconds
    return call, (*stops, reach(plan, offer, seconds, call))


def reach(plan: Plan, offer: Offer, seconds: float, call: Call) -> do.Action:
    seat = plan.seats.get(offer.seat)
    if seat is None or not seat.phone:
        return do.Ring(offer.seat, offer.token, seconds, call.caller, call.shown, offer.home)
    return do.Dial(
        seat.phone, seat.trunk, offer.token, seconds, call.caller, call.shown, offer.seat
    )


def connect(call: Call, event: on.SeatAnswered, plan: Plan, now: float) -> Result:
    """The first seat picked up: if its lease still holds the others stop, the two are told of each
    other where the plan wants it, and bridged."""
    first = offer_on(call, event.leg)
    if first is None:
        return late_seat(call, event, plan, now)
    others = without(call, event.leg).offers
    rung_at = next(leg.started_at for leg in call.legs if leg.leg == event.leg)
    call = replace(call, offers=(first, *others), offered_at=rung_at)
    call, todo = introducing.begin(call.with_leg(event.leg, answered_at=now), plan, now)
    return call, (
        do.AcceptOffer(first.token),
        *(do.StopLeg(other.token, STOPPED_FOR_ANOTHER) for other in others),
        *todo,
    )


def seat_failed(call: Call, event: on.SeatFailed, plan: Plan, now: float) -> Result:
    """Busy, silent, refused or unreachable: others ring on, or the caller keeps place and age."""
    offer = offer_on(call, event.leg)
    if offer is None:
        return leg_ended(call, event, plan, now)
    reason = why_not_ready(event.cause)
    call = end_leg(without(call, event.leg), event.leg, event.cause, now)
    call = call.note(now, "offer.refused", seat=offer.seat, cause=event.cause, why=reason)
    call, todo = _while_others_ring(call, plan, now)
    return call, (do.RefuseOffer(offer.token, reason), *todo)


def offer_lost(call: Call, event: on.OfferLost, plan: Plan, now: float) -> Result:
    """The lease ran out, or the seat is needed for somebody else: this phone stops."""
    offer = offer_on(call, event.token)
    if offer is None:
        return call, ()
    answered = call.state in ACCEPTED
    told = call.state is State.STAFF_NUMBER
    stands = answered and not is_offered(call, event.token)
    cause = "NO_ANSWER" if event.reason == on.TIME_OVER else STOPPED_FOR_ANOTHER
    call = without(call, event.token)
    call = call.note(now, "offer.lost", seat=offer.seat, why=event.reason)
    stop = do.StopLeg(event.token, cause)
    if stands:
        return call, (stop,)
    call, todo = _while_others_ring(call, plan, now)
    if told and call.state in (State.WAITING, State.RINGING):
        call, music = queueing.music(call, interrupt=True)
        todo = (*todo, *music)
    return call, (stop, *(_TIMERS_OF_THE_BRIDGE if answered else ()), *todo)


def _while_others_ring(call: Call, plan: Plan, now: float) -> Result:
    """One phone less rings; behind the last one the caller waits."""
    if call.offers:
        return replace(call, state=State.RINGING), ()
    call = replace(call, state=State.WAITING)
    steps = widening.next_step(call, plan, now, may_leave=True)
    call, question = _question_put_off(call, plan, now)
    return call, (_WAITING_AGAIN, *steps, *question)


def pressed_while_ringing(call: Call, event: on.Pressed, plan: Plan, now: float) -> Result:
    """A person now is better than a callback: who presses the key for one is asked about it only if
    nobody takes the call."""
    if event.key != plan.waiting.callback_key or not plan.callbacks.serves(call.line_meant):
        return call, ()
    call = call.note(now, "queue.key", key=event.key)
    return replace(call, asks_for_callback=True), ()


def _question_put_off(call: Call, plan: Plan, now: float) -> Result:
    return callbacks.offer(call, plan, now) if call.asks_for_callback else (call, ())


def seat_hung_up_early(call: Call, event: on.SeatGone, plan: Plan, now: float) -> Result:
    """The seat picked up and was gone before the two heard each other.

    Who hangs up on hearing who comes is not rung again at once.
    """
    offer = call.offer
    if offer is None or not is_offered(call, event.leg):
        return other_leg_failed(call, event, plan, now)
    declined = event.by_seat and call.state is not State.CONNECTING
    wrap_up = plan.groups[offer.group].wrap_up_seconds if declined else 0.0
    call = end_leg(call, event.leg, event.cause, now)
    return _queue_again(call, plan, now, why=event.cause, stop=(), wrap_up=wrap_up)


def bridge_failed(
    call: Call, event: on.BridgeFailed | on.TimerDue, plan: Plan, now: float
) -> Result:
    """The switch could not bridge: the seat is let go, the caller keeps place and age."""
    if isinstance(event, on.TimerDue) and event.name != "bridge":
        return call, ()
    assert call.offer is not None
    why = event.why if isinstance(event, on.BridgeFailed) else "no bridge in time"
    stop = (do.StopLeg(call.offer.token, "NORMAL_TEMPORARY_FAILURE"),)
    return _queue_again(call, plan, now, why=why, stop=stop)


def _queue_again(
    call: Call,
    plan: Plan,
    now: float,
    why: str,
    stop: tuple[do.Action, ...],
    wrap_up: float = 0.0,
) -> Result:
    offer = call.offer
    assert offer is not None
    never_waited = call.kind is CallKind.OUTGOING and call.queued_at is None
    if never_waited or call.kind is CallKind.FOLLOW_UP:
        return dialling_out.cut_off(call, plan, now, why)
    call = call.note(now, "queue.again", seat=offer.seat, why=why)
    call, waiting = wait(call, plan, now, interrupt=True)
    release = do.ReleaseSeat(offer.seat, offer.token, wrap_up)
    call, question = _question_put_off(call, plan, now)
    return call, (*stop, *_TIMERS_OF_THE_BRIDGE, release, *waiting, *question)
