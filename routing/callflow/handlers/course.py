"""How a controlled call goes on: what follows once its legs are where they should be, and where
the caller goes when nobody is left to talk with."""

from __future__ import annotations

from routing.callflow import actions as do
from routing.callflow.arranging import bring_back, is_settled, settle, without_leg
from routing.callflow.call import Call
from routing.callflow.handlers.reaching import dismiss, forget, let_go
from routing.callflow.handlers.result import Result
from routing.callflow.handlers.talking import after_talk
from routing.callflow.parties import Party, Purpose, Quest
from routing.callflow.positions import At
from routing.callflow.states import CONTROLLED, State
from routing.callflow.waiting import wait
from routing.lines import HIGHEST_PRIORITY
from routing.plan import Plan
from routing.record import EndedBy
from routing.replacing import replace

PARK = "park"
"""Timer: how long a parked caller may wait to be picked up."""
TELLING = "telling"
"""Timer: the longest that a seat is told something."""
TIMERS = (PARK, TELLING, "arrange")


def course(call: Call, plan: Plan, now: float, *todo: do.Action) -> Result:
    """Move the legs, behind `todo`; write down where the call is."""
    call, moves = settle(call)
    if is_settled(call):
        call = _settled(call, now)
    call, tag = _tagged(call)
    return call, (*todo, *moves, *tag)


def _settled(call: Call, now: float) -> Call:
    if call.state is State.TALKING and not (call.tell or call.telling):
        return replace(call, spots={}, swapped=False)
    third = call.third
    if call.state is State.TRANSFERRING and third is not None and third.answered:
        return _handed_over(call, third, now)
    return call


def _handed_over(call: Call, third: Party, now: float) -> Call:
    """Caller and whom the seat left the call to hear each other: from here it is a plain talk."""
    call = call.note(now, "talk.handed_over", to=third.name, role=third.role)
    call = replace(call, parties=(), quests=(), spots={}, swapped=False, muted=False, parked_by="")
    offer = third.offer
    if offer is None:
        return replace(call, state=State.FORWARDED)
    return replace(call, state=State.TALKING, offers=(offer,), seat=offer.seat, agent=offer.agent)


def _tagged(call: Call) -> Result:
    """What a later owner needs to take the call over, on the caller's channel."""
    third = [party for party in call.parties if party.answered]
    plain = call.state is State.TALKING and not (third or call.muted)
    if call.state not in CONTROLLED | {State.TALKING, State.FORWARDED} or (
        plain and not call.tagged
    ):
        return call, ()
    facts = {
        "switchd_state": str(call.state),
        "switchd_seat": call.offer.seat if call.offer else call.seat,
        "switchd_agent": call.offer.agent if call.offer else call.agent,
        "switchd_offer": call.offer.token if call.offer else "",
        "switchd_third": ",".join(party.leg for party in third),
        "switchd_third_role": ",".join(party.role for party in third),
        "switchd_third_name": ",".join(party.name for party in third),
        "switchd_third_agent": ",".join(
            party.offer.agent if party.offer else "" for party in third
        ),
        "switchd_room": call.id if call.state is State.CONFERENCE else "",
        "switchd_parked_by": call.parked_by,
        "switchd_swapped": "yes" if call.swapped else "",
        "switchd_muted": "yes" if call.muted else "",
    }
    if facts == call.tagged:
        return call, ()
    return replace(call, tagged=facts), (do.Tag(facts),)


def _agent(party: Party) -> str:
    return party.offer.agent if party.offer is not None else ""


def seat_goes(call: Call, plan: Plan, *, stop: bool) -> Result:
    """The seat leaves the call, to wrap-up; `stop` its leg unless that has ended."""
    offer = call.offer
    if offer is None:
        return call, ()
    group = plan.groups.get(offer.group)
    release = do.ReleaseSeat(offer.seat, offer.token, group.wrap_up_seconds if group else 0.0)
    call, parked = without_leg(call, offer.token)
    call = replace(call, offers=(), muted=False, tell=(), telling="")
    end = (do.StopLeg(offer.token, "NORMAL_CLEARING"),) if stop else ()
    return call, (*end, *parked, release, do.ClearTimer(TELLING))


def hand_over(call: Call, plan: Plan, now: float) -> Result:
    """The seat has gone while somebody was looked for: the caller is for whom is found."""
    listed = next((quest for quest in call.quests if quest.listed), None)
    if listed is not None:
        return to_group(call, listed.group, plan, now)
    quests = tuple(replace(quest, purpose=Purpose.TRANSFER) for quest in call.quests)
    call = replace(call, state=State.TRANSFERRING, quests=quests)
    return course(call.note(now, "talk.left"), plan, now)


def to_group(call: Call, group: str, plan: Plan, now: float) -> Result:
    """The caller is for a group: first in its line."""
    call = _handed_on(replace(call, group=group, pools=()), now)
    return first_in_line(call, plan, now, "transferred")


def _handed_on(call: Call, now: float) -> Call:
    """Whom a seat had called of its own accord waits from the moment at which the seat leaves."""
    return call if call.queued_at is not None else replace(call, queued_at=now, counted=True)


def first_in_line(call: Call, plan: Plan, now: float, why: str) -> Result:
    """Back to the list, before everybody else there; everybody else of the call is let go.

    Whom a seat had called of its own accord, and kept, is not for the list, and is let go as well.
    """
    if call.group not in plan.groups or call.queued_at is None:
        return talk_over(call, plan, now, EndedBy.SYSTEM)
    call, gone = dismiss(call, plan)
    call, left = seat_goes(call, plan, stop=True)
    back = bring_back(call)
    call = _over(call).note(now, "queue.first_in_line", group=call.group, why=why)
    call = replace(call, talk_ended_at=now, priority=HIGHEST_PRIORITY)
    call, waiting = wait(call, plan, now, interrupt=True)
    return call, (*gone, *left, *back, *_no_timers(), *waiting)


