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


class Stream:
    """The stream under one key. Every method raises `StreamUnavailable`."""

    def __init__(self, client: redis.Redis, key: str, length: int = LENGTH) -> None:
        self._client = client
        self._key = key
        self._length = length

    def add(self, entries: Sequence[Mapping[str, str]]) -> None:
        """Add entries, in this order."""
        pipeline = self._client.pipeline(transaction=True)
        for entry in entries:
            pipeline.xadd(self._key, dict(entry), maxlen=self._length, approximate=True)  # type: ignore[arg-type]
        with _answering("add"):
            pipeline.execute()

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
