"""The end of a call whose own end failed: a defect of ours must leave no call open and no seat
busy."""

from __future__ import annotations

from routing.callflow import actions as do
from routing.callflow.call import Call
from routing.callflow.handlers.result import Result
from routing.callflow.states import State
from routing.plan import Plan
from routing.record import EndedBy, Outcome
from routing.replacing import replace


def broken(call: Call, plan: Plan, now: float, cause: str, by: EndedBy, why: str) -> Result:
    """End a call whose caller is gone, whatever its state: every leg stops, every seat is free,
    and the record says that it failed unless somebody had answered."""
    stops = tuple(do.StopLeg(leg, "NORMAL_TEMPORARY_FAILURE") for leg in call.open_legs)
    frees = tuple(do.ReleaseSeat(offer.seat, offer.token, 0.0) for offer in call.offers)
    legs = tuple(
        leg if leg.ended_at is not None else replace(leg, ended_at=now, cause="UNCONFIRMED")
        for leg in call.legs
    )
    call = replace(
        call,
        state=State.ENDED,
        ended_at=call.ended_at or now,
        cause=call.cause or cause,
        ended_by=call.ended_by or by,
        outcome=call.outcome or Outcome.FAILED,
        legs=legs,
        offers=(),
    ).note(now, "call.broken", why=why)
    record = call.record(plan.city, plan.version, dict(plan.survey.keys))
    return call, (*stops, do.LeaveQueue(), *frees, do.LeavePlace(), do.Close(record))
