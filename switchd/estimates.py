"""The estimated wait of callers: measured over all daemons, computed once for many callers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from statistics import fmean

import structlog

from routing.estimate import Recent, SeatOn, Waits, share, waits
from routing.patience import patience
from routing.plan import Plan
from routing.record import CallKind, CallRecord, Outcome
from routing.skills import LEVEL_MARK
from switchd.queues.facts import Place, QueueUnavailable
from switchd.queues.measured import Measured, Outlook, Talk

FRESH_SECONDS = 3.0
"""How long an outlook serves every caller who asks."""
GAVE_UP = frozenset({Outcome.ABANDONED, Outcome.TIMED_OUT, Outcome.REMOVED, Outcome.VOICEMAIL})
"""Outcomes of callers who made room for those behind them. A callback keeps its place."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Known:
    """An outlook and what was computed from it."""

    at: float
    seats: tuple[tuple[SeatOn, frozenset[str]], ...]
    outlook: Outlook
    recent: Recent
    waits: dict[frozenset[str], tuple[int, Waits | None]]
    """Pools of a caller → how deep it was computed, and the estimates."""


class Estimates:
    """Measures ended calls, and tells how long somebody will wait."""

    def __init__(self, measured: Measured, plan: Callable[[], Plan]) -> None:
        self._measured = measured
        self._plan = plan
        self._known: dict[str, _Known] = {}
        self._looking: set[str] = set()
        """Groups whose outlook is being asked for."""
        self._seats: tuple[tuple[SeatOn, frozenset[str]], ...] = ()
        self._seats_at = -inf

    def ended(self, record: CallRecord) -> None:
        """Learn from a call that has ended. What Redis cannot take is not learnt."""
        waited = record.queue_seconds
        if (
            record.kind is CallKind.OUTGOING
            or waited is None
            or record.queued_at is None
            or not record.group
        ):
            return
        try:
            self._measured.note_end(
                record.group,
                record.call,
                at=record.queued_at + waited,
                waited=waited,
                gave_up=record.outcome in GAVE_UP,
                talk=self._talk(record),
            )
        except QueueUnavailable as error:
            log.info("wait not measured", call_id=record.call, why=str(error))

    def _talk(self, record: CallRecord) -> Talk | None:
        if record.answered_at is None or record.talk_seconds is None:
            return None
        group = self._plan().groups.get(record.group)
        rung = record.answered_at - (record.offered_at or record.answered_at)
        wrap_up = group.wrap_up_seconds if group else 0.0
        return Talk(max(0.0, rung), record.talk_seconds, wrap_up)

    def wait(self, call: str, place: Place, now: float) -> float | None:
        """Estimate the seconds until a waiting caller is answered; None if nobody can know.

        Raises `QueueUnavailable`.
        """
        group, *_ = place.ahead_by_pool
        known = self._look(group, now)
        own = frozenset(place.ahead_by_pool)
        seats = [pools for _, pools in known.seats]
        rivals = {pool for pools in seats if not own.isdisjoint(pools) for pool in pools}
        groups = {pool.partition(LEVEL_MARK)[0] for pool in rivals | {group}}
        ahead = self._measured.ahead(call, groups, now)
        if ahead is None:
            return None
        before = share(ahead, seats, own)
        found = self._waits(known, own, before)
        return None if found is None else found.behind(before)

    def arriving(self, group: str, ahead: int, now: float) -> float | None:
        """Estimate the seconds for whoever joins a group now, behind `ahead` callers.

        None if nobody can know, or Redis does not answer.
        """
        try:
            known = self._look(group, now)
        except QueueUnavailable:
            return None
        found = self._waits(known, frozenset({group}), float(ahead))
        return None if found is None else found.behind(ahead)

    def _look(self, group: str, now: float) -> _Known:
        known = self._known.get(group)
        if known is not None and (0 <= now - known.at < FRESH_SECONDS or group in self._looking):
            return known  # while one asks, the others take the last answer
        self._looking.add(group)
        try:
            outlook = self._measured.outlook(group, now)
            known = _Known(now, self._seats_on(now), outlook, _recent(outlook, now), {})
        finally:
            self._looking.discard(group)
        self._known[group] = known
        return known

    def _seats_on(self, now: float) -> tuple[tuple[SeatOn, frozenset[str]], ...]:
        """The seats, looked at once for all groups."""
        if not 0 <= now - self._seats_at < FRESH_SECONDS:
            self._seats, self._seats_at = self._measured.seats_on(now), now
        return self._seats

    def _waits(self, known: _Known, own: frozenset[str], before: float) -> Waits | None:
        outlook = known.outlook
        deepest, found = known.waits.get(own, (-1, None))
        if deepest < before:
            deepest = max(int(before) + 1, outlook.waiting)
            seats = [seat for seat, pools in known.seats if not own.isdisjoint(pools)]
            ages = [waiter.waited for waiter in outlook.waiters]
            found = waits(seats, known.recent, ages, deepest)
            known.waits[own] = (deepest, found)
        return found


def _recent(outlook: Outlook, now: float) -> Recent:
    talks = outlook.talks
    return Recent(
        talks=tuple(talk.talked for talk in talks),
        wrap_up_seconds=fmean(talk.wrap_up for talk in talks) if talks else 0.0,
        answer_seconds=fmean(talk.rung for talk in talks) if talks else 0.0,
        patience=patience(outlook.ends, outlook.waiters, now),
    )
