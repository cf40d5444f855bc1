"""Looking for somebody to bring into a call: telephones and seats in turn or together, or whoever
of a group is free first.

A quest ends when the first picks up, or when nobody is left to be tried.
"""

from __future__ import annotations

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.call import Call
from routing.callflow.handlers.blame import STOPPED_FOR_ANOTHER, why_not_ready
from routing.callflow.handlers.legs import end_leg
from routing.callflow.handlers.offering import reach
from routing.callflow.handlers.result import Result
from routing.callflow.parties import Party, Quest
from routing.callflow.positions import PARKED
from routing.callflow.waiting import LEASE_GRACE_SECONDS
from routing.lines import HIGHEST_PRIORITY
from routing.plan import Plan
from routing.record import LegRecord
from routing.replacing import replace
from routing.seats import Offer
from routing.transfers import Desk, Reach, Target

SEEK = "seek"
"""Timer: how long somebody of a group is waited for."""
FIRST_IN_LINE = HIGHEST_PRIORITY
"""Points of a caller who has talked with a seat already."""
BUSY, NO_ANSWER, UNAVAILABLE = "transfer_busy", "transfer_no_answer", "transfer_unavailable"
_PROMPTS = {
    "USER_BUSY": BUSY,
    "CALL_REJECTED": BUSY,
    "NO_ANSWER": NO_ANSWER,
    "ALLOTTED_TIMEOUT": NO_ANSWER,
    "NO_USER_RESPONSE": NO_ANSWER,
    "offered": BUSY,
    "talking": BUSY,
    "wrap_up": BUSY,
}
"""FreeSWITCH's cause, or what a seat is doing, → what the seat that asked is told."""


def told_by(reason: str) -> str:
    """Give the prompt that says why somebody was not reached."""
    return _PROMPTS.get(reason, UNAVAILABLE)


def quest_for(call: Call, target: Target) -> Quest | None:
    return next((quest for quest in call.quests if quest.target == target), None)


def seek(call: Call, quest: Quest, plan: Plan, now: float) -> Result:
    """Begin to look for somebody."""
    call = replace(call, quests=(*call.quests, quest)).note(
        now, "reach.begun", target=quest.target, purpose=quest.purpose, role=quest.role
    )
    return go_on(call, quest, plan, now)


def go_on(call: Call, quest: Quest, plan: Plan, now: float) -> Result:
    """Try who is next, or all at once; then the group's list. Nothing is left to do if neither
    is there: `is_over` tells."""
    tries = quest.rest if quest.together else quest.rest[:1]
    if not tries and quest.group and not quest.listed:
        return _listed(call, quest, plan, now)
    call = _with(call, replace(quest, rest=quest.rest[len(tries) :]))
    todo: list[do.Action] = []
    for one in tries:
        call, rung = _try(call, quest.target, one, plan, now)
        todo += rung
    return call, tuple(todo)


def is_over(call: Call, target: Target) -> bool:
    """Tell whether nobody is being rung, asked for or waited for."""
    quest = quest_for(call, target)
    ringing = any(party.target == target and not party.answered for party in call.parties)
    return quest is not None and not (ringing or quest.claiming or quest.listed or quest.rest)


def _listed(call: Call, quest: Quest, plan: Plan, now: float) -> Result:
    call = _with(call, replace(quest, listed=True))
    lease = plan.groups[quest.group].ring_seconds + LEASE_GRACE_SECONDS
    enqueue = do.Enqueue(quest.group, FIRST_IN_LINE, now, lease)
    return call, (enqueue, do.SetTimer(SEEK, quest.seconds))


