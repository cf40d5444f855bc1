"""What to do when something happens to a call: one function per row of the table.

Each takes the call, what happened, the plan and the time, and returns the call as it is now and
what has to be done. None of them waits, asks or looks anything up.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from routing import entry
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow import forwarding, menus, widening
from routing.callflow.call import Call
from routing.callflow.states import State
from routing.callflow.waiting import enter_queue, place, wait
from routing.plan import Plan
from routing.record import EndedBy, LegRecord, Outcome
from routing.saying import LARGEST, position_announcement
from routing.seats import NotReadyReason

Result = tuple[Call, tuple[do.Action, ...]]

BRIDGE_SECONDS = 5.0
"""Longest time from picking up to hearing each other; then the caller goes back to the list."""
CLEARING_SECONDS = 3.0
"""How long the record waits for a stopped phone to confirm."""

ENDING_SECONDS = 5.0
"""How long a hangup may go unconfirmed before it is asked for again."""
MUSIC_SECONDS = 2.0
"""Pause before music that has ended is begun again: a missing stream ends at once, every time."""
SWITCH_DIED = frozenset({"CRASH", "SYSTEM_SHUTDOWN"})
"""Causes for which no caller is to blame; FreeSWITCH's own names."""

NOT_THE_PHONE = frozenset({"UNCONFIRMED", *SWITCH_DIED})
"""Causes for which no phone is to blame: the seat stays ready."""
UNREACHABLE = NotReadyReason.UNREACHABLE
SEAT_FAILURES = {
    "USER_BUSY": NotReadyReason.BUSY,
    "NO_ANSWER": NotReadyReason.NO_ANSWER,
    "ALLOTTED_TIMEOUT": NotReadyReason.NO_ANSWER,
    "PROGRESS_TIMEOUT": NotReadyReason.UNREACHABLE,
    "CALL_REJECTED": NotReadyReason.REFUSED,
}
"""FreeSWITCH's cause of a failed seat leg → why the seat is not ready. Others: unreachable."""


def decide(call: Call, event: on.Arrived, plan: Plan, now: float) -> Result:
    """Take or refuse a new caller."""
    call, route = _routed(call, event.arrival, plan, now)
    if isinstance(route, entry.Refusal):
        return hang_up(replace(call, outcome=Outcome.REFUSED), plan, now, route.cause)
    call = replace(call, state=State.ANSWERING)
    return call, (do.Answer(),)


def resume(call: Call, event: on.Resumed, plan: Plan, now: float) -> Result:
    """Put a caller who had been waiting back where he was."""
    call, route = _routed(call, event.arrival, plan, now)
    if isinstance(route, entry.Refusal):
        return hang_up(replace(call, outcome=Outcome.FAILED), plan, now)
    call = replace(
        _since(call, event.queued_at),
        group=event.group if event.group in plan.groups else call.group,
        language=event.language or call.language,
    )
    if not call.group:
        return hang_up(replace(call, outcome=Outcome.FAILED), plan, now)
    call = call.note(now, "queue.resumed", queued_at=event.queued_at)
    return wait(call, plan, now, interrupt=True)


def served(call: Call, event: on.Served, plan: Plan, now: float) -> Result:
    """Go on behind a talk that began under an earlier owner and has ended."""
    call, route = _routed(call, event.arrival, plan, now)
    call = replace(
        _since(call, event.queued_at),
        answered_at=event.answered_at,
        talk_ended_at=now,
        seat=event.seat,
        agent=event.agent,
        recording=event.recording,
        outcome=Outcome.ANSWERED,
        ended_by=EndedBy.SEAT,
    ).note(now, "talk.resumed", seat=event.seat, agent=event.agent)
    if isinstance(route, entry.Refusal):
        return hang_up(call, plan, now)
    return _after_talk(call.next_audio(), plan, ())


