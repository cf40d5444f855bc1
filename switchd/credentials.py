"""Who somebody is: by a token over HTTP, by staff number and PIN at a seat."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final, Protocol, TypeVar

import gevent
import structlog
from gevent.lock import RLock

from routing.credentials import SignInRules, dialled_agent, token_hash
from routing.rights import Identity
from switchd.api.ports import Unavailable
from switchd.queues.facts import QueueUnavailable
from switchd.records.agents import KnownAgent, PinCheck
from switchd.records.errors import RecordsError
from switchd.records.tokens import Token
from switchd.seats.signing_in import WRONG_PIN, SeatRefusal
from switchd.threads import in_thread

log = structlog.get_logger(__name__)

FRESH_SECONDS: Final = 5.0
"""How long a token that was revoked elsewhere may still open something."""
AGAIN_SECONDS: Final = 0.5
"""How often SQL is asked at most on behalf of tokens that nobody knows."""
USED_SECONDS: Final = 60.0
"""How exactly the last use of a token is written down."""
LOCKED: Final = "seat_locked"
"""The prompt for whoever is locked out."""
_Found = TypeVar("_Found")


class TokenStore(Protocol):
    """`switchd.records.tokens.Tokens` is one."""

    def in_force(self, now: float, /) -> list[Token]: ...
    def used(self, ids: dict[int, float], /) -> None: ...


class PinStore(Protocol):
    """`switchd.records.agents.Agents` is one."""

    def all(self) -> list[KnownAgent]: ...
    def check(self, agent: str, pin: str, now: float, rules: SignInRules, /) -> PinCheck: ...


class Credentials:
    """Tokens by their hash, read from SQL every few seconds while they are used.

    Without SQL those that were known stay good until they expire, so that seats go on working.
    """

    def __init__(self, tokens: TokenStore, seat_of: Callable[[str], str]) -> None:
        """`seat_of(agent)` gives the seat where an agent sits, or ""; it may raise
        `QueueUnavailable`."""
        self._tokens = tokens
        self._seat_of = seat_of
        self._known: Mapping[str, Token] = {}
        self._read_at: float | None = None
        self._trouble = ""
        self._one_at_a_time = RLock()
        self._used: dict[int, float] = {}
        self._sat: dict[str, str] = {}
        """Where agents sat when Redis could last be asked."""

    def check(self, token: str, now: float) -> Identity | None:
        """Tell who has the token, None if it opens nothing.

        Raises `Unavailable` if SQL cannot be asked for one that was not known before.
        """
        hashed = token_hash(token)
        if not self._is_fresh(now, FRESH_SECONDS):
            self._read(now, FRESH_SECONDS)
        if hashed not in self._known:
            self._read(now, AGAIN_SECONDS)
        found = self._known.get(hashed)
        if found is None and self._trouble:
            raise Unavailable(self._trouble)
        if found is None or not found.counts(now):
            return None
        self._note_use(found.id, now)
        seat = self._where(found.agent) if found.agent else found.seat
        return Identity(found.name, found.role, seat, found.groups, found.id, found.agent)

    def _is_fresh(self, now: float, seconds: float) -> bool:
        return self._read_at is not None and 0 <= now - self._read_at < seconds

    def _read(self, now: float, seconds: float) -> None:
        with self._one_at_a_time:
            if self._is_fresh(now, seconds):
                return
            self._read_at, self._trouble = now, ""
            try:
                tokens = in_thread(lambda: self._tokens.in_force(now))
                self._known = {token.hash: token for token in tokens}
            except RecordsError as error:
                self._trouble = str(error)
                log.warning("tokens not read", why=self._trouble, known=len(self._known))

    def _note_use(self, id: int, now: float) -> None:
        if now - self._used.get(id, -USED_SECONDS) >= USED_SECONDS:
            self._used[id] = now
            gevent.spawn(self._write_use, id, now)

    def _write_use(self, id: int, now: float) -> None:
        try:
            in_thread(lambda: self._tokens.used({id: now}))
        except RecordsError as error:
            log.warning("use of a token not written down", token=id, why=str(error))

    def _where(self, agent: str) -> str:
        try:
            self._sat[agent] = self._seat_of(agent)
        except QueueUnavailable as error:
            log.warning("seat of an agent not found", agent=agent, why=str(error))
        return self._sat.get(agent, "")


class Doorkeeper:
    """Lets agents sit down: by staff number and PIN, where the city wants that."""

    def __init__(
        self,
        pins: PinStore,
        rules: Callable[[], SignInRules],
        now: Callable[[], float],
    ) -> None:
        self._pins = pins
        self._rules = rules
        self._now = now

    @property
    def wants_pins(self) -> bool:
        """Whether nobody signs in without one."""
        return self._rules().pin_required

    def admit(self, agent: str, pin: str) -> None:
        """Return if the agent may sign in. Raises `SeatRefusal`, or `Unavailable` without SQL.

        A PIN that is given is looked at even where none is required.
        """
        if not pin:
            if self.wants_pins:
                raise SeatRefusal(f"agent {agent}: the PIN is missing")
            return
        rules, now = self._rules(), self._now()
        check = self._asked(lambda: self._pins.check(agent, pin, now, rules))
        if check.right:
            return
        log.warning("wrong PIN", agent=agent, locked=check.locked_until is not None)
        if check.locked_until is not None:
            minutes = max(1, round((check.locked_until - now) / 60))
            raise SeatRefusal(
                f"agent {agent}: too many wrong PINs; try again in {minutes} min, or have a new "
                "PIN made",
                LOCKED,
            )
        raise SeatRefusal(f"agent {agent}: staff number or PIN is wrong", WRONG_PIN)

    def dialled(self, digits: str) -> str | None:
        """Tell which agent is meant by digits that were dialled. Raises `Unavailable`."""
        known: Collection[str] = {one.agent for one in self._asked(self._pins.all)}
        return dialled_agent(digits, known)

    def _asked(self, question: Callable[[], _Found]) -> _Found:
        try:
            return in_thread(question)
        except RecordsError as error:
            raise Unavailable(str(error)) from error
