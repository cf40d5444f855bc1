"""How a call comes in: new, found waiting, or found behind a talk; and where the greeting leads."""

from __future__ import annotations

from typing import Any

from routing import entry
from routing.admission import HeldPlace, Instead
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow import forwarding, menus
from routing.callflow.call import Call
from routing.callflow.handlers import callbacks, callee, voicemail
from routing.callflow.handlers.ending import hang_up
from routing.callflow.handlers.result import Result
from routing.callflow.handlers.talking import after_talk, talk
from routing.callflow.states import State
from routing.callflow.waiting import enter_queue, wait_on
from routing.plan import Plan
from routing.record import CallKind, EndedBy, LegRecord, Outcome
from routing.replacing import replace
from routing.seats import Offer
from routing.standing import NOTHING_KNOWN, Standing


def decide(call: Call, event: on.Arrived, plan: Plan, now: float) -> Result:
    """Take or refuse a new caller."""
    call, route = _routed(call, event.arrival, plan, now, event.standing)
    if isinstance(route, entry.Refusal):
        return hang_up(replace(call, outcome=not_taken(route)), plan, now, route.cause)
    call = replace(call, state=State.ANSWERING, counted=route.waits)
    if route.place is None:
        return call, (do.Answer(),)
    call = _at_place(call, route.place)
    earlier = (do.TakeOver(route.place),) if route.place.waits else ()
    return call, (do.Answer(), *earlier)


def not_taken(refusal: entry.Refusal) -> Outcome:
    """Tell what is written down about a call that was not answered."""
    if refusal.repeated:
        return Outcome.REPEATED
    return Outcome.CONGESTED if refusal.congested else Outcome.REFUSED


def _at_place(call: Call, place: HeldPlace) -> Call:
    """Let the call go on where an earlier one of the same number was."""
    return replace(
        call,
        kept_since=place.enqueued_at,
        language=place.language or call.language,
        prefer=place.agent or place.seat,
    )


def turn_away(call: Call, event: on.TurnedAway, plan: Plan, now: float) -> Result:
    """Take nobody any more; what the caller wanted is written down."""
    call, route = _routed(call, event.arrival, plan, now)
    if isinstance(route, entry.Refusal):
        return hang_up(replace(call, outcome=Outcome.REFUSED), plan, now, route.cause)
    asks = route.connect and route.forward is None
    call = replace(call, outcome=Outcome.TURNED_AWAY, group=call.group if asks else "")
    return hang_up(call, plan, now, "NORMAL_TEMPORARY_FAILURE")


def resume(call: Call, event: on.Resumed, plan: Plan, now: float) -> Result:
    """Put a caller who had been waiting back where he was.

    One who waits for no group yet, because no menu was answered or an announcement is due, begins
    anew.
    """
    arrived = call
    call, route = _routed(call, event.arrival, plan, now)
    if isinstance(route, entry.Refusal):
        return hang_up(replace(call, outcome=Outcome.FAILED), plan, now)
    call = replace(
        _since(call, event.queued_at, now),
        counted=True,
        group=event.group if event.group in plan.groups else call.group,
        language=event.language or call.language,
        priority=call.priority if event.priority is None else event.priority,
        kind=event.kind,
        called_at=None if event.kind is CallKind.INCOMING else event.queued_at,
    )
    if not call.group and (route.menu or not route.connect):
        return decide(arrived, on.Arrived(event.arrival), plan, now)
    if not call.group:
        return hang_up(replace(call, outcome=Outcome.FAILED), plan, now)
    call = call.note(now, "queue.resumed", queued_at=event.queued_at)
    return wait_on(call, event, plan, now)


def served(call: Call, event: on.Served, plan: Plan, now: float) -> Result:
    """Go on behind a talk that began under an earlier owner and has ended."""
    call, route = _routed(call, event.arrival, plan, now)
    call = replace(
        _since(call, event.queued_at, now),
        answered_at=event.answered_at,
        talk_ended_at=now,
        seat=event.seat,
        agent=event.agent,
        recording=event.recording,
        **_called(event),
        outcome=Outcome.ANSWERED,
        ended_by=EndedBy.SEAT,
    ).note(now, "talk.resumed", seat=event.seat, agent=event.agent)
    call = callee.found(call, event.called_seat, event.called_agent, plan)
    if isinstance(route, entry.Refusal):
        return hang_up(call, plan, now)
    return after_talk(call.next_audio(), plan, now, ())


def talk_on(call: Call, event: on.Talking, plan: Plan, now: float) -> Result:
    """Take over a talk that began under an earlier owner; neither side notices.

    If that owner died before it heard of the bridge, what follows a bridge follows now.
    """
    call = taken_up(call, event, plan, now)
    if not event.recording:
        return talk(call, on.Bridged(event.leg), plan, now)
    return call.next_audio(), ()


def taken_up(call: Call, event: on.Talking, plan: Plan, now: float) -> Call:
    """What is known of a call in which somebody has picked up for the caller."""
    call, _ = _routed(call, event.arrival, plan, now)
    since = event.answered_at
    named = [group for group in (event.group, call.group, *plan.groups) if group in plan.groups]
    offer = Offer(event.leg, call.id, event.seat, event.agent, named[0], since, since)
    leg = LegRecord(event.leg, "seat", event.seat, event.agent, since, since, since, None, "")
    call = replace(
        _since(call, event.queued_at, now),
        state=State.TALKING,
        group=named[0],
        answered_at=since,
        offers=(offer,) if event.leg else (),
        seat=event.seat,
        agent=event.agent,
        recording=event.recording,
        outcome=Outcome.ANSWERED,
        legs=(leg,) if event.leg else (),
        **_called(event),
    ).note(now, "talk.resumed", seat=event.seat, agent=event.agent)
    return callee.found(call, event.called_seat, event.called_agent, plan)


