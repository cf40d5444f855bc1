"""Whether the sections `callbacks`, `follow_ups` and `voicemail` make sense with the others."""

from __future__ import annotations

from collections.abc import Sequence

from routing.numbers import EMERGENCY
from switchd.config.draft import Draft
from switchd.config.lookup import Lookup
from switchd.config.meaning_kinds import check_trunk_out
from switchd.config.problems import choose
from switchd.config.source import Path


def check_callbacks(draft: Draft, lookup: Lookup) -> None:
    """People can be called: over a trunk that dials, about lines that are there."""
    if not draft.has(("callbacks",)):
        return
    callbacks = draft.callbacks
    path: Path = ("callbacks",)
    at: Path = (*path, "trunk") if callbacks.trunk is not None else path
    check_trunk_out(draft, at, callbacks.trunk, callbacks.trunk or lookup.only_trunk)
    _check_lines(draft, lookup, (*path, "lines"), callbacks.lines)
    _check_lines(draft, lookup, (*path, "missed", "lines"), callbacks.missed.lines)
    _check_shown(draft, lookup, path, callbacks.shown_number)


def check_follow_ups(draft: Draft, lookup: Lookup) -> None:
    """People can be asked: over a trunk that dials, by seats of a group that is there."""
    if not draft.has(("follow_ups",)):
        return
    rules = draft.follow_ups
    path: Path = ("follow_ups",)
    at: Path = (*path, "trunk") if rules.trunk is not None else path
    check_trunk_out(draft, at, rules.trunk, rules.trunk or lookup.only_trunk)
    _check_shown(draft, lookup, path, rules.shown_number)
    if rules.group is not None and rules.group not in draft.groups:
        what = f"there is no group {rules.group}"
        draft.error((*path, "group"), what, choose(rules.group, draft.written("groups")))


def _check_shown(draft: Draft, lookup: Lookup, path: Path, shown: str | None) -> None:
    if shown is not None and (not lookup.normal(shown) or lookup.normal(shown) in EMERGENCY):
        what = f"'{shown}' is no number that people who are called could see"
        draft.error((*path, "shown_number"), what, "Write the hotline's own, such as 037512345")


def _check_lines(draft: Draft, lookup: Lookup, path: Path, lines: Sequence[str]) -> None:
    for index, line in enumerate(lines):
        if lookup.line_called(line) is None:
            what = f"there is no line {line}"
            draft.error((*path, index), what, choose(line, draft.written("lines")))