def _try(call: Call, target: Target, one: Reach, plan: Plan, now: float) -> Result:
    quest = quest_for(call, target)
    assert quest is not None
    if isinstance(one, Desk):
        call = _with(call, replace(quest, claiming=(*quest.claiming, one.name)))
        return call, (do.Claim(one.name, one.seconds + LEASE_GRACE_SECONDS),)
    number = sum(leg.leg.startswith(f"{call.id}-") for leg in call.legs)
    leg = f"{call.id}-{now * 1000:.0f}-{number}"
    party = Party(leg, quest.role, one.number, target)
    call = _begun(call, party, now)
    headers = {"X-Switchd-Call": call.id, "X-Switchd-Caller": call.caller} if one.told else {}
    shown = one.shown or call.caller
    dial = do.Dial(one.number, one.trunk, leg, one.seconds, shown, call.shown, headers=headers)
    return call, (dial, do.SetTimer(timer_of(leg), one.seconds + LEASE_GRACE_SECONDS))


def timer_of(leg: str) -> str:
    """Name the timer of a phone's ringing."""
    return f"reach:{leg}"


def claimed(call: Call, event: on.Claimed, plan: Plan, now: float) -> Result:
    """A seat is held for the call: ring it, unless nobody wants it any more."""
    quest = _claiming(call, event.wanted)
    if quest is None:
        return call, (do.RefuseOffer(event.offer.token, ""),)
    call = _no_longer_claiming(call, quest, event.wanted)
    return ring_offer(call, quest, _in_group(event.offer, call, plan), plan, now)


def _in_group(offer: Offer, call: Call, plan: Plan) -> Offer:
    """A claim names no group: the seat's own says how long its wrap-up is."""
    seat = plan.seats.get(offer.seat)
    groups = (*(seat.groups if seat else ()), call.group, *plan.groups)
    return replace(offer, group=next(group for group in groups if group in plan.groups))


def ring_offer(call: Call, quest: Quest, offer: Offer, plan: Plan, now: float) -> Result:
    """Ring a seat that was claimed, or found in a group's list."""
    party = Party(offer.token, quest.role, offer.seat, quest.target, offer, sought=quest.listed)
    call = _begun(call, party, now, agent=offer.agent)
    seconds = max(1.0, offer.deadline - offer.offered_at - LEASE_GRACE_SECONDS)
    lost = do.SetTimer(timer_of(offer.token), seconds + LEASE_GRACE_SECONDS)
    return call, (reach(plan, offer, seconds, call), lost)


def not_claimed(call: Call, event: on.NotClaimed, plan: Plan, now: float) -> Result:
    """A seat cannot be had: the next one."""
    quest = _claiming(call, event.wanted)
    if quest is None:
        return call, ()
    call = _no_longer_claiming(call, quest, event.wanted)
    call = call.note(now, "reach.refused", whom=event.wanted, why=event.why)
    return _missed(call, quest.target, event.why, plan, now)


def missed(call: Call, party: Party, cause: str, plan: Plan, now: float) -> Result:
    """A phone that rang was not picked up: the next one. `cause` is FreeSWITCH's."""
    call = replace(end_leg(call, party.leg, cause, now), parties=others(call, party))
    call = call.note(now, "reach.refused", whom=party.name, why=cause)
    give_back: tuple[do.Action, ...] = ()
    if party.offer is not None:
        give_back = (do.RefuseOffer(party.offer.token, why_not_ready(cause)),)
    call, todo = _missed(call, party.target, cause, plan, now)
    return call, (do.ClearTimer(timer_of(party.leg)), *give_back, *todo)


def _missed(call: Call, target: Target, reason: str, plan: Plan, now: float) -> Result:
    quest = quest_for(call, target)
    if quest is None:
        return call, ()
    call = _with(call, replace(quest, reason=reason))
    ringing = any(party.target == target and not party.answered for party in call.parties)
    if ringing or quest.claiming:
        return call, ()
    return go_on(call, replace(quest, reason=reason), plan, now)


def picked_up(call: Call, party: Party, now: float) -> Result:
    """The first has picked up: the others of the quest stop."""
    up = replace(party, answered=True)
    rivals = [one for one in call.parties if _is_rival(one, party)]
    call = replace(
        call,
        parties=tuple(up if one == party else one for one in call.parties if one not in rivals),
        quests=tuple(quest for quest in call.quests if quest.target != party.target),
        spots={**call.spots, party.leg: PARKED},
    ).with_leg(party.leg, answered_at=now)
    call = call.note(now, "reach.answered", whom=party.name, role=party.role)
    stays = do.Keep(party.leg)
    timers = tuple(do.ClearTimer(timer_of(one.leg)) for one in (party, *rivals))
    stops = tuple(action for one in rivals for action in _dropped(one, STOPPED_FOR_ANOTHER))
    return call, (*timers, do.ClearTimer(SEEK), stays, *stops)


