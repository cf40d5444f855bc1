"""Whether each line has what its kind needs, and nothing that its kind does not have."""

from __future__ import annotations

import re

from routing.lines import LineKind
from routing.numbers import EMERGENCY
from switchd.config.draft import Draft
from switchd.config.lines import KEYS, REQUIRED, Line, kinds_with
from switchd.config.lookup import Lookup
from switchd.config.problems import choose
from switchd.config.source import Path

_MEANING = {
    "merged_on": "the day on which it merged, such as 2020-01-03",
    "then": "pass_on (callers are passed on) or tell (they are told the number)",
}
_MERGED = frozenset(
    {LineKind.RETIRED, LineKind.PARALLEL, LineKind.REMOTE, LineKind.SUB_CENTRE, LineKind.HOTLINE}
)
_RESERVED = re.compile("人大|人民代表大会|政协|法院|检察院|纪委|监委|纪检|监察委|国家安全|国安局")
"""Organs whose lines may not be merged (国办发〔2020〕53号)."""


def check_kinds(draft: Draft, lookup: Lookup) -> None:
    """Check the keys of every line against its kind."""
    for name, line in draft.lines.items():
        _check_keys(draft, name, line)
        _check_organ(draft, name, line)
        _check_other_side(draft, lookup, name, line)


def _check_keys(draft: Draft, name: str, line: Line) -> None:
    path: Path = ("lines", name)
    allowed = KEYS[line.kind]
    for key in type(line).model_fields:
        if key not in allowed and draft.has((*path, key)):
            what = f"a line of the kind {line.kind.value} has no {key}"
            draft.error((*path, key), what, f"Delete the key; it belongs to: {kinds_with(key)}")
    for key in REQUIRED.get(line.kind, ()):
        if getattr(line, key) is None:
            what = f"a line of the kind {line.kind.value} needs {key}"
            draft.error(path, what, f"Write `{key}:` and {_MEANING[key]}")
    if line.kind is LineKind.EXPERT or line.then == "tell":
        for key in ("open", "ring_seconds"):
            if draft.has((*path, key)) and line.trunk is None and line.to is None:
                what = f"{key} is about the other side, which seats cannot reach without a trunk"
                draft.warning((*path, key), what, "Write `trunk:`, or delete the key")
    if line.then == "tell":
        for key in ("otherwise", "failed_prompt"):
            if draft.has((*path, key)):
                what = f"callers who are told a number are not passed on, so there is no {key}"
                draft.error((*path, key), what, "Delete the key, or write `then: pass_on`")
    elif line.then == "pass_on" and line.tell is not None:
        what = "callers who are passed on are not told a number"
        draft.error((*path, "tell"), what, "Write `to:` for the number that is dialled")


def _check_organ(draft: Draft, name: str, line: Line) -> None:
    """Judge by the department, or by the title if none is written."""
    key = "department" if line.department else "title"
    found = _RESERVED.search(line.department or line.title)
    if found is None or line.kind not in _MERGED:
        return
    what = f"lines of {found[0]} may not be merged into a hotline (国办发〔2020〕53号)"
    instead = "Delete the line, or write `kind: deferred` with `then: tell`"
    if key == "title":
        instead += "; if it is another department's, write that as `department:`"
    draft.error(("lines", name, key), what, instead)


def _check_other_side(draft: Draft, lookup: Lookup, name: str, line: Line) -> None:
    """Where the line's own people are reached over a trunk, that trunk can be dialled over."""
    if "trunk" not in KEYS[line.kind]:
        return
    path: Path = ("lines", name)
    if lookup.passes_on(line) or line.to is not None or line.trunk is not None:
        at: Path = (*path, "trunk") if line.trunk is not None else path
        check_trunk_out(draft, at, line.trunk, lookup.trunk_to(line))
    if line.to is not None and lookup.normal(line.to) in EMERGENCY:
        what = f"{lookup.normal(line.to)} is an emergency number and takes no line's callers"
        draft.error((*path, "to"), what, "Write the other side's own number")
    back = lookup.by_number.get(lookup.normal(line.to or ""))
    if back not in (None, name):
        what = f"{line.to} is the number of lines.{back}, so that callers may come back here"
        draft.warning((*path, "to"), what, "Write the other side's own number")
    for key in ("to", "tell"):
        check_dialled(draft, lookup, (*path, key), getattr(line, key))


def check_trunk_out(draft: Draft, path: Path, written: str | None, meant: str | None) -> None:
    """Check a trunk over which something is to be dialled; `meant` has the default applied."""
    trunks = draft.written("trunks") or ["trunk"]
    if written is not None and written not in trunks:
        draft.error(path, f"there is no trunk {written}", choose(written, trunks))
    elif meant is None:
        what = "it is not said over which trunk the number is dialled"
        draft.error(path, what, f"Write `trunk:` and one of {', '.join(trunks)}")
    elif meant in draft.trunks and not draft.trunks[meant].proxy:
        what = f"the trunk {meant} has no proxy, so nothing can be dialled over it"
        draft.error(path, what, f"Write `proxy: host:5060` in trunks.{meant}")


def check_dialled(draft: Draft, lookup: Lookup, path: Path, written: str | None) -> None:
    """Check a number that is to be dialled or told."""
    if written is not None and len(lookup.normal(written)) < 2:
        what = f"'{written}' is no telephone number"
        draft.error(path, what, "Write digits, such as 12366 or 0375-4882789")
