"""Which callers will notice that one plan takes another's place, found by deciding examples.

Every number of both plans is called once now and once at each later change of its life, under
both plans, with `routing.entry.decide`. What decides differently is told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any

from routing.entry import Arrival, Refusal, Route, decide
from routing.plan import Plan
from routing.pools import serving
from routing.timeline import day_begins, life

SHOWN_NUMBERS = 3
"""How many numbers a sentence names before it counts the rest."""
_CALLER = "13800000000"
_SILENT = frozenset({"caller", "called", "reasons", "title"})
"""Fields of a decision that no caller notices, and the title, of which the lines tell."""
_TOLD_OTHERWISE = frozenset({"city", "lines", "groups", "seats", "version"})
"""Fields of a plan that notices, or sentences of their own, tell of."""
_REFUSED = {
    "UNALLOCATED_NUMBER": "not in service",
    "NUMBER_CHANGED": "number changed, not answered",
    "CALL_REJECTED": "rejected, not answered",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """What the callers of some numbers will notice from some moment on."""

    numbers: tuple[str, ...]
    since: float | None
    """Seconds since the epoch; None: at once."""
    before: str
    """What the old plan does with them, in words."""
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that is different between two plans."""

    notices: tuple[Notice, ...]
    settings: tuple[str, ...]
    """What changes for all callers or for seats: sentences without full stop."""
    zone: Any
    """The new plan's time zone, for showing moments."""

    def words(self) -> tuple[str, ...]:
        """One sentence for each difference, without full stop."""
        return (*(_sentence(notice, self.zone) for notice in self.notices), *self.settings)


def compare(old: Plan, new: Plan, now: float) -> Comparison:
    """Compare two plans as of `now` (seconds since the epoch)."""
    found: dict[tuple[float | None, str, str], list[str]] = {}
    for number in dict.fromkeys((*old.by_number, *new.by_number)):
        for since, before, after in _differences(number, old, new, now):
            found.setdefault((since, before, after), []).append(number)
    notices = [Notice(tuple(numbers), *key) for key, numbers in found.items()]
    notices.sort(key=lambda notice: notice.since or 0.0)
    return Comparison(tuple(notices), tuple(_settings(old, new)), new.zone)


def _differences(
    number: str, old: Plan, new: Plan, now: float
) -> Iterator[tuple[float | None, str, str]]:
    """Give each moment from which on the plans do something else, and what."""
    told: tuple[str, str] | None = None
    for since in (None, *_changes(number, old, new, now)):
        at = now if since is None else since
        before, after = (decide(_arrival(number, plan), plan, at) for plan in (old, new))
        if _noticed(before) == _noticed(after):
            told = None
            continue
        texts = describe(before, old), describe(after, new)
        if texts[0] == texts[1]:
            texts = _fields_that_differ(before, after)
        if texts != told:
            told = texts
            yield since, *texts


def _changes(number: str, old: Plan, new: Plan, now: float) -> list[float]:
    """The moments after `now` at which the number's line changes in either plan."""
    moments = set()
    for plan in (old, new):
        line = plan.by_number.get(number)
        if line is not None:
            moments |= {day_begins(day, plan) for day in life(line).changes}
    return sorted(moment for moment in moments if moment > now)


def _arrival(number: str, plan: Plan) -> Arrival:
    """A call to a number in its plain form, on a trunk that adds no prefix if there is one."""
    trunks = sorted(plan.trunks.values(), key=lambda trunk: len(trunk.strip_prefixes))
    return Arrival(_CALLER, number, trunks[0].name if trunks else "")


def _noticed(outcome: Route | Refusal) -> dict[str, Any]:
    names = (field.name for field in fields(outcome) if field.name not in _SILENT)
    return {"taken": isinstance(outcome, Route)} | {name: getattr(outcome, name) for name in names}


def describe(outcome: Route | Refusal, plan: Plan) -> str:
    """Say in a clause what happens to a call."""
    if isinstance(outcome, Refusal):
        return _REFUSED.get(outcome.cause.value, f"refused ({outcome.cause.value})")
    heard = f"hears {', '.join(outcome.greeting) or 'nothing first'}"
    if not outcome.connect:
        return f"{heard} and {'is out of hours' if outcome.closed else 'is told to redial'}"
    if outcome.forward is not None:
        return f"{heard}, is passed on to {outcome.forward.number} over {outcome.forward.trunk}"
    served = "" if outcome.line_meant == outcome.line_dialled else f" as {outcome.line_meant}"
    group = plan.groups.get(outcome.group)
    title = f" ({group.title})" if group else ""
    asked = f", is asked by the menu {outcome.menu}" if outcome.menu else ""
    further = "".join(
        f", after {step.after_seconds:g} s also for {step.group}" for step in outcome.overflow
    )
    return f"{heard}{asked}, waits for {outcome.group}{title}{served}{further}"


def _fields_that_differ(before: Route | Refusal, after: Route | Refusal) -> tuple[str, str]:
    old, new = _noticed(before), _noticed(after)
    names = [name for name in old | new if old.get(name) != new.get(name)]
    texts = [", ".join(f"{name} {_plain(one.get(name))}" for name in names) for one in (old, new)]
    return texts[0], texts[1]


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Collection) and not isinstance(value, str) and len(value) > SHOWN_NUMBERS:
        return f"{len(value)} entries"
    return str(value)


def _settings(old: Plan, new: Plan) -> Iterator[str]:
    """Tell what no single number shows: titles, seats, times, trunks."""
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
    for field in fields(Plan):
        if field.compare and field.name not in _TOLD_OTHERWISE:
            before, after = getattr(old, field.name), getattr(new, field.name)
            yield from _value(field.name, before, after)


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
        yield f"{name}: {_plain(after)} instead of {_plain(before)}"


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


def _parts(owner: str, before: Any, after: Any) -> Iterator[str]:
    """Compare two dataclasses of one kind key by key."""
    for field in fields(after):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old != new:
            yield f"{owner}: {field.name} {_plain(new)} instead of {_plain(old)}"


def listed(names: Sequence[str], rest: str) -> str:
    """Name the first few and count the rest, such as "more seats"."""
    if len(names) <= SHOWN_NUMBERS + 1:
        return ", ".join(names)
    return f"{', '.join(names[:SHOWN_NUMBERS])} and {len(names) - SHOWN_NUMBERS} {rest}"


def _sentence(notice: Notice, zone: Any) -> str:
    since = "now"
    if notice.since is not None:
        since = f"from {datetime.fromtimestamp(notice.since, zone):%Y-%m-%d %H:%M}"
    numbers = listed(notice.numbers, "more numbers")
    return f"{numbers}, {since}: {notice.after} (old plan: {notice.before})"
