"""Voicemail: the last exit out of the queue, a message that is recorded."""

from __future__ import annotations

from datetime import datetime

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.call import Call
from routing.callflow.handlers.ending import caller_left
from routing.callflow.handlers.result import Result
from routing.callflow.states import QUEUED, State
from routing.callflow.waiting import stop
from routing.plan import Plan
from routing.record import EndedBy, Outcome
from routing.replacing import replace

FOLDER = "voicemail"
"""Below the recordings folder."""


def begin(call: Call, plan: Plan, now: float) -> Result:
    """Take the caller out of the queue, if in it, and invite to leave a message.

    Interrupts what is being heard.
    """
    leave: tuple[do.Action, ...] = (do.LeaveQueue(),) if call.state in QUEUED else ()
    stops = tuple(do.StopLeg(leg, "ORIGINATOR_CANCEL") for leg in call.open_legs)
    call = call.note(now, "voicemail.offered")
    call = replace(call, state=State.VOICEMAIL_GREETING, offers=(), announcing=False).next_audio()
    greeting = do.Play((*plan.voicemail.greeting, "beep"), call.audio, interrupt=True)
    return call, (*leave, *stops, *stop(), do.Tag({"switchd_state": "voicemail"}), greeting)


def greeted(call: Call, event: on.Played, plan: Plan, now: float) -> Result:
    """The beep was heard: record."""
    if event.execution != call.audio:
        return call, ()
    if event.failed:
        call = call.note(now, "audio.failed", prompt="voicemail_greeting")
    day = datetime.fromtimestamp(now, plan.zone).strftime("%Y/%m/%d")
    path = f"{FOLDER}/{day}/{call.id}.wav"
    call = replace(call, state=State.VOICEMAIL, recording=path, message_at=now).next_audio()
    rules = plan.voicemail
    tag = {"switchd_recording": path, "switchd_message_at": f"{now:.3f}"}
    return call, (
        do.Tag(tag),
        do.RecordMessage(path, rules.longest_seconds, rules.silence_seconds, call.audio),
    )


def recorded(call: Call, event: on.Recorded, plan: Plan, now: float) -> Result:
    """The message is over: thanks and good-bye."""
    if event.execution != call.audio:
        return call, ()
    call = _kept(call, plan, now, event.seconds)
    call = replace(call, state=State.CLOSING, ended_by=EndedBy.SYSTEM).next_audio()
    said = "voicemail_kept" if call.outcome is Outcome.VOICEMAIL else "goodbye"
    return call, (do.Play((said,), call.audio),)


def hung_up(call: Call, event: on.CallerGone, plan: Plan, now: float) -> Result:
    """The usual end of a message: what was said until then counts."""
    assert call.message_at is not None
    return caller_left(_kept(call, plan, now, now - call.message_at), event, plan, now)


def _kept(call: Call, plan: Plan, now: float, seconds: float) -> Call:
    if seconds < plan.voicemail.shortest_seconds:
        call = call.note(now, "voicemail.too_short", seconds=f"{seconds:.1f}")
        outcome = Outcome.ABANDONED if call.full is None else Outcome.CONGESTED
        return replace(call, recording="", outcome=outcome)
    call = call.note(now, "voicemail.left", seconds=f"{seconds:.1f}")
    return replace(call, outcome=Outcome.VOICEMAIL)
