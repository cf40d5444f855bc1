"""The way of a call as a table of transitions.

`step` takes a call, what happened to it, the plan and the time, and returns the call as it is
now and what has to be done. It does nothing itself:

    call, todo = step(call, Offered(offer), plan, now)
"""

from __future__ import annotations

from routing.callflow import actions, events, segments
from routing.callflow.call import Call
from routing.callflow.postponed import is_bridging
from routing.callflow.states import State
from routing.callflow.table import ROWS, TABLE
from routing.plan import Plan
from routing.replacing import replace

__all__ = ["ROWS", "Call", "State", "Unexpected", "actions", "events", "step"]


class Unexpected(Exception):
    """The table has no row for this event in this state; the call is unchanged."""


def step(
    call: Call, event: events.Event, plan: Plan, now: float
) -> tuple[Call, tuple[actions.Action, ...]]:
    """Return the call after `event` and what has to be done, in order.

    `now` is in seconds since the epoch. Raises `Unexpected` for an event that means nothing in
    the call's state.
    """
    row = TABLE.get((call.state, type(event)))
    if row is None:
        raise Unexpected(f"{type(event).__name__} in state {call.state}")
    after, todo = row.handler(call, event, plan, now)
    assert after.state in row.leads_to, f"{row.handler.__name__} led to {after.state}"
    after = segments.follow(after, now)
    if not after.postponed or is_bridging(after):
        return after, todo
    wish, *later = after.postponed
    after = replace(after, postponed=tuple(later))
    if after.state is State.ENDED:
        return after, (*todo, actions.Reply(wish.request, "the call is over"))
    after, more = step(after, wish, plan, now)
    return after, (*todo, *more)
