"""Agents and tokens as a running daemon knows them: one object for all that is in SQL of them."""

from __future__ import annotations

from collections.abc import Callable

from routing.plan import Plan
from switchd.credentials import Credentials, Doorkeeper
from switchd.records.agents import Agents
from switchd.records.sessions import Sessions
from switchd.records.tokens import Tokens


class People:
    """Opens what it needs; `close` gives it back."""

    def __init__(
        self,
        sql: str,
        city: str,
        seat_of: Callable[[str], str],
        plan: Callable[[], Plan],
        now: Callable[[], float],
    ) -> None:
        """`seat_of(agent)` gives the seat where an agent sits; it may raise `QueueUnavailable`."""
        self._agents = Agents(sql, city)
        self._tokens = Tokens(sql, city)
        self.credentials = Credentials(self._tokens, seat_of)
        self.door = Doorkeeper(self._agents, lambda: plan().sign_in, now)
        self.sessions = Sessions(sql, city)

    def close(self) -> None:
        """Give the connections back."""
        self._agents.close()
        self._tokens.close()
        self.sessions.close()
