"""Passing a caller on to a number outside: a sub-centre, a deferred line, an emergency number."""

from __future__ import annotations

from dataclasses import replace

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.call import Call
from routing.callflow.states import State
from routing.callflow.waiting import enter_queue
from routing.lines import Otherwise
from routing.plan import Plan
from routing.record import EndedBy, LegRecord, Outcome

Result = tuple[Call, tuple[do.Action, ...]]

BRIDGE_SECONDS = 5.0
"""Longest time from picking up to hearing each other."""


def forward(call: Call, now: float) -> Result:
    """Ring the number; the caller hears music."""
    target = call.forward
    assert target is not None
    leg = f"{call.id}-forward"
    record = LegRecord(leg, "forward", target.number, "", now, None, None, None, "")
    call = replace(call, state=State.FORWARDING, legs=(*call.legs, record)).next_audio()
    call = call.note(now, "forward.made", number=target.number, trunk=target.trunk)
    dial = do.Dial(target.number, target.trunk, leg, target.ring_seconds, call.caller, call.title)
    return call, (dial, do.PlayMusic(call.music, call.audio))


def picked_up(call: Call, event: on.SeatAnswered, plan: Plan, now: float) -> Result:
    """The other side is there."""
    call = call.with_leg(event.leg, answered_at=now)
    return call, (do.Bridge(event.leg), do.SetTimer("bridge", BRIDGE_SECONDS))


def bridged(call: Call, event: on.Bridged, plan: Plan, now: float) -> Result:
    """They hear each other."""
    call = call.with_leg(event.leg, bridged_at=now).note(now, "forward.talk")
    call = replace(call, state=State.FORWARDED, answered_at=now, outcome=Outcome.FORWARDED)
    return call, (do.ClearTimer("bridge"), do.Tag({"switchd_state": "forwarded"}))


def gone(call: Call, event: on.SeatGone, plan: Plan, now: float) -> Result:
    """The other side's leg ended: before the answer the switch says why, behind it we know."""
    was_up = any(leg.leg == event.leg and leg.answered_at for leg in call.legs)
    call = _ended(call, event.leg, event.cause, now)
    return _failed(call, plan, now, event.cause) if was_up else (call, ())


def failed(
    call: Call, event: on.SeatFailed | on.BridgeFailed | on.TimerDue, plan: Plan, now: float
) -> Result:
    """Nobody there: the queue, or an announcement."""
    if isinstance(event, on.TimerDue):
        if event.name != "bridge":
            return call, ()
        return _failed(call, plan, now, "no bridge in time")
    why = event.cause if isinstance(event, on.SeatFailed) else event.why
    if isinstance(event, on.SeatFailed):
        call = _ended(call, event.leg, event.cause, now)
    return _failed(call, plan, now, why)


def _failed(call: Call, plan: Plan, now: float, why: str) -> Result:
    target = call.forward
    assert target is not None
    stops = tuple(do.StopLeg(leg, "NORMAL_TEMPORARY_FAILURE") for leg in call.open_legs)
    call = replace(call, forward=None).note(now, "forward.failed", number=target.number, why=why)
    before = (*stops, do.ClearTimer("bridge"))
    if target.otherwise is Otherwise.QUEUE and call.group:
        call, waiting = enter_queue(call, plan, now, interrupt=True)
        return call, (*before, *waiting)
    call = replace(
        call, state=State.CLOSING, outcome=Outcome.FAILED, ended_by=EndedBy.SYSTEM
    ).next_audio()
    return call, (*before, do.Play((target.announcement,), call.audio, interrupt=True))


def other_side_left(call: Call, event: on.SeatGone, plan: Plan, now: float) -> Result:
    """The talk is over; the caller is on the way back from the bridge."""
    call = _ended(call, event.leg, event.cause, now)
    by = EndedBy.SEAT if event.by_seat else None
    return replace(call, talk_ended_at=call.talk_ended_at or now, ended_by=by), ()


def back(call: Call, event: on.CallerBack, plan: Plan, now: float) -> Result:
    """The caller is parked again: thanks and good-bye."""
    call = replace(
        call,
        state=State.CLOSING,
        talk_ended_at=call.talk_ended_at or now,
        ended_by=call.ended_by or EndedBy.SEAT,
    ).next_audio()
    return call, (do.Play(("thanks",), call.audio),)


def _ended(call: Call, leg: str, cause: str, now: float) -> Call:
    return call.with_leg(leg, ended_at=now, cause=cause) if leg in call.open_legs else call
