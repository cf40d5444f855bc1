"""How a wish is answered, and how looking for somebody begins."""

from __future__ import annotations

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.call import Call
from routing.callflow.handlers.course import course, hand_over, quest_over, seat_goes, to_group
from routing.callflow.handlers.reaching import is_over, quest_for, seek, told_by
from routing.callflow.handlers.result import Result
from routing.callflow.parties import Purpose, Quest
from routing.callflow.states import State
from routing.plan import Plan
from routing.replacing import replace
from routing.transfers import Problem, Target, Way


class Refusal(Exception):
    """What was asked for is not done; nothing has changed."""

    def __init__(self, why: str, prompt: str = "seat_refused") -> None:
        super().__init__(why)
        self.why = why
        self.prompt = prompt


def done(event: on.Control, **facts: str) -> tuple[do.Action, ...]:
    """Answer a wish that was granted."""
    return (do.Reply(event.request, "", facts),)


def target_of(event: on.Control) -> Target:
    """Give the target of a wish. Raises `Refusal` if it has none."""
    if event.target is None:
        raise Refusal(f"{event.verb} needs a target, such as seat:1002 or expert:medical")
    return event.target


def start(
    call: Call,
    event: on.Control,
    target: Target,
    way: Way | Problem,
    purpose: Purpose,
    plan: Plan,
    now: float,
) -> Result:
    """Begin to look for somebody. Raises `Refusal`."""
    if isinstance(way, Problem):
        raise Refusal(way.why, way.prompt)
    if quest_for(call, target) is not None:
        raise Refusal(f"{target} is being called already")
    if purpose is not Purpose.JOIN and any(q.purpose is not Purpose.JOIN for q in call.quests):
        raise Refusal("somebody else is being called already: cancel that first")
    if way.group and any(quest.group for quest in call.quests):
        raise Refusal("somebody of a group is being looked for already: cancel that first")
    quest = Quest(
        target,
        purpose,
        way.role,
        way.title,
        rest=way.reaches,
        together=way.together,
        group=way.group,
        seconds=way.seconds,
        request=event.request,
        spoken=event.spoken,
    )
    if purpose is Purpose.TRANSFER and not way.reaches:
        call, todo = to_group(call, way.group, plan, now)
        return call, (*done(event), *todo)
    call, todo = seek(call, quest, plan, now)
    call, more = progress(call, target, plan, now)
    return call, (*todo, *more)


def progress(call: Call, target: Target, plan: Plan, now: float) -> Result:
    """Answer the wish as soon as somebody is being rung or waited for, or nobody is left."""
    quest = quest_for(call, target)
    if quest is None:
        return call, ()
    if is_over(call, target):
        prompt = told_by(quest.reason)
        reply: tuple[do.Action, ...] = ()
        if quest.request:
            sentence = f"{quest.target}: {quest.reason.lower().replace('_', ' ') or 'not reached'}"
            reply = (do.Reply(quest.request, sentence),)
        call, todo = quest_over(call, quest, plan, now, prompt)
        return call, (*reply, *todo)
    ringing = any(party.target == target and not party.answered for party in call.parties)
    if not quest.request or not (ringing or quest.listed):
        return call, ()
    return _begun(call, quest, plan, now)


def _begun(call: Call, quest: Quest, plan: Plan, now: float) -> Result:
    reply = do.Reply(quest.request, "", {"target": str(quest.target), "title": quest.title})
    answered = replace(quest, request="")
    quests = tuple(answered if one == quest else one for one in call.quests)
    call = replace(call, quests=quests)
    if quest.purpose is Purpose.CONSULT and call.state in (State.TALKING, State.HELD):
        call = replace(call, state=State.CONSULT_RINGING, tell=(), telling="")
        call, todo = course(call, plan, now)
        return call, (reply, *todo)
    if quest.purpose is Purpose.TRANSFER and call.offer is not None:
        call, left = seat_goes(call, plan, stop=True)
        call, todo = hand_over(call, plan, now)
        return call, (reply, *left, *todo)
    return call, (reply,)
