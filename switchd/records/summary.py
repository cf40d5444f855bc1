"""How a period went, in the terms of GB/T 33358-2016.

A caller asks for a person by coming to a skill group's waiting list, or by failing on the way to
it. The connect rate (接通率) and the 15-second rate (15秒接通率) have the same base: everybody who
asked, whether answered, abandoned or failed. Short abandons stay in that base, since the standard
makes no exception for them, and are counted apart for whoever reports both.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Executable, and_, func, or_, select

from routing.record import Outcome
from switchd.records.tables import CallRow

IN_TIME_SECONDS = 15.0
"""GB/T 33358-2016: an answer within 15 seconds."""
SHORT_SECONDS = 5.0
"""A caller who leaves the waiting list before that is a short abandon."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of the calls that arrived in a period; times in seconds."""

    since: float
    until: float
    calls: int
    """All calls, whatever became of them."""
    offered: int
    """Callers who asked for a person: answered + abandoned + failed."""
    answered: int
    answered_in_time: int
    """Answered within 15 s of entering the waiting list."""
    abandoned: int
    """Hung up in the waiting list."""
    short_abandons: int
    """Those of them who left within 5 s."""
    failed: int
    """A technical fault ended it in the waiting list or on the way there."""
    abandoned_at_entry: int
    redirected: int
    closed: int
    """Called out of hours and were told so."""
    refused: int
    average_wait: float | None
    """From entering the waiting list to the answer or the end; None if nobody waited."""
    longest_wait: float | None

    @property
    def connect_rate(self) -> float | None:
        """接通率: answered ÷ offered, 0 to 1; None if nobody asked."""
        return self.answered / self.offered if self.offered else None

    @property
    def in_time_rate(self) -> float | None:
        """15秒接通率: answered in time ÷ offered, 0 to 1; None if nobody asked."""
        return self.answered_in_time / self.offered if self.offered else None


def summary_query(since: float, until: float, in_time: float, short: float) -> Executable:
    """Return the query for all figures of `Summary` except the period itself."""
    call = CallRow
    answered, abandoned = call.outcome == Outcome.ANSWERED, call.outcome == Outcome.ABANDONED
    failed = and_(
        call.outcome == Outcome.FAILED, or_(call.queued_at.is_not(None), call.skill_group != "")
    )
    wait = func.coalesce(call.queue_seconds, call.answer_seconds)
    return select(
        func.count().label("calls"),
        _count(or_(answered, abandoned, failed)).label("offered"),
        _count(answered).label("answered"),
        _count(and_(answered, wait <= in_time)).label("answered_in_time"),
        _count(abandoned).label("abandoned"),
        _count(and_(abandoned, call.queue_seconds < short)).label("short_abandons"),
        _count(failed).label("failed"),
        _count(call.outcome == Outcome.ABANDONED_AT_ENTRY).label("abandoned_at_entry"),
        _count(call.outcome == Outcome.REDIRECTED).label("redirected"),
        _count(call.outcome == Outcome.CLOSED).label("closed"),
        _count(call.outcome == Outcome.REFUSED).label("refused"),
        func.avg(call.queue_seconds).label("average_wait"),
        func.max(call.queue_seconds).label("longest_wait"),
    ).where(call.arrived_at >= since, call.arrived_at < until)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)
