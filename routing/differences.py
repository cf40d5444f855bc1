"""What changes from one plan to another without showing in what a single number gets: sentences.

Hours and shifts are compared by sampling the coming days.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from routing.calendars import Calendar, Holidays, day_of, shown
from routing.keys import STAR, Keys
from routing.plan import Menu, MenuItem, Plan
from routing.pools import serving
from routing.shifts import Shifts

SAMPLED_DAYS = 14
"""How many of the coming days are looked at."""
SHOWN_NAMES = 3
"""How many names a sentence gives before it counts the rest."""
_DAY_SECONDS = 86400.0
_TOLD_OTHERWISE = frozenset(
    {"city", "lines", "groups", "seats", "version", "menus", "calendars", "holidays", "shifts"}
)
"""Fields of a plan of which notices, or sentences of their own, tell."""
_Part = TypeVar("_Part")


def settings(old: Plan, new: Plan, now: float) -> Iterator[str]:
    """Tell what no single number shows: titles, seats, menus, hours, trunks."""
    for name, line in new.lines.items():
        before = old.lines.get(name)
        if before is not None and before.title != line.title:
            yield f"line {name}: seats see {line.title} instead of {before.title}"
    for group in dict.fromkeys((*old.groups, *new.groups)):
        yield from _group(group, old, new)
    for number, seat in new.seats.items():
        was = old.seats.get(number)
        if was is not None and was.title != seat.title:
            yield f"seat {number} is called {seat.title or '-'} instead of {was.title or '-'}"
    yield from _each("menu", old.menus, new.menus, _menu)
    yield from _holidays(old.holidays, new.holidays)
    first = day_of(now, new.zone)

    def hours(name: str, before: Calendar, after: Calendar) -> Iterator[str]:
        return _hours(name, before, after, first)

    def on_duty(name: str, before: Shifts, after: Shifts) -> Iterator[str]:
        return _on_duty(name, (before, old), (after, new), now)

    yield from _each("calendar", old.calendars, new.calendars, hours)
    yield from _each("shifts", old.shifts, new.shifts, on_duty)
    for field in fields(Plan):
        if field.compare and field.name not in _TOLD_OTHERWISE:
            yield from _value(field.name, getattr(old, field.name), getattr(new, field.name))


def _each(
    word: str,
    before: Mapping[str, _Part],
    after: Mapping[str, _Part],
    tell: Callable[[str, _Part, _Part], Iterator[str]],
) -> Iterator[str]:
    """Tell of each name that is new, gone, or means something else now."""
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            yield f"{word} {name} is gone"
        elif name not in before:
            yield f"{word} {name} is new"
        elif before[name] != after[name]:
            yield from tell(f"{word} {name}", before[name], after[name])


def _menu(name: str, before: Menu, after: Menu) -> Iterator[str]:
    """Tell each key that leads elsewhere, then everything else about the menu."""
    for key in sorted({*before.keys, *after.keys}):
        was, is_ = before.keys.get(key), after.keys.get(key)
        if was is None and is_ is not None:
            yield f"{name}: key {key} is new and leads to {leads_to(is_)}"
        elif is_ is None and was is not None:
            yield f"{name}: key {key}, which led to {leads_to(was)}, is gone"
        elif was is not None and is_ is not None and was != is_:
            yield f"{name}: key {key} leads to {leads_to(is_)} instead of {leads_to(was)}"
    yield from _parts(name, before, after, but=("keys",))


def leads_to(item: MenuItem) -> str:
    """Say where a key of a menu leads."""
    wishes = [
        f"the menu {item.menu}" if item.menu else f"the queue {item.group}".rstrip(),
        f"in {item.language}" if item.language else "",
    ]
    return ", ".join(wish for wish in wishes if wish)


def _holidays(before: Holidays, after: Holidays) -> Iterator[str]:
    compared = [
        ("days off", set(before.days), set(after.days)),
        ("make-up work days", set(before.work_days), set(after.work_days)),
    ]
    for what, was, is_ in compared:
        for word, days in (("new", is_ - was), ("gone", was - is_)):
            if days:
                named = listed([day.isoformat() for day in sorted(days)], "more")
                yield f"holidays: the {what} {named} are {word}"


def _hours(name: str, before: Calendar, after: Calendar, first: date) -> Iterator[str]:
    """Give the first of the coming days that has other hours as an example."""
    days = [first + timedelta(days=number) for number in range(SAMPLED_DAYS)]
    found = [day for day in days if before.hours_of(day)[1] != after.hours_of(day)[1]]
    if not found:
        yield f"{name}: other hours, but not within {SAMPLED_DAYS} days"
        return
    was, is_ = (shown(calendar.hours_of(found[0])[1]) for calendar in (before, after))
    yield f"{name}: on {found[0]:%a %Y-%m-%d} {is_} instead of {was}{_more(found, 'days')}"


def _on_duty(
    name: str, before: tuple[Shifts, Plan], after: tuple[Shifts, Plan], now: float
) -> Iterator[str]:
    """Give the first change of shift of the coming days that brings somebody else."""
    until = now + SAMPLED_DAYS * _DAY_SECONDS
    edges = {now}
    for shifts, plan in (before, after):
        for duty in shifts.roster(now, until, plan.zone):
            edges |= {edge for edge in (duty.begins, duty.ends) if now < edge < until}
    found = [edge for edge in sorted(edges) if _crew(*before, edge) != _crew(*after, edge)]
    if not found:
        yield f"{name}: other turns, but not within {SAMPLED_DAYS} days"
        return
    was, is_ = _crew(*before, found[0]), _crew(*after, found[0])
    since = f"{datetime.fromtimestamp(found[0], after[1].zone):%a %Y-%m-%d %H:%M}"
    yield f"{name}: from {since} {is_} instead of {was}{_more(found, 'changes of shift')}"


def _crew(shifts: Shifts, plan: Plan, moment: float) -> str:
    duties = shifts.on_duty(moment, plan.zone)
    return ", ".join(f"{duty.crew} ({duty.shift})" for duty in duties) or "nobody"


def _more(found: Sequence[Any], what: str) -> str:
    """Count the examples that are not shown."""
    if len(found) == 1:
        return ""
    return f", and at {len(found) - 1} more {what} within {SAMPLED_DAYS} days"


def _value(name: str, before: Any, after: Any) -> Iterator[str]:
    """Compare one field of the plan: keys of a mapping, fields of a section, or the value."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        word = name.removesuffix("s")
        for key in dict.fromkeys((*before, *after)):
            if key not in after:
                yield f"{word} {key} is gone"
            elif key not in before:
                yield f"{word} {key} is new"
            else:
                yield from _value(f"{word} {key}", before[key], after[key])
    elif is_dataclass(before) and type(before) is type(after):
        yield from _parts(name, before, after)
    elif before != after:
        yield f"{name}: {plain(after)} instead of {plain(before)}"


