"""Between picking up and the talk: the seat hears who comes, then the caller hears who serves.

Both are left out where the plan does not want them, and cut short after `longest_seconds`. What
cannot be played is skipped: nobody waits for a prompt that is missing. The seat has the caller
from the moment at which it picked up; if it goes, the caller keeps place and age.
"""

from __future__ import annotations

from routing import introduction
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.call import Call
from routing.callflow.handlers import queueing
from routing.callflow.handlers.result import Result
from routing.callflow.states import State
from routing.callflow.waiting import MUSIC
from routing.introduction import HeardBy
from routing.plan import Plan
from routing.replacing import replace

TIMER = "introduction"
"""Timer: the whisper, or the announcement of the staff number, has taken long enough."""
LATER_SECONDS = 2.0
"""When an announcement to the caller is tried again that came due during the whisper."""


def begin(call: Call, plan: Plan, now: float) -> Result:
    """A seat has picked up: whisper to it, if the plan wants that, and go on to the bridge."""
    offer = call.offer
    assert offer is not None
    said = _whispered(call, plan, now)
    if not said:
        return _announce(call, plan, now)
    call = replace(call, state=State.WHISPER)
    call = call.note(now, "introduction.whisper", seat=offer.seat, prompts=" ".join(said))
    return call, (
        do.Tell(offer.token, said, whisper_execution(call)),
        do.SetTimer(TIMER, plan.introduction.longest_seconds),
    )


def whisper_execution(call: Call) -> str:
    """Name the execution that the seat hears."""
    return f"{call.partner}/whisper"


def _whispered(call: Call, plan: Plan, now: float) -> tuple[str, ...]:
    line, group = plan.lines.get(call.line_dialled), plan.groups.get(call.group)
    parts = plan.introduction.whisper
    for owner in (group, line):
        if owner is not None and owner.whisper is not None:
            parts = owner.whisper
    waited = now - (call.queued_at if call.queued_at is not None else now)
    own_name = line.whisper_prompt if line is not None else ""
    return introduction.whisper(parts, call.line_dialled, own_name, waited, plan.language)


def whispered(call: Call, event: on.Played, plan: Plan, now: float) -> Result:
    """The seat has heard it, or there was nothing to hear; the caller's music may end as well."""
    if event.execution == whisper_execution(call):
        return _announce(call, plan, now)
    return queueing.music_again(call, event, plan, now)


def whisper_due(call: Call, event: on.TimerDue, plan: Plan, now: float) -> Result:
    """The whisper has taken long enough; whatever is due for the caller comes later."""
    if event.name == TIMER:
        return _announce(call, plan, now)
    if event.name == MUSIC:
        return queueing.due(call, event, plan, now)
    return call, (do.SetTimer(event.name, LATER_SECONDS),)


def _announce(call: Call, plan: Plan, now: float) -> Result:
    """Tell the caller who serves, if the plan wants that, or else bridge at once."""
    offer = call.offer
    assert offer is not None
    heard_by = plan.introduction.staff_number
    group, agent = plan.groups.get(call.group), plan.agents.get(offer.agent)
    if group is not None and group.staff_number is not None:
        heard_by = group.staff_number
    own = agent.announcement if agent is not None else ""
    said = introduction.staff_number(offer.agent, own, call.language or plan.language)
    if heard_by is HeardBy.NOBODY or not said:
        return bridge(call, ())
    call = replace(call, state=State.STAFF_NUMBER, announcing=False).next_audio()
    call = call.note(now, "introduction.staff_number", agent=offer.agent, heard_by=heard_by)
    both = heard_by is HeardBy.BOTH
    told = (do.Tell(offer.token, said, f"{offer.token}/staff-number"),) if both else ()
    return call, (
        *told,
        do.Play(said, call.audio, interrupt=True),
        do.SetTimer(TIMER, plan.introduction.longest_seconds),
    )


def announced(call: Call, event: on.Played, plan: Plan, now: float) -> Result:
    """The caller has heard who serves."""
    if event.execution != call.audio:
        return call, ()
    return bridge(call, (do.ClearTimer(TIMER),))


def announcement_due(call: Call, event: on.TimerDue, plan: Plan, now: float) -> Result:
    """The announcement has taken long enough; whoever waits no more is told nothing else."""
    return bridge(call, ()) if event.name == TIMER else (call, ())


def bridge(call: Call, before: tuple[do.Action, ...]) -> Result:
    """Let the caller and the seat that has picked up hear each other."""
    call = replace(call, state=State.CONNECTING)
    return call, (
        *before,
        do.Bridge(call.partner),
        do.SetTimer("bridge", do.BRIDGE_SECONDS),
    )
