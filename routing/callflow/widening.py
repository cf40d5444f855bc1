"""The steps of a wait: further seats may serve a caller who has waited long enough, or will have
to, and in the end there is a way out.

One timer, `overflow`, wakes the call for the next step that the time brings; steps by estimated
wait are looked at whenever an estimate is told.
"""

from __future__ import annotations

from collections.abc import Iterable

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.call import Call
from routing.lines import Overflow
from routing.plan import Plan
from routing.replacing import replace

Result = tuple[Call, tuple[do.Action, ...]]

TIMER = "overflow"


def begin(call: Call, plan: Plan, now: float) -> tuple[do.Action, ...]:
    """Return what has to be begun when the caller enters the queue, again or for the first time.

    What was open to the caller before stays open.
    """
    again = tuple(do.Widen(pool) for pool in call.pools)
    ask = (do.AskStaffed(call.group),) if len(_chain(call, plan)) > 1 else ()
    return (*again, *ask, *next_step(call, plan, now, may_leave=True))


def next_step(call: Call, plan: Plan, now: float, *, may_leave: bool) -> tuple[do.Action, ...]:
    """Return what wakes the call for its next step by time.

    Without `may_leave` a way out waits: while a phone rings the caller is not led away.
    """
    waits = [
        step.after_seconds
        for step in _to_come(call, plan)
        if step.after_seconds is not None and (may_leave or step.then is None)
    ]
    return (do.SetTimer(TIMER, max(0.0, min(waits) - _waited(call, now))),) if waits else ()


def watches_estimate(call: Call, plan: Plan) -> bool:
    """Tell whether a step depends on the estimated wait."""
    return any(step.wait_above_seconds is not None for step in _to_come(call, plan))


def due_by_time(call: Call, plan: Plan, now: float) -> tuple[Overflow, ...]:
    """Give the steps whose time has come, the earliest first."""
    waited = _waited(call, now)
    steps = _to_come(call, plan)
    return tuple(s for s in steps if s.after_seconds is not None and s.after_seconds <= waited)


def due_by_estimate(call: Call, plan: Plan, wait_seconds: float | None) -> tuple[Overflow, ...]:
    """Give the steps for which the estimated wait is too long."""
    if wait_seconds is None:
        return ()
    steps = _to_come(call, plan)
    return tuple(
        s for s in steps if s.wait_above_seconds is not None and s.wait_above_seconds < wait_seconds
    )


def widen(call: Call, steps: Iterable[Overflow], now: float, why: str) -> Result:
    """Let the seats of these steps serve the caller; ways out among them are left alone."""
    todo: list[do.Action] = []
    for step in steps:
        pool = step.pool(call.group)
        if step.then is None and pool not in call.pools:
            call, widened = _open(call, pool, now, why)
            todo.append(widened)
    return call, tuple(todo)


def unstaffed(call: Call, event: on.Unstaffed, plan: Plan, now: float) -> Result:
    """Nobody is there to wait for: the next pool at once, until there is one with somebody."""
    if not event.asked and event.group != call.group:
        # Whoever serves the caller besides has left: begin again with the caller's own group.
        return call, (do.AskStaffed(call.group),) if event.group in call.pools else ()
    chain = _chain(call, plan)
    if event.group not in chain[:-1]:
        return call, ()
    further = chain[chain.index(event.group) + 1]
    todo: tuple[do.Action, ...] = ()
    if further not in call.pools:
        call, widened = _open(call, further, now, "nobody signed in")
        todo = (widened, *(next_step(call, plan, now, may_leave=True) or (do.ClearTimer(TIMER),)))
    return call, (*todo, do.AskStaffed(further))


def _open(call: Call, pool: str, now: float, why: str) -> tuple[Call, do.Action]:
    call = replace(call, pools=(*call.pools, pool)).note(now, "queue.widened", group=pool, why=why)
    return call, do.Widen(pool)


def _chain(call: Call, plan: Plan) -> tuple[str, ...]:
    """The pools that may serve the caller, in their order. The line's own group is the last resort
    of who chose another in a menu."""
    line = plan.lines.get(call.line_meant)
    further = (s.pool(call.group) for s in _steps(call, plan) if s.then is None)
    every = (call.group, *further, line.group if line else "")
    return tuple(pool for pool in dict.fromkeys(every) if pool)


def _to_come(call: Call, plan: Plan) -> tuple[Overflow, ...]:
    return tuple(step for step in _steps(call, plan) if not _is_taken(call, step))


def _is_taken(call: Call, step: Overflow) -> bool:
    if step.then is not None:
        return step in call.ways_out
    return step.pool(call.group) in (call.group, *call.pools)


def _steps(call: Call, plan: Plan) -> tuple[Overflow, ...]:
    return plan.steps(call.group, call.overflow)


def _waited(call: Call, now: float) -> float:
    return now - (now if call.queued_at is None else call.queued_at)
