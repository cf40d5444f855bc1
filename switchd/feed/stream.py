"""The stream of events in Redis: bounded, in one order for all daemons of a city."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import redis

from switchd.feed.event import BEGINNING, Event, after, read

LENGTH: Final = 100_000
"""About so many events are kept: some hours of a busy city."""


class StreamUnavailable(Exception):
    """Redis could not be asked."""


_ADD: Final = """
local key, length, fields = KEYS[1], ARGV[1], tonumber(ARGV[2])
for first = 3, #ARGV, fields do
  redis.call('XADD', key, 'MAXLEN', '~', length, '*', unpack(ARGV, first, first + fields - 1))
end
"""
"""All entries or none, in one question: entries of the same fields, one after the other."""


class Stream:
    """The stream under one key. Every method raises `StreamUnavailable`."""

    def __init__(self, client: redis.Redis, key: str, length: int = LENGTH) -> None:
        self._client = client
        self._key = key
        self._length = length
        self._add = client.register_script(_ADD)

    def add(self, entries: Sequence[Mapping[str, str]]) -> None:
        """Add entries of the same fields, in this order."""
        flat = [text for entry in entries for field in entry.items() for text in field]
        with _answering("add"):
            self._add([self._key], [self._length, 2 * len(entries[0]), *flat])

    def last(self) -> str:
        """Give the id of the last event."""
        with _answering("last"):
            found: Any = self._client.xrevrange(self._key, count=1)
        return str(found[0][0]) if found else BEGINNING

    def since(self, id: str, most: int) -> Sequence[Event] | None:
        """Give the events after one, at most so many; None if that one is not kept any more, so
        that others may have been lost with it."""
        pipeline = self._client.pipeline(transaction=True)
        pipeline.xrange(self._key, min=id, max=id)
        pipeline.xrange(self._key, min=after(id), count=most)
        with _answering("since"):
            itself, later = pipeline.execute()
        if not itself and id != BEGINNING:
            return None
        return [read(*entry) for entry in later]

    def wait(self, id: str, seconds: float, most: int = 1000) -> Sequence[Event]:
        """Wait for events after one; none if there are none within so many seconds."""
        with _answering("wait"):
            found: Any = self._client.xread(
                {self._key: id}, count=most, block=max(1, int(seconds * 1000))
            )
        return [read(*entry) for _, entries in found or () for entry in entries]


@contextmanager
def _answering(what: str) -> Iterator[None]:
    try:
        yield
    except redis.RedisError as error:
        raise StreamUnavailable(f"{what}: Redis does not answer as it should: {error}") from error
