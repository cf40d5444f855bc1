"""A seat calls somebody: from its phone, or asked to by other means (click to dial).

The seat is taken out of the lists first, so that no caller is offered to a phone that is in use;
then the number is rung over the trunk that the plan gives. From the bridge on it is a talk like
every other, without a survey. Emergency numbers wait for nothing and are barred by nothing.
"""

from __future__ import annotations

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.call import Call
from routing.callflow.handlers import callee
from routing.callflow.handlers.ending import finish, hang_up
from routing.callflow.handlers.legs import end_leg, is_offered, other_leg_failed
from routing.callflow.handlers.result import Result
from routing.callflow.states import State
from routing.lines import Line
from routing.numbers import EMERGENCY
from routing.outside import called, line_of, seat_at
from routing.plan import Plan
from routing.record import CallKind, EndedBy, LegRecord, Outcome
from routing.replacing import replace
from routing.seats import Offer

SILENCE_SECONDS = 15.0
"""How much longer than the ring time the switch may take to say what became of the call."""
NEXT_WAY_SECONDS = 0.5
"""Pause before the next way to an emergency service: the leg of the one before must be gone."""
EXPLAINING_SECONDS = 15.0
"""Longest time for the words to a seat; then its phone is hung up all the same."""
LONGEST_NUMBER = 24
"""As many characters of what was dialled are written down."""
NOT_ALLOWED, BUSY, NO_ANSWER, UNAVAILABLE = (
    "dial_not_allowed",
    "dial_busy",
    "dial_no_answer",
    "dial_unavailable",
)
_REASONS = {
    "USER_BUSY": BUSY,
    "NO_ANSWER": NO_ANSWER,
    "NO_USER_RESPONSE": NO_ANSWER,
    "ALLOTTED_TIMEOUT": NO_ANSWER,
    "CALL_REJECTED": BUSY,
}
"""FreeSWITCH's cause → what the seat hears; for all others that it cannot be reached."""
_OCCUPIED = frozenset({"offered", "talking", "wrap_up"})
"""What a seat is doing that has no time for another."""
_TITLES = {"zh": "外呼 {number}", "en": "Call to {number}"}


def begin(call: Call, event: on.DialledOut, plan: Plan, now: float) -> Result:
    """Somebody at a seat wants to talk with somebody outside."""
    line = line_of(event.seat, plan, event.line)
    name = line.name if line else ""
    wanted = called(event.number, event.seat, name, plan, now)
    seat_leg = event.leg or f"{call.id}-seat"
    group = _group(event.seat, line, plan)
    offer = Offer(seat_leg, call.id, event.seat, "", group, now, now)
    call = replace(
        call,
        kind=CallKind.OUTGOING,
        caller=wanted.number,
        dialled=event.number[:LONGEST_NUMBER],
        line_dialled=name,
        line_meant=name,
        title=line.title if line else "",
        department=line.department if line else "",
        language=plan.language,
        music=line.music if line else plan.music,
        group=group,
        seat=event.seat,
        shown_number=wanted.shown,
        ways=wanted.ways,
        offers=(offer,),
    ).note(now, "outgoing.begun", seat=event.seat, number=event.number[:LONGEST_NUMBER])
    if event.who:
        call = call.note(now, "outgoing.asked_for", who=event.who)
    if event.leg:
        call = _with_phone(call, now, answered_at=now)
    occupy = do.OccupySeat(event.seat, seat_leg)
    if wanted.is_emergency and wanted.ways and event.leg:
        call, todo = _call(call, plan, now)
        return call, (do.AnswerSeat(event.leg), *todo, replace(occupy, meanwhile=True))
    if event.stopping and not wanted.is_emergency:
        return refuse(call.note(now, "outgoing.stopping"), plan, now, UNAVAILABLE, "CALL_REJECTED")
    if not wanted.ways:
        call = call.note(now, "outgoing.barred", number=wanted.number)
        return refuse(call, plan, now, NOT_ALLOWED, "CALL_REJECTED")
    return replace(call, state=State.DIALLING_OUT), (occupy,)


def occupied(call: Call, event: on.Occupied, plan: Plan, now: float) -> Result:
    """No caller is offered to the seat: its own phone rings, or the number does at once."""
    call = _known(call, event.agent)
    offer = call.offer
    assert offer is not None
    if call.open_legs:
        call, todo = _call(call, plan, now)
        return call, (do.AnswerSeat(offer.token), *todo)
    call = _with_phone(call, now)
    title = _TITLES["zh" if plan.language == "zh" else "en"].format(number=call.caller)
    seconds = plan.groups[call.group].ring_seconds
    seat = plan.seats.get(offer.seat)
    ring: do.Action = do.Ring(offer.seat, offer.token, seconds, call.caller, title, event.home)
    if seat is not None and seat.phone:
        ring = do.Dial(seat.phone, seat.trunk, offer.token, seconds, call.caller, title, offer.seat)
    return call, (ring, do.SetTimer("own phone", seconds + SILENCE_SECONDS))


