"""The ways out of a wait that has become too long: a callback, a message, an announcement."""

from __future__ import annotations

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
from routing.replacing import replace


def leave(
    call: Call, step: Overflow, plan: Plan, now: float, outcome: Outcome = Outcome.TIMED_OUT
) -> Result:
    """Lead the caller out; who is asked about a callback stays in the list meanwhile.

    `outcome` is that of a call which ends here, without callback or message.
    """
    if step.then is Exit.CALLBACK:
        return callbacks.offer(call, plan, now)
    if step.then is Exit.VOICEMAIL:
        return voicemail.begin(call, plan, now)
    call = replace(call, outcome=outcome, ended_by=EndedBy.SYSTEM)
    if step.then is Exit.ANNOUNCE:
        call = replace(call, state=State.CLOSING).next_audio()
        goodbye = do.Play((step.announcement,), call.audio, interrupt=True)
        return call, (*stop(), do.LeaveQueue(), goodbye)
    call, hangup = hang_up(call, plan, now)
    return call, (*stop(), do.LeaveQueue(), *hangup)
