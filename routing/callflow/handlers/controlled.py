"""What happens to a call while it is being controlled: legs arrive, answer, fail and end."""

from __future__ import annotations

from collections.abc import Callable

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.arranging import TIMER, all_parked, arrived, in_time, laid_out, without_leg
from routing.callflow.call import Call
from routing.callflow.handlers import ending, reaching
from routing.callflow.handlers.course import (
    PARK,
    TELLING,
    course,
    first_in_line,
    party_over,
    quest_over,
    seat_goes,
    seat_over,
)
from routing.callflow.handlers.legs import end_leg, late_offer, leg_ended
from routing.callflow.handlers.queueing import MUSIC_SECONDS
from routing.callflow.handlers.result import Result
from routing.callflow.handlers.wishes import progress
from routing.callflow.parties import Party, Purpose
from routing.callflow.positions import At
from routing.callflow.states import CONTROLLED, State
from routing.callflow.waiting import MUSIC
from routing.plan import Plan
from routing.replacing import replace

Handler = Callable[..., Result]


def either(plain: Handler, controlled: Handler) -> Handler:
    """Let a plain talk go its plain way."""

    def handler(call: Call, event: on.Event, plan: Plan, now: float) -> Result:
        in_control = call.spots or call.parties or call.quests
        return (controlled if in_control else plain)(call, event, plan, now)

    handler.__name__ = f"{plain.__name__}_or_{controlled.__name__}"
    return handler


def parked(call: Call, event: on.SeatAnswered | on.CallerBack, plan: Plan, now: float) -> Result:
    """A leg is parked: somebody has picked up, or has come from a bridge or the conference."""
    leg = event.leg if isinstance(event, on.SeatAnswered) else call.id
    party = call.party_on(leg)
    if party is not None and not party.answered:
        return _answered(call, party, plan, now)
    call = laid_out(call)
    if leg not in call.spots:
        return call, (do.StopLeg(leg, "ORIGINATOR_CANCEL"),) if leg != call.id else ()
    if party is not None and not party.told_twice:
        twice = replace(party, told_twice=True)
        parties = tuple(twice if one == party else one for one in call.parties)
        call = replace(call, parties=parties)
        if call.spots[leg].at in (At.BRIDGED, At.ROOM):
            return call, ()  # the originate's own word of it, late
    return course(arrived(call, leg, At.PARKED), plan, now)


def _answered(call: Call, party: Party, plan: Plan, now: float) -> Result:
    quest = reaching.quest_for(call, party.target)
    assert quest is not None
    call, todo = reaching.picked_up(laid_out(call), party, now)
    others: tuple[do.Action, ...] = ()
    if quest.purpose in (Purpose.TRANSFER, Purpose.PICK_UP):
        state = State.TRANSFERRING
        for other in call.quests:
            call, stopped = reaching.forget(call, other.target)
            others = (*others, *stopped)
    elif quest.purpose is Purpose.CONSULT and call.state is State.CONSULT_RINGING:
        state = State.CONSULTING
    else:
        state = State.CONFERENCE
    call = replace(call, state=state, swapped=False, tell=(), telling="")
    timers = (do.ClearTimer(PARK), do.ClearTimer(TELLING))
    return course(call, plan, now, *reaching.accept(party), *todo, *others, *timers)


def bridged(call: Call, event: on.Bridged, plan: Plan, now: float) -> Result:
    """Two legs hear each other."""
    spot = call.spots.get(event.leg)
    for leg in (event.leg, spot.other if spot is not None else ""):
        call = _heard(call, leg, now)
    return course(arrived(call, event.leg, At.BRIDGED), plan, now)


def joined(call: Call, event: on.Joined, plan: Plan, now: float) -> Result:
    """A leg is in the conference."""
    return course(arrived(_heard(call, event.leg, now), event.leg, At.ROOM), plan, now)


def _heard(call: Call, leg: str, now: float) -> Call:
    known = next((one for one in call.legs if one.leg == leg), None)
    return call if known is None or known.bridged_at else call.with_leg(leg, bridged_at=now)


def bridge_failed(call: Call, event: on.BridgeFailed, plan: Plan, now: float) -> Result:
    """The switch refused to bridge: whoever is not the caller is let go."""
    spot = call.spots.get(event.leg)
    if spot is None or spot.at is not At.TO_BRIDGE:
        return call, ()
    return _no_bridge(call, frozenset({event.leg, spot.other}), plan, now, event.why)


def _no_bridge(call: Call, pair: frozenset[str], plan: Plan, now: float, why: str) -> Result:
    seat = call.offer.token if call.offer is not None else ""
    third = next((party for party in call.parties if party.leg in pair), None)
    call = call.note(now, "bridge.failed", why=why)
    if third is not None:
        call, ended = reaching.let_go(call, third, plan)
        call, apart = without_leg(call, third.leg)
        call, todo = party_over(call, plan, now, reaching.UNAVAILABLE)
        return call, (*ended, *apart, *todo)
    if seat in pair:
        call, left = seat_goes(call, plan, stop=True)
        call, todo = first_in_line(call, plan, now, why)
        return call, (*left, *todo)
    return course(call, plan, now)


