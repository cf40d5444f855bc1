"""The running hotline's indicators: every call that ended is counted, whatever dies meanwhile.

A call is told twice: when it ends, so that the figures are live, and when its record is in SQL, so
that none is missing. If Redis could not be told, or may have lost what it knew, everything of the
day is told again from SQL; each call counts once (see `switchd.queues.indicators`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
        self._told: deque[Ended] = deque()
        self._counted: set[str] = set()
        """Calls that Redis has counted since it was last told everything, until SQL has them."""
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
        for ended in counted((record,)):
            self._tell(ended)

    def written(self, records: Sequence[CallRecord]) -> None:
        """Make sure that calls which are in SQL now have been counted. Never waits."""
        for ended in counted(records):
            if ended.call not in self._counted:
                self._tell(ended)
            self._counted.discard(ended.call)

    def restore(self) -> None:
        """Redis may have lost what it knew: tell it again what SQL knows of the day."""
        self._behind = True
        self._counted = set()
        self._wake()

    def wait_idle(self, timeout: float) -> bool:
        """Wait until everything told has been counted; False after `timeout` seconds."""
        return bool(self._idle.wait(timeout))

    def _tell(self, ended: Ended) -> None:
        self._told.append(ended)
        self._wake()

    def _wake(self) -> None:
        self._idle.clear()
        self._woken.set()

    def _run(self) -> None:
        while True:
            self._woken.wait()
            self._woken.clear()
            while self._behind or self._told:
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
        batch = [self._told.popleft() for _ in range(min(BATCH, len(self._told)))]
        already = self._counted  # another one, if Redis is to be told everything meanwhile
        try:
            self._count(batch)
            already.update(one.call for one in batch)
        except QueueUnavailable:
            # SQL has them, or will tell when it does.
            self._told.clear()
            self._behind = True
            raise

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

    def _count(self, batch: Sequence[Ended]) -> int:
        return self._indicators.count(batch, self._now(), self._plan().zone)

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