def _group(name: str, old: Plan, new: Plan) -> Iterator[str]:
    before, after = old.groups.get(name), new.groups.get(name)
    if before is not None and after is not None:
        yield from _parts(f"group {name}", before, after)
    had, has = serving(old, name), serving(new, name)
    if after is None:
        yield f"group {name} is gone"
        return
    if before is None:
        yield f"group {name} is new, with {len(has)} seats"
        return
    for word, seats in (("gains", set(has) - set(had)), ("loses", set(had) - set(has))):
        if seats:
            shown = listed(sorted(seats), "more")
            yield f"group {name} {word} the seats {shown} and has {len(has)} then"


def _parts(owner: str, before: Any, after: Any, but: Collection[str] = ()) -> Iterator[str]:
    """Compare two dataclasses of one kind key by key, except for some."""
    for field in fields(after):
        if field.name in but:
            continue
        old, new = getattr(before, field.name), getattr(after, field.name)
        if isinstance(new, Keys):
            yield from _value(f"{owner}: key", _codes(old), _codes(new))
            yield from _parts(owner, old, new, but=("codes",))
        elif old != new:
            yield f"{owner}: {field.name} {plain(new)} instead of {plain(old)}"


def _codes(keys: Keys) -> dict[str, str]:
    """Give the codes as they are pressed, and what each one asks for."""
    return {
        f"{STAR}{code}": f"{command.verb} {command.target}".rstrip()
        for code, command in keys.codes.items()
    }


def listed(names: Sequence[str], rest: str) -> str:
    """Name the first few and count the rest, such as "more seats"."""
    if len(names) <= SHOWN_NAMES + 1:
        return ", ".join(names)
    return f"{', '.join(names[:SHOWN_NAMES])} and {len(names) - SHOWN_NAMES} {rest}"


def plain(value: object) -> str:
    """Show a value of the plan; a long list is counted."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Collection) and not isinstance(value, str) and len(value) > SHOWN_NAMES:
        return f"{len(value)} entries"
    return str(value)
