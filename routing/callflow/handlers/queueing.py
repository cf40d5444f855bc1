"""In the queue: music and announcements, offers, a phone that rings, the bridge."""

from __future__ import annotations

from dataclasses import replace

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow import widening
from routing.callflow.call import Call
from routing.callflow.handlers.ending import SWITCH_DIED
from routing.callflow.handlers.legs import back_to_list, end_leg, is_offered, late_seat, leg_ended
from routing.callflow.handlers.result import Result
from routing.callflow.states import State
from routing.callflow.waiting import place, wait
from routing.plan import Plan
from routing.record import EndedBy, LegRecord, Outcome
from routing.saying import LARGEST, position_announcement
from routing.seats import NotReadyReason, Offer

MUSIC_SECONDS = 2.0
"""Pause before music that has ended is begun again: a missing stream ends at once, every time."""
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


def queue_forgot(call: Call, event: on.QueueForgot, plan: Plan, now: float) -> Result:
    """The queue came back without this caller: to the old place, and no phone rings for him."""
    stops = tuple(do.StopLeg(leg, "ORIGINATOR_CANCEL") for leg in call.open_legs)
    call = back_to_list(call).note(now, "queue.restored")
    return call, (*stops, *place(call, plan, now))


def queue_failed(call: Call, event: on.QueueFailed, plan: Plan, now: float) -> Result:
    """Without a queue nobody can be found: say so, rather than let music play for ever."""
    call = replace(call, outcome=Outcome.FAILED, ended_by=EndedBy.SYSTEM)
    call = call.note(now, "queue.failed", why=event.why).next_audio()
    timers = (do.ClearTimer("comfort"), do.ClearTimer("position"), *widening.stop(call))
    leave = (*timers, do.LeaveQueue())
    stops = tuple(do.StopLeg(leg, "NORMAL_TEMPORARY_FAILURE") for leg in call.open_legs)
    call = replace(call, state=State.CLOSING, offer=None)
    return call, (*leave, *stops, do.Play(("technical_fault",), call.audio, interrupt=True))


def ring(call: Call, event: on.Offered, plan: Plan, now: float) -> Result:
    """Ring the seat's phone; the caller goes on hearing what he hears."""
    offer = event.offer
    leg = LegRecord(offer.token, "seat", offer.seat, offer.agent, now, None, None, None, "")
    call = replace(
        call, state=State.RINGING, offer=offer, offered_at=now, legs=(*call.legs, leg)
    ).note(now, "offer.made", seat=offer.seat, agent=offer.agent, group=offer.group)
    seconds = plan.groups[offer.group].ring_seconds
    return call, (_reach(plan, offer, seconds, call),)


def _reach(plan: Plan, offer: Offer, seconds: float, call: Call) -> do.Action:
    seat = plan.seats.get(offer.seat)
    if seat is None or not seat.phone:
        return do.Ring(offer.seat, offer.token, seconds, call.caller, call.shown, offer.home)
    return do.Dial(
        seat.phone, seat.trunk, offer.token, seconds, call.caller, call.shown, offer.seat
    )


def ring_instead(call: Call, event: on.Offered, plan: Plan, now: float) -> Result:
    """An offer while another seat rings: the end of the earlier one was never told."""
    assert call.offer is not None
    stop = do.StopLeg(call.offer.token, "NO_ANSWER")
    call, todo = ring(back_to_list(call), event, plan, now)
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
    """Tell the caller the place in the list and, if it is known, how long it may take."""
    if event.position < 1:
        return call, _position_timer(plan)
    call = replace(call, announcing=True).next_audio()
    language = call.language if call.language in LARGEST else plan.language
    prompts = position_announcement(event.position, event.wait_seconds, language)
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
        do.SetTimer("bridge", do.BRIDGE_SECONDS),
    )


def seat_failed(call: Call, event: on.SeatFailed, plan: Plan, now: float) -> Result:
    """Busy, silent, refused or unreachable: the caller keeps place and age."""
    offer = call.offer
    assert offer is not None
    if event.leg != offer.token:
        return leg_ended(call, event, plan, now)
    reason = "" if event.cause in NOT_THE_PHONE else SEAT_FAILURES.get(event.cause, UNREACHABLE)
    call = end_leg(call, event.leg, event.cause, now)
    call = back_to_list(call).note(
        now, "offer.refused", seat=offer.seat, cause=event.cause, why=reason
    )
    return call, (do.RefuseOffer(offer.token, reason), do.Tag({"switchd_state": "waiting"}))


def seat_hung_up_early(call: Call, event: on.SeatGone, plan: Plan, now: float) -> Result:
    """The seat picked up and was gone before the two heard each other."""
    call = end_leg(call, event.leg, event.cause, now)
    if not is_offered(call, event.leg):
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
    call = back_to_list(call).note(now, "queue.again", seat=offer.seat, why=why)
    call, waiting = wait(call, plan, now, interrupt=True)
    release = do.ReleaseSeat(offer.seat, offer.token, 0.0)
    return call, (*stop, do.ClearTimer("bridge"), release, *waiting)


def offer_lost(call: Call, event: on.OfferLost, plan: Plan, now: float) -> Result:
    """The lease ran out; the queue has already taken the caller back."""
    if call.offer is None or call.offer.token != event.token:
        return call, ()
    call = back_to_list(call).note(now, "offer.lost", seat=call.offer.seat)
    return call, (
        do.StopLeg(event.token, "NO_ANSWER"),
        do.ClearTimer("bridge"),
        do.Tag({"switchd_state": "waiting"}),
    )
