"""Whether the section `callers` makes sense together."""

from __future__ import annotations

from collections.abc import Sequence

from routing.numbers import EMERGENCY
from routing.standing import Barring, Withheld
from switchd.config.callers import Blocked
from switchd.config.draft import Draft
from switchd.config.lookup import Lookup


def check_callers(draft: Draft) -> None:
    """Check both lists and that what is to be announced has a prompt."""
    callers = draft.callers
    lookup = Lookup(draft)
    _check_list(draft, lookup, "blocked", callers.blocked)
    _check_list(draft, lookup, "priority", callers.priority)
    if callers.announcement is not None:
        return
    prompt = "Write `announcement:` in `callers` and a prompt of your own recordings"
    if callers.limits.then is Barring.ANNOUNCE:
        draft.error(
            ("callers", "limits", "then"), "there is no announcement for barred callers", prompt
        )
    if callers.withheld is Withheld.ANNOUNCE:
        what = "there is no announcement for callers without number"
        draft.error(("callers", "withheld"), what, prompt)


def _check_list(draft: Draft, lookup: Lookup, name: str, entries: Sequence[Blocked]) -> None:
    """Each entry has a number or a prefix, and each number stands once."""
    first_use: dict[str, int] = {}
    for index, entry in enumerate(entries):
        path = ("callers", name, index)
        if (entry.number is None) == (entry.prefix is None):
            what = "an entry has either a number or a prefix"
            draft.error(path, what, "Write one of `number:` and `prefix:`")
            continue
        key = "prefix" if entry.number is None else "number"
        number = entry.prefix or lookup.normal(entry.number or "")
        shown = f"{key} {number}"
        if number in EMERGENCY and key == "number":
            what = f"{number} is an emergency service, which is never barred and never waits"
            draft.error((*path, key), what, "Delete the entry")
        elif not number:
            what = f"'{entry.number}' is no telephone number"
            draft.error((*path, key), what, "Write digits, such as 13800138000")
        elif shown in first_use:
            place = draft.place(("callers", name, first_use[shown]))
            what = f"{shown} stands here twice (first {place})"
            draft.error((*path, key), what, "Delete it in one of the two places")
        first_use.setdefault(shown, index)