def talk_over(call: Call, plan: Plan, now: float, by: EndedBy | None) -> Result:
    """Nobody is left to talk with: the survey, or thanks, as soon as the caller is parked."""
    call, gone = dismiss(call, plan)
    call, left = seat_goes(call, plan, stop=True)
    back = bring_back(call)
    spot = call.spots.get(call.id)
    is_parked = spot is not None and spot.at is At.PARKED
    call = _over(call).note(now, "talk.ended")
    call = replace(call, talk_ended_at=now, ended_by=by)
    before = (*gone, *left, *back, *_no_timers())
    if not is_parked:
        return replace(call, state=State.AFTER_TALK), before
    call = replace(call, ended_by=by or EndedBy.SEAT).next_audio()
    return after_talk(call, plan, now, before, interrupt=True)


def _over(call: Call) -> Call:
    return replace(call, spots={}, swapped=False, tell=(), telling="", parked_by="", tagged={})


def _no_timers() -> tuple[do.Action, ...]:
    return tuple(do.ClearTimer(name) for name in TIMERS)


def shrink(call: Call, plan: Plan, now: float) -> Result:
    """Somebody has left a conference: two are a talk, one is nobody to talk with."""
    thirds = [party for party in call.parties if party.answered]
    if call.quests or len(thirds) + (call.offer is not None) > 1:
        return course(call, plan, now)
    if call.offer is not None:
        return course(replace(call, state=State.TALKING), plan, now)
    if thirds:
        return course(replace(call, state=State.TRANSFERRING), plan, now)
    return talk_over(call, plan, now, EndedBy.SEAT)


def back_to_seat(call: Call, plan: Plan, now: float, prompt: str = "") -> Result:
    """Seat and caller are together again; the seat is told why before, if there is a reason."""
    call = replace(call, state=State.TALKING, swapped=False)
    if prompt:
        call = replace(call, tell=(prompt,))
    return course(call, plan, now)


def seat_over(call: Call, plan: Plan, now: float, *, by_seat: bool) -> Result:
    """The seat's leg has ended: by its own hand it hands the caller over to whom it talks with or
    rings; otherwise the caller gets another seat."""
    state = call.state
    looked_for = any(quest.purpose is not Purpose.PICK_UP for quest in call.quests)
    call, left = seat_goes(call, plan, stop=False)
    if state is State.CONFERENCE:
        call, todo = shrink(call, plan, now)
    elif not by_seat:
        call, todo = first_in_line(call, plan, now, "seat lost")
    elif state is State.CONSULTING:
        call, stopped = _nobody_else(call)
        call, todo = course(replace(call, state=State.TRANSFERRING), plan, now, *stopped)
    elif looked_for:
        call, todo = hand_over(call, plan, now)
    else:
        call, todo = talk_over(call, plan, now, EndedBy.SEAT)
    return call, (*left, *todo)


def _nobody_else(call: Call) -> Result:
    todo: list[do.Action] = []
    for quest in call.quests:
        call, stopped = forget(call, quest.target)
        todo += stopped
    return call, tuple(todo)


def party_over(call: Call, plan: Plan, now: float, prompt: str = "") -> Result:
    """Somebody who had picked up has left, and is no party any more."""
    if call.state is State.CONFERENCE:
        return shrink(call, plan, now)
    if call.state is State.CONSULTING:
        call = call.note(now, "consult.over")
        return back_to_seat(call, plan, now, prompt)
    if call.state is State.TRANSFERRING:
        return first_in_line(_handed_on(call, now), plan, now, "transfer failed")
    return course(call, plan, now)


def quest_over(call: Call, quest: Quest, plan: Plan, now: float, prompt: str) -> Result:
    """Nobody was found: the seat is told and is back with the caller, or the caller gets another
    seat."""
    facts = {"target": str(quest.target), "reason": prompt.removeprefix("transfer_")}
    call = replace(call, quests=tuple(one for one in call.quests if one.target != quest.target))
    call = call.note(now, "reach.failed", **facts)
    told = do.Notify("transfer.failed", facts)
    if quest.purpose is Purpose.TRANSFER and call.state is State.TRANSFERRING:
        if call.quests:
            return call, (told,)
        call, todo = first_in_line(_handed_on(call, now), plan, now, "transfer failed")
    elif call.state is State.CONSULT_RINGING and quest.purpose is Purpose.CONSULT:
        call, todo = back_to_seat(call, plan, now, prompt)
    else:
        call, hint = _hint(call, quest, prompt)
        goes_on = shrink if call.state is State.CONFERENCE else course
        call, todo = goes_on(call, plan, now)
        todo = (*hint, *todo)
    return call, (told, *todo)


def _hint(call: Call, quest: Quest, prompt: str) -> Result:
    """Let the seat hear why nobody comes, while it goes on; an answer may have told it."""
    if quest.request and not quest.spoken:
        return call, ()
    return say(call, prompt)


def say(call: Call, prompt: str) -> Result:
    """Let the seat hear a prompt; whoever it talks with does not."""
    if call.offer is None:
        return call, ()
    if call.state is State.HELD:
        return replace(call, tell=(prompt,)), ()
    return call, (do.Hint(call.offer.token, prompt),)


def drop(call: Call, party: Party, plan: Plan, now: float) -> Result:
    """Let go of somebody who has picked up."""
    call, ended = let_go(call, party, plan)
    call, parked = without_leg(call, party.leg)
    call, todo = party_over(call, plan, now)
    return call, (*ended, *parked, *todo)
