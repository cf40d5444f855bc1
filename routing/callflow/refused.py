"""A call that is refused when it arrives, from beginning to end in one step.

What is written down is what `step` would have led to, by way of ARRIVED, ENDING and ENDED; a test
compares the two. It exists because in a storm of redials nearly every call goes this way.
"""

from __future__ import annotations

from routing.callflow.call import Call
from routing.callflow.handlers.entering import not_taken
from routing.callflow.states import State
from routing.entry import Arrival, Refusal
from routing.plan import Plan
from routing.record import EndedBy, TraceRecord


def refused_call(
    leg: str, arrival: Arrival, refusal: Refusal, plan: Plan, arrived_at: float, now: float
) -> Call:
    """Give the ended call, whose end is asked for at `now` (seconds since the epoch)."""
    line = plan.lines.get(refusal.line_dialled)
    cause = str(refusal.cause)
    ended = TraceRecord(now, "call.ended", {"cause": cause, "by": str(EndedBy.SYSTEM)})
    why = (TraceRecord(now, reason.what, dict(reason.facts)) for reason in refusal.reasons)
    return Call(
        id=leg,
        arrived_at=arrived_at,
        state=State.ENDED,
        trunk=arrival.trunk,
        caller=refusal.caller,
        dialled=arrival.called,
        line_dialled=refusal.line_dialled,
        line_meant=refusal.line_meant,
        group=refusal.group,
        department=line.department if line else "",
        ended_at=now,
        outcome=not_taken(refusal),
        cause=cause,
        ended_by=EndedBy.SYSTEM,
        trace=(*why, ended),
    )
