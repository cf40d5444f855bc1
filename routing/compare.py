"""Which callers will notice that one plan takes another's place, found by deciding examples.

Every number of both plans is called under both, with `routing.entry.decide`: now, at each later
change of its life, and where its hours matter at each opening and closing of the days after. What
decides differently is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from routing.calendars import Calendar
from routing.differences import SAMPLED_DAYS, listed, plain, settings
from routing.entry import Arrival, Refusal, Route, decide
from routing.plan import Plan
from routing.timeline import day_begins, life

_CALLER = "13800000000"
_SILENT = frozenset({"caller", "called", "reasons", "title"})
"""Fields of a decision that no caller notices, and the title, of which the lines tell."""
_OF_THE_QUEUE = frozenset(
    {"line_meant", "group", "music", "survey", "priority", "overflow", "forward", "menu"}
)
"""Fields that nobody notices who is not connected."""
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
    until: float | None = None
    """When it ends for the first time, if it comes and goes with the hours."""
    times: int = 1
    """How often it comes within the days that were looked at."""


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
    found: dict[Notice, list[str]] = {}
    hours = _Hours()
    for number in dict.fromkeys((*old.by_number, *new.by_number)):
        for notice in _differences(number, old, new, now, hours):
            found.setdefault(notice, []).append(number)
    notices = [_with_numbers(notice, numbers) for notice, numbers in found.items()]
    notices.sort(key=lambda notice: notice.since or 0.0)
    return Comparison(tuple(notices), tuple(settings(old, new, now)), new.zone)


def _with_numbers(notice: Notice, numbers: list[str]) -> Notice:
    since, until = notice.since, notice.until
    return Notice(tuple(numbers), since, notice.before, notice.after, until, notice.times)


@dataclass(slots=True)
class _Hours:
    """Openings and closings, kept because many numbers share a calendar."""

    _edges: dict[tuple[int, float, float], tuple[float, ...]] = field(default_factory=dict)
    _open: dict[tuple[int, float], bool] = field(default_factory=dict)

    def edges(self, calendar: Calendar, zone: Any, since: float, until: float) -> tuple[float, ...]:
        """Give the moments inside the period at which the calendar may open or close."""
        key = id(calendar), since, until
        if key not in self._edges:
            spans = calendar.spans(since, until, zone)
            edges = (edge for span in spans for edge in span)
            self._edges[key] = tuple(edge for edge in edges if since < edge < until)
        return self._edges[key]

    def is_open(self, calendar: Calendar, zone: Any, moment: float) -> bool:
        """Tell whether the calendar is open."""
        key = id(calendar), moment
        if key not in self._open:
            self._open[key] = calendar.is_open(moment, zone)
        return self._open[key]


Words = tuple[str, str]
"""What the old plan does and what the new one does."""


def _differences(number: str, old: Plan, new: Plan, now: float, hours: _Hours) -> Iterator[Notice]:
    """Give what is different about one number, each thing from the moment when it begins."""
    calendars: list[tuple[Calendar, Any]] = []
    if _fate(number, old) != _fate(number, new):
        calendars = [(one, plan.zone) for plan in (old, new) for one in _calendars(number, plan)]
    stages = [now, *_changes(number, old, new, now)]
    told: set[Words] = set()
    for place, begins in enumerate(stages):
        ends = min([begins + SAMPLED_DAYS * 86400.0, *stages[place + 1 : place + 2]])
        edges = {edge for one, zone in calendars for edge in hours.edges(one, zone, begins, ends)}
        known: dict[tuple[bool, ...], Words | None] = {}
        runs: list[tuple[float, Words | None]] = []
        for moment in (begins, *sorted(edges)):
            are_open = tuple(hours.is_open(one, zone, moment) for one, zone in calendars)
            if are_open not in known:
                known[are_open] = _words(number, old, new, moment)
            if not runs or runs[-1][1] != known[are_open]:
                runs.append((moment, known[are_open]))
        notices = list(_notices(runs, at_once=place == 0))
        yield from (one for one in notices if (one.before, one.after) not in told)
        told = {(one.before, one.after) for one in notices}


def _notices(runs: list[tuple[float, Words | None]], at_once: bool) -> Iterator[Notice]:
    """Tell each difference once, by the first run in which it is seen."""
    for words in dict.fromkeys(words for _, words in runs if words is not None):
        places = [place for place, run in enumerate(runs) if run[1] == words]
        first = places[0]
        since = None if first == 0 and at_once else runs[first][0]
        until = runs[first + 1][0] if first + 1 < len(runs) else None
        yield Notice((), since, *words, until, len(places))


def _fate(number: str, plan: Plan) -> tuple[Any, ...]:
    """Everything about the number that hours bear upon."""
    line = plan.by_number.get(number)
    if line is None:
        return ()
    into = plan.lines.get(line.retirement.into) if line.retirement else None
    groups = tuple(plan.groups.get(one.group) for one in (line, into) if one is not None)
    return line, into, groups, _calendars(number, plan)


def _calendars(number: str, plan: Plan) -> tuple[Calendar, ...]:
    """The calendars that decide what a caller of the number gets."""
    line = plan.by_number.get(number)
    if line is None:
        return ()
    names: list[str | None] = []
    for one in (line, plan.lines.get(line.retirement.into) if line.retirement else None):
        if one is not None:
            group = plan.groups.get(one.group)
            names += [one.open, group.open if group else None]
            names.append(one.forward.open if one.forward else None)
    found = (plan.calendars.get(name) for name in dict.fromkeys(names) if name is not None)
    return tuple(calendar for calendar in found if calendar is not None)


def _words(number: str, old: Plan, new: Plan, moment: float) -> Words | None:
    """Say what either plan does with a call to the number, if it is not the same."""
    before, after = (decide(_arrival(number, plan), plan, moment) for plan in (old, new))
    noticed = _noticed(before), _noticed(after)
    if noticed[0] == noticed[1]:
        return None
    texts = describe(before, old), describe(after, new)
    if isinstance(before, Refusal) or isinstance(after, Refusal):
        return texts
    also = _also(before, after) if before.connect and after.connect else ("", "")
    if texts[0] != texts[1]:
        return _joined(texts[0], also[0]), _joined(texts[1], also[1])
    return also if also[0] != also[1] else _fields_that_differ(*noticed)


def _joined(text: str, also: str) -> str:
    return f"{text}, {also}" if also else text


def _also(before: Route, after: Route) -> Words:
    """Say what is different beside the way of the call."""
    words: list[Words] = []
    if before.music != after.music:
        words.append(
            (f"waits with the music {before.music}", f"waits with the music {after.music}")
        )
    if before.survey != after.survey:
        asked = {True: "is asked for satisfaction", False: "is not asked for satisfaction"}
        words.append((asked[before.survey], asked[after.survey]))
    if before.priority != after.priority:
        words.append((f"has priority {before.priority}", f"has priority {after.priority}"))
    return ", ".join(one for one, _ in words), ", ".join(one for _, one in words)


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
    silent = _SILENT
    if isinstance(outcome, Route) and not outcome.connect:
        silent = silent | _OF_THE_QUEUE
    names = (field.name for field in fields(outcome) if field.name not in silent)
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
        f", {step.when} {step.what}" for step in plan.steps(outcome.group, outcome.overflow)
    )
    return f"{heard}{asked}, waits for {outcome.group}{title}{served}{further}"


def _fields_that_differ(old: dict[str, Any], new: dict[str, Any]) -> Words:
    names = [name for name in old | new if old.get(name) != new.get(name)]
    texts = [", ".join(f"{name} {plain(one.get(name))}" for name in names) for one in (old, new)]
    return texts[0], texts[1]


def _sentence(notice: Notice, zone: Any) -> str:
    since = "now"
    if notice.since is not None:
        since = f"from {_local(notice.since, zone)}"
    if notice.until is not None:
        since = f"{since} to {_local(notice.until, zone)}"
    if notice.times > 1:
        since = f"{since} and {notice.times - 1} more times within {SAMPLED_DAYS} days"
    numbers = listed(notice.numbers, "more numbers")
    return f"{numbers}, {since}: {notice.after} (old plan: {notice.before})"


def _local(moment: float, zone: Any) -> str:
    return f"{datetime.fromtimestamp(moment, zone):%Y-%m-%d %H:%M}"
