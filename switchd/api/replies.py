"""Answers kept by their Idempotency-Key, so that a request that is sent again is not carried out
again (draft-ietf-httpapi-idempotency-key-header).

While Redis is away, each daemon remembers for itself.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import orjson
import redis
import structlog

from routing.rights import Identity
from switchd.api.problems import Problem

log = structlog.get_logger(__name__)

KEPT_SECONDS: Final = 86400
"""How long an answer is kept."""
RUNNING_SECONDS: Final = 60
"""After that a request without an answer counts as lost with its daemon."""
COOL_SECONDS: Final = 5.0
"""How long Redis is not asked again after it did not answer: calls must not wait for it."""
_KEY = re.compile(r"[\x21-\x7e]{1,128}")


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer: status and JSON."""

    status: int
    body: bytes
    replayed: bool = False
    """Whether it is that of an earlier request."""


class Replies(Protocol):
    """Remembers answers."""

    def begin(self, name: str, mark: str) -> Kept | None:
        """Give the answer of the same request before; None if it is to be carried out now.

        Raises `Problem`: 409 while it is being carried out, 422 if it was another request.
        """
        ...

    def finish(self, name: str, mark: str, reply: Kept) -> None: ...
    def forget(self, name: str) -> None:
        """The request may be tried again."""
        ...


def kept_under(identity: Identity, key: str) -> str:
    """Give the name under which an answer is kept: each token's keys are its own."""
    if not _KEY.fullmatch(key):
        detail = "an Idempotency-Key has 1 to 128 visible ASCII characters, such as a UUID"
        raise Problem(400, "Wrong Idempotency-Key", detail)
    return f"{identity.token_id or identity.name}:{key}"


def fingerprint(path: str, names: Mapping[str, str], body: bytes) -> str:
    """Tell requests apart."""
    return hashlib.sha256(orjson.dumps([path, dict(names), body.decode("latin-1")])).hexdigest()


def _written(mark: str, reply: Kept | None) -> str:
    answer = None if reply is None else [reply.status, reply.body.decode()]
    return orjson.dumps({"mark": mark, "reply": answer}).decode()


def _read(found: str, mark: str) -> Kept:
    before = orjson.loads(found)
    if before["mark"] != mark:
        detail = "this Idempotency-Key was used for another request; use a new one for each"
        raise Problem(422, "Another request", detail)
    if before["reply"] is None:
        detail = "the request with this Idempotency-Key is still being carried out; ask again"
        raise Problem(409, "Being carried out", detail, headers={"Retry-After": "1"})
    status, body = before["reply"]
    return Kept(status, body.encode(), replayed=True)


class MemoryReplies:
    """Remembers the latest answers of this daemon."""

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._kept: OrderedDict[str, str] = OrderedDict()

    def begin(self, name: str, mark: str) -> Kept | None:
        found = self._kept.get(name)
        if found is not None:
            return _read(found, mark)
        self._kept[name] = _written(mark, None)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return None

    def finish(self, name: str, mark: str, reply: Kept) -> None:
        self._kept[name] = _written(mark, reply)

    def forget(self, name: str) -> None:
        self._kept.pop(name, None)


class RedisReplies:
    """Remembers the answers of all daemons of a city."""

    def __init__(self, ask: Callable[..., Any], prefix: str, now: Callable[[], float]) -> None:
        """`ask` sends Redis a command, word by word, gives its reply and raises its errors;
        `prefix` begins the names of the keys."""
        self._ask = ask
        self._prefix = prefix
        self._now = now
        self._own = MemoryReplies()
        self._away_until = 0.0

    def begin(self, name: str, mark: str) -> Kept | None:
        own = self._own.begin(name, mark)
        if own is not None or self._now() < self._away_until:
            return own
        key = self._prefix + name
        try:
            new = self._ask("SET", key, _written(mark, None), "NX", "EX", RUNNING_SECONDS)
            found = None if new else self._ask("GET", key)
        except redis.RedisError as error:
            self._is_away(error)
            return None
        if found is None:
            return None
        self._own.forget(name)
        return _read(found, mark)

    def finish(self, name: str, mark: str, reply: Kept) -> None:
        self._own.finish(name, mark, reply)
        if self._now() < self._away_until:
            return
        try:
            self._ask("SET", self._prefix + name, _written(mark, reply), "EX", KEPT_SECONDS)
        except redis.RedisError as error:
            self._is_away(error)

    def forget(self, name: str) -> None:
        self._own.forget(name)
        if self._now() < self._away_until:
            return
        try:
            self._ask("DEL", self._prefix + name)
        except redis.RedisError as error:
            self._is_away(error)

    def _is_away(self, error: redis.RedisError) -> None:
        self._away_until = self._now() + COOL_SECONDS
        log.warning("answers are remembered by this daemon alone", why=str(error))
