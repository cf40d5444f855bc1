"""What may be asked for during a call: one function for each verb, and where it fits.

Every wish is answered once: at once if it is done, refused or begun, or as soon as the queue has
said whether a seat can be had.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.arranging import laid_out, settle
from routing.callflow.call import Call
from routing.callflow.handlers import conferring, consulting, holding, transferring
from routing.callflow.handlers.course import drop, say
from routing.callflow.handlers.result import Result
from routing.callflow.handlers.wishes import Refusal, done
from routing.callflow.postponed import must_wait
from routing.callflow.states import ACCEPTED, ENGAGED, State
from routing.plan import Plan
from routing.replacing import replace

Verb = Callable[[Call, on.Control, Plan, float], Result]
S = State


@dataclass(frozen=True, slots=True)
class Fit:
    """A verb, and the states in which it means something."""

    do: Verb
    states: frozenset[State]


def _in(*states: State) -> frozenset[State]:
    return frozenset(states)


_WITH_CALLER = _in(S.TALKING, S.HELD)
_WITH_SEAT = ENGAGED - (ACCEPTED - {S.TALKING})

VERBS = {
    "hold": Fit(holding.hold, _in(S.TALKING)),
    "resume": Fit(holding.resume, _in(S.HELD)),
    "hold-or-resume": Fit(holding.hold_or_resume, _WITH_CALLER),
    "mute": Fit(holding.mute, _WITH_SEAT),
    "unmute": Fit(holding.unmute, _WITH_SEAT),
    "mute-or-unmute": Fit(holding.mute_or_unmute, _WITH_SEAT),
    "park": Fit(holding.park, _WITH_CALLER),
    "pick-up": Fit(holding.pick_up, _in(S.PARKED)),
    "survey": Fit(holding.survey, _WITH_CALLER),
    "hang-up": Fit(holding.hang_up, _WITH_SEAT),
    "transfer": Fit(transferring.transfer, _WITH_CALLER),
    "consult": Fit(consulting.consult, _WITH_CALLER),
    "complete": Fit(consulting.complete, _in(S.CONSULT_RINGING, S.CONSULTING, S.CONFERENCE)),
    "cancel": Fit(consulting.cancel, _WITH_SEAT),
    "swap": Fit(consulting.swap, _in(S.CONSULTING)),
    "supervisor": Fit(conferring.supervisor, _WITH_SEAT),
    "three-way": Fit(conferring.three_way, _WITH_SEAT),
    "emergency": Fit(conferring.emergency, _WITH_SEAT),
    "leave": Fit(conferring.leave, _in(S.CONSULTING, S.CONFERENCE)),
    "drop": Fit(conferring.drop_one, _WITH_SEAT),
}
"""The words of the API, the command line and the keys."""
OF_ANY_SEAT = frozenset({"pick-up"})
"""Verbs of a seat that is not in the call yet."""
OF_GUESTS = frozenset({"leave", "hang-up"})
"""Verbs of a seat that was brought into a call."""


def control(call: Call, event: on.Control, plan: Plan, now: float) -> Result:
    """Do what is asked for, or say why not."""
    if must_wait(call, event):
        return replace(call, postponed=(*call.postponed, event)), ()
    try:
        return _done(call, event, plan, now)
    except Refusal as refusal:
        call = call.note(now, "control.refused", verb=event.verb, by=event.who, why=refusal.why)
        reply = do.Reply(event.request, refusal.why)
        if not event.spoken:
            return call, (reply,)
        call, hint = say(call, refusal.prompt)
        call, told = settle(call)
        return call, (reply, *hint, *told)


def not_now(call: Call, event: on.Control, plan: Plan, now: float) -> Result:
    """Nobody talks with the caller: there is nothing to control."""
    return call, (do.Reply(event.request, f"the call is {_words(call)}: nothing to control"),)


def _done(call: Call, event: on.Control, plan: Plan, now: float) -> Result:
    fit = VERBS.get(event.verb)
    if fit is None:
        raise Refusal(f"there is no verb {event.verb}: it is one of {', '.join(VERBS)}")
    seat = call.offer.seat if call.offer is not None else ""
    if event.seat not in ("", seat) and event.verb not in OF_ANY_SEAT:
        return _guest(call, event, plan, now)
    if call.state not in fit.states:
        raise Refusal(f"{event.verb} is not possible while the call is {_words(call)}")
    call = laid_out(call).note(
        now,
        "control.asked",
        verb=event.verb,
        by=event.who,
        target=event.target or "",
        why=event.why,
    )
    return fit.do(call, event, plan, now)


def _guest(call: Call, event: on.Control, plan: Plan, now: float) -> Result:
    """A seat that was brought into the call may leave it, and no more."""
    guest = next((p for p in call.parties if p.name == event.seat and p.answered), None)
    if guest is None:
        raise Refusal(f"seat {event.seat} is not in this call")
    if event.verb not in OF_GUESTS:
        owner = call.offer.seat if call.offer is not None else "nobody"
        raise Refusal(f"the call is that of seat {owner}: seat {event.seat} may only leave it")
    call = call.note(now, "control.asked", verb=event.verb, by=event.who, why=event.why)
    call, todo = drop(call, guest, plan, now)
    return call, (*done(event), *todo)


def _words(call: Call) -> str:
    return call.state.replace("_", " ")
