"""Asking a waiting caller whether to be called back, at which number, and keeping the place.

The caller stays in the queue until the place is kept: a seat that becomes free meanwhile is
offered as ever (see `asking`), and whoever presses nothing goes on waiting.
"""

from __future__ import annotations

from routing.callbacks import LONGEST_NUMBER, SHORTEST_NUMBER, Unreachable, reachable
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.call import Call
from routing.callflow.handlers.result import Result
from routing.callflow.states import ASKED, State
from routing.callflow.waiting import go_on, silence, stop
from routing.plan import Plan
from routing.record import EndedBy, Outcome
from routing.replacing import replace
from routing.saying import LARGEST, spoken_digits

YES, OTHER_NUMBER, WAIT_ON = "1", "2", "0"
"""Keys of the question, as the prompt `callback_keys` says them."""
QUESTION_SECONDS = 6.0
QUESTION_TRIES = 2
NUMBER_SECONDS = 8.0
NUMBER_TRIES = 3


def offer(call: Call, plan: Plan, now: float) -> Result:
    """Ask a caller in the queue whether to be called back, at the number that called if it may be.

    Interrupts what is being heard. Does nothing for a caller who is being asked already, or whose
    line has no callbacks: see `possible`.
    """
    if call.state in ASKED or not possible(call, plan):
        return call, ()
    number = reachable(call.caller, plan, now) if call.caller else Unreachable.NO_NUMBER
    call = replace(call, announcing=True, asks_for_callback=False)
    call = call.note(now, "callback.offered", number=number)
    if isinstance(number, Unreachable):
        call, todo = _ask_number(call, ("callback_question",), interrupt=True)
    else:
        call, todo = _ask(call, plan, number, interrupt=True)
    return call, (*silence(), *todo)


def possible(call: Call, plan: Plan) -> bool:
    """Tell whether the caller's line has callbacks and the caller can be asked now."""
    return call.state is State.WAITING and plan.callbacks.serves(call.line_meant)


def _ask(call: Call, plan: Plan, number: str, interrupt: bool) -> Result:
    language = call.language if call.language in LARGEST else plan.language
    call = replace(call, state=State.CALLBACK_QUESTION, callback_number=number).next_audio()
    prompts = ("callback_question", "callback_number", *spoken_digits(number, language))
    question = do.Collect(
        (*prompts, "callback_keys"),
        ("survey_invalid",),
        YES + OTHER_NUMBER + WAIT_ON,
        QUESTION_SECONDS,
        QUESTION_TRIES,
        call.audio,
        interrupt,
    )
    return call, (question,)


def _ask_number(call: Call, before: tuple[str, ...], interrupt: bool = False) -> Result:
    call = replace(call, state=State.CALLBACK_NUMBER, callback_number="").next_audio()
    question = do.CollectNumber(
        (*before, "callback_type_number"),
        ("callback_bad_number",),
        SHORTEST_NUMBER,
        LONGEST_NUMBER,
        NUMBER_SECONDS,
        NUMBER_TRIES,
        call.audio,
        interrupt,
    )
    return call, (question,)


def chosen(call: Call, event: on.Collected, plan: Plan, now: float) -> Result:
    """Yes, another number, or no key that counts: then the caller waits on."""
    if event.execution != call.audio:
        return call, ()
    if event.keys == OTHER_NUMBER:
        return _ask_number(call, ())
    if event.keys != YES:
        call = call.note(now, "callback.declined", key=event.keys or "none")
        return wait_on(call, plan, now)
    assert call.queued_at is not None
    keep = do.KeepPlace(
        number=call.callback_number,
        line=call.line_meant,
        group=call.group,
        priority=call.priority,
        queued_at=call.queued_at,
        language=call.language,
    )
    return call, (keep,)


def typed(call: Call, event: on.Collected, plan: Plan, now: float) -> Result:
    """A number was typed: it is read out and asked for, unless it is one that is never called."""
    if event.execution != call.audio:
        return call, ()
    if not event.keys:
        return wait_on(call.note(now, "callback.declined", key="none"), plan, now)
    number = reachable(event.keys, plan, now)
    if isinstance(number, Unreachable):
        tries = sum(step.what == "callback.number_refused" for step in call.trace)
        call = call.note(now, "callback.number_refused", typed=event.keys[:20], why=number)
        if tries + 1 >= NUMBER_TRIES:
            return wait_on(call, plan, now)
        return _ask_number(call, ("callback_bad_number",))
    return _ask(call, plan, number, interrupt=False)


def kept(call: Call, event: on.PlaceKept, plan: Plan, now: float) -> Result:
    """The place is kept: say so, and let the caller go."""
    call = replace(
        call,
        state=State.CLOSING,
        callback=event.callback,
        outcome=Outcome.CALLBACK,
        ended_by=EndedBy.SYSTEM,
        announcing=False,
    )
    what = "callback.already" if event.already else "callback.kept"
    call = call.note(now, what, callback=event.callback, number=call.callback_number).next_audio()
    return call, (
        do.LeaveQueue(),
        *stop(),
        do.Tag({"switchd_state": "callback", "switchd_callback": event.callback}),
        do.Play(("callback_kept",), call.audio),
    )


def not_kept(call: Call, event: on.PlaceNotKept, plan: Plan, now: float) -> Result:
    """It could not be written down: the caller hears so and waits on."""
    call = call.note(now, "callback.not_kept", why=event.why)
    call = replace(call, state=State.WAITING, announcing=True).next_audio()
    return call, (do.Play(("callback_not_kept",), call.audio), *go_on(call, plan, now))


def wait_on(call: Call, plan: Plan, now: float) -> Result:
    """Back to the music, with the place as it was; or good-bye, if there is no room to wait."""
    if call.full is not None:
        return _no_room(call)
    call = replace(call, state=State.WAITING, announcing=False, callback_number="").next_audio()
    return call, (do.PlayMusic(call.music, call.audio), *go_on(call, plan, now))


def _no_room(call: Call) -> Result:
    call = replace(
        call,
        state=State.CLOSING,
        outcome=Outcome.CONGESTED,
        ended_by=EndedBy.SYSTEM,
        announcing=False,
    ).next_audio()
    return call, (do.LeaveQueue(), *stop(), do.Play(("try_later",), call.audio))
