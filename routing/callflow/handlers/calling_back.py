"""One try of a callback: the seat first, which sees whom it is for, then the person.

Once the two hear each other it is a talk like every other. A person who has picked up and cannot
be bridged waits in the list as a caller does.
"""

from __future__ import annotations

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.call import Call
from routing.callflow.handlers import callee, dialling_out
from routing.callflow.handlers.blame import STOPPED_FOR_ANOTHER, why_not_ready
from routing.callflow.handlers.ending import finish, hang_up
from routing.callflow.handlers.legs import (
    end_leg,
    is_offered,
    late_seat,
    leg_ended,
    offer_on,
    other_leg_failed,
    without,
)
from routing.callflow.handlers.offering import ring
from routing.callflow.handlers.result import Result
from routing.callflow.states import State
from routing.calling import CallingRules
from routing.lines import Line, LineKind
from routing.outgoing import Callback
from routing.plan import Plan
from routing.record import CallKind, EndedBy, Outcome
from routing.replacing import replace

SILENCE_SECONDS = 15.0
"""How much longer than the ring time the switch may take to say what became of the call."""
_PREVIEWS = {
    CallKind.CALLBACK: "callback_preview",
    CallKind.FOLLOW_UP: "follow_up_preview",
}


def begin(call: Call, event: on.CallBackDue, plan: Plan, now: float) -> Result:
    """Ring the seat, whose display says that it is a callback, for which line, after how long."""
    callback = event.callback
    line = _line(callback, plan)
    call = replace(
        call,
        kind=callback.KIND,
        callback=str(callback.id),
        trunk=callback.rules(plan).trunk,
        caller=callback.number,
        dialled=line.name if line else callback.line,
        line_dialled=callback.line,
        line_meant=callback.line,
        title=line.title if line else "",
        department=line.department if line else "",
        group=callback.group if callback.group in plan.groups else event.offer.group,
        priority=callback.priority,
        age_slope=line.age_slope if line else 1.0,
        language=callback.language,
        music=line.music if line else plan.music,
        survey=_survey(callback, line, plan),
        overflow=line.overflow if line else (),
        queued_at=callback.queued_at,
    )
    is_follow_up = callback.KIND is CallKind.FOLLOW_UP
    call = call.note(
        now,
        "callback.follow_up" if is_follow_up else "callback.begun",
        callback=callback.id,
        number=callback.number,
        tries=callback.tries,
    )
    call = replace(call, display=callback.display(plan, call.shown, now))
    return ring_seat(call, on.Offered(event.offer), plan, now)


def ring_seat(call: Call, event: on.Offered, plan: Plan, now: float) -> Result:
    """One seat's phone, or one more."""
    call, todo = ring(call, event, plan, now)
    return replace(call, state=State.PREVIEW), todo


def _survey(callback: Callback, line: Line | None, plan: Plan) -> bool:
    if callback.KIND is CallKind.FOLLOW_UP:
        return plan.follow_ups.survey
    return line.survey if line else False


def _rules(call: Call, plan: Plan) -> CallingRules:
    return plan.follow_ups if call.kind is CallKind.FOLLOW_UP else plan.callbacks


def _line(callback: Callback, plan: Plan) -> Line | None:
    """Give the callback's line, or the hotline if a reload has taken it away."""
    hotlines = (line for line in plan.lines.values() if line.kind is LineKind.HOTLINE)
    return plan.lines.get(callback.line) or next(hotlines, None)


def seat_ready(call: Call, event: on.SeatAnswered, plan: Plan, now: float) -> Result:
    """A seat picked up: it hears what will happen, and the person's phone rings."""
    first = offer_on(call, event.leg)
    if first is None:
        return late_seat(call, event, plan, now)
    assert call.queued_at is not None
    others = without(call, event.leg).offers
    rules = _rules(call, plan)
    call = replace(
        call,
        state=State.CALLING,
        offers=(first, *others),
        called_at=now,
        audio=f"{first.token}/1",
    ).with_leg(event.leg, answered_at=now)
    call = call.note(now, "callback.called", number=call.caller, trunk=rules.trunk)
    facts = {
        "switchd_trunk": rules.trunk,
        "switchd_called": call.dialled,
        "switchd_caller": call.caller,
        "switchd_callback": call.callback,
        "switchd_call_kind": str(call.kind),
        "switchd_queued_at": f"{call.queued_at:.3f}",
        "switchd_group": call.group,
        "switchd_language": call.language,
    }
    shown = rules.shown_number or call.dialled
    return call, (
        do.AcceptOffer(first.token),
        *(do.StopLeg(other.token, STOPPED_FOR_ANOTHER) for other in others),
        do.CallBack(call.caller, rules.trunk, rules.ring_seconds, shown, facts),
        do.SetTimer("calling", rules.ring_seconds + SILENCE_SECONDS),
        do.Tell(first.token, (_PREVIEWS[call.kind],), call.audio),
    )


def told(call: Call, event: on.Played, plan: Plan, now: float) -> Result:
    """Behind the words the seat hears the other phone ring."""
    offer = call.offer
    assert offer is not None
    if event.execution != call.audio:
        return call, ()
    token = offer.token
    call = replace(call, audio=f"{token}/2")
    return call, (do.RingTone(token, call.audio),)