def occupied_late(call: Call, event: on.Occupied, plan: Plan, now: float) -> Result:
    """An emergency call did not wait for this; if it is over, the seat is let go again."""
    if call.offer is not None:
        return _known(call, event.agent), ()
    leg = next(leg for leg in call.legs if leg.role == "seat")
    return call, (do.ReleaseSeat(leg.seat, leg.leg, 0.0),)


def not_occupied(call: Call, event: on.NotOccupied, plan: Plan, now: float) -> Result:
    """Nobody is signed in, or the seat is in another call. That stops no call for help."""
    call = call.note(now, "outgoing.not_now", seat=call.seat, why=event.why)
    if call.caller in EMERGENCY:
        return occupied(call, on.Occupied(""), plan, now)
    return refuse(call, plan, now, UNAVAILABLE, "CALL_REJECTED")


def not_occupied_late(call: Call, event: on.NotOccupied, plan: Plan, now: float) -> Result:
    """The emergency call goes on all the same."""
    return call.note(now, "outgoing.not_now", seat=call.seat, why=event.why), ()


def picked_up(call: Call, event: on.SeatAnswered, plan: Plan, now: float) -> Result:
    """The seat's own phone, which was rung first, has been picked up."""
    if not is_offered(call, event.leg):
        return call, ()
    call = call.with_leg(event.leg, answered_at=now)
    call, todo = _call(call, plan, now)
    return call, (do.ClearTimer("own phone"), *todo)


def phone_gone(call: Call, event: on.SeatFailed | on.SeatGone, plan: Plan, now: float) -> Result:
    """The seat did not pick up its own phone, or has put it down: nobody is called."""
    if not is_offered(call, event.leg):
        return call, ()
    call = end_leg(call, event.leg, event.cause, now)
    return _over(call, plan, now, Outcome.SEAT_MISSED, event.cause, EndedBy.SEAT)


def phone_silent(call: Call, event: on.TimerDue, plan: Plan, now: float) -> Result:
    """The switch never said what became of the seat's own phone."""
    if event.name != "own phone":
        return call, ()
    return _over(call, plan, now, Outcome.SEAT_MISSED, "NO_ANSWER", EndedBy.SYSTEM)


def next_way(call: Call, plan: Plan, now: float) -> Result:
    """Ring an emergency service over the next trunk, or the next one of several people."""
    return _call(call, plan, now)


def not_reached(call: Call, plan: Plan, now: float, cause: str) -> Result:
    """The number was busy, silent or not there. The seat is told so before it is let go, unless
    there is another way to an emergency service, or somebody else to be called."""
    call, freed = callee.missed(call, cause)
    stop = (do.ClearTimer("calling"), do.Hangup(cause), *freed)
    return _in_vain(call, now, cause, stop)


def _in_vain(call: Call, now: float, cause: str, stop: tuple[do.Action, ...]) -> Result:
    call = call.note(now, "outgoing.not_reached", cause=cause)
    if call.ways:
        return call, (*stop, do.SetTimer("next way", NEXT_WAY_SECONDS))
    call = replace(call, outcome=Outcome.NOT_REACHED, cause=cause, ended_by=EndedBy.SYSTEM)
    rang = call.called_at is not None
    call, told = _explain(call, _REASONS.get(cause, UNAVAILABLE), interrupt=rang)
    return call, (*stop, *told)


def cut_off(call: Call, plan: Plan, now: float, why: str) -> Result:
    """The two could not be bridged, or the seat was gone at that moment: nobody waits in a list
    whom the city itself has called."""
    offer = call.offer
    assert offer is not None
    call = replace(call, outcome=Outcome.FAILED, offers=()).note(now, "outgoing.failed", why=why)
    release = do.ReleaseSeat(offer.seat, offer.token, 0.0)
    stops = tuple(do.StopLeg(leg, "NORMAL_TEMPORARY_FAILURE") for leg in call.open_legs)
    call, hangup = hang_up(call, plan, now, "NORMAL_TEMPORARY_FAILURE")
    return call, (do.ClearTimer("bridge"), release, *stops, *hangup)


def refuse(call: Call, plan: Plan, now: float, prompt: str, cause: str) -> Result:
    """The number may not be called, or not now; who has dialled it is told why."""
    call = replace(call, outcome=Outcome.REFUSED, cause=cause, ended_by=EndedBy.SYSTEM)
    if not call.open_legs:
        return _over(call, plan, now, Outcome.REFUSED, cause, EndedBy.SYSTEM)
    offer = call.offer
    assert offer is not None
    call, told = _explain(call, prompt, interrupt=False)
    return call, (do.AnswerSeat(offer.token), *told)


def _explain(call: Call, prompt: str, *, interrupt: bool) -> Result:
    """Say why."""
    offer = call.offer
    assert offer is not None
    call = replace(call, state=State.EXPLAINING, audio=f"{offer.token}/why")
    tell = do.Tell(offer.token, (prompt,), call.audio, interrupt)
    return call, (tell, do.SetTimer("explaining", EXPLAINING_SECONDS))


