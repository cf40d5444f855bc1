"""Agents' PINs in SQL."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, insert, select, update

from routing.credentials import SignInRules, Tries, hash_pin, pin_matches
from switchd.records.agent_tables import AgentRow
from switchd.records.database import Database

_AGENTS = AgentRow.__table__


@dataclass(frozen=True, slots=True)
class KnownAgent:
    """An agent who has a PIN. Times are seconds since the epoch."""

    agent: str
    """Staff number."""
    pin_changed_at: float
    wrong_pins: int
    locked_until: float | None
    added_at: float
    added_by: str


@dataclass(frozen=True, slots=True)
class PinCheck:
    """What came of a PIN."""

    right: bool
    locked_until: float | None = None
    """Until when further PINs are not looked at, in seconds since the epoch."""


_FIELDS = tuple(_AGENTS.c[name] for name in KnownAgent.__slots__)


class Agents(Database):
    """The agents of one city at `url`. What `Database` says of threads and errors holds here; a
    method that has to do with a PIN takes some 50 ms more."""

    def __init__(self, url: str, city: str) -> None:
        super().__init__(url)
        self._city = city

    def all(self) -> list[KnownAgent]:
        """Everybody who has a PIN, by staff number."""
        wanted = select(*_FIELDS).where(_AGENTS.c.city == self._city).order_by(_AGENTS.c.agent)
        with self._connect() as connection:
            return [KnownAgent(*row) for row in connection.execute(wanted)]

    def set_pin(self, agent: str, pin: str, at: float, who: str) -> bool:
        """Give an agent a PIN in place of any other, and end a lock-out; True if he or she is
        new."""
        kept = hash_pin(pin, secrets.token_bytes(16))
        changed = {"pin_hash": kept, "pin_changed_at": at, "wrong_pins": 0, "locked_until": None}
        with self._connect(writes=True) as connection:
            known = connection.execute(update(AgentRow).where(*self._is(agent)).values(changed))
            if known.rowcount:
                return False
            row = {"city": self._city, "agent": agent, "added_at": at, "added_by": who, **changed}
            connection.execute(insert(AgentRow).values(row))
            return True

    def remove(self, agent: str) -> bool:
        """Take an agent's PIN away; False if there was none."""
        with self._connect(writes=True) as connection:
            return connection.execute(delete(AgentRow).where(*self._is(agent))).rowcount > 0

    def check(self, agent: str, pin: str, now: float, rules: SignInRules) -> PinCheck:
        """Look at a PIN. Each try is counted before it is looked at; a right one ends the count.

        For somebody unknown it takes as long as for others.
        """
        kept = self._begin(agent, now, rules)
        if isinstance(kept, PinCheck):
            return kept
        pin_hash, tries = kept
        if not pin_matches(pin, pin_hash or _NOBODYS) or not pin_hash:
            return PinCheck(False, tries.locked_until)
        with self._connect(writes=True) as connection:
            fresh = {"wrong_pins": 0, "locked_until": None}
            connection.execute(update(AgentRow).where(*self._is(agent)).values(fresh))
        return PinCheck(True)

    def _begin(self, agent: str, now: float, rules: SignInRules) -> PinCheck | tuple[str, Tries]:
        """Count a try and give the PIN's hash, "" if there is none; or refuse to look at it."""
        wanted = select(_AGENTS.c.pin_hash, _AGENTS.c.wrong_pins, _AGENTS.c.locked_until)
        with self._connect(writes=True) as connection:
            found = connection.execute(wanted.where(*self._is(agent)).with_for_update())
            row = found.one_or_none()
            if row is None:
                return "", Tries()
            so_far = Tries(row.wrong_pins, row.locked_until)
            if so_far.locked(now):
                return PinCheck(False, so_far.locked_until)
            tries = so_far.begun(now, rules)
            counted = {"wrong_pins": tries.wrong, "locked_until": tries.locked_until}
            connection.execute(update(AgentRow).where(*self._is(agent)).values(counted))
            return row.pin_hash, tries

    def _is(self, agent: str) -> tuple[ColumnElement[bool], ...]:
        return (_AGENTS.c.city == self._city, _AGENTS.c.agent == agent)


_NOBODYS = hash_pin("", bytes(16))
"""Looked at for agents who are not known, so that nobody learns from the time who is."""