def passed_on(call: Call, event: on.PassedOn, plan: Plan, now: float) -> Result:
    """Say good-bye behind a talk with a number on a trunk that began under an earlier owner."""
    call, _ = _routed(call, event.arrival, plan, now)
    call = replace(
        call,
        arrived_at=event.answered_at,
        greeted_at=event.answered_at,
        answered_at=event.answered_at,
        outcome=Outcome.FORWARDED,
    ).note(now, "forward.resumed")
    return forwarding.back(call, on.CallerBack(), plan, now)


def _since(call: Call, queued_at: float) -> Call:
    """Date a call back to where its earlier owner wrote it down."""
    return replace(call, arrived_at=queued_at, greeted_at=queued_at, queued_at=queued_at)


def _routed(
    call: Call, arrival: entry.Arrival, plan: Plan, now: float
) -> tuple[Call, entry.Route | entry.Refusal]:
    route = entry.decide(arrival, plan, now)
    call = replace(
        call,
        trunk=arrival.trunk,
        dialled=arrival.called,
        caller=route.caller,
        line_dialled=route.line_dialled,
    )
    for reason in route.reasons:
        call = call.note(now, reason.what, **reason.facts)
    if isinstance(route, entry.Refusal):
        return call, route
    call = replace(
        call,
        line_meant=route.line_meant,
        group=route.group,
        title=route.title,
        priority=route.priority,
        greeting=route.greeting,
        connects=route.connect,
        overflow=route.overflow,
        forward=route.forward,
        menu=route.menu,
        language=call.language or plan.language,
        closed=route.closed,
        music=route.music,
        survey=route.survey,
    )
    return call, route


def greet(call: Call, event: on.Answered, plan: Plan, now: float) -> Result:
    """Say what this number's callers hear first."""
    call = replace(call, greeted_at=now).next_audio()
    if call.connects and not call.greeting:
        return greeted(call, on.Played(call.audio), plan, now)
    if call.connects:
        call = replace(call, state=State.GREETING)
    else:
        outcome = Outcome.CLOSED if call.closed else Outcome.REDIRECTED
        call = replace(call, state=State.CLOSING, outcome=outcome, ended_by=EndedBy.SYSTEM)
    return call, (do.Play(call.greeting, call.audio),)


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


def queue_forgot(call: Call, event: on.QueueForgot, plan: Plan, now: float) -> Result:
    """The queue came back without this caller: to the old place, and no phone rings for him."""
    stops = tuple(do.StopLeg(leg, "ORIGINATOR_CANCEL") for leg in call.open_legs)
    call = _back(call).note(now, "queue.restored")
    return call, (*stops, *place(call, plan, now))


def ring(call: Call, event: on.Offered, plan: Plan, now: float) -> Result:
    """Ring the seat's phone; the caller goes on hearing what he hears."""
    offer = event.offer
    leg = LegRecord(offer.token, "seat", offer.seat, offer.agent, now, None, None, None, "")
    call = replace(
        call, state=State.RINGING, offer=offer, offered_at=now, legs=(*call.legs, leg)
    ).note(now, "offer.made", seat=offer.seat, agent=offer.agent, group=offer.group)
    seconds = plan.groups[offer.group].ring_seconds
    seat = plan.seats.get(offer.seat)
    if seat is not None and seat.phone:
        dial = do.Dial(seat.phone, seat.trunk, offer.token, seconds, call.caller, call.shown)
        return call, (dial,)
    return call, (do.Ring(offer.seat, offer.token, seconds, call.caller, call.shown),)


def ring_instead(call: Call, event: on.Offered, plan: Plan, now: float) -> Result:
    """An offer while another seat rings: the end of the earlier one was never told."""
    assert call.offer is not None
    stop = do.StopLeg(call.offer.token, "NO_ANSWER")
    call, todo = ring(_back(call), event, plan, now)
    return call, (stop, *todo)


