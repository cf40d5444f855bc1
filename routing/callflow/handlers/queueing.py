"""In the queue: what the caller hears there, the key that ends the wait, the steps of the wait."""

from __future__ import annotations

from collections.abc import Sequence

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow import widening
from routing.callflow.call import UNNAMED, Call
from routing.callflow.handlers import callbacks
from routing.callflow.handlers.leaving import leave
from routing.callflow.handlers.result import Result
from routing.callflow.states import State
from routing.callflow.waiting import (
    AGAIN,
    BUSY,
    COMFORT,
    MUSIC,
    POSITION,
    again,
    place,
    settle_in,
)
from routing.lines import Exit, Overflow
from routing.plan import Plan
from routing.replacing import replace
from routing.saying import LARGEST, position_announcement

MUSIC_SECONDS = 2.0
"""Pause before music that has ended is begun again: a missing stream ends at once, every time."""
AGAIN_SECONDS = 2.0
"""How soon a caller who could not be put into the list is tried again."""
LATER_SECONDS = 2.0
"""When an announcement is tried again that was due while a phone rang."""


def queue_forgot(call: Call, event: on.QueueForgot, plan: Plan, now: float) -> Result:
    """The queue came back without this caller: to the old place, and no phone rings for him."""
    stops = tuple(do.StopLeg(leg, "ORIGINATOR_CANCEL") for leg in call.open_legs)
    call = replace(call, state=State.WAITING, offers=()).note(now, "queue.restored")
    return call, (*stops, *place(call, plan, now))


def queue_failed(call: Call, event: on.QueueFailed, plan: Plan, now: float) -> Result:
    """Nobody can be found now: the caller waits on with music, and tries again for the old place.

    What stood behind the failed step is made up for; no phone rings for the caller any more.
    """
    stops = tuple(do.StopLeg(leg, "NORMAL_TEMPORARY_FAILURE") for leg in call.open_legs)
    retry = do.SetTimer(AGAIN, AGAIN_SECONDS)
    if call.unplaced:
        return replace(call, state=State.WAITING, offers=()), (*stops, retry)
    call = call.note(now, "queue.failed", why=event.why).next_audio()
    call = replace(call, state=State.WAITING, offers=(), announcing=False, unplaced=True)
    return call, (*stops, *settle_in(call, plan, interrupt=True), retry)


def due(call: Call, event: on.TimerDue, plan: Plan, now: float) -> Result:
    """An announcement, a step of the wait, or music that had ended."""
    if event.name == AGAIN:
        return call, place(call, plan, now)
    if event.name == widening.TIMER:
        return _take(call, widening.due_by_time(call, plan, now), plan, now, why="waited")
    if event.name == MUSIC:
        return (call, ()) if call.announcing else music(call, interrupt=True)
    if event.name in (BUSY, POSITION, COMFORT) and call.announcing:
        return replace(call, overdue=(*call.overdue, event.name)), ()
    if event.name in (BUSY, POSITION) and call.notice:
        call, play = announce(call, (call.notice,))
        return call, (play, *again(POSITION, plan))
    if event.name == COMFORT:
        return _comfort(call, plan)
    if event.name == POSITION:
        return replace(call, introduction=()), (do.AskPosition(),)
    if event.name == BUSY and plan.waiting.position_at_entry:
        return replace(call, introduction=("all_busy",)), (do.AskPosition(),)
    if event.name == BUSY:
        call, play = announce(call, ("all_busy",))
        return call, (play, *again(POSITION, plan))
    return call, ()


def postpone(call: Call, event: on.TimerDue, plan: Plan, now: float) -> Result:
    """While a phone rings further seats may serve, but nothing is announced and nobody led away."""
    if event.name == widening.TIMER:
        steps = widening.due_by_time(call, plan, now)
        call, widened = widening.widen(call, steps, now, why="waited")
        return call, (*widened, *widening.next_step(call, plan, now, may_leave=False))
    if event.name in (BUSY, POSITION, COMFORT):
        return call, (do.SetTimer(event.name, LATER_SECONDS),)
    if event.name == AGAIN:
        return call, ()
    return due(call, event, plan, now)


