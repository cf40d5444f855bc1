"""How switchd talks to Redis."""

from __future__ import annotations

from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.connection import parse_url
from redis.retry import Retry

from switchd.queues.line import REPLY_SECONDS, is_silent
from switchd.queues.sentinel import SCHEME, FollowsMaster, Watched


def connect(url: str, *, connections: int = 64) -> redis.Redis:
    """Return a client for `url` that many greenlets may share: redis://, rediss://, unix://, or
    redis+sentinel:// for one that Sentinels watch.

    Nothing is sent yet. A greenlet that finds all `connections` in use waits up to
    REPLY_SECONDS for one. Commands are never repeated by the client: a verb whose reply got lost
    may have run, and only its caller knows what that means.
    """
    kind, where = _where(url)
    options = {
        "max_connections": connections,
        "timeout": REPLY_SECONDS,
        "socket_timeout": REPLY_SECONDS,
        "decode_responses": True,
        "protocol": 2,
        "retry": Retry(NoBackoff(), 0),
        **where,
        "connection_class": _looking_at_once(kind),
    }
    pool = redis.BlockingConnectionPool(**options)  # type: ignore[no-untyped-call]
    return redis.Redis(connection_pool=pool)


def _where(url: str) -> tuple[type[Any], dict[str, Any]]:
    """The kind of connection that a URL asks for, and its arguments."""
    if url.startswith(f"{SCHEME}://"):
        return FollowsMaster, Watched.read(url).connection()
    where = parse_url(url)  # type: ignore[no-untyped-call]
    return where.pop("connection_class", redis.Connection), where


def _looking_at_once(kind: type[Any]) -> type[Any]:
    """A kind of connection that looks for unexpected input without letting others run first.

    The pool looks before each command whether Redis has closed the connection. By way of gevent
    that costs a turn of the loop, and on a busy daemon as much time as the command itself.
    """

    class LooksAtOnce(kind):  # type: ignore[misc]  # which one is known by the address only
        def can_read(self, timeout: float = 0) -> bool:
            if timeout == 0 and self._sock is not None and is_silent(self._sock):
                return False
            return bool(super().can_read(timeout))

    return LooksAtOnce
