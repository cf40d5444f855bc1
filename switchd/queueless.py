"""Redis stays away: whoever waits is given to FreeSWITCH, and taken back when Redis answers again.

Without Redis nobody can say which seat is whose, so nobody can be offered to a seat. For some
seconds callers hear music and keep their places; then FreeSWITCH's degraded context serves them as
it does when every daemon is dead, in order of arrival, and so it does with whoever comes to wait
later. All else stays with this daemon: talks, menus, surveys, refused calls, emergency numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Protocol

import gevent
import structlog

from routing.callflow import Call, State
from routing.record import CallKind
from switchd.esl.errors import EslError
from switchd.queues.facts import QueueUnavailable
from switchd.queues.heart import ticking
from switchd.queues.line import REPLY_SECONDS

log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0


class Calls(Protocol):
    """`switchd.calls.desk.Desk` is one."""

    def calls(self) -> Iterable[Call]: ...
    def forget(self, call: str) -> bool: ...
    def give_up_place(self, call: Call) -> None: ...


class DegradedContext(Protocol):
    """`switchd.dead_man.DeadMan` is one."""

    def has_waiting(self, to_itself: bool) -> bool: ...
    def hand_over(self, call: Call, let_go: Callable[[], object]) -> None: ...


class Queueless:
    """Notices that Redis stays away, and for how long."""

    def __init__(
        self,
        calls: Callable[[], Calls],
        context: DegradedContext,
        seconds: float,
        *,
        restore: Callable[[], object],
        restored: Callable[[], bool],
        gather: Callable[[], object],
        gathered: Callable[[], object],
        now: Callable[[], float],
        pause: Callable[[float], None] = gevent.sleep,
        ticks: Callable[[], float] = ticking,
    ) -> None:
        """After `seconds` without Redis callers are handed over. `restore()` begins to tell Redis
        what it may have lost, `restored()` tells whether that is done; between `gather()` and
        `gathered()` no seat is offered, so that the first in line is the first who is served."""
        self._calls = calls
        self._context = context
        self._seconds = seconds
        self._restore = restore
        self._restored = restored
        self._gather = gather
        self._gathered = gathered
        self._now = now
        self._pause = pause
        self._ticks = ticks
        self._answered_at = ticks()
        self._away_since = math.inf
        """By `ticks`; infinity while Redis answers."""
        self._handed: dict[str, Call] = {}
        """Callers whose places Redis may still have."""
        self._restoring = False
        self._gathering = False
        self.since: float | None = None
        """Since when FreeSWITCH has to itself who waits, seconds since the epoch."""
        self.handed_over = 0
        """How many callers were handed over since the start."""

    def kept(self, asked_at: float) -> None:
        """Redis has answered a question that was asked at `asked_at`, by `ticks`."""
        self._answered_at, self._away_since = asked_at, math.inf

    def trouble(self, why: str) -> None:
        """Redis has not answered as it should."""
        # A reply was waited for; that this process stood still before does not count.
        asked_at = max(self._answered_at, self._ticks() - REPLY_SECONDS)
        self._away_since = min(self._away_since, asked_at)

    def ask(self) -> None:
        """Raise `QueueUnavailable`, at once, while it is known that Redis is away."""
        if self.since is not None:
            raise QueueUnavailable(
                f"Redis does not answer as it should; for {self._now() - self.since:.0f} s "
                f"FreeSWITCH has served who waits, {self.handed_over} callers since the start"
            )

    def run(self) -> None:
        """Look again and again; endless."""
        while True:
            self._pause(LOOK_SECONDS)
            self.look()

    def look(self) -> None:
        """Hand callers over or take them back, if it is time."""
        away = self._ticks() - self._away_since
        if away >= self._seconds:
            self._restoring = False
            self._hand_over(round(away))
        elif self.since is not None and self._away_since == math.inf:
            self._take_back()
        elif self._gathering:
            self._gathering = False
            self._gathered()

    def _hand_over(self, away: int) -> None:
        if not self._context.has_waiting(to_itself=True):
            return  # FreeSWITCH cannot be told, or another daemon commands it
        if self.since is None:
            self.since = self._now()
            log.error("Redis stays away, FreeSWITCH serves who waits", seconds=away)
        waiting = [call for call in self._calls().calls() if _waits(call)]
        before = self.handed_over
        for call in sorted(waiting, key=_place):
            try:
                self._context.hand_over(call, lambda call=call: self._let_go(call))  # type: ignore[misc]
            except EslError as error:
                log.warning("caller not handed over", call_id=call.id, why=str(error))
        if self.handed_over > before:
            log.info("callers handed over to FreeSWITCH", calls=self.handed_over - before)

    def _let_go(self, call: Call) -> None:
        if self._calls().forget(call.id):
            self._handed[call.id] = call
            self.handed_over += 1

    def _take_back(self) -> None:
        """Seats first, then callers, and nobody is served before all of them are back."""
        if not self._restoring:
            self._restoring = True
            self._restore()
            return
        if not self._restored():
            return
        try:
            for call in list(self._handed.values()):
                self._calls().give_up_place(call)
                del self._handed[call.id]
        except QueueUnavailable as error:
            log.warning("places not given up", why=str(error))
            return
        self._gather()
        self._gathering = True
        if self._context.has_waiting(to_itself=False):
            log.warning("Redis answers again, callers are taken back")
            self.since, self._restoring = None, False


def _waits(call: Call) -> bool:
    return call.state is State.WAITING and call.kind is CallKind.INCOMING


def _place(call: Call) -> tuple[float, float]:
    return (call.arrived_at if call.queued_at is None else call.queued_at, call.arrived_at)
