"""Whether callers come to every group, and every group has seats for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from routing.lines import Retirement
from switchd.config.draft import Draft
from switchd.config.lines import Line
from switchd.config.lookup import Lookup
from switchd.config.meaning_lines import time_zone
from switchd.config.meaning_menus import menus_heard
from switchd.config.meaning_overflow import check_overflow
from switchd.config.problems import choose
from switchd.config.source import Path


def check_groups(draft: Draft, lookup: Lookup, now: float) -> None:
    """Check the names of groups, overflow, and who serves whom; `now` in epoch seconds."""
    _check_names(draft, lookup)
    check_overflow(draft, lookup)
    _check_menus(draft, lookup)
    complete = all(
        len(getattr(draft, section)) == len(draft.written(section))
        for section in ("lines", "groups", "seats", "menus")
    )
    if complete and draft.lines and all(lookup.group_of(line) for line in draft.lines.values()):
        _check_use(draft, lookup, now)


def _check_names(draft: Draft, lookup: Lookup) -> None:
    """Seats sit in groups that exist."""
    groups = lookup.groups
    for written, seat in draft.seats.items():
        for index, group in enumerate(seat.groups):
            path: Path = ("seats", written, "groups", index)
            if groups and group not in groups:
                draft.error(path, f"there is no group {group}", choose(group, groups))


def _check_menus(draft: Draft, lookup: Lookup) -> None:
    """Somebody sits in the groups that keys lead to."""
    for name, menu in draft.menus.items():
        for key, item in menu.keys.items():
            group = item.group
            if group in lookup.groups and _readable_seats(draft) and group not in lookup.seated:
                what = f"the group {group}, to which the key leads, has no seats"
                instead = f"Give a seat the group {group} in the section seats"
                draft.error(("menus", name, "keys", key), what, instead)


def _check_use(draft: Draft, lookup: Lookup, now: float) -> None:
    """Groups and seats without callers are told."""
    lines = list(draft.lines.values())
    reached = set(_reached(draft, lookup, lines))
    living = set(_reached(draft, lookup, [line for line in lines if not _gone(draft, line, now)]))
    for name, group in draft.groups.items():
        path: Path = ("groups", name)
        if name in reached and not group.inbound:
            what = f"callers come to the group {name}, although it is not inbound"
            draft.error((*path, "inbound"), what, "Delete the key, or lead the callers elsewhere")
        elif name not in reached and name not in lookup.seated:
            what = f"no seat and no line names the group {name}"
            draft.warning(path, what, "Give it seats, or delete it")
        elif name not in reached and group.inbound:
            what = f"no line, menu or overflow leads to the group {name}, so its seats get no calls"
            draft.warning(path, what, f"Write `group: {name}` in a line, or `inbound: no` here")
    for written, seat in draft.seats.items():
        groups = [one for one in seat.groups if one in reached]
        if groups and not any(one in living for one in groups):
            draft.warning(
                ("seats", written),
                f"the lines of {', '.join(groups)} are gone, so nobody calls here any more",
                "Add a group of a line in service, or delete the seats",
            )


def _reached(draft: Draft, lookup: Lookup, lines: list[Line]) -> Iterator[str | None]:
    """Give the groups to which these lines and the menus lead."""
    for line in lines:
        own = lookup.group_of(line)
        yield from (own, *_helpers(draft, own))
        yield from (step.group for step in lookup.overflow_of(line))
    for name in menus_heard(draft):
        for item in draft.menus[name].keys.values():
            yield from (item.group, *_helpers(draft, item.group))


def _helpers(draft: Draft, group: str | None) -> Iterator[str | None]:
    """Give the groups that may serve whoever waits for a group."""
    if group in draft.groups:
        yield from (step.group for step in draft.groups[group].overflow)


def _gone(draft: Draft, line: Line, now: float) -> bool:
    """Tell whether the line's number is not answered any more."""
    zone = time_zone(draft.city.time_zone) if draft.city else None
    if zone is None or line.merged_on is None:
        return False
    last_day = Retirement(line.merged_on, line.reminder_months).last_day
    return datetime.fromtimestamp(now, zone).date() > last_day


def _readable_seats(draft: Draft) -> bool:
    return len(draft.seats) == len(draft.written("seats"))
