"""What goes on in the queue while a caller is asked about a callback."""

from __future__ import annotations

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.call import Call
from routing.callflow.handlers.offering import ring
from routing.callflow.handlers.queueing import postpone
from routing.callflow.handlers.result import Result
from routing.callflow.waiting import place
from routing.plan import Plan
from routing.replacing import replace


def seat_free(call: Call, event: on.Offered, plan: Plan, now: float) -> Result:
    """A person now is better than a callback: the question ends, the phone rings.

    If nobody takes the call the question is asked again.
    """
    call = replace(call, announcing=False, callback_number="", asks_for_callback=True).next_audio()
    music = do.PlayMusic(call.music, call.audio, interrupt=True)
    call, todo = ring(call, event, plan, now)
    return call, (music, *todo)


def due(call: Call, event: on.TimerDue, plan: Plan, now: float) -> Result:
    """Further groups may serve the caller meanwhile; announcements are put off."""
    return postpone(call, event, plan, now)


def forgotten(call: Call, event: on.QueueForgot, plan: Plan, now: float) -> Result:
    """The queue came back without this caller: to the old place; the question goes on."""
    return call.note(now, "queue.restored"), place(call, plan, now)
