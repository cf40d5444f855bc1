"""What supervisors did: who, when, what, to whom, why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select

from switchd.records.database import Database
from switchd.records.tables import OperatorActionRow

_ACTIONS = OperatorActionRow.__table__
UNTIL_FURTHER_NOTICE = ("pause", "resume", "skill")
"""Verbs of what stays as it is until somebody changes it."""


@dataclass(frozen=True, slots=True)
class OperatorAction:
    """One thing that a supervisor did."""

    city: str
    at: float
    """Seconds since the epoch."""
    who: str
    verb: str
    """rank, move, remove, pause, resume or skill; call_back, cancel, retry or handled; agent_added,
    pin_changed, agent_removed, token_made or token_revoked."""
    target: str
    """The call, the group, the agent, the callback or the token."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What exactly, as plain data."""
    why: str = ""


_ADD = insert(OperatorActionRow)
_FIELDS = tuple(_ACTIONS.c[name] for name in OperatorAction.__slots__)


class Audit(Database):
    """Supervisors' actions in the database at `url`. What `Database` says of threads and errors
    holds here."""

    def add(self, action: OperatorAction) -> None:
        """Write one down."""
        row = {name: getattr(action, name) for name in OperatorAction.__slots__}
        row["facts"] = dict(action.facts)
        with self._connect(writes=True) as connection:
            connection.execute(_ADD, row)

    def standing(self, city: str) -> list[OperatorAction]:
        """Everything that was done to groups and to agents' skills, the earliest first: what holds
        until further notice is made of it."""
        wanted = (_ACTIONS.c.city == city, _ACTIONS.c.verb.in_(UNTIL_FURTHER_NOTICE))
        query = select(*_FIELDS).where(*wanted).order_by(_ACTIONS.c.at, _ACTIONS.c.action)
        with self._connect() as connection:
            return [OperatorAction(*row) for row in connection.execute(query)]

    def latest(self, city: str, limit: int, target: str = "") -> list[OperatorAction]:
        """The last actions in a city, at most `limit`, the latest first; of one target if named."""
        query = select(*_FIELDS).where(_ACTIONS.c.city == city)
        if target:
            query = query.where(_ACTIONS.c.target == target)
        query = query.order_by(_ACTIONS.c.at.desc(), _ACTIONS.c.action.desc()).limit(limit)
        with self._connect() as connection:
            return [OperatorAction(*row) for row in connection.execute(query)]
