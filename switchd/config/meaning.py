"""Whether the sections make sense together: names lead somewhere, nothing collides."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import available_timezones

from routing.numbers import EMERGENCY
from switchd.config.draft import Draft
from switchd.config.lookup import Lookup
from switchd.config.meaning_calendars import check_calendars
from switchd.config.meaning_lines import check_lines, time_zone
from switchd.config.meaning_menus import check_emergency, check_menus
from switchd.config.meaning_server import check_server
from switchd.config.meaning_trunks import check_trunks
from switchd.config.models import Mistake
from switchd.config.problems import choose
from switchd.config.seat_range import seat_numbers
from switchd.config.source import Path


@dataclass(frozen=True, slots=True)
class Known:
    """Names that the installation has; None means that they are not known and not checked."""

    prompts: frozenset[str] | None = None
    """Prompts of the manifest and of the city's own folder."""
    music: frozenset[str] | None = None
    """Streams of hold music that FreeSWITCH is configured with."""


def check_meaning(draft: Draft, known: Known, now: float) -> None:
    """Add every contradiction between the sections to the draft's problems."""
    lookup = Lookup(draft)
    _check_city(draft)
    check_lines(draft, now)
    check_trunks(draft)
    check_menus(draft, lookup)
    check_emergency(draft, lookup)
    check_calendars(draft, now)
    _check_groups(draft)
    _check_seats(draft)
    _check_feature_codes(draft)
    _check_sounds(draft, known)
    check_server(draft)


def _check_city(draft: Draft) -> None:
    if draft.city is None:
        return
    zone = draft.city.time_zone
    if time_zone(zone) is None:
        what = f"there is no time zone '{zone}'"
        draft.error(("city", "time_zone"), what, choose(zone, available_timezones()))


def _check_groups(draft: Draft) -> None:
    """Seats sit in groups that exist; a group without seats and lines is told."""
    groups = draft.written("groups")
    used = {group for seat in draft.seats.values() for group in seat.groups}
    for written, seat in draft.seats.items():
        for index, group in enumerate(seat.groups):
            if groups and group not in groups:
                path: Path = ("seats", written, "groups", index)
                draft.error(path, f"there is no group {group}", choose(group, groups))
    if len(draft.seats) < len(draft.written("seats")):
        return
    lines = {line.group for line in draft.lines.values()}
    for group in draft.groups:
        if group not in used and group not in lines and len(groups) > 1:
            what = f"no seat and no line names the group {group}"
            draft.warning(("groups", group), what, "Give it seats, or delete it")


def _check_seats(draft: Draft) -> None:
    """A seat's number is its own: no other seat's, no emergency number, no line, no code."""
    first_use: dict[str, str] = {}
    lookup = Lookup(draft)
    codes = {code: name for name, code in draft.feature_codes.model_dump().items()}
    for written in draft.written("seats"):
        path = ("seats", written)
        try:
            numbers = seat_numbers(written)
        except Mistake as mistake:
            draft.error(path, mistake.what, mistake.instead)
            continue
        clashes = []
        for number in numbers:
            line = lookup.line_called(number)
            if number in EMERGENCY:
                clashes.append(f"{number} is an emergency number")
            elif number in first_use:
                other = draft.place(("seats", first_use[number]))
                clashes.append(f"{number} stands also in seats.{first_use[number]} ({other})")
            elif line is not None:
                clashes.append(f"{number} is the number of a line ({draft.place(('lines', line))})")
            elif number in codes:
                clashes.append(f"{number} is the feature code {codes[number]}")
            first_use.setdefault(number, written)
        if clashes:
            more = f"; {len(clashes) - 1} more of the range clash" if len(clashes) > 1 else ""
            draft.error(path, f"the seat {clashes[0]}{more}", "Use other extensions")


def _check_feature_codes(draft: Draft) -> None:
    """Each code means one thing, and none hides an emergency number."""
    first_use: dict[str, str] = {}
    for name, code in draft.feature_codes.model_dump().items():
        path = ("feature_codes", name)
        if code in EMERGENCY:
            what = f"{code} is an emergency number"
            draft.error(path, what, 'Use a code with a star, such as "*10"')
        elif code in first_use:
            what = f"{code} means {first_use[code]} already"
            draft.error(path, what, "Use another code")
        first_use.setdefault(code, name)


def _check_sounds(draft: Draft, known: Known) -> None:
    """Prompts and hold music that lines name exist."""
    lookup = Lookup(draft)
    for name, line in draft.lines.items():
        path = ("lines", name)
        group = draft.groups.get(lookup.group_of(line) or "")
        used = {
            "greeting": True,
            "announcement": line.merged_on is not None,
            "closed_prompt": line.open is not None
            or (group is not None and group.open is not None),
        }
        for key in used:
            prompt: str = getattr(line, key)
            if used[key] and known.prompts is not None and prompt not in known.prompts:
                draft.error(
                    (*path, key), f"there is no prompt {prompt}", choose(prompt, known.prompts)
                )
        if known.music is not None and line.music is not None and line.music not in known.music:
            what = f"there is no hold music {line.music}"
            draft.error((*path, "music"), what, choose(line.music, known.music))
