"""Tells the feed what happens, without ever holding up whom it happens to."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

import gevent
import structlog
from gevent.event import Event as Flag

from switchd.feed.event import GAP, write
from switchd.feed.stream import Stream, StreamUnavailable

log = structlog.get_logger(__name__)

MOST: Final = 10_000
"""Events that are kept while Redis is away; the oldest are given up first."""
BATCH: Final = 500
GATHER_SECONDS: Final = 0.05
"""Pause between two batches: what happens within it is one question to Redis."""
AGAIN_SECONDS: Final = 1.0


class Publisher:
    """Writes events to the stream, one batch after the other."""

    def __init__(
        self,
        stream: Stream,
        now: Callable[[], float],
        pause: Callable[[float], object] = gevent.sleep,
    ) -> None:
        self._stream = stream
        self._now = now
        self._pause = pause
        self._waiting: deque[Mapping[str, str]] = deque()
        self._lost = 0
        self._news = Flag()
        self._greenlet: gevent.Greenlet[..., None] | None = None

    def start(self) -> None:
        """Begin to write."""
        self._greenlet = gevent.spawn(self._run)

    def stop(self, seconds: float = 1.0) -> None:
        """Write what is left, if Redis is there."""
        if self._greenlet is not None:
            self._greenlet.kill()
        with suppress(gevent.Timeout), gevent.Timeout(seconds):
            self._write()

    def tell(
        self, kind: str, *, call: str = "", seat: str = "", facts: Mapping[str, Any] | None = None
    ) -> None:
        """Tell what has just happened. Never blocks, never fails."""
        try:
            self._waiting.append(write(self._now(), kind, call, seat, facts or {}))
        except TypeError as error:
            log.error("an event that cannot be told", kind=kind, why=str(error))
            return
        if len(self._waiting) > MOST:
            self._waiting.popleft()
            self._lost += 1
        self._news.set()

    def lost(self) -> None:
        """Tell that events may have been lost with Redis."""
        self.tell(GAP)

    def _run(self) -> None:
        while True:
            self._news.wait()
            self._news.clear()
            while not self._write():
                self._pause(AGAIN_SECONDS)
            self._pause(GATHER_SECONDS)

    def _write(self) -> bool:
        """Write everything that waits; False if Redis is away."""
        while self._waiting:
            batch = [self._waiting[n] for n in range(min(BATCH, len(self._waiting)))]
            lost, before = self._lost, []
            if lost:
                before = [write(self._now(), GAP, "", "", {"lost": lost})]
            try:
                self._stream.add([*before, *batch])
            except StreamUnavailable as error:
                log.warning("events wait for Redis", waiting=len(self._waiting), why=str(error))
                return False
            self._lost -= lost
            for entry in batch:
                if self._waiting and self._waiting[0] is entry:
                    self._waiting.popleft()
        return True