def seat_missed(call: Call, event: on.SeatFailed | on.SeatGone, plan: Plan, now: float) -> Result:
    """Busy, silent, refused or unreachable: others ring on, or the callback keeps its place."""
    offer = offer_on(call, event.leg)
    if offer is None:
        return leg_ended(call, event, plan, now)
    reason = why_not_ready(event.cause)
    call = end_leg(without(call, event.leg), event.leg, event.cause, now)
    call = call.note(now, "offer.refused", seat=offer.seat, cause=event.cause, why=reason)
    refuse = do.RefuseOffer(offer.token, reason)
    if call.offers:
        return call, (refuse,)
    return _over(call, plan, now, Outcome.SEAT_MISSED, event.cause, (refuse,))


def offer_lost(call: Call, event: on.OfferLost, plan: Plan, now: float) -> Result:
    """The lease ran out, or the seat is needed for somebody else: this phone stops."""
    offer = offer_on(call, event.token)
    if offer is None:
        return call, ()
    stands = call.state is State.CALLING and not is_offered(call, event.token)
    cause = STOPPED_FOR_ANOTHER if event.reason else "NO_ANSWER"
    call = without(call, event.token)
    call = call.note(now, "offer.lost", seat=offer.seat, why=event.reason or "time over")
    if stands or (call.state is State.PREVIEW and call.offers):
        return call, (do.StopLeg(event.token, cause),)
    call = replace(call, called_at=None)
    return _over(call, plan, now, Outcome.SEAT_MISSED, cause, (do.ClearTimer("calling"),))


def answered(call: Call, event: on.SeatAnswered | on.CallerBack, plan: Plan, now: float) -> Result:
    """The person picked up, as the originate tells or the leg that is parked: let the two hear
    each other."""
    if isinstance(event, on.SeatAnswered) and event.leg != call.id:
        return call, ()
    offer = call.offer
    assert offer is not None
    call = replace(call, state=State.CONNECTING, greeted_at=now).next_audio()
    by_seat = call.kind is CallKind.OUTGOING
    call = call.note(now, "outgoing.answered" if by_seat else "callback.answered")
    bridge = (do.Bridge(offer.token), do.SetTimer("bridge", do.BRIDGE_SECONDS))
    # The last: whether the seat that was called is still held does not keep the two apart.
    return call, (do.ClearTimer("calling"), *bridge, *callee.picked_up(call))


def not_reached(call: Call, event: on.SeatFailed | on.CallerGone, plan: Plan, now: float) -> Result:
    """The person was busy or silent, or the call could not be made at all."""
    if isinstance(event, on.SeatFailed) and event.leg != call.id:
        return other_leg_failed(call, event, plan, now)
    if call.kind is CallKind.OUTGOING:
        # The result of the originate tells; the leg's end is told besides.
        told = isinstance(event, on.SeatFailed)
        return dialling_out.not_reached(call, plan, now, event.cause) if told else (call, ())
    return _over(call, plan, now, Outcome.NOT_REACHED, event.cause, _let_go(call, plan))


def too_late(call: Call, event: on.TimerDue, plan: Plan, now: float) -> Result:
    """Nothing came of it: the person's phone must not ring on."""
    if call.kind is CallKind.OUTGOING and event.name == "next way":
        return dialling_out.next_way(call, plan, now)
    if event.name != "calling":
        return call, ()
    if call.kind is CallKind.OUTGOING:
        return dialling_out.not_reached(call, plan, now, "NO_ANSWER")
    return _give_up(call, plan, now, "NO_ANSWER", EndedBy.SYSTEM)


def seat_left(call: Call, event: on.SeatGone, plan: Plan, now: float) -> Result:
    """The seat hung up while the person's phone rang; the try counts."""
    if not is_offered(call, event.leg):
        return other_leg_failed(call, event, plan, now)
    call = end_leg(call, event.leg, event.cause, now)
    return _give_up(call, plan, now, "ORIGINATOR_CANCEL", EndedBy.SEAT)


def _give_up(call: Call, plan: Plan, now: float, cause: str, by: EndedBy) -> Result:
    release = _let_go(call, plan)
    stops = tuple(do.StopLeg(leg, cause) for leg in call.open_legs)
    by_seat = call.kind is CallKind.OUTGOING
    what = "outgoing.not_reached" if by_seat else "callback.not_reached"
    call = call.note(now, what, cause=cause)
    call, freed = callee.missed(call, "")
    call = replace(call, outcome=Outcome.NOT_REACHED, ended_by=by, offers=())
    call, hangup = hang_up(call, plan, now, cause)
    return call, (*release, *freed, *stops, *hangup)


def _let_go(call: Call, plan: Plan) -> tuple[do.Action, ...]:
    """The seat has time to note what came of it."""
    offer = call.offer
    assert offer is not None
    wrap_up = plan.groups[offer.group].wrap_up_seconds
    release = do.ReleaseSeat(offer.seat, offer.token, wrap_up)
    return (do.ClearTimer("calling"), release)


def _over(
    call: Call,
    plan: Plan,
    now: float,
    outcome: Outcome,
    cause: str,
    todo: tuple[do.Action, ...],
) -> Result:
    call = replace(
        call, outcome=outcome, cause=cause, ended_by=EndedBy.SYSTEM, ended_at=now, offers=()
    )
    missed = outcome is Outcome.SEAT_MISSED
    what = "callback.seat_missed" if missed else "callback.not_reached"
    return finish(call.note(now, what, cause=cause), plan, todo)
