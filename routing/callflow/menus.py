"""Menus: opt-in, with keys that lead to groups or further menus, and never a dead end."""

from __future__ import annotations

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.call import Call
from routing.callflow.states import State
from routing.callflow.waiting import enter_queue
from routing.plan import Plan
from routing.replacing import replace

Result = tuple[Call, tuple[do.Action, ...]]


def ask(call: Call, plan: Plan, now: float) -> Result:
    """Ask the call's menu."""
    menu = plan.menus[call.menu]
    call = replace(call, state=State.MENU).next_audio()
    question = do.Collect(
        menu.prompts, ("menu_invalid",), "".join(menu.keys), menu.seconds, menu.tries, call.audio
    )
    return call, (question,)


def chosen(call: Call, event: on.Collected, plan: Plan, now: float) -> Result:
    """A key was pressed, or none that counts: then the queue, as if there were no menu."""
    if event.execution != call.audio:
        return call, ()
    item = plan.menus[call.menu].keys.get(event.keys)
    call = call.note(now, "menu.key", menu=call.menu, key=event.keys or "none")
    if item is None:
        return enter_queue(replace(call, menu=""), plan, now)
    call = replace(
        call,
        menu=item.menu,
        group=item.group or call.group,
        language=item.language or call.language,
    )
    return ask(call, plan, now) if item.menu else enter_queue(call, plan, now)