def comfort(call: Call, event: on.TimerDue, plan: Plan, now: float) -> Result:
    """Say that all seats are busy, later where the caller stands; let further groups serve."""
    if widening.is_due(event):
        return widening.widen(call, event, plan, now)
    if event.name == "music":
        return (call, ()) if call.announcing else _music(call, interrupt=True)
    if event.name == "comfort":
        call = replace(call, announcing=True).next_audio()
        return call, (do.Play(("all_busy",), call.audio, interrupt=True),)
    if event.name == "position":
        return call, (do.AskPosition(),)
    return call, ()


def say_position(call: Call, event: on.Positioned, plan: Plan, now: float) -> Result:
    """Tell the caller the place in the list."""
    if event.position < 1:
        return call, _position_timer(plan)
    call = replace(call, announcing=True).next_audio()
    language = call.language if call.language in LARGEST else plan.language
    prompts = position_announcement(event.position, None, language)
    return call, (do.Play(prompts, call.audio, interrupt=True),)


def postpone(call: Call, event: on.TimerDue, plan: Plan, now: float) -> Result:
    """No announcement while a phone rings; it is due again should nobody answer."""
    if widening.is_due(event):
        return widening.widen(call, event, plan, now)
    if event.name == "comfort":
        return call, (do.SetTimer("comfort", plan.waiting.busy_after_seconds),)
    if event.name == "position":
        return call, _position_timer(plan)
    return comfort(call, event, plan, now)


def _position_timer(plan: Plan) -> tuple[do.Action, ...]:
    every = plan.waiting.position_every_seconds
    return (do.SetTimer("position", every),) if every > 0 else ()


def music_again(call: Call, event: on.Played, plan: Plan, now: float) -> Result:
    """Back to the music after an announcement; music that ended by itself begins again later."""
    if event.execution != call.audio:
        return call, ()
    if not call.announcing:
        if event.failed and not any(step.what == "music.failed" for step in call.trace):
            call = call.note(now, "music.failed", music=call.music)
        return call, (do.SetTimer("music", MUSIC_SECONDS),)
    if event.failed:
        call = call.note(now, "audio.failed", prompt="waiting")
    call, music = _music(call, interrupt=event.failed)
    return call, (*music, *_position_timer(plan))


def _music(call: Call, interrupt: bool) -> Result:
    call = replace(call, announcing=False).next_audio()
    return call, (do.PlayMusic(call.music, call.audio, interrupt),)


def bridge_undone(call: Call, event: on.CallerBack, plan: Plan, now: float) -> Result:
    """A bridge that was given up broke the music."""
    return _music(call, interrupt=False)


def connect(call: Call, event: on.SeatAnswered, plan: Plan, now: float) -> Result:
    """The seat picked up: bridge the two, if the lease still holds."""
    offer = call.offer
    assert offer is not None
    if event.leg != offer.token:
        return late_seat(call, event, plan, now)
    call = replace(call, state=State.CONNECTING).with_leg(event.leg, answered_at=now)
    return call, (
        do.AcceptOffer(offer.token),
        do.Bridge(event.leg),
        do.SetTimer("bridge", BRIDGE_SECONDS),
    )


def seat_failed(call: Call, event: on.SeatFailed, plan: Plan, now: float) -> Result:
    """Busy, silent, refused or unreachable: the caller keeps place and age."""
    offer = call.offer
    assert offer is not None
    if event.leg != offer.token:
        return leg_ended(call, event, plan, now)
    reason = "" if event.cause in NOT_THE_PHONE else SEAT_FAILURES.get(event.cause, UNREACHABLE)
    call = _leg_ended(call, event.leg, event.cause, now)
    call = _back(call).note(now, "offer.refused", seat=offer.seat, cause=event.cause, why=reason)
    return call, (do.RefuseOffer(offer.token, reason), do.Tag({"switchd_state": "waiting"}))


