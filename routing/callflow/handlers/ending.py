"""The way out: hanging up, callers who leave, legs that have to stop, the record."""

from __future__ import annotations

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow import places
from routing.callflow.call import Call
from routing.callflow.handlers import callee
from routing.callflow.handlers.blame import SWITCH_DIED
from routing.callflow.handlers.legs import end_leg
from routing.callflow.handlers.result import Result
from routing.callflow.states import ACCEPTED, CONTROLLED, ENGAGED, QUEUED, State
from routing.plan import Plan
from routing.record import CallKind, EndedBy, Outcome
from routing.replacing import replace

CLEARING_SECONDS = 3.0
"""How long the record waits for a stopped phone to confirm."""
ENDING_SECONDS = 5.0
"""How long a hangup may go unconfirmed before it is asked for again."""


def closed(call: Call, event: on.Played, plan: Plan, now: float) -> Result:
    """The last announcement is over."""
    if event.execution != call.audio:
        return call, ()
    return hang_up(call, plan, now)


def hang_up(call: Call, plan: Plan, now: float, cause: str = "NORMAL_CLEARING") -> Result:
    """End the call from our side."""
    ended_by = call.ended_by or EndedBy.SYSTEM
    call = replace(call, state=State.ENDING, ended_by=ended_by, cause=cause)
    return call, (do.Hangup(cause), do.SetTimer("ending", ENDING_SECONDS))


def hang_up_again(call: Call, event: on.TimerDue, plan: Plan, now: float) -> Result:
    """The end was not confirmed: once more, and a leg that is not there has ended."""
    if event.name != "ending":
        return call, ()
    return call, (do.Hangup(call.cause, again=True), do.SetTimer("ending", ENDING_SECONDS))


def switch_refused(call: Call, event: on.SwitchRefused, plan: Plan, now: float) -> Result:
    """FreeSWITCH refused what the call cannot go on without: end it, cleanly and in writing."""
    call = call.note(now, "switch.refused", action=event.action, why=event.why)
    call = replace(call, outcome=call.outcome or Outcome.FAILED)
    leave: tuple[do.Action, ...] = ()
    if call.state in QUEUED:
        leave = (do.LeaveQueue(),)
    if call.offer is not None and call.state in ENGAGED:
        leave = (do.ReleaseSeat(call.offer.seat, call.offer.token, 0.0),)
    stops = tuple(do.StopLeg(leg, "NORMAL_TEMPORARY_FAILURE") for leg in call.open_legs)
    call, hangup = hang_up(call, plan, now, "NORMAL_TEMPORARY_FAILURE")
    return replace(call, offers=()), (*leave, *stops, *hangup)


def caller_left(call: Call, event: on.CallerGone, plan: Plan, now: float) -> Result:
    """The caller's line is gone, whatever was going on: nothing may ring on, no seat may hang."""
    actions: list[do.Action] = []
    if call.state in QUEUED:
        actions.append(do.LeaveQueue())
    offer = call.offer
    if offer is not None and call.state in ACCEPTED:
        wrap_up = 0.0
        if call.state is State.TALKING:
            call = replace(call, talk_ended_at=now)
            wrap_up = plan.groups[offer.group].wrap_up_seconds
        actions.append(do.ReleaseSeat(offer.seat, offer.token, wrap_up))
    call = over(call, event, now)
    call = replace(call, offers=())
    return finish(call, plan, tuple(actions))


def over(call: Call, event: on.CallerGone, now: float) -> Call:
    """Note how the call has ended for the caller."""
    outcome = call.outcome
    if outcome is None:
        outcome = Outcome.ABANDONED if call.queued_at is not None else Outcome.ABANDONED_AT_ENTRY
        outcome = Outcome.CONGESTED if call.full is not None else outcome
        outcome = Outcome.NOT_REACHED if call.kind is not CallKind.INCOMING else outcome
        outcome = Outcome.FAILED if event.cause in SWITCH_DIED else outcome
    if call.state in CONTROLLED | {State.FORWARDED}:
        call = replace(call, talk_ended_at=call.talk_ended_at or now)
    return replace(
        call,
        ended_at=now,
        cause=event.cause,
        ended_by=call.ended_by or event.by,
        outcome=outcome,
    ).note(now, "call.ended", cause=event.cause, by=event.by)


def finish(call: Call, plan: Plan, before: tuple[do.Action, ...]) -> Result:
    """Write the record of a call that is over, as soon as every phone has stopped."""
    before = (*before, *callee.freed(call, plan))
    if not call.open_legs:
        call, close = _written(call, plan)
        return call, (*before, *close)
    stops = [do.StopLeg(leg, "ORIGINATOR_CANCEL") for leg in call.open_legs]
    call = replace(call, state=State.CLEARING)
    return call, (*stops, *before, do.SetTimer("clearing", CLEARING_SECONDS))


def cleared(call: Call, event: on.SeatGone | on.SeatFailed, plan: Plan, now: float) -> Result:
    """The last phone has stopped."""
    call = end_leg(call, event.leg, event.cause, now)
    return (call, ()) if call.open_legs else _written(call, plan)


def too_late(call: Call, event: on.TimerDue, plan: Plan, now: float) -> Result:
    """A stopped phone never confirmed; the record does not wait for it."""
    if event.name != "clearing":
        return call, ()
    stops = tuple(do.StopLeg(leg, "ORIGINATOR_CANCEL") for leg in call.open_legs)
    for leg in call.open_legs:
        call = end_leg(call, leg, "UNCONFIRMED", now)
    call, close = _written(call, plan)
    return call, (*stops, *close)


def _written(call: Call, plan: Plan) -> Result:
    call = replace(call, state=State.ENDED)
    record = call.record(plan.city, plan.version, dict(plan.survey.keys))
    return call, (do.ClearTimer("clearing"), do.Close(record), *places.leave(call, plan))
