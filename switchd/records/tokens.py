"""Tokens for the HTTP interface in SQL: hashes only."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, insert, select, update

from routing.credentials import TOKEN_BYTES, TOKEN_PREFIX, token_hash
from routing.rights import Role
from switchd.records.agent_tables import TokenRow
from switchd.records.database import Database

_TOKENS = TokenRow.__table__


@dataclass(frozen=True, slots=True)
class NewToken:
    """What a token is to be for."""

    name: str
    role: Role
    made_at: float
    """Seconds since the epoch."""
    made_by: str
    seat: str = ""
    agent: str = ""
    groups: frozenset[str] = frozenset()
    expires_at: float | None = None
    """None for ever."""


@dataclass(frozen=True, slots=True)
class Token(NewToken):
    """A token as it is kept."""

    id: int = 0
    hash: str = ""
    revoked_at: float | None = None
    revoked_by: str = ""
    last_used_at: float | None = None

    def counts(self, now: float) -> bool:
        """Tell whether it opens anything."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class Tokens(Database):
    """The tokens of one city at `url`. What `Database` says of threads and errors holds here."""

    def __init__(self, url: str, city: str) -> None:
        super().__init__(url)
        self._city = city

    def make(self, new: NewToken) -> tuple[str, Token]:
        """Make a token and return its text, which is shown once and kept nowhere."""
        written = TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
        row = {name: getattr(new, name) for name in NewToken.__slots__ if name != "groups"}
        row |= {"city": self._city, "hash": token_hash(written), "skill_groups": sorted(new.groups)}
        row |= {"revoked_at": None, "revoked_by": "", "last_used_at": None}
        with self._connect(writes=True) as connection:
            made = connection.execute(insert(TokenRow).values(row).returning(_TOKENS))
            return written, _token(made.one())

    def all(self) -> list[Token]:
        """Every token that was ever made, the latest first."""
        return self._read(select(_TOKENS).order_by(_TOKENS.c.token.desc()))

    def in_force(self, now: float) -> list[Token]:
        """Every token that opens something."""
        expires = _TOKENS.c.expires_at
        counts = (_TOKENS.c.revoked_at.is_(None), expires.is_(None) | (expires > now))
        return self._read(select(_TOKENS).where(*counts))

    def revoke(self, id: int, at: float, who: str) -> bool:
        """End a token; False if there is none of that number that had not been ended."""
        return self._revoke(_TOKENS.c.token == id, at, who) > 0

    def revoke_of(self, agent: str, at: float, who: str) -> int:
        """End every token of an agent; return how many."""
        return self._revoke(_TOKENS.c.agent == agent, at, who)

    def used(self, ids: dict[int, float]) -> None:
        """Write down when tokens were last used."""
        with self._connect(writes=True) as connection:
            for id, at in ids.items():
                of_token = update(TokenRow).where(_TOKENS.c.token == id)
                connection.execute(of_token.values(last_used_at=at))

    def _revoke(self, which: ColumnElement[bool], at: float, who: str) -> int:
        wanted = (which, _TOKENS.c.city == self._city, _TOKENS.c.revoked_at.is_(None))
        with self._connect(writes=True) as connection:
            ended = {"revoked_at": at, "revoked_by": who}
            return connection.execute(update(TokenRow).where(*wanted).values(ended)).rowcount

    def _read(self, query: Select[Any]) -> list[Token]:
        with self._connect() as connection:
            rows = connection.execute(query.where(_TOKENS.c.city == self._city))
            return [_token(row) for row in rows]


def _token(row: Any) -> Token:
    found = dict(row._mapping)
    del found["city"]
    found["id"] = found.pop("token")
    found["groups"] = frozenset(found.pop("skill_groups"))
    return Token(**{**found, "role": Role(found["role"])})
