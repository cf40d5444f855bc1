"""Callbacks in SQL: the one place where they live, so that they survive everything else."""

from __future__ import annotations

from typing import cast

from sqlalchemy import ColumnElement, Table, func, select

from routing.outgoing import Callback
from switchd.records.errands import Errands
from switchd.records.tables import CallbackRow


class Callbacks(Errands[Callback]):
    """The callbacks of one city; a number has one open callback at most."""

    errand = Callback
    table = cast(Table, CallbackRow.__table__)

    def _same(self, errand: Callback) -> ColumnElement[bool]:
        return self.table.c.number == errand.number

    def open_for(self, number: str) -> Callback | None:
        """Return the open one of a number."""
        with self._connect() as connection:
            return self._find(connection, self.table.c.number == number, self._is_open())

    def open(self) -> list[Callback]:
        """Return every open one, whose person has waited longest first."""
        longest = (self.table.c.queued_at, self.table.c.id)
        return self._list(self._select(self._is_open()).order_by(*longest))

    def count_open(self) -> int:
        """Return how many are open."""
        counted = select(func.count()).where(self.table.c.city == self._city, self._is_open())
        with self._connect() as connection:
            return int(connection.execute(counted).scalar_one())
