"""How a caller comes into the queue, for the first time or again."""

from __future__ import annotations

from dataclasses import replace

from routing.callflow import actions as do
from routing.callflow import widening
from routing.callflow.call import Call
from routing.callflow.states import State
from routing.plan import Plan

Result = tuple[Call, tuple[do.Action, ...]]

LEASE_GRACE_SECONDS = 3.0
"""The lease outlives the ring time, so that the phone's own answer normally ends the offer."""


def enter_queue(call: Call, plan: Plan, now: float, interrupt: bool = False) -> Result:
    """Ask for a person."""
    call = replace(call, queued_at=now).note(now, "queue.entered", group=call.group)
    return wait(call, plan, now, interrupt)


def wait(call: Call, plan: Plan, now: float, interrupt: bool = False) -> Result:
    """Into the list at the caller's place, with music; `interrupt` whatever is being played."""
    assert call.queued_at is not None
    call = replace(call, state=State.WAITING, announcing=False).next_audio()
    facts = {
        "switchd_state": "waiting",
        "switchd_group": call.group,
        "switchd_language": call.language,
        "switchd_queued_at": f"{call.queued_at:.3f}",
        "switchd_line": call.line_dialled,
    }
    return call, (
        *place(call, plan, now),
        do.PlayMusic(call.music, call.audio, interrupt),
        do.SetTimer("comfort", plan.waiting.busy_after_seconds),
        do.Tag(facts),
    )


def place(call: Call, plan: Plan, now: float) -> tuple[do.Action, ...]:
    """Take the caller's place in the list, and begin the steps of overflow."""
    assert call.queued_at is not None
    lease = plan.groups[call.group].ring_seconds + LEASE_GRACE_SECONDS
    enqueue = do.Enqueue(call.group, call.priority, call.queued_at, lease, slope=call.age_slope)
    return (enqueue, *widening.steps(call, plan, now))
