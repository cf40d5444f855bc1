"""The running hotline's indicators: every call that ended is counted, whatever dies meanwhile.

A call is told twice: early, when it ends, so that the figures are live, and when its record is in
SQL, so that none is missing and what counts is what is kept: SQL may have got the record of the
same call from another daemon, which was about to lose its FreeSWITCH to this one or to win it. If
Redis could not be told, or may have lost what it knew, everything of the day is told again from
SQL; each call counts once (see `switchd.queues.indicators`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

import gevent
import structlog
from gevent.event import Event as Flag

from routing.indicators import Counts, Ended, counted
from routing.plan import Plan
from routing.record import CallRecord
from switchd.queues.facts import QueueUnavailable
from switchd.queues.indicators import Indicators, LiveIndicators, Period, first_of_today
from switchd.records.errors import RecordsError
from switchd.threads import in_thread

log = structlog.get_logger(__name__)

BATCH = 100
"""Calls told to Redis at once: a few milliseconds, in which nobody else is served there."""
HOUR = 3600.0
AGAIN_SECONDS = 1.0
FRESH_SECONDS = 0.5
"""For how long an answer is good enough for whoever asks next."""


class Records(Protocol):
    """Where ended calls are kept; `switchd.records.store.Store` is one."""

    def ended(self, since: float, after: Ended | None, limit: int, /) -> list[Ended]:
        """Return a page of what is counted of calls. Raises `RecordsError`."""

    def ended_of(self, calls: Sequence[str], /) -> list[Ended]:
        """Return what is counted of these calls. Raises `RecordsError`."""


@dataclass(frozen=True, slots=True)
class _Answer:
    at: float
    shown: LiveIndicators


class IndicatorDesk:
    """Counts ended calls in a greenlet of its own, and shows the figures."""

    def __init__(
        self,
        indicators: Indicators,
        records: Records,
        plan: Callable[[], Plan],
        now: Callable[[], float],
        pause: Callable[[float], object] = gevent.sleep,
    ) -> None:
        """`pause` waits so many seconds after a failure."""
        self._indicators = indicators
        self._records = records
        self._plan = plan
        self._now = now
        self._pause = pause
        self._early: deque[Ended] = deque()
        self._kept: deque[Ended] = deque()
        """As SQL has them."""
        self._doubtful: deque[str] = deque()
        """Calls that are in SQL, perhaps from another daemon."""
        self._behind = True
        """Whether Redis may lack calls that SQL has."""
        self._woken, self._idle = Flag(), Flag()
        self._answer: _Answer | None = None
        self._greenlet: gevent.Greenlet[[], None] | None = None

    def start(self) -> None:
        """Begin with what SQL knows of the day."""
        self.restore()
        self._greenlet = gevent.spawn(self._run)

    def stop(self, timeout: float = 2.0) -> None:
        """Count what has been told so far, for at most `timeout` seconds, and end."""
        self._idle.wait(timeout)
        if self._greenlet is not None:
            self._greenlet.kill(block=False)

    def ended(self, record: CallRecord) -> None:
        """Count a call that has ended. Never waits."""
        self._early += counted((record,))
        self._wake()

    def written(self, records: Sequence[CallRecord], are_new: bool) -> None:
        """Make sure that calls which are in SQL now have been counted; unless they `are_new` SQL
        may have other figures of some. Never waits."""
        if are_new:
            self._kept += counted(records)
        else:
            self._doubtful += (ended.call for ended in counted(records))
        self._wake()

    def restore(self) -> None:
        """Redis may have lost what it knew: tell it again what SQL knows of the day."""
        self._behind = True
        self._wake()

    def wait_idle(self, timeout: float) -> bool:
        """Wait until everything told has been counted; False after `timeout` seconds."""
        return bool(self._idle.wait(timeout))

    def _wake(self) -> None:
        self._idle.clear()
        self._woken.set()

    def _run(self) -> None:
        while True:
            self._woken.wait()
            self._woken.clear()
            while self._behind or self._early or self._kept or self._doubtful:
                try:
                    self._catch_up() if self._behind else self._count_told()
                except (QueueUnavailable, RecordsError) as error:
                    log.warning("indicators not counted", why=str(error))
                    self._pause(AGAIN_SECONDS)
                except Exception:
                    log.exception("indicators not counted")
                    self._pause(AGAIN_SECONDS)
            self._idle.set()

    def _count_told(self) -> None:
        try:
            self._count(_some(self._early), early=True)
            self._count(_some(self._kept))
        except QueueUnavailable:
            # SQL has them, or will tell when it does.
            self._early.clear()
            self._kept.clear()
            self._behind = True
            raise
        if self._doubtful:
            self._look_up()

    def _look_up(self) -> None:
        """Whatever SQL had of a call before is what counts."""
        calls = [*islice(self._doubtful, BATCH)]
        self._kept += in_thread(lambda: self._records.ended_of(calls))
        for _ in calls:
            self._doubtful.popleft()

    def _catch_up(self) -> None:
        """Tell Redis every call of the day, and of the hour before now, that SQL knows."""
        self._behind = False
        now = self._now()
        since = min(first_of_today(now, self._plan().zone), now - HOUR - 60)
        last: Ended | None = None
        new = 0
        try:
            while page := self._page(since, last):
                new += self._count(page)
                last = page[-1]
        except BaseException:
            self._behind = True
            raise
        if new:
            log.info("indicators restored", calls=new)

    def _page(self, since: float, after: Ended | None) -> list[Ended]:
        return in_thread(lambda: self._records.ended(since, after, BATCH))

    def _count(self, batch: Sequence[Ended], *, early: bool = False) -> int:
        return self._indicators.count(batch, self._now(), self._plan().zone, early=early)

    # what is shown

    def show(self) -> Mapping[str, Any]:
        """Every figure as plain data. Raises `QueueUnavailable`."""
        live = self._read()
        plan = self._plan()
        lines = {name: line.title for name, line in plan.lines.items()}
        groups = {name: group.title for name, group in plan.groups.items()}
        return {
            "today": _period(live.today, lines, groups),
            "hour": _period(live.hour, lines, groups),
        }

    def today(self) -> Counts:
        """The whole hotline since midnight. Raises `QueueUnavailable`."""
        return self._read().today.total

    def groups_today(self) -> Mapping[str, Counts]:
        """Each skill group that had calls since midnight. Raises `QueueUnavailable`."""
        return self._read().today.groups

    def _read(self) -> LiveIndicators:
        now = self._now()
        answer = self._answer
        if answer is None or not 0 <= now - answer.at < FRESH_SECONDS:
            answer = self._answer = _Answer(now, self._indicators.read(now, self._plan().zone))
        return answer.shown


def _some(told: deque[Ended]) -> list[Ended]:
    return [told.popleft() for _ in range(min(BATCH, len(told)))]


def _period(
    period: Period, lines: Mapping[str, str], groups: Mapping[str, str]
) -> Mapping[str, Any]:
    return {
        "since": period.since,
        "until": period.until,
        "total": period.total.plain(),
        "lines": _named("line", period.lines, lines),
        "groups": _named("group", period.groups, groups),
    }


def _named(
    what: str, counts: Mapping[str, Counts], titles: Mapping[str, str]
) -> Sequence[Mapping[str, Any]]:
    return [
        {what: name, "title": titles.get(name, ""), **one.plain()} for name, one in counts.items()
    ]
