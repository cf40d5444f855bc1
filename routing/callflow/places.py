"""The place that a number has on a line: kept while it waits, handed to its next call, kept for a
while for a caller who was cut off. Behind a good-bye only the agent is remembered.
`routing.admission` has the rules."""

from __future__ import annotations

from routing.admission import HeldPlace, cut_off
from routing.callflow import actions as do
from routing.callflow.call import Call
from routing.plan import Plan
from routing.record import Outcome

_KEEP_IF = frozenset({Outcome.ABANDONED, Outcome.FAILED, Outcome.ANSWERED})
"""Outcomes behind which a caller may have been cut off; others ended as they should."""


def hold(call: Call) -> do.HoldPlace:
    """Write the caller's place down, for a further call of the same number."""
    return do.HoldPlace(_place(call, waits=True))


def leave(call: Call, plan: Plan) -> tuple[do.Action, ...]:
    """Give the place of an ended call up, or keep it if the caller may have been cut off."""
    if not call.counted:
        return ()
    rules = plan.admission
    if rules.dropped_seconds and _was_cut_off(call):
        return (do.LeavePlace(_place(call, waits=False), rules.dropped_seconds),)
    if rules.same_agent_seconds and call.agent and call.caller:
        talk = HeldPlace(call.id, False, agent=call.agent, seat=call.seat, said_goodbye=True)
        return (do.LeavePlace(talk, rules.same_agent_seconds),)
    return (do.LeavePlace(),)


def _was_cut_off(call: Call) -> bool:
    asked = call.queued_at is not None and bool(call.caller)
    ended_by = call.ended_by
    return (
        asked
        and call.outcome in _KEEP_IF
        and ended_by is not None
        and cut_off(call.cause, ended_by, talked=call.answered_at is not None)
    )


def _place(call: Call, waits: bool) -> HeldPlace:
    return HeldPlace(
        call=call.id,
        waits=waits,
        group=call.group,
        language=call.language,
        priority=call.priority,
        enqueued_at=call.queued_at,
        agent=call.agent,
        seat=call.seat,
    )