def leg_over(call: Call, event: on.SeatGone | on.SeatFailed, plan: Plan, now: float) -> Result:
    """A leg has ended, or a phone was not picked up."""
    leg, failed = event.leg, isinstance(event, on.SeatFailed)
    party = call.party_on(leg)
    if party is not None and not party.answered:
        call, todo = reaching.missed(call, party, event.cause, plan, now)
        call, more = progress(call, party.target, plan, now)
        return call, (*todo, *more)
    is_seat = call.offer is not None and call.offer.token == leg
    if party is None and not is_seat:
        return leg_ended(call, event, plan, now)
    if failed:
        return call, ()  # its end is told as well
    call = end_leg(laid_out(call), leg, event.cause, now)
    if is_seat:
        by_seat = isinstance(event, on.SeatGone) and event.by_seat
        return seat_over(call, plan, now, by_seat=by_seat)
    assert party is not None
    call = replace(call, parties=reaching.others(call, party))
    call, apart = without_leg(call, leg)
    call, todo = party_over(call, plan, now)
    return call, (*apart, *reaching.released(party, plan), *todo)


def claimed(call: Call, event: on.Claimed, plan: Plan, now: float) -> Result:
    """A seat is held for the call."""
    call, todo = reaching.claimed(call, event, plan, now)
    party = call.party_on(event.offer.token)
    if party is None:
        return call, todo
    call, more = progress(call, party.target, plan, now)
    return call, (*todo, *more)


def not_claimed(call: Call, event: on.NotClaimed, plan: Plan, now: float) -> Result:
    """A seat cannot be had."""
    quest = next((one for one in call.quests if event.wanted in one.claiming), None)
    if quest is None:
        return call, ()
    call, todo = reaching.not_claimed(call, event, plan, now)
    call, more = progress(call, quest.target, plan, now)
    return call, (*todo, *more)


def give_back(call: Call, event: on.Claimed, plan: Plan, now: float) -> Result:
    """A seat is held for a call that has gone on: it is not wanted any more."""
    return call, (do.RefuseOffer(event.offer.token, ""),)


def offered(call: Call, event: on.Offered, plan: Plan, now: float) -> Result:
    """Somebody of the group is free."""
    quest = next((one for one in call.quests if one.listed), None)
    if quest is None:
        return late_offer(call, event, plan, now)
    if call.party_on(event.offer.token) is not None:
        return call, ()
    return reaching.ring_offer(call, quest, event.offer, plan, now)


def offer_lost(call: Call, event: on.OfferLost, plan: Plan, now: float) -> Result:
    """The lease of a seat that rings, or that has just picked up, is gone: its phone stops."""
    party = next((one for one in call.parties if one.leg == event.token and one.offer), None)
    if party is None:
        return call, ()
    stop = do.StopLeg(party.leg, "NO_ANSWER")
    if not party.answered:
        call, todo = reaching.missed(call, party, "NO_ANSWER", plan, now)
        call, more = progress(call, party.target, plan, now)
        return call, (stop, *todo, *more)
    # Nothing that was to follow the pick-up has been done: nobody knows where the legs are.
    call = replace(call, parties=reaching.others(call, party))
    call, _ = without_leg(call, party.leg)
    call, apart = all_parked(call)
    leave = (do.LeaveQueue(),) if party.sought else ()
    call, todo = party_over(call, plan, now, reaching.NO_ANSWER)
    return call, (stop, *leave, *apart, *todo)


def queue_failed(call: Call, event: on.QueueFailed, plan: Plan, now: float) -> Result:
    """Without a list nobody of a group can be found."""
    return _give_up_group(call, plan, now)


def _give_up_group(call: Call, plan: Plan, now: float) -> Result:
    quest = next((one for one in call.quests if one.listed), None)
    if quest is None:
        return call, ()
    call, stopped = reaching.forget(call, quest.target)
    call, todo = quest_over(call, quest, plan, now, reaching.NO_ANSWER)
    return call, (*stopped, *todo)


def due(call: Call, event: on.TimerDue, plan: Plan, now: float) -> Result:
    """A leg did not arrive, a phone rang too long, a parked caller was not picked up."""
    if event.name == TIMER:
        call, failed = in_time(call)
        return (
            _no_bridge(call, failed, plan, now, "no bridge in time")
            if failed
            else course(call, plan, now)
        )
    if event.name == PARK and call.state is State.PARKED:
        return first_in_line(call, plan, now, "not picked up")
    if event.name == TELLING and call.telling:
        return course(replace(call, telling=""), plan, now)
    if event.name == reaching.SEEK:
        return _give_up_group(call, plan, now)
    if event.name == MUSIC:
        return _music_again(call, plan, now)
    party = next((one for one in call.parties if event.name == reaching.timer_of(one.leg)), None)
    if party is None or party.answered:
        return call, ()
    call, todo = reaching.missed(call, party, "NO_ANSWER", plan, now)
    call, more = progress(call, party.target, plan, now)
    return call, (do.StopLeg(party.leg, "NO_ANSWER"), *todo, *more)


def _music_again(call: Call, plan: Plan, now: float) -> Result:
    spot = call.spots.get(call.id)
    if spot is None or spot.at is not At.PARKED:
        return call, ()
    spots = {**call.spots, call.id: replace(spot, hears="")}
    return course(replace(call, spots=spots), plan, now)


def played(call: Call, event: on.Played, plan: Plan, now: float) -> Result:
    """The seat has been told; or music has ended, which begins again soon."""
    if call.telling and event.execution == call.telling:
        return course(replace(call, telling=""), plan, now, do.ClearTimer(TELLING))
    if event.execution == call.audio and call.state in CONTROLLED:
        return call, (do.SetTimer(MUSIC, MUSIC_SECONDS),)
    return call, ()


def switch_refused(call: Call, event: on.SwitchRefused, plan: Plan, now: float) -> Result:
    """The call cannot go on: nobody else stays behind."""
    call, gone = reaching.dismiss(call, plan)
    call, ended = ending.switch_refused(call, event, plan, now)
    return replace(call, spots={}), (*gone, *ended)
