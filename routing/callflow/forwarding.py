"""Passing a caller on to a number outside: a sub-centre, a deferred line, an emergency number."""

from __future__ import annotations

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.call import Call
from routing.callflow.states import State
from routing.callflow.waiting import enter_queue
from routing.lines import Otherwise
from routing.plan import Plan
from routing.record import EndedBy, LegRecord, Outcome
from routing.replacing import replace

Result = tuple[Call, tuple[do.Action, ...]]

SILENCE_SECONDS = 15.0
"""How much longer than the ring time the switch may take to say what became of the call."""


def forward(call: Call, now: float) -> Result:
    """Ring the number; the caller hears music.

    The leg's name is new each time: one of the same name may still ring for an earlier owner.
    """
    target = call.forward
    assert target is not None
    leg = f"{call.id}-{now * 1000:.0f}"
    record = LegRecord(leg, "forward", target.number, "", now, None, None, None, "")
    call = replace(call, state=State.FORWARDING, legs=(*call.legs, record)).next_audio()
    call = call.note(now, "forward.made", number=target.number, trunk=target.trunk)
    dial = do.Dial(target.number, target.trunk, leg, target.ring_seconds, call.caller, call.shown)
    silence = do.SetTimer("forward", target.ring_seconds + SILENCE_SECONDS)
    return call, (dial, silence, do.PlayMusic(call.music, call.audio))


def picked_up(call: Call, event: on.SeatAnswered, plan: Plan, now: float) -> Result:
    """The other side is there; told by the originate and by the leg itself."""
    known = next((leg for leg in call.legs if leg.leg == event.leg), None)
    if known is None or known.answered_at is not None:
        return call, ()
    call = call.with_leg(event.leg, answered_at=now)
    bridge = (do.Bridge(event.leg), do.SetTimer("bridge", do.BRIDGE_SECONDS))
    return call, (do.ClearTimer("forward"), *bridge)


def bridged(call: Call, event: on.Bridged, plan: Plan, now: float) -> Result:
    """They hear each other."""
    call = call.with_leg(event.leg, bridged_at=now).note(now, "forward.talk")
    call = replace(call, state=State.FORWARDED, answered_at=now, outcome=Outcome.FORWARDED)
    facts = {"switchd_state": "forwarded", "switchd_answered_at": f"{now:.3f}"}
    return call, (do.ClearTimer("bridge"), do.Tag(facts))


def gone(call: Call, event: on.SeatGone | on.SeatFailed, plan: Plan, now: float) -> Result:
    """Busy, silent or cut off; the leg's end and the originate's failure come in either order."""
    call = _ended(call, event.leg, event.cause, now)
    return _failed(call, plan, now, event.cause)


def not_bridged(call: Call, event: on.BridgeFailed, plan: Plan, now: float) -> Result:
    """The switch could not bridge."""
    return _failed(call, plan, now, event.why)


def too_late(call: Call, event: on.TimerDue, plan: Plan, now: float) -> Result:
    """Nothing came of it."""
    reasons = {"forward": "no result in time", "bridge": "no bridge in time"}
    if event.name not in reasons:
        return call, ()
    return _failed(call, plan, now, reasons[event.name])


def _failed(call: Call, plan: Plan, now: float, why: str) -> Result:
    target = call.forward
    assert target is not None
    stops = tuple(do.StopLeg(leg, "NORMAL_TEMPORARY_FAILURE") for leg in call.open_legs)
    call = replace(call, forward=None).note(now, "forward.failed", number=target.number, why=why)
    before = (*stops, do.ClearTimer("forward"), do.ClearTimer("bridge"))
    if target.otherwise is Otherwise.QUEUE and call.group:
        call, waiting = enter_queue(call, plan, now, interrupt=True)
        return call, (*before, *waiting)
    call = replace(
        call, state=State.CLOSING, outcome=Outcome.FAILED, ended_by=EndedBy.SYSTEM
    ).next_audio()
    return call, (*before, do.Play((target.announcement,), call.audio, interrupt=True))


def other_side_left(call: Call, event: on.SeatGone, plan: Plan, now: float) -> Result:
    """The talk is over; the caller is on the way back from the bridge."""
    partner = call.partner
    call = _ended(call, event.leg, event.cause, now)
    if event.leg != partner:
        return call, ()
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
