"""Whether what waiting callers hear and may press makes sense."""

from __future__ import annotations

from switchd.config.draft import Draft
from switchd.config.models import Waiting

_SHIPPED = Waiting()


def check_waiting(draft: Draft) -> None:
    """Check comfort phrases and the key for a callback."""
    waiting = draft.waiting
    if waiting.comfort_every_seconds > 0 and not waiting.comfort_prompts:
        what = "there are no comfort phrases to say"
        instead = "Write `comfort_prompts: [comfort]`, or delete `comfort_every_seconds:`"
        draft.error(("waiting", "comfort_every_seconds"), what, instead)
    key = waiting.callback_key
    if (
        key not in ("", _SHIPPED.callback_key)
        and waiting.callback_prompt == _SHIPPED.callback_prompt
    ):
        what = f"the prompt {waiting.callback_prompt} tells callers to press 1, not {key}"
        instead = "Write `callback_prompt:` and the name of a recording of your own"
        draft.warning(("waiting", "callback_key"), what, instead)