def positioned(call: Call, event: on.Positioned, plan: Plan, now: float) -> Result:
    """Take the steps for which the wait is too long; tell the caller, if it is time for that."""
    introduction = call.introduction
    call = replace(call, introduction=None)
    steps = widening.due_by_estimate(call, plan, event.wait_seconds)
    call, todo = _take(call, steps, plan, now, why=f"estimated wait {_said(event)}")
    if introduction is None or call.state is not State.WAITING or call.announcing:
        return call, todo
    prompts = (*introduction, *_place(call, event, plan))
    if not prompts:
        return call, (*todo, *again(POSITION, plan))
    if event.position:
        call = call.note(now, "queue.told", position=event.position, wait=_said(event))
    call, play = announce(call, prompts)
    return call, (*todo, play, *again(POSITION, plan))


def _said(event: on.Positioned) -> str:
    return "unknown" if event.wait_seconds is None else f"{event.wait_seconds:.0f} s"


def pressed(call: Call, event: on.Pressed, plan: Plan, now: float) -> Result:
    """The caller pressed a key: to be called back, or one that means nothing here."""
    if event.key != plan.waiting.callback_key:
        return call, ()
    call = call.note(now, "queue.key", key=event.key)
    return leave(call, Overflow(then=Exit.CALLBACK), plan, now)


def music_again(call: Call, event: on.Played, plan: Plan, now: float) -> Result:
    """Back to the music after an announcement; music that ended by itself begins again later."""
    if call.audio not in (event.execution, UNNAMED):
        return call, ()
    if not call.announcing:
        if event.failed and not any(step.what == "music.failed" for step in call.trace):
            call = call.note(now, "music.failed", music=call.music)
        return call, (do.SetTimer(MUSIC, MUSIC_SECONDS),)
    if event.failed:
        call = call.note(now, "audio.failed", prompt="waiting")
    at_once = tuple(do.SetTimer(name, 0.0) for name in call.overdue)
    call, todo = music(replace(call, overdue=()), interrupt=event.failed)
    return call, (*todo, *at_once)


def bridge_undone(call: Call, event: on.CallerBack, plan: Plan, now: float) -> Result:
    """A bridge that was given up broke the music."""
    return music(call, interrupt=False)


def _take(call: Call, steps: Sequence[Overflow], plan: Plan, now: float, why: str) -> Result:
    """Take the steps that are due; at the first way out the caller goes."""
    call, todo = widening.widen(call, steps, now, why)
    out = next((step for step in steps if step.then is not None), None)
    if out is not None:
        call = replace(call, ways_out=(*call.ways_out, out))
        call, leaving = leave(
            call.note(now, "queue.way_out", then=out.then, why=why), out, plan, now
        )
        todo = (*todo, *leaving)
    if call.state is State.WAITING:
        todo = (*todo, *widening.next_step(call, plan, now, may_leave=True))
    return call, todo


def _place(call: Call, event: on.Positioned, plan: Plan) -> tuple[str, ...]:
    if event.position < 1:
        return ()
    language = call.language if call.language in LARGEST else plan.language
    place = position_announcement(event.position, event.wait_seconds, language)
    asks = plan.waiting.callback_key and callbacks.possible(call, plan)
    key = (plan.waiting.callback_prompt,) if asks else ()
    return (*place, *key)


def _comfort(call: Call, plan: Plan) -> Result:
    prompts = plan.waiting.comfort_prompts
    phrase = prompts[call.phrases % len(prompts)]
    call, play = announce(replace(call, phrases=call.phrases + 1), (phrase,))
    return call, (play, *again(COMFORT, plan))


def announce(call: Call, prompts: tuple[str, ...]) -> tuple[Call, do.Action]:
    """Say something to a caller who hears music; `music_again` follows."""
    call = replace(call, announcing=True).next_audio()
    return call, do.Play(prompts, call.audio, interrupt=True)


def music(call: Call, interrupt: bool) -> Result:
    """Let the caller hear music, from now on."""
    call = replace(call, announcing=False).next_audio()
    return call, (do.PlayMusic(call.music, call.audio, interrupt),)
