"""Indicators of calls that have ended, in Redis: of the city's day, and of the last hour.

What is counted and what the figures mean is said in `routing.indicators`; here they are kept, for
all daemons of a city together. A call is counted once, however often and by whomever it is told, so
whoever is not sure tells it again. Two daemons may have heard the end of the same call, one of them
about to lose its FreeSWITCH to the other; whichever counts it early, its figures become those of
the record that is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from typing import Final
from urllib.parse import quote, unquote

import orjson
import redis

from routing.indicators import SUMS, Counts, Ended
from switchd.queues.keys import IndicatorKeys
from switchd.queues.scripts import Scripts

MINUTE: Final = 60
ROLLING_MINUTES: Final = 60
"""The present minute and the 59 before it."""
DAY_KEPT_MS: Final = 2 * 86_400_000
MINUTE_KEPT_MS: Final = 2 * 3_600_000
ALL, LINE, GROUP = "all", "line", "group"
_LONGEST = "longest_wait"
_SURVEY = "survey:"


@dataclass(frozen=True, slots=True)
class Period:
    """Figures of the calls that arrived from `since` up to, not at, `until`, and have ended."""

    since: float
    """Seconds since the epoch, like `until`."""
    until: float
    total: Counts = field(default_factory=Counts)
    lines: Mapping[str, Counts] = field(default_factory=dict)
    """By the line whose number was dialled; "" for unknown numbers."""
    groups: Mapping[str, Counts] = field(default_factory=dict)
    """By skill group; "" for calls that were led to none."""


@dataclass(frozen=True, slots=True)
class LiveIndicators:
    """What there is to see at one moment."""

    today: Period
    """Since the city's midnight."""
    hour: Period
    """The present minute and the 59 before it."""


class Indicators:
    """The indicators of one city."""

    def __init__(self, client: redis.Redis, city: str) -> None:
        """`client` comes from `switchd.queues.connection.connect`."""
        self._scripts = Scripts(client, IndicatorKeys(city))

    def count(
        self, ended: Sequence[Ended], now: float, zone: tzinfo, *, early: bool = False
    ) -> int:
        """Count calls and return how many were new; those from before yesterday are left out.

        They are told as their records are kept, or `early`, before these are. `now` is in seconds
        since the epoch, `zone` the city's. Raises QueueUnavailable; some of them may have been
        counted then, and telling all again is right.
        """
        oldest = first_of_today(now, zone, days_before=1)
        told = [_told(one, zone) for one in ended if one.arrived_at >= oldest]
        if not told:
            return 0
        first_minute = _minute(now) - ROLLING_MINUTES
        return int(
            self._scripts.run(
                "count_end",
                orjson.dumps(told).decode(),
                first_minute,
                DAY_KEPT_MS,
                MINUTE_KEPT_MS,
                int(early),
            )
        )

    def read(self, now: float, zone: tzinfo) -> LiveIndicators:
        """Return the figures at `now`. Raises QueueUnavailable."""
        last = _minute(now)
        first = last - ROLLING_MINUTES + 1
        day, minutes = self._scripts.run("indicators", _day(now, zone), first, last)
        until = float((last + 1) * MINUTE)
        return LiveIndicators(
            today=_period(first_of_today(now, zone), until, day),
            hour=_period(float(first * MINUTE), until, minutes),
        )


def first_of_today(now: float, zone: tzinfo, days_before: int = 0) -> float:
    """Return the city's last midnight, or one so many days before, in seconds since the epoch."""
    today = datetime.fromtimestamp(now, zone).date() - timedelta(days=days_before)
    return datetime.combine(today, time(), zone).timestamp()


def _day(moment: float, zone: tzinfo) -> str:
    return datetime.fromtimestamp(moment, zone).date().isoformat()


def _minute(moment: float) -> int:
    return int(moment // MINUTE)


def _told(ended: Ended, zone: tzinfo) -> tuple[str, str, int, dict[str, int]]:
    """Return a call as `count_end` takes it."""
    counts = ended.counts()
    figures = {name: getattr(counts, name) for name in SUMS if getattr(counts, name)}
    if counts.longest_wait_ms is not None:
        figures[_LONGEST] = counts.longest_wait_ms
    for meaning, number in counts.surveys.items():
        figures[_SURVEY + quote(meaning, safe="")] = number
    owners = ((ALL, ""), (LINE, ended.line), (GROUP, ended.group))
    fields = {
        f"{figure} {dimension} {name}": number
        for dimension, name in owners
        for figure, number in figures.items()
    }
    day, minute = _day(ended.arrived_at, zone), _minute(ended.arrived_at)
    return ended.call, day, minute, fields


def _period(since: float, until: float, flat: Sequence[str]) -> Period:
    found: dict[str, dict[str, dict[str, int]]] = {ALL: {}, LINE: {}, GROUP: {}}
    for text, number in zip(flat[::2], flat[1::2], strict=True):
        figure, dimension, name = text.split(" ", 2)
        found[dimension].setdefault(name, {})[figure] = int(number)
    total, lines, groups = (_counts(found[dimension]) for dimension in (ALL, LINE, GROUP))
    return Period(since, until, total.get("", Counts()), lines, groups)


def _counts(found: Mapping[str, Mapping[str, int]]) -> dict[str, Counts]:
    return {name: _of(figures.items()) for name, figures in sorted(found.items())}


def _of(figures: Iterable[tuple[str, int]]) -> Counts:
    sums: dict[str, int] = {}
    surveys: dict[str, int] = {}
    longest = None
    for figure, number in figures:
        if figure == _LONGEST:
            longest = number
        elif figure.startswith(_SURVEY):
            surveys[unquote(figure.removeprefix(_SURVEY))] = number
        elif figure in SUMS:
            sums[figure] = number
    return Counts(**sums, longest_wait_ms=longest, surveys=surveys)