def accept(party: Party) -> tuple[do.Action, ...]:
    """Turn a seat's lease into a talk; if it is gone, nothing behind this is done."""
    return (do.AcceptOffer(party.offer.token),) if party.offer is not None else ()


def _is_rival(one: Party, party: Party) -> bool:
    return one.target == party.target and one != party and not one.answered


def forget(call: Call, target: Target) -> Result:
    """Look for somebody no more: phones stop, seats are given back."""
    quest = quest_for(call, target)
    ringing = [one for one in call.parties if one.target == target and not one.answered]
    call = replace(
        call,
        parties=tuple(one for one in call.parties if one not in ringing),
        quests=tuple(one for one in call.quests if one != quest),
    )
    leave = (do.LeaveQueue(), do.ClearTimer(SEEK)) if quest is not None and quest.listed else ()
    stops = tuple(action for one in ringing for action in _dropped(one, "ORIGINATOR_CANCEL"))
    timers = tuple(do.ClearTimer(timer_of(one.leg)) for one in ringing)
    return call, (*stops, *timers, *leave, *replies(quest, "something else was asked for"))


def replies(quest: Quest | None, problem: str) -> tuple[do.Action, ...]:
    """Answer the wish of a quest, if nobody has yet."""
    return (do.Reply(quest.request, problem),) if quest is not None and quest.request else ()


def let_go(call: Call, party: Party, plan: Plan) -> Result:
    """End the leg of somebody who has picked up; a seat goes to wrap-up."""
    call = replace(call, parties=others(call, party))
    return call, (do.StopLeg(party.leg, "NORMAL_CLEARING"), *released(party, plan))


def released(party: Party, plan: Plan) -> tuple[do.Action, ...]:
    """Give back the seat of somebody who had picked up."""
    offer = party.offer
    if offer is None:
        return ()
    group = plan.groups.get(offer.group)
    return (do.ReleaseSeat(offer.seat, offer.token, group.wrap_up_seconds if group else 0.0),)


def dismiss(call: Call, plan: Plan) -> Result:
    """End everybody who was brought in or is being looked for."""
    todo: list[do.Action] = []
    for quest in call.quests:
        call, stopped = forget(call, quest.target)
        todo += stopped
    for party in call.parties:
        call, stopped = let_go(call, party, plan)
        todo += stopped
    return call, tuple(todo)


def others(call: Call, party: Party) -> tuple[Party, ...]:
    return tuple(one for one in call.parties if one.leg != party.leg)


def _dropped(party: Party, cause: str) -> tuple[do.Action, ...]:
    """A seat that was found in a list is given back by leaving it, or by whoever is accepted."""
    stop = do.StopLeg(party.leg, cause)
    if party.offer is None or party.sought:
        return (stop,)
    return (stop, do.RefuseOffer(party.offer.token, ""))


def _with(call: Call, quest: Quest) -> Call:
    quests = tuple(quest if one.target == quest.target else one for one in call.quests)
    return replace(call, quests=quests)


def _claiming(call: Call, wanted: str) -> Quest | None:
    return next((quest for quest in call.quests if wanted in quest.claiming), None)


def _no_longer_claiming(call: Call, quest: Quest, wanted: str) -> Call:
    left = tuple(one for one in quest.claiming if one != wanted)
    return _with(call, replace(quest, claiming=left))


def _begun(call: Call, party: Party, now: float, agent: str = "") -> Call:
    leg = LegRecord(party.leg, party.role, party.name, agent, now, None, None, None, "")
    return replace(call, parties=(*call.parties, party), legs=(*call.legs, leg))
