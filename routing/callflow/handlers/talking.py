"""The talk, and the survey behind it."""

from __future__ import annotations

from datetime import datetime

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow import waiting
from routing.callflow.call import Call
from routing.callflow.handlers.ending import hang_up
from routing.callflow.handlers.legs import end_leg, is_offered
from routing.callflow.handlers.result import Result
from routing.callflow.states import State
from routing.lines import HIGHEST_PRIORITY
from routing.plan import Plan
from routing.record import CallKind, EndedBy, Outcome
from routing.replacing import replace


def talk(call: Call, event: on.Bridged, plan: Plan, now: float) -> Result:
    """Caller and seat hear each other; from here it is recorded."""
    offer = call.offer
    assert offer is not None
    if event.leg != offer.token:
        return call, ()
    day = datetime.fromtimestamp(now, plan.zone).strftime("%Y/%m/%d")
    path = call.recording or f"{day}/{call.id}.wav"
    record = () if call.recording else (do.StartRecording(path),)
    call = replace(
        call,
        state=State.TALKING,
        offers=(offer,),
        answered_at=now if call.answered_at is None else call.answered_at,
        talk_ended_at=None,
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
        "switchd_answered_at": f"{call.answered_at:.3f}",
        "switchd_recording": path,
    }
    return call, (
        do.ClearTimer("bridge"),
        *waiting.stop(),
        # Before the recording, so that whoever takes the talk over finds whose it is.
        do.Tag(tag),
        *record,
        do.LeavePlace(),
    )


def not_recorded(call: Call, event: on.NotRecorded, plan: Plan, now: float) -> Result:
    """The talk goes on; the record names no file that is not there."""
    if not call.recording:
        return call, ()
    if event.partly:
        return call.note(now, "recording.cut", why=event.why), ()
    call = replace(call, recording="").note(now, "recording.failed", why=event.why)
    return call, (do.Tag({"switchd_recording": ""}),)


def seat_left(call: Call, event: on.SeatGone, plan: Plan, now: float) -> Result:
    """The seat's leg ended; the caller is on the way back from the bridge."""
    call = end_leg(call, event.leg, event.cause, now)
    if not is_offered(call, event.leg):
        return call, ()
    call, release = _talk_over(call, plan, now)
    by = EndedBy.SEAT if event.by_seat else None
    lost = event.line_lost and call.kind is not CallKind.OUTGOING
    return replace(call, state=State.AFTER_TALK, ended_by=by, comes_back=lost), release


def caller_back(call: Call, event: on.CallerBack, plan: Plan, now: float) -> Result:
    """The caller is parked again: ask, thank, good-bye; or, if it was the seat's line that broke,
    back to the list before everybody else."""
    if call.comes_back:
        return _first_in_line(call, plan, now, interrupt=False)
    release: tuple[do.Action, ...] = ()
    if call.state is State.TALKING:
        call, release = _talk_over(call, plan, now)
    call = replace(call, ended_by=call.ended_by or EndedBy.SEAT).next_audio()
    return after_talk(call, plan, now, release)


def seat_gone_behind(call: Call, event: on.SeatGone, plan: Plan, now: float) -> Result:
    """The seat's leg ended, as the caller's return has told already; if it was its line that broke
    the caller has not been served to the end, and the recording goes on."""
    call = end_leg(call, event.leg, event.cause, now)
    if not event.line_lost or call.kind is CallKind.OUTGOING:
        return call, ()
    call, todo = _first_in_line(call, plan, now, interrupt=True)
    record = (do.Tag({"RECORD_APPEND": "true"}), do.StartRecording(call.recording))
    return call, (*todo, *(record if call.recording else ()))


def _first_in_line(call: Call, plan: Plan, now: float, interrupt: bool) -> Result:
    call = replace(call, comes_back=False, priority=HIGHEST_PRIORITY, ended_by=None)
    call = call.note(now, "queue.first_in_line", group=call.group, why="line lost")
    return waiting.wait(call, plan, now, interrupt)


def after_talk(
    call: Call,
    plan: Plan,
    now: float,
    release: tuple[do.Action, ...],
    interrupt: bool = False,
) -> Result:
    """Ask who called, or was called back, `interrupt` music; whom a seat called of its own accord
    is let go."""
    stop = (do.StopRecording(call.recording),) if call.recording else ()
    if call.kind is CallKind.OUTGOING:
        call, hangup = hang_up(call, plan, now)
        return call, (*release, *stop, *hangup)
    if not call.survey:
        return _close(call, ("thanks",), (*release, *stop), interrupt)
    call = replace(call, state=State.SURVEY)
    keys = "".join(plan.survey.keys)
    ask = do.Collect(
        ("survey",),
        ("survey_invalid",),
        keys,
        plan.survey.seconds,
        plan.survey.tries,
        call.audio,
        interrupt,
    )
    return call, (*release, *stop, do.Tag({"switchd_state": "survey"}), ask)


def _talk_over(call: Call, plan: Plan, now: float) -> Result:
    offer = call.offer
    assert offer is not None
    wrap_up = plan.groups[offer.group].wrap_up_seconds
    call = replace(call, talk_ended_at=now, offers=()).note(now, "talk.ended")
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


def _close(
    call: Call, prompts: tuple[str, ...], before: tuple[do.Action, ...], interrupt: bool = False
) -> Result:
    call = replace(call, state=State.CLOSING)
    return call, (*before, do.Play(prompts, call.audio, interrupt))
