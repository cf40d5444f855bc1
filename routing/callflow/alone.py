"""A call that ended while no daemon was there: its end is put through the table afterwards."""

from __future__ import annotations

from routing.callflow import Unexpected, step
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.call import Call
from routing.plan import Plan
from routing.record import CallRecord, EndedBy
from routing.replacing import replace


def ended_alone(
    call: Call,
    found: on.Event,
    cause: str,
    by_caller: bool,
    state: str,
    plan: Plan,
    now: float,
    recorded: on.NotRecorded | None = None,
) -> CallRecord | None:
    """Give the record of a call that would have been `found` so, and ended at `now`.

    `state` is what the switch says that it was in, `recorded` what it says of a recording that
    came to nothing; times are seconds since the epoch. None if the call flow has nothing to write
    down.
    """
    since = found.answered_at if isinstance(found, on.Talking) else call.arrived_at
    arrived_at = call.arrived_at
    call, _ = step(call, found, plan, since)
    # Whoever finds a living caller knows only since when they wait; here the switch has told it.
    call = replace(call, arrived_at=min(arrived_at, call.arrived_at))
    call = call.note(now, "switch.alone", state=state)
    seats_gone = [on.SeatGone(leg, cause, by_seat=not by_caller) for leg in call.open_legs]
    caller_gone = on.CallerGone(cause, EndedBy.CALLER if by_caller else EndedBy.SYSTEM)
    ends = [caller_gone, *seats_gone] if by_caller else [*seats_gone, caller_gone]
    for event in [*([] if recorded is None else [recorded]), *ends]:
        try:
            call, todo = step(call, event, plan, now)
        except Unexpected:
            continue
        for action in todo:
            if isinstance(action, do.Close):
                return action.record
    return None
