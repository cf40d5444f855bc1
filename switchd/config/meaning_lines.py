"""Whether the lines and their numbers make sense together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from routing.lines import LineKind, Retirement
from routing.numbers import EMERGENCY, is_dialable
from switchd.config.draft import Draft
from switchd.config.lines import KEYS, Line
from switchd.config.lookup import SERVING, Lookup
from switchd.config.meaning_kinds import check_kinds
from switchd.config.problems import choose
from switchd.config.source import Path

_SHORT_FORMS = {"110": "police", "119": "fire", "120": "ambulance", "122": "traffic accidents"}


def check_lines(draft: Draft, now: float) -> None:
    """Check numbers, groups and lives of the lines; `now` in seconds since the epoch."""
    lookup = Lookup(draft)
    all_readable = len(draft.lines) == len(draft.written("lines"))
    if draft.lines and all_readable and not lookup.hotlines:
        draft.error(("lines",), "no line is the hotline itself", "Give one line `kind: hotline`")
    _check_numbers(draft, lookup)
    for name, line in draft.lines.items():
        _check_group(draft, lookup, name, line)
        if "into" in KEYS[line.kind]:
            _check_heir(draft, lookup, name, line)
        _check_end(draft, name, line, now)
    check_kinds(draft, lookup)


def time_zone(name: str) -> ZoneInfo | None:
    """Give the time zone of an IANA name, or None."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        return None


def _check_numbers(draft: Draft, lookup: Lookup) -> None:
    """Every number is one, is no emergency number, and leads to one line only."""
    first_use: dict[str, Path] = {}
    for path, written in _written_numbers(draft):
        number = lookup.normal(written)
        if number in EMERGENCY:
            draft.error(
                path,
                f"{number} is the emergency number ({_SHORT_FORMS[number]}) and can never be a "
                "line of a hotline",
                "Delete it; emergency calls stay with their own services",
            )
        elif not is_dialable(number):
            what = f"'{written}' is no telephone number that callers here can dial"
            draft.error(path, what, "Write 3 to 12 digits, such as 12345 or 0375-4882789")
        elif number in first_use:
            other = first_use[number]
            what = f"{number} leads already to lines.{other[1]} ({draft.place(other)})"
            if path[1] == other[1]:
                draft.warning(path, what, "Delete it here")
            else:
                draft.error(path, what, "Delete it in one of the two places")
        else:
            first_use[number] = path


def _written_numbers(draft: Draft) -> Iterator[tuple[Path, str]]:
    for name in draft.written("lines"):
        yield ("lines", name), name
        line = draft.lines.get(name)
        for index, number in enumerate(line.numbers if line else ()):
            yield ("lines", name, "numbers", index), number


def _check_group(draft: Draft, lookup: Lookup, name: str, line: Line) -> None:
    """The line's group exists and somebody sits in it."""
    groups = lookup.groups
    if not groups:
        return
    if line.group is not None and line.group not in groups:
        what = f"there is no group {line.group}"
        draft.error(("lines", name, "group"), what, choose(line.group, groups))
        return
    group = lookup.group_of(line)
    if group is None:
        if "into" not in KEYS[line.kind] or line.kind is LineKind.REMOTE:
            what = "the line has no group, and there are several to choose from"
            draft.error(("lines", name), what, f"Write `group:` and one of {', '.join(groups)}")
        return
    all_seats_readable = len(draft.seats) == len(draft.written("seats"))
    if all_seats_readable and group not in lookup.seated:
        what = f"the group {group}, which serves this line, has no seats"
        key = ("lines", name, "group") if line.group else ("lines", name)
        draft.error(key, what, f"Give a seat the group {group} in the section seats")


def _check_end(draft: Draft, name: str, line: Line, now: float) -> None:
    """Tell when the announcement is over."""
    zone = time_zone(draft.city.time_zone) if draft.city else None
    if zone is None or line.merged_on is None:
        return
    last_day = Retirement(line.merged_on, line.reminder_months).last_day
    today = datetime.fromtimestamp(now, zone).date()
    if today > last_day:
        draft.warning(
            ("lines", name, "merged_on"),
            f"the announcement ended with {last_day}; callers get NUMBER_CHANGED",
            "Leave the line in the plan, so that nobody takes its number again",
        )


def _check_heir(draft: Draft, lookup: Lookup, name: str, line: Line) -> None:
    """The line that takes the callers over is known and serves its callers itself."""
    path: Path = ("lines", name, "into") if line.into else ("lines", name)
    heir = lookup.line_taking_over(line)
    hotlines = lookup.hotlines
    if heir is None and line.into is not None:
        draft.error(path, f"there is no line {line.into}", choose(line.into, hotlines))
    elif heir is None and len(hotlines) > 1:
        what = "there are several hotlines to merge into"
        draft.error(path, what, f"Write `into:` and one of {', '.join(hotlines)}")
    elif heir in draft.lines and draft.lines[heir].kind not in SERVING:
        what = f"{heir} is {draft.lines[heir].kind.value} itself and cannot take callers over"
        draft.error(path, what, f"Write one of: {', '.join(hotlines)}")