def seat_hung_up_early(call: Call, event: on.SeatGone, plan: Plan, now: float) -> Result:
    """The seat picked up and was gone before the two heard each other."""
    call = _leg_ended(call, event.leg, event.cause, now)
    if not _is_offered(call, event.leg):
        return call, ()
    return _queue_again(call, plan, now, why=event.cause, stop=())


def bridge_failed(
    call: Call, event: on.BridgeFailed | on.TimerDue, plan: Plan, now: float
) -> Result:
    """The switch could not bridge: the seat is let go, the caller keeps place and age."""
    if isinstance(event, on.TimerDue) and event.name != "bridge":
        return call, ()
    assert call.offer is not None
    why = event.why if isinstance(event, on.BridgeFailed) else "no bridge in time"
    stop = (do.StopLeg(call.offer.token, "NORMAL_TEMPORARY_FAILURE"),)
    return _queue_again(call, plan, now, why=why, stop=stop)


def _queue_again(
    call: Call, plan: Plan, now: float, why: str, stop: tuple[do.Action, ...]
) -> Result:
    offer = call.offer
    assert offer is not None
    call = _back(call).note(now, "queue.again", seat=offer.seat, why=why)
    call, waiting = wait(call, plan, now, interrupt=True)
    release = do.ReleaseSeat(offer.seat, offer.token, 0.0)
    return call, (*stop, do.ClearTimer("bridge"), release, *waiting)


def offer_lost(call: Call, event: on.OfferLost, plan: Plan, now: float) -> Result:
    """The lease ran out; the queue has already taken the caller back."""
    if call.offer is None or call.offer.token != event.token:
        return call, ()
    call = _back(call).note(now, "offer.lost", seat=call.offer.seat)
    return call, (
        do.StopLeg(event.token, "NO_ANSWER"),
        do.ClearTimer("bridge"),
        do.Tag({"switchd_state": "waiting"}),
    )


def _back(call: Call) -> Call:
    return replace(call, state=State.WAITING, offer=None)


def _is_offered(call: Call, leg: str) -> bool:
    return call.offer is not None and call.offer.token == leg


def talk(call: Call, event: on.Bridged, plan: Plan, now: float) -> Result:
    """Caller and seat hear each other; from here it is recorded."""
    offer = call.offer
    assert offer is not None
    if event.leg != offer.token:
        return call, ()
    day = datetime.fromtimestamp(now, plan.zone).strftime("%Y/%m/%d")
    path = f"{day}/{call.id}.wav"
    call = replace(
        call,
        state=State.TALKING,
        answered_at=now,
        seat=offer.seat,
        agent=offer.agent,
        outcome=Outcome.ANSWERED,
        recording=path,
    ).with_leg(event.leg, bridged_at=now)
    call = call.note(now, "talk.began", seat=offer.seat, agent=offer.agent)
    tag = {
        "switchd_state": "talking",
        "switchd_seat": offer.seat,
        "switchd_agent": offer.agent,
        "switchd_offer": offer.token,
        "switchd_answered_at": f"{now:.3f}",
        "switchd_recording": path,
    }
    return call, (
        do.ClearTimer("bridge"),
        do.ClearTimer("comfort"),
        do.ClearTimer("position"),
        *widening.stop(call),
        do.StartRecording(path),
        do.Tag(tag),
    )


def seat_left(call: Call, event: on.SeatGone, plan: Plan, now: float) -> Result:
    """The seat's leg ended; the caller is on the way back from the bridge."""
    call = _leg_ended(call, event.leg, event.cause, now)
    if not _is_offered(call, event.leg):
        return call, ()
    call, release = _talk_over(call, plan, now)
    by = EndedBy.SEAT if event.by_seat else None
    return replace(call, state=State.AFTER_TALK, ended_by=by), release


