"""How a period went, from the finished calls in SQL, as `routing.indicators` defines it.

SQL sorts the calls into heaps of which every call counts the same way, and adds up durations; what
a heap counts as is not said here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, cast, extract, func, literal, or_, select

from routing.indicators import (
    IN_TIME_SECONDS,
    SHORT_SECONDS,
    Counts,
    Dimension,
    Ended,
    milliseconds,
)
from routing.record import CallKind, Outcome
from switchd.records.tables import CallRow

QUARTER = 900
"""Seconds. Hours begin at whole quarters of an hour of UTC, in every time zone of today."""

_COLUMN: dict[Dimension, ColumnElement[Any]] = {
    Dimension.LINE: CallRow.__table__.c.line_dialled,
    Dimension.MEANT: CallRow.__table__.c.line_meant,
    Dimension.GROUP: CallRow.__table__.c.skill_group,
    Dimension.DEPARTMENT: CallRow.__table__.c.department,
}
_INCOMING = CallRow.kind == CallKind.INCOMING.value
_ASKED = or_(CallRow.queued_at.is_not(None), CallRow.skill_group != "")
_COUNTED: tuple[Any, ...] = (
    CallRow.call,
    CallRow.arrived_at,
    CallRow.line_dialled,
    CallRow.skill_group,
    CallRow.outcome,
    _ASKED.label("asked"),
    CallRow.queue_seconds,
    CallRow.answer_seconds,
    CallRow.talk_seconds,
    CallRow.survey_meaning,
)
_ENDED = select(*_COUNTED).where(_INCOMING)


def heaps_query(since: float, until: float, by: Dimension | None, dialect: str) -> Select[Any]:
    """Return the query for heaps of the calls that arrived from `since` up to, not at, `until`."""
    call = CallRow
    key = literal("") if by is None else _quarter(dialect) if by is Dimension.HOUR else _COLUMN[by]
    heap = (
        key.label("key"),
        call.outcome.label("outcome"),
        _ASKED.label("asked"),
        (func.coalesce(call.queue_seconds, call.answer_seconds) <= IN_TIME_SECONDS).label(
            "in_time"
        ),
        (call.queue_seconds < SHORT_SECONDS).label("short"),
        call.survey_meaning.label("survey"),
    )
    durations = (
        func.count().label("count"),
        func.count(call.queue_seconds).label("waited"),
        _ms(call.queue_seconds).label("wait_ms"),
        func.max(call.queue_seconds).label("longest_wait"),
        func.count(call.talk_seconds).label("talked"),
        _ms(call.talk_seconds).label("talk_ms"),
    )
    period = (_INCOMING, call.arrived_at >= since, call.arrived_at < until)
    return select(*heap, *durations).where(*period).group_by(*(one.name for one in heap))


def counts_by_key(rows: Iterable[Any]) -> dict[Any, Counts]:
    """Add the heaps up, those of each key by themselves."""
    found: dict[Any, Counts] = {}
    for row in rows:
        of_outcome = Counts.of(
            Outcome(row.outcome),
            asked=bool(row.asked),
            in_time=bool(row.in_time),
            short=bool(row.short),
            count=row.count,
        )
        measured = Counts(
            waited=row.waited,
            wait_ms=int(row.wait_ms or 0),
            longest_wait_ms=milliseconds(row.longest_wait),
            talked=row.talked,
            talk_ms=int(row.talk_ms or 0),
            surveys={row.survey: row.count} if row.survey else {},
        )
        found[row.key] = found.get(row.key, Counts()) + of_outcome + measured
    return found


def by_hour(quarters: dict[Any, Counts], zone: tzinfo) -> dict[str, Counts]:
    """Add quarters of an hour up to the city's hours, 2026-11-22 08:00, in order."""
    found: dict[str, Counts] = {}
    for quarter in sorted(quarters):
        moment = datetime.fromtimestamp(int(quarter) * QUARTER, zone)
        hour = moment.strftime("%Y-%m-%d %H:00")
        found[hour] = found.get(hour, Counts()) + quarters[quarter]
    return found


def ended_query(since: float, after: tuple[float, str] | None, limit: int) -> Select[Any]:
    """Return the query for what is counted of calls that arrived from `since` on, in order.

    `after` are arrival and id of the last call of the page before.
    """
    call = CallRow
    query = _ENDED.where(call.arrived_at >= since)
    if after is not None:
        arrived_at, name = after
        later = call.arrived_at > arrived_at
        query = query.where(or_(later, (call.arrived_at == arrived_at) & (call.call > name)))
    return query.order_by(call.arrived_at, call.call).limit(limit)


def ended_of_query(calls: Sequence[str]) -> Select[Any]:
    """Return the query for what is counted of these calls."""
    return _ENDED.where(CallRow.call.in_(calls))


def ended_in(row: Any) -> Ended:
    """Read a row of `ended_query` or `ended_of_query`."""
    return Ended(
        call=row.call,
        arrived_at=row.arrived_at,
        line=row.line_dialled,
        group=row.skill_group,
        outcome=Outcome(row.outcome),
        asked=bool(row.asked),
        wait_ms=milliseconds(row.queue_seconds),
        answer_ms=milliseconds(row.answer_seconds),
        talk_ms=milliseconds(row.talk_seconds),
        survey=row.survey_meaning,
    )


def _ms(seconds: Any) -> ColumnElement[Any]:
    return func.sum(cast(func.round(seconds * 1000), BigInteger))


def _quarter(dialect: str) -> ColumnElement[Any]:
    epoch = extract("epoch", CallRow.arrived_at)
    if dialect == "sqlite":
        return epoch // QUARTER
    return cast(func.floor(epoch / QUARTER), BigInteger)
