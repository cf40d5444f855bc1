"""One try of a callback: the seat first, which sees whom it is for, then the person.

Once the two hear each other it is a talk like every other. A person who has picked up and cannot
be bridged waits in the list as a caller does.
"""

from __future__ import annotations

from dataclasses import replace

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.call import Call
from routing.callflow.handlers.ending import finish, hang_up
from routing.callflow.handlers.legs import end_leg, is_offered
from routing.callflow.handlers.offering import NOT_THE_PHONE, SEAT_FAILURES, UNREACHABLE
from routing.callflow.handlers.result import Result
from routing.callflow.states import State
from routing.lines import Line, LineKind
from routing.outgoing import Callback
from routing.plan import Plan
from routing.record import CallKind, EndedBy, LegRecord, Outcome

SILENCE_SECONDS = 15.0
"""How much longer than the ring time the switch may take to say what became of the call."""
_TITLES = {"zh": "回拨 {line} 已等候{minutes}分钟", "en": "Callback {line} waited {minutes} min"}


def begin(call: Call, event: on.CallBackDue, plan: Plan, now: float) -> Result:
    """Ring the seat, whose display says that it is a callback, for which line, after how long."""
    callback, offer = event.callback, event.offer
    line = _line(callback, plan)
    leg = LegRecord(offer.token, "seat", offer.seat, offer.agent, now, None, None, None, "")
    call = replace(
        call,
        kind=CallKind.CALLBACK,
        callback=str(callback.id),
        state=State.PREVIEW,
        trunk=plan.callbacks.trunk,
        caller=callback.number,
        dialled=line.name if line else callback.line,
        line_dialled=callback.line,
        line_meant=callback.line,
        title=line.title if line else "",
        group=callback.group,
        priority=callback.priority,
        language=callback.language,
        music=line.music if line else plan.music,
        survey=line.survey if line else False,
        overflow=line.overflow if line else (),
        queued_at=callback.queued_at,
        offered_at=now,
        offers=(offer,),
        legs=(leg,),
    )
    call = call.note(
        now,
        "callback.seat_rung",
        callback=callback.id,
        number=callback.number,
        seat=offer.seat,
        agent=offer.agent,
        tries=callback.tries,
    )
    seconds = plan.groups[offer.group].ring_seconds
    title = _TITLES["zh" if plan.language == "zh" else "en"].format(
        line=call.shown, minutes=int(max(0.0, now - callback.queued_at) // 60)
    )
    return call, (_reach(call, plan, seconds, title),)


def _line(callback: Callback, plan: Plan) -> Line | None:
    """Give the callback's line, or the hotline if a reload has taken it away."""
    hotlines = (line for line in plan.lines.values() if line.kind is LineKind.HOTLINE)
    return plan.lines.get(callback.line) or next(hotlines, None)


def _reach(call: Call, plan: Plan, seconds: float, title: str) -> do.Action:
    offer = call.offer
    assert offer is not None
    seat = plan.seats.get(offer.seat)
    if seat is None or not seat.phone:
        return do.Ring(offer.seat, offer.token, seconds, call.caller, title)
    return do.Dial(seat.phone, seat.trunk, offer.token, seconds, call.caller, title, offer.seat)


def seat_ready(call: Call, event: on.SeatAnswered, plan: Plan, now: float) -> Result:
    """The seat picked up: it hears what will happen, and the person's phone rings."""
    offer = call.offer
    assert offer is not None
    if not is_offered(call, event.leg):
        return call, ()
    rules = plan.callbacks
    call = replace(call, state=State.CALLING, called_at=now, audio=f"{offer.token}/1")
    call = call.with_leg(offer.token, answered_at=now).note(
        now, "callback.called", number=call.caller, trunk=rules.trunk
    )
    assert call.queued_at is not None
    facts = {
        "switchd_trunk": rules.trunk,
        "switchd_called": call.dialled,
        "switchd_caller": call.caller,
        "switchd_callback": call.callback,
        "switchd_queued_at": f"{call.queued_at:.3f}",
        "switchd_group": call.group,
        "switchd_language": call.language,
    }
    shown = rules.shown_number or call.dialled
    return call, (
        do.AcceptOffer(offer.token),
        do.CallBack(call.caller, rules.trunk, rules.ring_seconds, shown, facts),
        do.SetTimer("calling", rules.ring_seconds + SILENCE_SECONDS),
        do.Tell(offer.token, ("callback_preview",), call.audio),
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
    """Busy, silent, refused or unreachable: the callback goes back to its place."""
    offer = call.offer
    assert offer is not None
    call = end_leg(call, event.leg, event.cause, now)
    if event.leg != offer.token:
        return call, ()
    reason = "" if event.cause in NOT_THE_PHONE else SEAT_FAILURES.get(event.cause, UNREACHABLE)
    refuse = do.RefuseOffer(offer.token, reason)
    return _over(call, plan, now, Outcome.SEAT_MISSED, event.cause, (refuse,))


def offer_lost(call: Call, event: on.OfferLost, plan: Plan, now: float) -> Result:
    """The lease ran out before the seat picked up, or just then."""
    if call.offer is None or call.offer.token != event.token:
        return call, ()
    call = replace(call, called_at=None)
    return _over(call, plan, now, Outcome.SEAT_MISSED, "NO_ANSWER", (do.ClearTimer("calling"),))


def answered(call: Call, event: on.SeatAnswered, plan: Plan, now: float) -> Result:
    """The person picked up: let the two hear each other."""
    if event.leg != call.id:
        return call, ()
    offer = call.offer
    assert offer is not None
    call = replace(call, state=State.CONNECTING, greeted_at=now).next_audio()
    call = call.note(now, "callback.answered")
    bridge = (do.Bridge(offer.token), do.SetTimer("bridge", do.BRIDGE_SECONDS))
    return call, (do.ClearTimer("calling"), *bridge)


def not_reached(call: Call, event: on.SeatFailed | on.CallerGone, plan: Plan, now: float) -> Result:
    """The person was busy or silent, or the call could not be made at all."""
    if isinstance(event, on.SeatFailed) and event.leg != call.id:
        return (end_leg(call, event.leg, event.cause, now), ())
    return _over(call, plan, now, Outcome.NOT_REACHED, event.cause, _let_go(call, plan))


def too_late(call: Call, event: on.TimerDue, plan: Plan, now: float) -> Result:
    """Nothing came of it: the person's phone must not ring on."""
    if event.name != "calling":
        return call, ()
    return _give_up(call, plan, now, "NO_ANSWER", EndedBy.SYSTEM)


def seat_left(call: Call, event: on.SeatGone, plan: Plan, now: float) -> Result:
    """The seat hung up while the person's phone rang; the try counts."""
    call = end_leg(call, event.leg, event.cause, now)
    if not is_offered(call, event.leg):
        return call, ()
    return _give_up(call, plan, now, "ORIGINATOR_CANCEL", EndedBy.SEAT)


def _give_up(call: Call, plan: Plan, now: float, cause: str, by: EndedBy) -> Result:
    release = _let_go(call, plan)
    stops = tuple(do.StopLeg(leg, cause) for leg in call.open_legs)
    call = call.note(now, "callback.not_reached", cause=cause)
    call = replace(call, outcome=Outcome.NOT_REACHED, ended_by=by, offers=())
    call, hangup = hang_up(call, plan, now, cause)
    return call, (*release, *stops, *hangup)


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
    return finish(call.note(now, f"callback.{outcome}", cause=cause), plan, todo)