def caller_back(call: Call, event: on.CallerBack, plan: Plan, now: float) -> Result:
    """The caller is parked again: ask, thank, good-bye."""
    release: tuple[do.Action, ...] = ()
    if call.state is State.TALKING:
        call, release = _talk_over(call, plan, now)
    call = replace(call, ended_by=call.ended_by or EndedBy.SEAT).next_audio()
    return _after_talk(call, plan, release)


def _after_talk(call: Call, plan: Plan, release: tuple[do.Action, ...]) -> Result:
    stop = (do.StopRecording(call.recording),) if call.recording else ()
    if not call.survey:
        return _close(call, ("thanks",), (*release, *stop))
    call = replace(call, state=State.SURVEY)
    keys = "".join(plan.survey.keys)
    ask = do.Collect(
        ("survey",), ("survey_invalid",), keys, plan.survey.seconds, plan.survey.tries, call.audio
    )
    return call, (*release, *stop, do.Tag({"switchd_state": "survey"}), ask)


def _talk_over(call: Call, plan: Plan, now: float) -> Result:
    offer = call.offer
    assert offer is not None
    wrap_up = plan.groups[offer.group].wrap_up_seconds
    call = replace(call, talk_ended_at=now, offer=None).note(now, "talk.ended")
    return call, (do.ReleaseSeat(offer.seat, offer.token, wrap_up),)


def surveyed(call: Call, event: on.Collected, plan: Plan, now: float) -> Result:
    """Keep the key, say thanks."""
    if event.execution != call.audio:
        return call, ()
    meaning = plan.survey.keys.get(event.keys, "")
    call = replace(call, survey_key=event.keys if meaning else "")
    call = call.note(now, "survey.key", key=event.keys or "none", meaning=meaning or "none")
    call = call.next_audio()
    return _close(call, ("thanks",), ())


def _close(call: Call, prompts: tuple[str, ...], before: tuple[do.Action, ...]) -> Result:
    call = replace(call, state=State.CLOSING)
    return call, (*before, do.Play(prompts, call.audio))


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


def queue_failed(call: Call, event: on.QueueFailed, plan: Plan, now: float) -> Result:
    """Without a queue nobody can be found: say so, rather than let music play for ever."""
    call = replace(call, outcome=Outcome.FAILED, ended_by=EndedBy.SYSTEM)
    call = call.note(now, "queue.failed", why=event.why).next_audio()
    timers = (do.ClearTimer("comfort"), do.ClearTimer("position"), *widening.stop(call))
    leave = (*timers, do.LeaveQueue())
    stops = tuple(do.StopLeg(leg, "NORMAL_TEMPORARY_FAILURE") for leg in call.open_legs)
    call = replace(call, state=State.CLOSING, offer=None)
    return call, (*leave, *stops, do.Play(("technical_fault",), call.audio, interrupt=True))


def switch_refused(call: Call, event: on.SwitchRefused, plan: Plan, now: float) -> Result:
    """FreeSWITCH refused what the call cannot go on without: end it, cleanly and in writing."""
    call = call.note(now, "switch.refused", action=event.action, why=event.why)
    call = replace(call, outcome=call.outcome or Outcome.FAILED)
    leave: tuple[do.Action, ...] = ()
    if call.state in (State.WAITING, State.RINGING):
        leave = (do.LeaveQueue(),)
    if call.offer is not None and call.state in (State.CONNECTING, State.TALKING):
        leave = (do.ReleaseSeat(call.offer.seat, call.offer.token, 0.0),)
    stops = tuple(do.StopLeg(leg, "NORMAL_TEMPORARY_FAILURE") for leg in call.open_legs)
    call, hangup = hang_up(call, plan, now, "NORMAL_TEMPORARY_FAILURE")
    return replace(call, offer=None), (*leave, *stops, *hangup)


