"""The caller has gone in the middle of a controlled call: phones that ring stop, those who talked
or waited are told, then their legs are ended."""

from __future__ import annotations

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.arranging import arrived, laid_out, settle, without_leg
from routing.callflow.call import Call
from routing.callflow.handlers import callee
from routing.callflow.handlers.course import TIMERS
from routing.callflow.handlers.ending import CLEARING_SECONDS, caller_left, finish, over
from routing.callflow.handlers.legs import leg_ended
from routing.callflow.handlers.reaching import forget, released
from routing.callflow.handlers.result import Result
from routing.callflow.positions import At
from routing.callflow.states import State
from routing.plan import Plan
from routing.replacing import replace

FAREWELL = "farewell"
"""Timer: the longest that somebody is told that the caller has gone."""
FAREWELL_SECONDS = 8.0


def caller_gone(call: Call, event: on.CallerGone, plan: Plan, now: float) -> Result:
    """Nothing rings on; whoever is up is told."""
    todo: list[do.Action] = []
    for quest in call.quests:
        call, stopped = forget(call, quest.target)
        todo += stopped
    up = [party.leg for party in call.parties] + ([call.offer.token] if call.offer else [])
    if call.state is State.TALKING or not up:
        call, parked = _let_all_go(call, plan)
        call, ended = caller_left(call, event, plan, now)
        return call, (*todo, *parked, *(do.ClearTimer(name) for name in TIMERS), *ended)
    call, _ = without_leg(laid_out(call), call.id)
    call = replace(over(call, event, now), state=State.FAREWELL, talk_ended_at=now)
    call, moves = settle(replace(call, tell=(), telling=""))
    call, told = _told(call)
    timers = (*(do.ClearTimer(name) for name in TIMERS), do.SetTimer(FAREWELL, FAREWELL_SECONDS))
    gone = do.Notify("caller.gone", {"cause": event.cause})
    return call, (*todo, *callee.freed(call, plan), gone, *timers, *moves, *told)


def _let_all_go(call: Call, plan: Plan) -> Result:
    todo = tuple(action for party in call.parties for action in released(party, plan))
    return replace(call, parties=(), spots={}, tell=(), telling=""), todo


def _told(call: Call) -> Result:
    """Tell everybody who is parked and does not know yet."""
    todo: list[do.Action] = []
    spots = dict(call.spots)
    for leg, spot in spots.items():
        if spot.at is At.PARKED and spot.hears != FAREWELL:
            todo.append(do.Tell(leg, ("caller_gone",), farewell_execution(leg), bool(spot.hears)))
            spots[leg] = replace(spot, hears=FAREWELL)
    return replace(call, spots=spots), tuple(todo)


def farewell_execution(leg: str) -> str:
    """Name the execution that tells whoever is on `leg`."""
    return f"{leg}/farewell"


def parked(call: Call, event: on.SeatAnswered, plan: Plan, now: float) -> Result:
    """Somebody is parked, and is told; a phone that is picked up only now stops."""
    if event.leg not in call.spots:
        return call, (do.StopLeg(event.leg, "ORIGINATOR_CANCEL"),)
    return _told(arrived(call, event.leg, At.PARKED))


def elsewhere(call: Call, event: on.Bridged | on.Joined, plan: Plan, now: float) -> Result:
    """A move that was begun before: out of it again."""
    at = At.BRIDGED if isinstance(event, on.Bridged) else At.ROOM
    return settle(arrived(call, event.leg, at))


def told(call: Call, event: on.Played, plan: Plan, now: float) -> Result:
    """Somebody has been told: good-bye."""
    leg = next((leg for leg in call.spots if event.execution == farewell_execution(leg)), None)
    return call, (do.StopLeg(leg, "NORMAL_CLEARING"),) if leg is not None else ()


def leg_over(call: Call, event: on.SeatGone | on.SeatFailed, plan: Plan, now: float) -> Result:
    """A leg has ended; a seat is free with it. After the last one the record is written."""
    call, freed = _freed(call, event.leg, plan)
    call, parked = without_leg(call, event.leg)
    call, _ = leg_ended(call, event, plan, now)
    if call.open_legs:
        return call, (*freed, *parked)
    return finish(call, plan, (*freed, do.ClearTimer(FAREWELL)))


def _freed(call: Call, leg: str, plan: Plan) -> Result:
    offer, party = call.offer, call.party_on(leg)
    if offer is not None and offer.token == leg:
        wrap_up = plan.groups[offer.group].wrap_up_seconds
        return replace(call, offers=()), (do.ReleaseSeat(offer.seat, leg, wrap_up),)
    if party is None:
        return call, ()
    others = tuple(one for one in call.parties if one is not party)
    return replace(call, parties=others), released(party, plan)


def due(call: Call, event: on.TimerDue, plan: Plan, now: float) -> Result:
    """Telling took too long: everybody is let go."""
    if event.name != FAREWELL:
        return call, ()
    freed: list[do.Action] = []
    for leg in call.open_legs:
        call, one = _freed(call, leg, plan)
        freed += one
    stops = tuple(do.StopLeg(leg, "NORMAL_CLEARING") for leg in call.open_legs)
    call = replace(call, state=State.CLEARING, spots={})
    return call, (*stops, *freed, do.SetTimer("clearing", CLEARING_SECONDS))
