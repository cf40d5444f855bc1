"""Whether the sections `control`, `experts` and `dialling` make sense with the others."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from routing.keys import STAR, ambiguous
from routing.numbers import EMERGENCY
from switchd.config.build_control import as_prefix, key_codes, trunk_out
from switchd.config.control import Member
from switchd.config.draft import Draft
from switchd.config.lookup import Lookup
from switchd.config.meaning_kinds import check_dialled, check_trunk_out
from switchd.config.models import Mistake
from switchd.config.problems import choose
from switchd.config.seat_range import seat_numbers
from switchd.config.source import Path


def check_control(draft: Draft, lookup: Lookup) -> None:
    """Check keys, supervisors, experts and where seats may dial."""
    seats = _seats(draft)
    _check_keys(draft)
    supervisors: Path = ("control", "supervisors")
    group = draft.control.supervisors.group
    if group is not None and group not in lookup.groups:
        draft.error(
            (*supervisors, "group"), f"there is no group {group}", choose(group, lookup.groups)
        )
    for index, seat in enumerate(draft.control.supervisors.seats):
        _check_seat(draft, (*supervisors, "seats", index), seat, seats)
    for index, trunk in enumerate(draft.control.emergency_trunks):
        check_trunk_out(draft, ("control", "emergency_trunks", index), trunk, trunk)
    for name, expert in draft.experts.items():
        for index, member in enumerate(expert.members):
            _check_member(draft, lookup, ("experts", name, "members", index), member, seats)
    _check_dialling(draft, lookup)
    for number, target in draft.dialling.short_numbers.items():
        _check_short_number(draft, lookup, number, target, seats)


def _seats(draft: Draft) -> Collection[str]:
    found: dict[str, None] = {}
    for written in draft.written("seats"):
        try:
            found.update(dict.fromkeys(seat_numbers(written)))
        except Mistake:
            continue
    return found


def _check_seat(draft: Draft, path: Path, seat: str, seats: Collection[str]) -> None:
    if seat not in seats:
        draft.error(path, f"there is no seat {seat}", choose(seat, seats))


def _check_keys(draft: Draft) -> None:
    """Each code means one thing, and nobody has to guess where a number begins."""
    first_use: dict[str, Path] = {}
    meanings = {}
    path: Path = ("control", "keys")
    for key, code, command in key_codes(draft.control.keys):
        if code in first_use:
            at = _written(draft, (*path, *key), (*path, *first_use[code]))
            what = f"{STAR}{code} means {'.'.join(map(str, first_use[code]))} already"
            draft.error(at, what, "Use another code")
        else:
            first_use[code], meanings[code] = key, command
    for code, longer in ambiguous(meanings):
        at = _written(draft, (*path, *first_use[longer]), (*path, *first_use[code]))
        what = (
            f"{STAR}{longer} begins like {STAR}{code}, behind which a number follows, so it would "
            "never be heard"
        )
        draft.error(at, what, "Use a code that begins otherwise")


def _written(draft: Draft, *paths: Path) -> Path:
    """Give the first path that is written, for pointing at what the admin can change."""
    return next((path for path in paths if draft.has(path)), paths[0])


def _check_member(
    draft: Draft, lookup: Lookup, path: Path, member: Member, seats: Collection[str]
) -> None:
    """A person of an expert seat has a telephone or a seat, not both."""
    if (member.phone is None) is (member.seat is None):
        what = "a person is reached by a telephone or at a seat"
        draft.error(path, what, "Write `phone:` and a number, or `seat:` and an extension")
        return
    if member.seat is not None:
        _check_seat(draft, (*path, "seat"), member.seat, seats)
        if member.trunk is not None:
            what = "a trunk is used only for a telephone number"
            draft.error((*path, "trunk"), what, "Write `phone:`, or delete the key")
        return
    at: Path = (*path, "phone") if draft.has((*path, "phone")) else path
    number = lookup.normal(member.phone or "")
    check_dialled(draft, lookup, at, member.phone)
    check_trunk_out(
        draft,
        (*path, "trunk") if member.trunk is not None else at,
        member.trunk,
        member.trunk or lookup.only_trunk,
    )
    if number in EMERGENCY:
        what = f"{number} is an emergency number and no expert"
        draft.error(at, what, "Delete it; every seat reaches it by one key")
    elif number in lookup.by_number:
        what = f"{number} is the number of lines.{lookup.by_number[number]}; seats would call here"
        draft.error(at, what, "Write the person's own number")


def _check_dialling(draft: Draft, lookup: Lookup) -> None:
    """Trunks can be dialled over, prefixes fit normal forms, and each is said once."""
    path: Path = ("dialling",)
    dialling = draft.dialling
    if dialling.trunk is not None or (draft.has(path) and not dialling.trunks):
        at: Path = (*path, "trunk") if dialling.trunk is not None else path
        check_trunk_out(draft, at, dialling.trunk, trunk_out(draft))
    for prefix, trunk in dialling.trunks.items():
        check_trunk_out(draft, (*path, "trunks", prefix), trunk, trunk)
    first_use: dict[str, Path] = {}
    for at, prefix in _prefixes(draft):
        normal = as_prefix(prefix)
        if normal in first_use:
            what = f"{prefix} stands already in {'.'.join(map(str, first_use[normal]))}"
            draft.error(at, what, "Keep one of the two")
        first_use.setdefault(normal, at)
    for at, prefix in (*_prefixes(draft), *_trunk_prefixes(draft)):
        if as_prefix(prefix).startswith(("0086", lookup.area_code)):
            what = f"numbers are compared without country code and {lookup.area_code}, so nothing "
            draft.error(at, f"{what}begins with {prefix}", "Write what follows behind it")
    for line, number in dialling.shown.items():
        if lookup.line_called(line) is None:
            what = f"there is no line {line}"
            draft.error((*path, "shown", line), what, choose(line, draft.written("lines")))
        _check_shown(draft, lookup, (*path, "shown", line), number)
    if dialling.shown_number is not None:
        _check_shown(draft, lookup, (*path, "shown_number"), dialling.shown_number)


def _prefixes(draft: Draft) -> Iterator[tuple[Path, str]]:
    for key in ("allowed", "barred"):
        for index, prefix in enumerate(getattr(draft.dialling, key)):
            yield ("dialling", key, index), prefix


def _trunk_prefixes(draft: Draft) -> Iterator[tuple[Path, str]]:
    for prefix in draft.dialling.trunks:
        yield ("dialling", "trunks", prefix), prefix


def _check_shown(draft: Draft, lookup: Lookup, path: Path, written: str) -> None:
    number = lookup.normal(written)
    if not number or number in EMERGENCY:
        what = f"'{written}' is no number that the other side could see"
        draft.error(path, what, "Write the hotline's own, such as 037512345")


def _check_short_number(
    draft: Draft, lookup: Lookup, number: str, target: str, seats: Collection[str]
) -> None:
    """A short number hides nothing, and somebody is there."""
    path: Path = ("dialling", "short_numbers", number)
    if number in EMERGENCY:
        what = f"{number} is an emergency number and can mean nothing else"
        draft.error(path, what, "Use another number")
    elif number in seats or number in lookup.by_number:
        owner = "a seat" if number in seats else "a line"
        draft.error(path, f"{number} is the number of {owner}", "Use another number")
    kind, _, name = target.partition(":")
    known: dict[str, Collection[str]] = {
        "seat": seats,
        "agent": draft.written("agents"),
        "group": lookup.groups,
        "expert": draft.written("experts"),
    }
    if kind in known and name not in known[kind]:
        draft.error(path, f"there is no {kind} {name}", choose(name, known[kind]))
    elif kind == "line" and lookup.line_called(name) is None:
        draft.error(path, f"there is no line {name}", choose(name, draft.written("lines")))
    elif kind == "number":
        check_dialled(draft, lookup, path, name)