def caller_left(call: Call, event: on.CallerGone, plan: Plan, now: float) -> Result:
    """The caller's line is gone, whatever was going on: nothing may ring on, no seat may hang."""
    actions: list[do.Action] = []
    if call.state in (State.WAITING, State.RINGING):
        actions.append(do.LeaveQueue())
    offer = call.offer
    if offer is not None and call.state in (State.CONNECTING, State.TALKING):
        wrap_up = 0.0
        if call.state is State.TALKING:
            call = replace(call, talk_ended_at=now)
            wrap_up = plan.groups[offer.group].wrap_up_seconds
        actions.append(do.ReleaseSeat(offer.seat, offer.token, wrap_up))
    outcome = call.outcome
    if outcome is None:
        outcome = Outcome.ABANDONED if call.queued_at is not None else Outcome.ABANDONED_AT_ENTRY
        outcome = Outcome.FAILED if event.cause in SWITCH_DIED else outcome
    if call.state is State.FORWARDED:
        call = replace(call, talk_ended_at=call.talk_ended_at or now)
    call = replace(
        call,
        ended_at=now,
        cause=event.cause,
        ended_by=call.ended_by or event.by,
        outcome=outcome,
        offer=None,
    ).note(now, "call.ended", cause=event.cause, by=event.by)
    if not call.open_legs:
        call, close = _written(call, plan)
        return call, (*actions, *close)
    stops = [do.StopLeg(leg, "ORIGINATOR_CANCEL") for leg in call.open_legs]
    call = replace(call, state=State.CLEARING)
    return call, (*stops, *actions, do.SetTimer("clearing", CLEARING_SECONDS))


def leg_ended(call: Call, event: on.SeatGone | on.SeatFailed, plan: Plan, now: float) -> Result:
    """A leg that no longer matters has ended; it is written down all the same."""
    return _leg_ended(call, event.leg, event.cause, now), ()


def cleared(call: Call, event: on.SeatGone | on.SeatFailed, plan: Plan, now: float) -> Result:
    """The last phone has stopped."""
    call = _leg_ended(call, event.leg, event.cause, now)
    return (call, ()) if call.open_legs else _written(call, plan)


def too_late(call: Call, event: on.TimerDue, plan: Plan, now: float) -> Result:
    """A stopped phone never confirmed; the record does not wait for it."""
    if event.name != "clearing":
        return call, ()
    stops = tuple(do.StopLeg(leg, "ORIGINATOR_CANCEL") for leg in call.open_legs)
    for leg in call.open_legs:
        call = _leg_ended(call, leg, "UNCONFIRMED", now)
    call, close = _written(call, plan)
    return call, (*stops, *close)


def late_offer(call: Call, event: on.Offered, plan: Plan, now: float) -> Result:
    """An offer that crossed the caller's way out: give the seat back at once."""
    return call, (do.LeaveQueue(),)


def late_seat(call: Call, event: on.SeatAnswered, plan: Plan, now: float) -> Result:
    """A phone answered when nobody waits for it any more: it must not hear silence."""
    if _is_offered(call, event.leg) and call.state is not State.RINGING:
        return call, ()
    return call, (do.StopLeg(event.leg, "ORIGINATOR_CANCEL"),)


def other_leg_failed(call: Call, event: on.SeatFailed, plan: Plan, now: float) -> Result:
    """A phone that no longer matters; the one that was picked up cannot fail to be."""
    if _is_offered(call, event.leg):
        return call, ()
    return leg_ended(call, event, plan, now)


def ignore(call: Call, event: on.Event, plan: Plan, now: float) -> Result:
    """Known, and of no consequence here."""
    return call, ()


def _leg_ended(call: Call, leg: str, cause: str, now: float) -> Call:
    if leg not in call.open_legs:
        return call
    return call.with_leg(leg, ended_at=now, cause=cause)


def _written(call: Call, plan: Plan) -> Result:
    call = replace(call, state=State.ENDED)
    record = call.record(plan.city, plan.version, dict(plan.survey.keys))
    return call, (do.ClearTimer("clearing"), do.Close(record))
