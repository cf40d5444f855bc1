"""A blind transfer: the seat goes at once, the caller hears music until somebody picks up."""

from __future__ import annotations

from routing.callflow import events as on
from routing.callflow.call import Call
from routing.callflow.handlers.result import Result
from routing.callflow.handlers.wishes import start, target_of
from routing.callflow.parties import Purpose
from routing.plan import Plan
from routing.transfers import resolve


def transfer(call: Call, event: on.Control, plan: Plan, now: float) -> Result:
    """Hand the caller over without a word.

    A seat is asked for first: if it cannot be had, the one that asks stays with the caller.
    """
    target = target_of(event)
    seat = call.offer.seat if call.offer is not None else ""
    way = resolve(plan, target, seat, call.line_meant, now)
    return start(call, event, target, way, Purpose.TRANSFER, plan, now)
