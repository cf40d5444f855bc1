"""How a caller comes into the queue, for the first time or again, and what is heard there."""

from __future__ import annotations

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow import places, widening
from routing.callflow.call import UNNAMED, Call
from routing.callflow.states import State
from routing.plan import Plan
from routing.replacing import replace

Result = tuple[Call, tuple[do.Action, ...]]

LEASE_GRACE_SECONDS = 3.0
"""The lease outlives the ring time, so that the phone's own answer normally ends the offer."""

BUSY = "busy"
"""Timer: 'all seats are busy', once, and the first announcement of the position."""
POSITION = "position"
"""Timer: the position again."""
COMFORT = "comfort"
"""Timer: a comfort phrase."""
AGAIN = "again"
"""Timer: into the list at last, which could not be reached."""
MUSIC = "music"
"""Timer: music that has ended by itself begins again."""


def enter_queue(call: Call, plan: Plan, now: float, interrupt: bool = False) -> Result:
    """Ask for a person."""
    since = now if call.kept_since is None else call.kept_since
    call = replace(call, queued_at=since, counted=True).note(now, "queue.entered", group=call.group)
    return wait(call, plan, now, interrupt)


def wait(call: Call, plan: Plan, now: float, interrupt: bool = False) -> Result:
    """Into the list at the caller's place, with music; `interrupt` whatever is being played."""
    assert call.queued_at is not None
    call = replace(
        call, state=State.WAITING, announcing=False, introduction=None, overdue=(), offers=()
    ).next_audio()
    estimate = (do.AskPosition(),) if widening.watches_estimate(call, plan) else ()
    return call, (
        *place(call, plan, now),
        *settle_in(call, plan, interrupt),
        *estimate,
        do.AskNotice(call.group),
    )


def wait_on(call: Call, found: on.Resumed, plan: Plan, now: float) -> Result:
    """Into the list again. Whoever hears music notices nothing of it, and what is written on the
    channel is not written again."""
    call, todo = wait(call, plan, now, interrupt=True)
    if found.written == facts(call):
        todo = tuple(action for action in todo if not isinstance(action, do.Tag))
    if found.music != call.music:
        return call, todo
    begun = (do.PlayMusic(call.music, call.audio, True), _busy(plan))
    kept = (action for action in todo if action not in begun)
    return replace(call, audio=UNNAMED), (*kept, *_due(call, plan, now))


def _busy(plan: Plan) -> do.SetTimer:
    return do.SetTimer(BUSY, plan.waiting.busy_after_seconds)


def _due(call: Call, plan: Plan, now: float) -> tuple[do.Action, ...]:
    """Return what brings the next announcement at the time at which it is due."""
    assert call.queued_at is not None
    busy_for = now - call.queued_at - plan.waiting.busy_after_seconds
    if busy_for < 0:
        return (do.SetTimer(BUSY, -busy_for),)
    every = plan.waiting.position_every_seconds
    return (do.SetTimer(POSITION, every - busy_for % every),) if every > 0 else ()


def settle_in(call: Call, plan: Plan, interrupt: bool) -> tuple[do.Action, ...]:
    """Music and what is said from time to time; the wait is written on the channel."""
    return (
        do.PlayMusic(call.music, call.audio, interrupt),
        _busy(plan),
        *again(COMFORT, plan),
        do.Tag(facts(call)),
    )


FACTS = (
    *("switchd_state", "switchd_group", "switchd_language"),
    *("switchd_queued_at", "switchd_priority", "switchd_line"),
)
"""The names of `facts`."""


def facts(call: Call) -> dict[str, str]:
    """What the channel of a waiting caller tells whoever finds it."""
    return {
        "switchd_state": "waiting",
        "switchd_group": call.group,
        "switchd_language": call.language,
        "switchd_queued_at": f"{call.queued_at:.3f}",
        "switchd_priority": str(call.priority),
        "switchd_line": call.line_dialled,
    }


def place(call: Call, plan: Plan, now: float) -> tuple[do.Action, ...]:
    """Take the caller's place in the list, and begin the steps of the wait."""
    assert call.queued_at is not None
    lease = plan.groups[call.group].ring_seconds + LEASE_GRACE_SECONDS
    enqueue = do.Enqueue(
        call.group, call.priority, call.queued_at, lease, slope=call.age_slope, prefer=call.prefer
    )
    return (enqueue, *widening.begin(call, plan, now), places.hold(call))


def again(timer: str, plan: Plan) -> tuple[do.Action, ...]:
    """Return what brings the next announcement of its kind, if the plan wants any."""
    waiting = plan.waiting
    seconds = {
        POSITION: waiting.position_every_seconds,
        COMFORT: waiting.comfort_every_seconds if waiting.comfort_prompts else 0.0,
    }[timer]
    return (do.SetTimer(timer, seconds),) if seconds > 0 else ()


def go_on(call: Call, plan: Plan, now: float) -> tuple[do.Action, ...]:
    """Return what brings announcements and steps again for a caller who was asked something."""
    next_step = widening.next_step(call, plan, now, may_leave=True)
    return (*again(POSITION, plan), *again(COMFORT, plan), *next_step)


def silence() -> tuple[do.Action, ...]:
    """Return what ends every announcement that is still to come; the steps go on."""
    return tuple(do.ClearTimer(name) for name in (BUSY, POSITION, COMFORT, MUSIC))


def stop() -> tuple[do.Action, ...]:
    """Return what ends every announcement and step that is still to come."""
    return (*silence(), do.ClearTimer(widening.TIMER))