def explained(call: Call, event: on.Played | on.TimerDue, plan: Plan, now: float) -> Result:
    """The seat has heard why."""
    if isinstance(event, on.Played) and event.execution != call.audio:
        return call, ()
    if isinstance(event, on.TimerDue) and event.name != "explaining":
        return call, ()
    return _over(call, plan, now, call.outcome or Outcome.FAILED, call.cause, EndedBy.SYSTEM)


def heard_enough(call: Call, event: on.SeatFailed | on.SeatGone, plan: Plan, now: float) -> Result:
    """The seat hung up before the words were over."""
    if not is_offered(call, event.leg):
        return other_leg_failed(call, event, plan, now)
    call = end_leg(call, event.leg, event.cause, now)
    return _over(call, plan, now, call.outcome or Outcome.FAILED, call.cause, EndedBy.SYSTEM)


def _call(call: Call, plan: Plan, now: float) -> Result:
    """Ring the number; the seat hears it ring. A seat is held first, so that no caller is offered
    to it meanwhile; but not one whose line is kept open, which is busy for whoever dials it."""
    way = call.ways[0]
    seat = seat_at(way, plan)
    known = plan.seats.get(seat)
    if known is None or known.nailed_up:
        return _ring(call, now)
    lease = way.ring_seconds + SILENCE_SECONDS
    call = replace(call, state=State.CALLING)
    return call, (do.Claim(seat, lease, token=call.id, resting=True),)


def claimed(call: Call, event: on.Claimed, plan: Plan, now: float) -> Result:
    """The seat that is called is in no list any more: its phone rings."""
    if event.offer.token != call.id or call.callee is not None:
        return call, (do.RefuseOffer(event.offer.token, ""),)
    return _ring(callee.held(call, event.offer, plan), now)


def not_claimed(call: Call, event: on.NotClaimed, plan: Plan, now: float) -> Result:
    """The seat that is called is with somebody else; or it can be offered no caller anyway, and
    its phone rings all the same."""
    if event.why not in _OCCUPIED:
        return _ring(call, now)
    call = replace(call, ways=call.ways[1:])
    call = call.note(now, "reach.refused", whom=event.wanted, why=event.why)
    return _in_vain(call, now, "USER_BUSY", ())


def _ring(call: Call, now: float) -> Result:
    offer = call.offer
    assert offer is not None
    way, *further = call.ways
    call = replace(
        call,
        state=State.CALLING,
        trunk=way.trunk,
        ways=tuple(further),
        called_at=now,
        audio=f"{offer.token}/ring",
    ).note(now, "outgoing.called", number=way.number, trunk=way.trunk, shown=call.shown_number)
    facts = {
        "switchd_call_kind": str(CallKind.OUTGOING),
        "switchd_trunk": way.trunk,
        "switchd_called": call.line_dialled,
        "switchd_caller": call.caller,
        "switchd_queued_at": f"{call.arrived_at:.3f}",
        "switchd_group": call.group,
        "switchd_language": call.language,
        **callee.facts(call),
    }
    home = call.callee.home if call.callee is not None else ""
    return call, (
        do.CallBack(way.number, way.trunk, way.ring_seconds, call.shown_number, facts, home),
        do.SetTimer("calling", way.ring_seconds + SILENCE_SECONDS),
        do.RingTone(offer.token, call.audio),
    )


def _group(seat: str, line: Line | None, plan: Plan) -> str:
    """The group whose wrap-up the seat has afterwards."""
    groups = plan.seats[seat].groups if seat in plan.seats else ()
    known = (*groups, line.group if line else "", *plan.groups)
    return next(group for group in known if group in plan.groups)


def _with_phone(call: Call, now: float, answered_at: float | None = None) -> Call:
    offer = call.offer
    assert offer is not None
    leg = LegRecord(offer.token, "seat", offer.seat, offer.agent, now, answered_at, None, None, "")
    return replace(call, legs=(*call.legs, leg), offered_at=now)


def _known(call: Call, agent: str) -> Call:
    offer = call.offer
    assert offer is not None
    call = replace(call, agent=agent, offers=(replace(offer, agent=agent),))
    return call.with_leg(offer.token, agent=agent)


def _over(call: Call, plan: Plan, now: float, outcome: Outcome, cause: str, by: EndedBy) -> Result:
    """Let the seat go, as it was before if nobody was called, and write the call down."""
    offer = call.offer
    assert offer is not None
    wrap_up = plan.groups[offer.group].wrap_up_seconds if call.called_at is not None else 0.0
    clear = (do.ClearTimer("own phone"), do.ClearTimer("explaining"))
    release = do.ReleaseSeat(offer.seat, offer.token, wrap_up)
    call = replace(call, outcome=outcome, cause=cause, ended_by=by, ended_at=now, offers=()).note(
        now, "call.ended", cause=cause, by=by
    )
    return finish(call, plan, (*clear, release))
