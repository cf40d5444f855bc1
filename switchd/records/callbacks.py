"""Callbacks in SQL: the one place where they live, so that they survive everything else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, func, insert, select, update

from routing.outgoing import Callback, Reason, Status
from switchd.records.database import Database
from switchd.records.errors import RecordRefused
from switchd.records.tables import CallbackRow

_CALLBACKS = CallbackRow.__table__
_Came = TypeVar("_Came")
Change = Callable[[Callback], tuple[Callback, _Came]]


class Callbacks(Database):
    """The callbacks of one city at `url`, whose schema `migrate` has brought up to date.

    What `Database` says of threads, errors and gevent holds here. Several daemons may share them:
    each change reads and writes one callback in one transaction.
    """

    def __init__(self, url: str, city: str) -> None:
        super().__init__(url)
        self._city = city

    def add(self, callback: Callback) -> tuple[Callback, bool]:
        """Write a new one down and return it with its id, and True.

        If one is open for the number, that one is returned as it is, and False.
        """
        try:
            return self._add(callback)
        except RecordRefused:
            return self._add(callback)  # another daemon came first; now its callback is there

    def _add(self, callback: Callback) -> tuple[Callback, bool]:
        with self._connect(writes=True) as connection:
            known = self._find(connection, number=callback.number)
            if known is not None:
                return known, False
            row = {**_row(callback), "city": self._city}
            found = connection.execute(insert(CallbackRow).values(row).returning(_CALLBACKS.c.id))
            return replace(callback, id=found.scalar_one()), True

    def change(self, id: int, how: Change[_Came]) -> tuple[Callback, _Came] | None:
        """Change one, holding it against other daemons, and return what `how` returned.

        `how` runs within the transaction and must only compute. None if there is no such callback.
        """
        with self._connect(writes=True) as connection:
            before = self._find(connection, id=id)
            if before is None:
                return None
            after, came = how(before)
            if after != before:
                values = _row(after)
                connection.execute(update(CallbackRow).where(_CALLBACKS.c.id == id).values(values))
            return after, came

    def get(self, id: int) -> Callback | None:
        """Return one, open or closed."""
        with self._connect() as connection:
            return self._find(connection, id=id)

    def open_for(self, number: str) -> Callback | None:
        """Return the open one of a number."""
        with self._connect() as connection:
            return self._find(connection, number=number)

    def open(self) -> list[Callback]:
        """Return every open one, whose person has waited longest first."""
        wanted = select(_CALLBACKS).where(
            _CALLBACKS.c.city == self._city, _CALLBACKS.c.closed_at.is_(None)
        )
        with self._connect() as connection:
            rows = connection.execute(wanted.order_by(_CALLBACKS.c.queued_at, _CALLBACKS.c.id))
            return [_callback(row) for row in rows]

    def count_open(self) -> int:
        """Return how many are open."""
        wanted = select(func.count()).where(
            _CALLBACKS.c.city == self._city, _CALLBACKS.c.closed_at.is_(None)
        )
        with self._connect() as connection:
            return int(connection.execute(wanted).scalar_one())

    def recent(self, limit: int) -> list[Callback]:
        """Return the latest, open or closed, the latest first."""
        wanted = select(_CALLBACKS).where(_CALLBACKS.c.city == self._city)
        ordered = wanted.order_by(_CALLBACKS.c.asked_at.desc(), _CALLBACKS.c.id.desc())
        with self._connect() as connection:
            return [_callback(row) for row in connection.execute(ordered.limit(limit))]

    def _find(self, connection: Connection, id: int = 0, number: str = "") -> Callback | None:
        wanted = select(_CALLBACKS).where(_CALLBACKS.c.city == self._city)
        if number:
            wanted = wanted.where(_CALLBACKS.c.number == number, _CALLBACKS.c.closed_at.is_(None))
        else:
            wanted = wanted.where(_CALLBACKS.c.id == id)
        row = connection.execute(wanted.with_for_update()).one_or_none()
        return None if row is None else _callback(row)


def _row(callback: Callback) -> dict[str, Any]:
    row = {
        name: getattr(callback, name) for name in Callback.__slots__ if name not in ("id", "group")
    }
    return {**row, "skill_group": callback.group}


def _callback(row: Row[Any]) -> Callback:
    found = {name: value for name, value in row._mapping.items() if name != "city"}
    found["group"] = found.pop("skill_group")
    found["reason"], found["status"] = Reason(found["reason"]), Status(found["status"])
    return Callback(**found)
