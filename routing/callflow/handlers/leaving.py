"""The ways out of a wait that has become too long: a callback, a message, an announcement."""

from __future__ import annotations

from dataclasses import replace

from routing.callflow import actions as do
from routing.callflow.call import Call
from routing.callflow.handlers import callbacks, voicemail
from routing.callflow.handlers.ending import hang_up
from routing.callflow.handlers.result import Result
from routing.callflow.states import State
from routing.callflow.waiting import stop
from routing.lines import Exit, Overflow
from routing.plan import Plan
from routing.record import EndedBy, Outcome


def leave(call: Call, step: Overflow, plan: Plan, now: float) -> Result:
    """Lead the caller out; nothing of the wait is announced any more."""
    match step.then:
        case Exit.CALLBACK:
            call, todo = callbacks.offer(call, plan, now)
        case Exit.VOICEMAIL:
            call, todo = voicemail.begin(call, plan, now)
        case Exit.ANNOUNCE:
            call = _timed_out(call, State.CLOSING).next_audio()
            todo = (do.LeaveQueue(), do.Play((step.announcement,), call.audio, interrupt=True))
        case _:
            call, hangup = hang_up(_timed_out(call, State.ENDING), plan, now)
            todo = (do.LeaveQueue(), *hangup)
    return call, (*stop(), *todo)


def _timed_out(call: Call, state: State) -> Call:
    return replace(call, state=state, outcome=Outcome.TIMED_OUT, ended_by=EndedBy.SYSTEM)
