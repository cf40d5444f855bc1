"""A daemon's inbox: the offers made to, and lost by, the callers that it enqueued."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final

import redis

from switchd.queues.facts import InboxEvent, read_event
from switchd.queues.keys import Keys
from switchd.queues.line import own_line

LOOK_SECONDS: Final = 1
"""How long one blocking read lasts; also the longest that `close` takes to be noticed."""
_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 2.0


class Inbox:
    """Iterate over it in a greenlet or thread of its own; it ends after `close`.

    An entry is taken out of Redis when it is read. Should it be lost with the connection, or
    with the daemon, the offer's deadline ends what nobody heard of.
    """

    def __init__(
        self,
        client: redis.Redis,
        city: str,
        owner: str,
        place: str = "",
        *,
        on_trouble: Callable[[str], None] = lambda reason: None,
        on_recovery: Callable[[], None] = lambda: None,
        may_read: Callable[[], bool] = lambda: True,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Uses a connection of its own to the Redis of `client`. `place` is that of `Nodes`, ""
        for an owner that claims no node.

        `on_trouble(reason)` is told each failed read and each entry that cannot be read,
        `on_recovery()` the first good read after failures. While `may_read()` says no, nothing is
        taken out: it may be for the daemon that has the node now. `pause(seconds)` lies between
        tries: 0.1 s, doubling up to 2 s.
        """
        self._line = own_line(client)
        inbox = Keys(city).inbox + owner
        # While Redis has lost where the daemons are, it tells all of them at one place.
        self._keys = (f"{inbox}\n{place}", inbox) if place else (inbox,)
        self._on_trouble = on_trouble
        self._on_recovery = on_recovery
        self._may_read = may_read
        self._pause = pause
        self._closed = False

    def close(self) -> None:
        """Let the iteration end."""
        self._closed = True

    def __iter__(self) -> Iterator[InboxEvent]:
        failures = 0
        while not self._closed:
            if not self._may_read():
                self._pause(_FIRST_PAUSE)
                continue
            try:
                entry = self._line.ask("BLPOP", *self._keys, LOOK_SECONDS)
            except redis.RedisError as error:
                self._on_trouble(f"inbox: Redis does not answer as it should: {error}")
                self._pause(min(_FIRST_PAUSE * 2**failures, _LONGEST_PAUSE))
                failures = min(failures + 1, 10)
                continue
            if failures:
                failures = 0
                self._on_recovery()
            if entry is not None:
                yield from self._read(entry[1])

    def _read(self, text: str | bytes) -> Iterator[InboxEvent]:
        try:
            yield read_event(text)
        except ValueError as error:
            self._on_trouble(f"inbox: {error}")
