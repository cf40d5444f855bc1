"""How switchd talks to Redis."""

from __future__ import annotations

from typing import Final

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

REPLY_SECONDS: Final = 5.0
"""How long a command may take before Redis counts as unavailable."""


def connect(url: str, *, connections: int = 64) -> redis.Redis:
    """Return a client for `url` (redis://, rediss:// or unix://) that many greenlets may share.

    Nothing is sent yet. A greenlet that finds all `connections` in use waits up to
    REPLY_SECONDS for one. Commands are never repeated by the client: a verb whose reply got lost
    may have run, and only its caller knows what that means.
    """
    pool = redis.BlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=REPLY_SECONDS,
        socket_timeout=REPLY_SECONDS,
        decode_responses=True,
        protocol=2,
        retry=Retry(NoBackoff(), 0),
    )
    return redis.Redis(connection_pool=pool)
