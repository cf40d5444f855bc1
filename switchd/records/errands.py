"""What callbacks and follow-ups have in common in SQL: each change is one transaction."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, insert, select, update

from routing.outgoing import Callback, Reason, Status
from switchd.records.database import Database
from switchd.records.errors import RecordRefused

Errand = TypeVar("Errand", bound=Callback)
_Came = TypeVar("_Came")


class Errands(Database, ABC, Generic[Errand]):
    """The errands of one kind of one city at `url`, whose schema `migrate` has brought up to date.

    What `Database` says of threads, errors and gevent holds here. Several daemons may share them.
    """

    errand: type[Errand]
    table: Table
    """Has a column for each field, `group` as skill_group, and the city."""

    def __init__(self, url: str, city: str) -> None:
        super().__init__(url)
        self._city = city

    @abstractmethod
    def open(self) -> list[Errand]:
        """Return those that have, or may need, a place in the list of callers."""

    @abstractmethod
    def _same(self, errand: Errand) -> ColumnElement[bool] | None:
        """What an open one must be like to stand for this one; None if nothing can."""

    def add(self, errand: Errand) -> tuple[Errand, bool]:
        """Write a new one down and return it with its id, and True.

        If an open one stands for it, that one is returned as it is, and False.
        """
        try:
            return self._add(errand)
        except RecordRefused:
            return self._add(errand)  # another daemon came first; now its errand is there

    def _add(self, errand: Errand) -> tuple[Errand, bool]:
        with self._connect(writes=True) as connection:
            same = self._same(errand)
            known = None if same is None else self._find(connection, same, self._is_open())
            if known is not None:
                return known, False
            row = {**self._row(errand), "city": self._city}
            found = connection.execute(insert(self.table).values(row).returning(self.table.c.id))
            return replace(errand, id=found.scalar_one()), True

    def change(
        self, id: int, how: Callable[[Errand], tuple[Errand, _Came]]
    ) -> tuple[Errand, _Came] | None:
        """Change one, holding it against other daemons, and return what `how` returned.

        `how` runs within the transaction and must only compute. None if there is no such errand.
        """
        with self._connect(writes=True) as connection:
            before = self._find(connection, self.table.c.id == id)
            if before is None:
                return None
            after, came = how(before)
            if after != before:
                changed = update(self.table).where(self.table.c.id == id).values(self._row(after))
                connection.execute(changed)
            return after, came

    def get(self, id: int) -> Errand | None:
        """Return one, open or closed."""
        with self._connect() as connection:
            return self._find(connection, self.table.c.id == id)

    def recent(self, limit: int) -> list[Errand]:
        """Return the latest, open or closed, the latest first."""
        latest = (self.table.c.asked_at.desc(), self.table.c.id.desc())
        return self._list(self._select().order_by(*latest).limit(limit))

    def _select(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        return select(self.table).where(self.table.c.city == self._city, *conditions)

    def _is_open(self) -> ColumnElement[bool]:
        return self.table.c.closed_at.is_(None)

    def _list(self, wanted: Select[Any]) -> list[Errand]:
        with self._connect() as connection:
            return [self._errand(row) for row in connection.execute(wanted)]

    def _find(self, connection: Connection, *conditions: ColumnElement[bool]) -> Errand | None:
        row = connection.execute(self._select(*conditions).with_for_update()).one_or_none()
        return None if row is None else self._errand(row)

    def _row(self, errand: Errand) -> dict[str, Any]:
        row = {one.name: getattr(errand, one.name) for one in fields(errand) if one.name != "id"}
        row["skill_group"] = row.pop("group")
        return {name: value for name, value in row.items() if name in self.table.c}

    def _errand(self, row: Row[Any]) -> Errand:
        found = {name: value for name, value in row._mapping.items() if name != "city"}
        found["group"] = found.pop("skill_group")
        found["status"] = Status(found["status"])
        found["reason"] = Reason(found.get("reason", Reason.ADDED))
        return self.errand(**found)
