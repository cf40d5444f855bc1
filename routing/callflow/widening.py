"""Overflow: further groups may serve a caller who has waited long enough, or at once if nobody is
signed in for the caller's own group."""

from __future__ import annotations

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.call import Call
from routing.plan import Plan

Result = tuple[Call, tuple[do.Action, ...]]

_TIMER = "overflow:"


def steps(call: Call, now: float) -> tuple[do.Action, ...]:
    """Return what has to be begun when the caller enters the queue, again or for the first time."""
    if not call.overflow:
        return ()
    waited = now - (now if call.queued_at is None else call.queued_at)
    timers = (
        do.SetTimer(_TIMER + step.group, max(0.0, step.after_seconds - waited))
        for step in call.overflow
    )
    return (do.AskStaffed(call.group), *timers)


def is_due(event: on.TimerDue) -> bool:
    """Tell whether a timer is that of an overflow step."""
    return event.name.startswith(_TIMER)


def widen(call: Call, event: on.TimerDue, plan: Plan, now: float) -> Result:
    """The wait for one step is over."""
    return _to(call, event.name.removeprefix(_TIMER), now, why="waited")


def unstaffed(call: Call, event: on.Unstaffed, plan: Plan, now: float) -> Result:
    """Nobody is there to wait for: the first step at once."""
    if not call.overflow:
        return call, ()
    return _to(call, call.overflow[0].group, now, why="nobody signed in")


def _to(call: Call, group: str, now: float, why: str) -> Result:
    call = call.note(now, "queue.widened", group=group, why=why)
    return call, (do.ClearTimer(_TIMER + group), do.Widen(group))
