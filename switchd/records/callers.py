"""Bars on callers' numbers in SQL: who made each, why, until when, and who ended it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, insert, select, update

from switchd.records.database import Database
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


class CallerRules(Database):
    """The audit of bars at `url`.

    What `Database` says of threads, errors and gevent holds here.
    """

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
        with self._connect() as connection:
            return [CallerRule(*row) for row in connection.execute(query)]


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
