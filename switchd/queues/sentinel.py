"""A Redis that Sentinels watch: whoever connects asks them first which server is the master.

After a failover connections to the former master end, or their writes are refused, and the next
ones go to the new master.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import unquote, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

from switchd.queues.line import refuses_writes

SCHEME: Final = "redis+sentinel"
PORT: Final = 26379
ANSWER_SECONDS: Final = 1.0
"""How long one Sentinel may take before the next one is asked."""

Master = Callable[[], tuple[str, int]]
"""Gives host and port of the master; raises `redis.RedisError`."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What `redis+sentinel://[user:password@]host[:port],host[:port]/service[/db]` says."""

    sentinels: tuple[tuple[str, int], ...]
    service: str
    db: int
    username: str | None
    password: str | None
    """For Redis; the Sentinels are asked without one."""

    @classmethod
    def read(cls, url: str) -> Self:
        """Read a URL; raise ValueError for one that is no such URL."""
        parts = urlsplit(url)
        who, _, where = parts.netloc.rpartition("@")
        username, _, password = who.partition(":")
        service, *db = parts.path[1:].split("/")
        if parts.scheme != SCHEME or not where or not service or len(db) > 1:
            raise ValueError(f"a {SCHEME} URL names hosts and a service, not {parts.path[:60]!r}")
        return cls(
            tuple(_address(one) for one in where.split(",")),
            unquote(service),
            int(db[0]) if db else 0,
            unquote(username) or None,
            unquote(password) or None,
        )

    def connection(self) -> dict[str, Any]:
        """Arguments for connections of the kind `FollowsMaster`."""
        sentinel = Sentinel(  # type: ignore[no-untyped-call]
            self.sentinels,
            sentinel_kwargs={
                "socket_timeout": ANSWER_SECONDS,
                "socket_connect_timeout": ANSWER_SECONDS,
                "retry": Retry(NoBackoff(), 0),
            },
        )
        return {
            "master": lambda: sentinel.discover_master(self.service),  # type: ignore[no-untyped-call]
            "db": self.db,
            "username": self.username,
            "password": self.password,
        }


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":") if text[-1:] != "]" and ":" in text else (text, "", PORT)
    if not host:
        raise ValueError(f"a Sentinel has a host, and may have a port: {text!r}")
    return host.strip("[]"), int(port)


class FollowsMaster(redis.Connection):
    """A connection to whichever server is the master when it connects."""

    def __init__(self, *, master: Master, **kwargs: Any) -> None:
        self._master = master
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]

    def _connect(self) -> Any:
        self.host, self.port = self._master()
        return super()._connect()  # type: ignore[no-untyped-call]

    def read_response(self, *args: Any, **kwargs: Any) -> Any:
        """As any connection does; one that is to a former master is not used again."""
        try:
            return super().read_response(*args, **kwargs)
        except redis.ResponseError as error:
            if refuses_writes(str(error)) or isinstance(error, redis.exceptions.ReadOnlyError):
                self.disconnect()  # type: ignore[no-untyped-call]
            raise
