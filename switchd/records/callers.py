"""Bars on callers' numbers in SQL: who made each, why, until when, and who ended it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from gevent.monkey import get_original
from sqlalchemy import ColumnElement, Connection, Select, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from switchd.records.engine import open_engine, reason, shown_url
from switchd.records.errors import StoreUnavailable
from switchd.records.tables import CallerRuleRow

_RULES = CallerRuleRow.__table__


@dataclass(frozen=True, slots=True)
class CallerRule:
    """One bar. Times are seconds since the epoch."""

    number: str
    kind: str
    """`blocked` by a person, or `limit`: it called too often."""
    until: float | None
    """None for ever."""
    reason: str
    who: str
    at: float
    removed_at: float | None = None
    removed_by: str = ""


_FIELDS = tuple(_RULES.c[name] for name in CallerRule.__slots__)


class CallerRules:
    """The audit of bars at `url`, whose schema `migrate` has brought up to date.

    Every method blocks the thread that calls it and raises StoreUnavailable when the database
    cannot be reached. In a gevent program call it in the hub's threadpool.
    """

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        self._one_at_a_time = get_original("threading", "Lock")()  # see records.store

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    def add(self, rule: CallerRule) -> None:
        """Write down a new bar; earlier ones of the same number that are in force end with it."""
        with self._connect(writes=True) as connection:
            _end(connection, rule.number, rule.at, rule.who)
            row = {name: getattr(rule, name) for name in CallerRule.__slots__}
            connection.execute(insert(CallerRuleRow).values(row))

    def remove(self, number: str, at: float, who: str) -> bool:
        """End the number's bar before its time; False if none was in force."""
        with self._connect(writes=True) as connection:
            return _end(connection, number, at, who) > 0

    def in_force(self, now: float) -> list[CallerRule]:
        """Every bar that counts now, the latest first."""
        wanted = _in_force(now)
        query = select(*_FIELDS).where(*wanted).order_by(_RULES.c.at.desc(), _RULES.c.rule.desc())
        return self._read(query)

    def history(self, number: str) -> list[CallerRule]:
        """Every bar that a number ever had, the earliest first."""
        return self._read(select(*_FIELDS).where(_RULES.c.number == number).order_by(_RULES.c.rule))

    def _read(self, query: Select[Any]) -> list[CallerRule]:
        with self._connect(writes=False) as connection:
            return [CallerRule(*row) for row in connection.execute(query)]

    @contextmanager
    def _connect(self, writes: bool) -> Iterator[Connection]:
        try:
            with (
                self._one_at_a_time,
                self._engine.connect().execution_options(writes=writes) as connection,
                connection.begin(),
            ):
                yield connection
        except SQLAlchemyError as error:
            raise StoreUnavailable(f"{shown_url(self._engine)}: {reason(error)}") from error


def _in_force(now: float) -> tuple[ColumnElement[bool], ...]:
    until = _RULES.c.until
    return (_RULES.c.removed_at.is_(None), until.is_(None) | (until > now))


def _end(connection: Connection, number: str, at: float, who: str) -> int:
    ended = connection.execute(
        update(CallerRuleRow)
        .where(_RULES.c.number == number, *_in_force(at))
        .values(removed_at=at, removed_by=who)
    )
    return ended.rowcount