def passed_on(call: Call, event: on.PassedOn, plan: Plan, now: float) -> Result:
    """Say good-bye behind a talk with a number on a trunk that began under an earlier owner."""
    call, _ = _routed(call, event.arrival, plan, now)
    call = replace(
        call,
        arrived_at=event.answered_at,
        greeted_at=event.answered_at,
        answered_at=event.answered_at,
        executions=int(now),
        outcome=Outcome.FORWARDED,
    ).note(now, "forward.resumed")
    return forwarding.back(call, on.CallerBack(), plan, now)


def taken_care_of(call: Call, event: on.TakenCareOf, plan: Plan, now: float) -> Result:
    """Say good-bye behind a promise or a message that an earlier owner took."""
    call, _ = _routed(call, event.arrival, plan, now)
    call = replace(_since(call, event.queued_at, now), state=State.CLOSING, ended_by=EndedBy.SYSTEM)
    if event.callback:
        call = replace(call, callback=event.callback, outcome=Outcome.CALLBACK)
        said = "callback_kept"
    elif event.message_at:
        seconds = f"{now - event.message_at:.1f}"
        call = replace(call, recording=event.recording, outcome=Outcome.VOICEMAIL)
        call = call.note(now, "voicemail.left", seconds=seconds, at_most="yes")
        said = "voicemail_kept"
    else:
        call, said = replace(call, outcome=Outcome.FAILED), "goodbye"
    call = call.next_audio()
    return call, (do.Play((said,), call.audio),)


def _called(event: on.Served | on.Talking) -> dict[str, Any]:
    """What is known besides of a person whom the hotline called; nothing of a caller."""
    if event.kind is CallKind.INCOMING:
        return {}
    known = {"kind": event.kind, "callback": event.callback, "called_at": event.answered_at}
    return known if event.kind is not CallKind.OUTGOING else {**known, "queued_at": None}


def _since(call: Call, queued_at: float, now: float) -> Call:
    """Date a call back to where its earlier owner wrote it down, and name no execution as that one
    has: its numbers have grown more slowly than time."""
    return replace(
        call,
        arrived_at=queued_at,
        greeted_at=queued_at,
        queued_at=queued_at,
        executions=int(now),
    )


def _routed(
    call: Call, arrival: entry.Arrival, plan: Plan, now: float, standing: Standing = NOTHING_KNOWN
) -> tuple[Call, entry.Route | entry.Refusal]:
    route = entry.decide(arrival, plan, now, standing)
    dialled = plan.lines.get(route.line_dialled)
    call = replace(
        call,
        trunk=arrival.trunk,
        dialled=arrival.called,
        caller=route.caller,
        line_dialled=route.line_dialled,
        department=dialled.department if dialled else "",
    )
    for reason in route.reasons:
        call = call.note(now, reason.what, **reason.facts)
    if isinstance(route, entry.Refusal):
        return replace(call, line_meant=route.line_meant, group=route.group), route
    call = replace(
        call,
        line_meant=route.line_meant,
        group=route.group,
        title=route.title,
        priority=route.priority,
        age_slope=route.age_slope,
        greeting=route.greeting,
        connects=route.connect,
        barred=route.barred,
        full=route.full,
        overflow=route.overflow,
        forward=route.forward,
        menu=route.menu,
        language=call.language or plan.language,
        closed=route.closed,
        music=route.music,
        survey=route.survey,
        prefer=route.prefer,
    )
    return call, route


def answer_again(call: Call, event: on.AnswerUnsure, plan: Plan, now: float) -> Result:
    """A line that has been picked up already stays so, and the switch says it again."""
    return call, (do.Answer(),)


def greet(call: Call, event: on.Answered, plan: Plan, now: float) -> Result:
    """Say what this number's callers hear first."""
    call = replace(call, greeted_at=now).next_audio()
    if call.full is Instead.CALLBACK and plan.callbacks.serves(call.line_meant):
        call, waits = enter_queue(call, plan, now)
        call, question = callbacks.offer(call, plan, now)
        return call, (*waits, *question)
    if call.full is Instead.VOICEMAIL:
        return voicemail.begin(call, plan, now)
    if call.connects and not call.greeting:
        return greeted(call, on.Played(call.audio), plan, now)
    if call.connects:
        call = replace(call, state=State.GREETING)
    else:
        call = replace(
            call, state=State.CLOSING, outcome=_without_seat(call), ended_by=EndedBy.SYSTEM
        )
    return call, (do.Play(call.greeting, call.audio),)


def _without_seat(call: Call) -> Outcome:
    if call.barred:
        return Outcome.REFUSED
    if call.full is not None:
        return Outcome.CONGESTED
    return Outcome.CLOSED if call.closed else Outcome.REDIRECTED


def greeted(call: Call, event: on.Played, plan: Plan, now: float) -> Result:
    """Behind the greeting: pass on, ask the menu, or ask for a person."""
    if event.execution != call.audio:
        return call, ()
    if event.failed:
        call = call.note(now, "audio.failed", prompt="greeting")
    if call.forward is not None:
        return forwarding.forward(call, now)
    if call.menu:
        return menus.ask(call, plan, now)
    return enter_queue(call, plan, now)
