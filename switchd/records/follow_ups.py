"""Follow-up calls in SQL, where they wait for their turn in the list of callers."""

from __future__ import annotations

from typing import cast

from sqlalchemy import ColumnElement, Table, func, select

from routing.follow_ups import FollowUp
from routing.outgoing import Status
from switchd.records.errands import Errands
from switchd.records.tables import FollowUpRow


class FollowUps(Errands[FollowUp]):
    """The follow-ups of one city; a reference has one open follow-up at most, and of those to one
    number one is tried at a time."""

    errand = FollowUp
    table = cast(Table, FollowUpRow.__table__)

    def _same(self, errand: FollowUp) -> ColumnElement[bool] | None:
        return self.table.c.reference == errand.reference if errand.reference else None

    def _at_work(self) -> ColumnElement[bool]:
        return self.table.c.status.in_((Status.WAITING, Status.TRYING))

    def open(self) -> list[FollowUp]:
        """Return those that are in the list or being tried, the earliest first."""
        earliest = (self.table.c.queued_at, self.table.c.id)
        return self._list(self._select(self._at_work()).order_by(*earliest))

    def at_work(self) -> int:
        """How many those are."""
        counted = select(func.count()).where(self.table.c.city == self._city, self._at_work())
        with self._connect() as connection:
            return int(connection.execute(counted).scalar_one())

    def due(self, now: float, limit: int) -> list[int]:
        """Return the ids of those whose moment has come: the highest priority, then the earliest,
        first."""
        order = (self.table.c.priority.desc(), self.table.c.queued_at, self.table.c.id)
        wanted = self._select(self._is_paused(), self.table.c.next_at <= now)
        with self._connect() as connection:
            found = connection.execute(
                wanted.with_only_columns(self.table.c.id).order_by(*order).limit(limit)
            )
            return list(found.scalars())

    def next_at(self) -> float | None:
        """When the moment of the next one comes, or came; None if there is none."""
        wanted = self._select(self._is_paused()).with_only_columns(self.table.c.next_at)
        with self._connect() as connection:
            found = connection.execute(wanted.order_by(self.table.c.next_at).limit(1))
            return found.scalar_one_or_none()

    def _is_paused(self) -> ColumnElement[bool]:
        return self.table.c.status == Status.PAUSED

    def last_of(self, seat: str) -> FollowUp | None:
        """Return the one that a seat tried last."""
        wanted = self._select(self.table.c.seat == seat).order_by(self.table.c.tried_at.desc())
        return next(iter(self._list(wanted.limit(1))), None)
