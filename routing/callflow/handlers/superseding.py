"""A number that waits has called again, and its new call has the place."""

from __future__ import annotations

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.call import Call
from routing.callflow.handlers.ending import hang_up
from routing.callflow.handlers.result import Result
from routing.callflow.states import QUEUED, State
from routing.callflow.waiting import stop
from routing.plan import Plan
from routing.record import EndedBy, Outcome
from routing.replacing import replace


def superseded(call: Call, event: on.Superseded, plan: Plan, now: float) -> Result:
    """The number called again, and its new call has the place: this one ends, and says so to
    whoever may still listen."""
    call = replace(call, outcome=Outcome.REPEATED, ended_by=EndedBy.SYSTEM, counted=False).note(
        now, "place.taken_over", call=event.by
    )
    if call.state is State.ANSWERING:
        return hang_up(call, plan, now)
    leaves: tuple[do.Action, ...] = ()
    if call.state in QUEUED:
        leaves = (do.LeaveQueue(),)
    stops = tuple(do.StopLeg(leg, "ORIGINATOR_CANCEL") for leg in call.open_legs)
    call = replace(call, state=State.CLOSING, offers=()).next_audio()
    said = do.Play(("called_again",), call.audio, interrupt=True)
    return call, (*leaves, *stops, *stop(), said)
