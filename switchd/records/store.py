"""Finished calls in SQL: written once, read by call, by recency and as a summary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from routing.record import CallRecord
from switchd.records import codec, voicemails
from switchd.records.database import Database
from switchd.records.summary import IN_TIME_SECONDS, SHORT_SECONDS, Summary, summary_query
from switchd.records.tables import CallRow, LegRow, VoicemailRow

_CALLS, _LEGS = CallRow.__table__, LegRow.__table__
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
            legs = [
                {**leg, "call": call, "number": number}
                for call in new
                for number, leg in enumerate(kept[call][1]["legs"])
            ]
            if legs:
                connection.execute(insert(LegRow), legs)
            messages = voicemails.rows_of({call: kept[call][0] for call in new})
            if messages:
                connection.execute(insert(VoicemailRow), messages)
        return len(new)

    def get(self, call: str) -> CallRecord | None:
        """Return the record of one call, or None if there is none."""
        with self._connect() as connection:
            row = connection.execute(select(_CALLS).where(_CALLS.c.call == call)).one_or_none()
            return None if row is None else _records(connection, [row])[0]

    def recent(self, limit: int) -> list[CallRecord]:
        """Return the calls that arrived last, at most `limit`, the latest first."""
        latest = select(_CALLS).order_by(_CALLS.c.arrived_at.desc(), _CALLS.c.call).limit(limit)
        with self._connect() as connection:
            return _records(connection, connection.execute(latest).all())

    def summary(
        self,
        since: float,
        until: float,
        *,
        in_time: float = IN_TIME_SECONDS,
        short: float = SHORT_SECONDS,
    ) -> Summary:
        """Return the figures of the calls that arrived from `since` up to, not at, `until`.

        All four are seconds; `in_time` and `short` are explained at `Summary`.
        """
        with self._connect() as connection:
            row = connection.execute(summary_query(since, until, in_time, short)).one()
        return Summary(since=since, until=until, **row._mapping)


def _call_row(record: CallRecord, plain: dict[str, Any]) -> dict[str, Any]:
    """Return the row of `calls` for a record and its plain form."""
    row = {name: value for name, value in plain.items() if name not in ("group", "legs")}
    row["skill_group"] = plain["group"]
    for name in _DERIVED:
        seconds: float | None = getattr(record, name)
        row[name] = None if seconds is None else round(seconds, 3)
    return row


def _records(connection: Connection, calls: Sequence[Row[Any]]) -> list[CallRecord]:
    """Return the records of these rows of `calls`, with their legs."""
    legs: dict[str, list[Any]] = {row.call: [] for row in calls}
    ordered = select(_LEGS).where(_LEGS.c.call.in_(legs)).order_by(_LEGS.c.call, _LEGS.c.number)
    for leg in connection.execute(ordered):
        legs[leg.call].append(leg._mapping)
    return [
        codec.from_dict({**row._mapping, "group": row.skill_group, "legs": legs[row.call]})
        for row in calls
    ]
