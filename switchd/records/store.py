"""Finished calls in SQL: written once, read by call, by recency and as a summary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import Any

from sqlalchemy import Connection, Row, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from routing.indicators import Counts, Dimension, Ended
from routing.past import Past
from routing.record import CallKind, CallRecord, Outcome
from switchd.records import codec, voicemails
from switchd.records.database import Database
from switchd.records.summary import (
    by_hour,
    counts_by_key,
    ended_in,
    ended_of_query,
    ended_query,
    heaps_query,
)
from switchd.records.tables import Base, CallRow, LegRow, SegmentRow, VoicemailRow

_CALLS = CallRow.__table__
_PARTS = {"legs": LegRow, "segments": SegmentRow}
"""Field of a record → the table that has its rows, in order."""
_TIMES = ("arrived_at", "queued_at", "answered_at", "talk_ended_at", "ended_at")
"""What the durations are made of."""
_DERIVED = ("queue_seconds", "answer_seconds", "talk_seconds")


class Store(Database):
    """The finished calls at `url`, whose schema `migrate` has brought up to date.

    What `Database` says of threads, errors and gevent holds here.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        dialect = postgresql if self._engine.dialect.name == "postgresql" else sqlite
        self._insert_new = dialect.insert(CallRow).on_conflict_do_nothing().returning(_CALLS.c.call)

    def write(self, records: Sequence[CallRecord]) -> int:
        """Write all records in one transaction and return how many were new.

        A call that is in SQL already is left as it is. Raises RecordRefused, and writes none of
        them, if there is one that the database will not take however often it is tried.
        """
        kept: dict[str, tuple[CallRecord, dict[str, Any]]] = {}
        for record in records:
            plain = codec.to_dict(record)
            kept.setdefault(plain["call"], (record, plain))
        if not kept:
            return 0
        calls = [_call_row(record, plain) for record, plain in kept.values()]
        with self._connect(writes=True) as connection:
            new = set(connection.scalars(self._insert_new, calls))
            for field, table in _PARTS.items():
                rows = [
                    {**part, "call": call, "number": number}
                    for call in new
                    for number, part in enumerate(kept[call][1][field])
                ]
                if rows:
                    connection.execute(insert(table), rows)
            messages = voicemails.rows_of({call: kept[call][0] for call in new})
            if messages:
                connection.execute(insert(VoicemailRow), messages)
        return len(new)

    def get(self, call: str) -> CallRecord | None:
        """Return the record of one call, or None if there is none."""
        with self._connect() as connection:
            row = connection.execute(select(_CALLS).where(_CALLS.c.call == call)).one_or_none()
            return None if row is None else _records(connection, [row])[0]

    def known(self, calls: Sequence[str]) -> list[str]:
        """Return those of the calls that have a record."""
        with self._connect() as connection:
            return list(connection.scalars(select(_CALLS.c.call).where(_CALLS.c.call.in_(calls))))

    def recent(self, limit: int) -> list[CallRecord]:
        """Return the calls that arrived last, at most `limit`, the latest first."""
        latest = select(_CALLS).order_by(_CALLS.c.arrived_at.desc(), _CALLS.c.call).limit(limit)
        with self._connect() as connection:
            return _records(connection, connection.execute(latest).all())

    def summary(self, since: float, until: float) -> Counts:
        """Return the figures of the calls that arrived from `since` up to, not at, `until`.

        Times are seconds since the epoch.
        """
        return self._counts(since, until, None).get("", Counts())

    def report(self, since: float, until: float, by: Dimension, zone: tzinfo) -> dict[str, Counts]:
        """Return the same figures for each line, group, department, or hour in the city's zone.

        "" is for calls that have none.
        """
        found = self._counts(since, until, by)
        return by_hour(found, zone) if by is Dimension.HOUR else dict(sorted(found.items()))

    def _counts(self, since: float, until: float, by: Dimension | None) -> dict[Any, Counts]:
        query = heaps_query(since, until, by, self._engine.dialect.name)
        with self._connect() as connection:
            return counts_by_key(connection.execute(query))

    def day(self, since: float, until: float) -> list[Past]:
        """Return the calls that arrived from `since` up to, not at, `until`, the earliest first,
        as far as a replay needs to know them. Callbacks are no callers."""
        columns = [
            _CALLS.c["skill_group" if name == "group" else name].label(name)
            for name in Past.__slots__
        ]
        period = (_CALLS.c.arrived_at >= since, _CALLS.c.arrived_at < until)
        incoming = _CALLS.c.kind == CallKind.INCOMING
        query = (
            select(*columns).where(*period, incoming).order_by(_CALLS.c.arrived_at, _CALLS.c.call)
        )
        with self._connect() as connection:
            return [_past(row) for row in connection.execute(query)]

    def ended(self, since: float, after: Ended | None, limit: int) -> list[Ended]:
        """Return what is counted of calls that arrived from `since` on, the earliest first.

        One page of at most `limit`; `after` is the last call of the page before.
        """
        place = None if after is None else (after.arrived_at, after.call)
        with self._connect() as connection:
            rows = connection.execute(ended_query(since, place, limit)).all()
        return [ended_in(row) for row in rows]

    def ended_of(self, calls: Sequence[str]) -> list[Ended]:
        """Return what is counted of these calls; of those that have no record, nothing."""
        with self._connect() as connection:
            return [ended_in(row) for row in connection.execute(ended_of_query(calls))]


def _call_row(record: CallRecord, plain: dict[str, Any]) -> dict[str, Any]:
    """Return the row of `calls` for a record and its plain form."""
    row = {name: value for name, value in plain.items() if name not in ("group", *_PARTS)}
    row["skill_group"] = plain["group"]
    as_kept = replace(record, **{name: plain[name] for name in _TIMES})
    for name in _DERIVED:
        seconds: float | None = getattr(as_kept, name)
        row[name] = None if seconds is None else round(seconds, 3)
    return row


def _records(connection: Connection, calls: Sequence[Row[Any]]) -> list[CallRecord]:
    """Return the records of these rows of `calls`, with their legs and parts."""
    parts = {field: _parts(connection, table, calls) for field, table in _PARTS.items()}
    return [
        codec.from_dict(
            {
                **row._mapping,
                "group": row.skill_group,
                **{field: found[row.call] for field, found in parts.items()},
            }
        )
        for row in calls
    ]


def _parts(
    connection: Connection, table: type[Base], calls: Sequence[Row[Any]]
) -> dict[str, list[Any]]:
    """Return the rows of a table that belong to these calls, by call."""
    found: dict[str, list[Any]] = {row.call: [] for row in calls}
    columns = table.__table__
    wanted = select(columns).where(columns.c.call.in_(found))
    for row in connection.execute(wanted.order_by(columns.c.call, columns.c.number)):
        found[row.call].append(row._mapping)
    return found


def _past(row: Row[Any]) -> Past:
    return Past(**{**row._mapping, "outcome": Outcome(row.outcome)})
