"""Overflow: further groups may serve a caller who has waited long enough, or at once if nobody is
signed in for the caller's own group."""

from __future__ import annotations

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.call import Call
from routing.plan import Plan

Result = tuple[Call, tuple[do.Action, ...]]

_TIMER = "overflow:"


def steps(call: Call, plan: Plan, now: float) -> tuple[do.Action, ...]:
    """Return what has to be begun when the caller enters the queue, again or for the first time."""
    if len(_groups(call, plan)) < 2:
        return ()
    waited = now - (now if call.queued_at is None else call.queued_at)
    timers = (
        do.SetTimer(_TIMER + step.group, max(0.0, step.after_seconds - waited))
        for step in call.overflow
    )
    return (do.AskStaffed(call.group), *timers)


def stop(call: Call) -> tuple[do.Action, ...]:
    """Return what ends every step that is still to come."""
    return tuple(do.ClearTimer(_TIMER + step.group) for step in call.overflow)


def is_due(event: on.TimerDue) -> bool:
    """Tell whether a timer is that of an overflow step."""
    return event.name.startswith(_TIMER)


def widen(call: Call, event: on.TimerDue, plan: Plan, now: float) -> Result:
    """The wait for one step is over."""
    return _to(call, event.name.removeprefix(_TIMER), now, why="waited")


def unstaffed(call: Call, event: on.Unstaffed, plan: Plan, now: float) -> Result:
    """Nobody is there to wait for: the next group at once, until there is one with somebody."""
    groups = _groups(call, plan)
    if event.group not in groups[:-1]:
        return call, ()
    further = groups[groups.index(event.group) + 1]
    call, todo = _to(call, further, now, why="nobody signed in")
    return call, (*todo, do.AskStaffed(further))


def _groups(call: Call, plan: Plan) -> tuple[str, ...]:
    """The groups that may serve the caller, in their order. The line's own is the last resort of
    who chose another in a menu."""
    line = plan.lines.get(call.line_meant)
    groups = (call.group, *(step.group for step in call.overflow), line.group if line else "")
    return tuple(group for group in dict.fromkeys(groups) if group)


def _to(call: Call, group: str, now: float, why: str) -> Result:
    call = call.note(now, "queue.widened", group=group, why=why)
    return call, (do.ClearTimer(_TIMER + group), do.Widen(group))
