"""Whether menus lead somewhere, and emergency numbers to a trunk."""

from __future__ import annotations

from switchd.config.draft import Draft
from switchd.config.lookup import Lookup
from switchd.config.meaning_kinds import check_dialled, check_trunk_out
from switchd.config.problems import choose
from switchd.config.source import Path


def check_menus(draft: Draft, lookup: Lookup) -> None:
    """Check the keys of every menu, that none leads back, and that each is used."""
    written = draft.written("menus")
    for name, line in draft.lines.items():
        if line.menu is not None and line.menu not in written:
            path: Path = ("lines", name, "menu")
            draft.error(path, f"there is no menu {line.menu}", choose(line.menu, written))
    for name, menu in draft.menus.items():
        for key, item in menu.keys.items():
            path = ("menus", name, "keys", key)
            if item.menu is not None and item.menu not in written:
                draft.error(
                    (*path, "menu"), f"there is no menu {item.menu}", choose(item.menu, written)
                )
            if item.group is not None and lookup.groups and item.group not in lookup.groups:
                what = f"there is no group {item.group}"
                draft.error((*path, "group"), what, choose(item.group, lookup.groups))
            if item.group is None and item.menu is None and not item.language:
                what = "the key leads nowhere"
                draft.error(path, what, "Write a skill group, or `{menu: …}` or `{language: …}`")
        _check_cycle(draft, name)
    if len(draft.lines) == len(draft.written("lines")):
        _check_used(draft)


def menus_heard(draft: Draft) -> set[str]:
    """Give the menus that callers can come to."""
    heard: set[str] = set()
    coming = [line.menu for line in draft.lines.values() if line.menu is not None]
    while coming:
        name = coming.pop()
        if name in heard or name not in draft.menus:
            continue
        heard.add(name)
        items = draft.menus[name].keys.values()
        coming += [item.menu for item in items if item.menu is not None]
    return heard


def check_emergency(draft: Draft, lookup: Lookup) -> None:
    """Calls to emergency numbers go over trunks that can be dialled over."""
    for key, target in draft.emergency.items():
        path: Path = ("emergency", key)
        if key == "trunk":
            if target.number is not None:
                what = "one number cannot stand for four emergency numbers"
                draft.error((*path, "number"), what, "Write it under 110, 119, 120 or 122")
            check_trunk_out(draft, path, target.trunk, target.trunk)
            continue
        check_trunk_out(draft, path, target.trunk, lookup.emergency_trunk(key))
        check_dialled(draft, lookup, (*path, "number"), target.number)
        line = lookup.by_number.get(lookup.normal(target.number or ""))
        if line is not None:
            what = f"calls to {key} would come to lines.{line} ({draft.place(('lines', line))})"
            draft.error((*path, "number"), what, "Write the emergency service's own number")


def _check_cycle(draft: Draft, start: str) -> None:
    """No submenu leads back to the menu `start`."""
    seen: set[str] = set()
    coming = [(start, key) for key in draft.menus[start].keys]
    while coming:
        name, key = coming.pop()
        following = draft.menus[name].keys[key].menu
        if following == start:
            path: Path = ("menus", name, "keys", key, "menu")
            what = f"the key leads back to the menu {start}, in which the caller was before"
            draft.error(path, what, "Write a skill group, or another menu")
        elif following in draft.menus and following not in seen:
            seen.add(following)
            coming += [(following, one) for one in draft.menus[following].keys]


def _check_used(draft: Draft) -> None:
    heard = menus_heard(draft)
    for name in draft.menus:
        if name not in heard:
            what = f"no line and no menu leads to the menu {name}"
            draft.warning(("menus", name), what, f"Write `menu: {name}` in a line, or delete it")
