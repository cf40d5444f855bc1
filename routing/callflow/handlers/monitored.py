"""A supervisor listens: the call only remembers it."""

from __future__ import annotations

from dataclasses import replace

from routing.callflow import events as on
from routing.callflow.call import Call
from routing.callflow.handlers.result import Result
from routing.plan import Plan
from routing.record import LegRecord

ROLE = "supervisor"


def listened(call: Call, event: on.Listened, plan: Plan, now: float) -> Result:
    """The supervisor's leg is written down with those of the call, though it is none of it."""
    if all(known.leg != event.leg for known in call.listeners):
        leg = LegRecord(event.leg, ROLE, event.seat, event.who, event.began_at, now, None, None, "")
        call = replace(call, listeners=(*call.listeners, leg))
    return call.note(
        now, "supervisor.listens", by=event.who, mode=event.mode, seat=event.over
    ), ()


def listened_no_more(call: Call, event: on.ListenedNoMore, plan: Plan, now: float) -> Result:
    """The supervisor has gone, or has taken the call over."""
    listeners = tuple(
        replace(known, ended_at=now, cause="NORMAL_CLEARING") if known.leg == event.leg else known
        for known in call.listeners
    )
    call = replace(call, listeners=listeners)
    return call.note(now, "supervisor.listens_no_more", by=event.who), ()
