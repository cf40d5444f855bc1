"""Who asks, and how often: the Unix socket trusts whoever may open it, TCP wants a token."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Final, Protocol

import falcon

from routing.rights import Identity, Role
from switchd.api.ports import Credentials
from switchd.api.problems import Problem
from switchd.api.rates import Rate, Rates

LOCAL: Final = Identity("local", Role.ADMIN)
"""Whoever may open the Unix socket."""
_BEARER = re.compile(r"Bearer +([\x21-\x7e]{1,512})", re.IGNORECASE)
UNKNOWN: Final = (
    "send the header Authorization: Bearer TOKEN with a token that has neither expired nor been "
    "revoked; `switchd tokens make` makes one"
)
STRANGERS: Final = Rate(1.0, 10)
"""How often one address may show up without a valid token."""


def owner(identity: Identity) -> str:
    """Give what tells one token from another."""
    return str(identity.token_id) if identity.token_id else f"name:{identity.name}"


class Door(Protocol):
    """Lets requests in."""

    trusted: bool
    """Everything may be done by whoever came in."""

    def let_in(self, request: falcon.Request) -> Identity:
        """Tell who asks. Raises `Problem`."""
        ...

    def again(self, request: falcon.Request) -> Identity | None:
        """Tell who it is that asked some time ago; None if the token is not valid any more."""
        ...


class LocalDoor:
    """The Unix socket: the file's mode says who may."""

    trusted = True

    def let_in(self, request: falcon.Request) -> Identity:
        """Everybody is let in."""
        return LOCAL

    def again(self, request: falcon.Request) -> Identity | None:
        """Nobody is thrown out."""
        return LOCAL


class TokenDoor:
    """TCP: a token in the header Authorization, and not too many requests."""

    trusted = False

    def __init__(
        self,
        credentials: Credentials,
        now: Callable[[], float],
        rate: Rate,
        *,
        behind_proxy: bool = False,
    ) -> None:
        """`behind_proxy`: the last address in X-Forwarded-For is the client's."""
        self._credentials = credentials
        self._now = now
        self._rates = Rates(rate)
        self._strangers = Rates(STRANGERS)
        self._behind_proxy = behind_proxy

    def let_in(self, request: falcon.Request) -> Identity:
        """Tell whose token it is. Raises `Problem`: 401 or 429."""
        now = self._now()
        identity = self.again(request)
        if identity is None:
            _keep_to_the_rate(self._strangers.take(self._address(request), now))
            raise Problem(401, "Who are you?", UNKNOWN, headers={"WWW-Authenticate": "Bearer"})
        _keep_to_the_rate(self._rates.take(owner(identity), now))
        return identity

    def again(self, request: falcon.Request) -> Identity | None:
        """Tell whose token it is, as often as one likes."""
        found = _BEARER.fullmatch(request.get_header("Authorization") or "")
        return self._credentials.check(found[1], self._now()) if found else None

    def _address(self, request: falcon.Request) -> str:
        forwarded = request.get_header("X-Forwarded-For") if self._behind_proxy else None
        if forwarded:
            return forwarded.rsplit(",", 1)[-1].strip()[:64]
        return str(request.remote_addr)


def _keep_to_the_rate(wait: float) -> None:
    if wait > 0:
        seconds = math.ceil(wait)
        raise Problem(
            429,
            "Too many requests",
            f"ask again in {seconds} s, and less often; api.rate in the city's YAML sets the limit",
            headers={"Retry-After": str(seconds)},
        )
