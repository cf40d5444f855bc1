"""What a supervisor does to a caller who waits: another rank, another group, the way out, a notice
that the group is paused."""

from __future__ import annotations

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow import places
from routing.callflow.call import Call
from routing.callflow.handlers.leaving import leave
from routing.callflow.handlers.queueing import announce
from routing.callflow.handlers.result import Result
from routing.callflow.states import ASKED, State
from routing.callflow.waiting import POSITION, again, place
from routing.lines import Exit, Overflow
from routing.plan import Plan
from routing.record import Outcome
from routing.replacing import replace


def ranked(call: Call, event: on.Ranked, plan: Plan, now: float) -> Result:
    """The caller's age counts on from another priority, also for a restarted daemon and for the
    number's next call."""
    call = replace(call, priority=event.priority)
    call = call.note(now, "supervisor.ranked", priority=event.priority, by=event.who)
    fact = do.Tag({"switchd_priority": str(event.priority)})
    return call, (do.Rank(event.priority), fact, places.hold(call))


def moved(call: Call, event: on.Moved, plan: Plan, now: float) -> Result:
    """Another group's list, with place and age; the steps of the wait begin there.

    A call that began under a plan without the group stays where it is.
    """
    if event.group not in plan.groups:
        return call.note(now, "supervisor.not_moved", group=event.group, by=event.who), ()
    stops = tuple(do.StopLeg(leg, "ORIGINATOR_CANCEL") for leg in call.open_legs)
    state = call.state if call.state in ASKED else State.WAITING
    call = replace(call, state=state, group=event.group, offers=(), pools=(), notice="").note(
        now, "supervisor.moved", group=event.group, by=event.who
    )
    facts = {"switchd_state": "waiting", "switchd_group": call.group}
    return call, (*stops, *place(call, plan, now), do.Tag(facts), do.AskNotice(call.group))


def taken_out(call: Call, event: on.TakenOut, plan: Plan, now: float) -> Result:
    """Out of the list, with an announcement or without a word."""
    stops = tuple(do.StopLeg(leg, "ORIGINATOR_CANCEL") for leg in call.open_legs)
    call = replace(call, offers=()).note(now, "supervisor.taken_out", by=event.who)
    way = Exit.ANNOUNCE if event.prompt else Exit.HANG_UP
    out = Overflow(then=way, announcement=event.prompt)
    call, todo = leave(call, out, plan, now, Outcome.REMOVED)
    return call, (*stops, *todo)


def noticed(call: Call, event: on.Noticed, plan: Plan, now: float) -> Result:
    """The group is paused: its callers are told so at once, and whenever the position is due.

    While a phone rings, or a question is asked, the notice comes later.
    """
    call = replace(call, notice=event.prompt)
    if not event.prompt or call.announcing or call.state is not State.WAITING:
        return call, ()
    call, play = announce(call, (event.prompt,))
    return call, (play, *again(POSITION, plan))
