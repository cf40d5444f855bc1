"""Whether the steps of a long wait lead somewhere, and can come due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from routing.lines import Exit
from routing.skills import NeedError
from switchd.config.draft import Draft
from switchd.config.lookup import Lookup, read_need
from switchd.config.models import Overflow
from switchd.config.problems import choose
from switchd.config.source import Path

_ENDS = (Exit.VOICEMAIL, Exit.ANNOUNCE, Exit.HANG_UP)
"""Ways out from which no caller comes back to wait on."""
_AFTER, _ABOVE = "after_seconds", "wait_above_seconds"


def check_overflow(draft: Draft, lookup: Lookup) -> None:
    """Check the steps of every line and of every group."""
    for name, line in draft.lines.items():
        _check_steps(draft, lookup, ("lines", name), line.overflow, lookup.group_of(line))
    for name, group in draft.groups.items():
        _check_steps(draft, lookup, ("groups", name), group.overflow, name)
    for name, line in draft.lines.items():
        own = lookup.group_of(line)
        if own in draft.groups:
            ending = draft.groups[own].overflow
            _check_behind(draft, ("lines", name), line.overflow, ("groups", own), ending)
    _check_rings(draft, lookup)


def _check_steps(
    draft: Draft, lookup: Lookup, owner: Path, steps: Sequence[Overflow], own: str | None
) -> None:
    first_use: set[tuple[str | None, int | None]] = set()
    for index, step in enumerate(steps):
        path = _path(draft, owner, index)
        _check_form(draft, path, step)
        if step.then is not None or not lookup.groups:
            continue
        group = step.group or own
        at = (*path, "group") if step.group else path
        if step.group is not None and step.group not in lookup.groups:
            draft.error(at, f"there is no group {group}", choose(step.group, lookup.groups))
        elif step.group == own and step.level is None:
            what = f"{group} is the {_whose(owner)} own group, for which its callers wait anyway"
            draft.error(at, what, "Delete the step, or write another group or a `level:`")
        elif step.level is not None and not _lowers(draft, group, step.level):
            what = f"level {step.level} is no lower than what {group} needs"
            instead = "Write a lower level, or delete the step"
            draft.error((*path, "level"), what, instead)
        elif (group, step.level) in first_use:
            level = "" if step.level is None else f" with level {step.level}"
            draft.error(at, f"{group}{level} stands here a second time", _SHORTER)
        elif _readable_seats(draft) and group is not None and group not in lookup.seated:
            what = f"the group {group} has no seats that could help"
            draft.error(at, what, f"Give a seat the group {group} in the section seats")
        first_use.add((group, step.level))
    _check_behind(draft, owner, steps, owner, steps)


def _lowers(draft: Draft, group: str | None, level: int) -> bool:
    """Tell whether further seats meet the group's need at the level; True if it is not known."""
    known = draft.groups.get(group or "")
    if known is None:
        return True
    try:
        need = read_need(group or "", known)
    except NeedError:
        return True
    return any(skill.level > level for skill in need.atoms())


_SHORTER = "Keep the step with the shorter wait"


def _whose(owner: Path) -> str:
    return "line's" if owner[0] == "lines" else "group's"


def _check_form(draft: Draft, path: Path, step: Overflow) -> None:
    """A step does one thing, at one time."""
    if step.then is None and step.group is None and step.level is None:
        what = "the step does nothing"
        draft.error(path, what, "Write `group:` or `level:` for further seats, or `then:`")
    if step.then is not None and (step.group is not None or step.level is not None):
        key = "group" if step.group is not None else "level"
        what = f"{step.then} is a way out and has no {key}"
        draft.error((*path, key), what, f"Delete `{key}:`, or make two steps of it")
    if step.after_seconds is not None and step.wait_above_seconds is not None:
        what = "the step has two conditions, and it is not clear which of them counts"
        draft.error((*path, _ABOVE), what, "Make two steps of it, each with one of them")
    if step.then is not None and step.after_seconds is None and step.wait_above_seconds is None:
        what = f"nothing says when the wait ends with {step.then}"
        draft.error((*path, "then"), what, f"Write `{_AFTER}:` or `{_ABOVE}:` beside it")
    if step.then is Exit.CALLBACK and not draft.has(("callbacks",)):
        what = "nobody is called back in this city"
        draft.error((*path, "then"), what, "Write a section `callbacks:`, or delete the step")
    if step.announcement is not None and step.then is not Exit.ANNOUNCE:
        what = "the announcement is never heard"
        draft.error((*path, "announcement"), what, "Write `then: announce` beside it, or delete it")


def _check_behind(
    draft: Draft,
    owner: Path,
    steps: Sequence[Overflow],
    ender: Path,
    ending: Sequence[Overflow],
) -> None:
    """No step stands behind the end of the wait."""
    for key in (_AFTER, _ABOVE):
        ends = [(_number(step, key), at) for at, step in enumerate(ending) if step.then in _ENDS]
        known = [(number, at) for number, at in ends if number is not None]
        if not known:
            continue
        end, at = min(known)
        where = draft.place(_path(draft, ender, at))
        how = "after" if key == _AFTER else "for callers with an estimated wait above"
        what = f"the step can never come due: {ending[at].then} ends the wait {how} {end:g} s"
        for index, step in enumerate(steps):
            number = _number(step, key)
            behind = owner == ender and number == end and index > at
            if number is not None and (number > end or behind):
                path = _path(draft, owner, index)
                at_key = (*path, key) if draft.has((*path, key)) else path
                instead = f"Write less than {end:g}, or delete the step"
                draft.error(at_key, f"{what} ({where})", instead)


def _number(step: Overflow, key: str) -> float | None:
    return step.due_after if key == _AFTER else step.wait_above_seconds


def _check_rings(draft: Draft, lookup: Lookup) -> None:
    """Groups that help each other at once are one group in all but name."""
    at_once = {
        (own, step.group): owner for owner, own, step in _all(draft, lookup) if _is_at_once(step)
    }
    for (own, group), owner in at_once.items():
        if own is not None and group is not None and own < group and (group, own) in at_once:
            other = ".".join(map(str, at_once[group, own]))
            what = (
                f"callers of {own} go to {group} at once, and those of {group} to {own} "
                f"({other}), so neither has seats of its own"
            )
            instead = "Write `after_seconds:` above 0 on one side, or make them one group"
            draft.warning((*owner, "overflow"), what, instead)


def _is_at_once(step: Overflow) -> bool:
    return step.then is None and step.due_after == 0 and step.group is not None


def _all(draft: Draft, lookup: Lookup) -> Iterator[tuple[Path, str | None, Overflow]]:
    for name, line in draft.lines.items():
        for step in line.overflow:
            yield ("lines", name), lookup.group_of(line), step
    for name, group in draft.groups.items():
        for step in group.overflow:
            yield ("groups", name), name, step


def steps_of(
    draft: Draft, owner: Path, steps: Sequence[Overflow]
) -> Iterator[tuple[Path, Overflow]]:
    """Give the steps of a line or a group, each with its path."""
    for index, step in enumerate(steps):
        yield _path(draft, owner, index), step


def _path(draft: Draft, owner: Path, index: int) -> Path:
    """Give the path of a step, which may be the only one and written without a list."""
    path: Path = (*owner, "overflow", index)
    return path if draft.has(path) else (*owner, "overflow")


def _readable_seats(draft: Draft) -> bool:
    return len(draft.seats) == len(draft.written("seats"))
