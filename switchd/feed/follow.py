"""Following the feed: one reader for the daemon, and as many followers as there are screens.

While nobody follows, nothing is read.

A follower is a place in the stream and nothing else. Whoever is slow falls behind, costs nothing,
and goes on where it stopped as long as the stream reaches back so far.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

import gevent
import structlog
from gevent.event import Event as Flag
from gevent.lock import BoundedSemaphore

from routing.rights import Scope
from switchd.feed.event import BEGINNING, GAP, Event, full, place
from switchd.feed.stream import Stream, StreamUnavailable

log = structlog.get_logger(__name__)

RECENT: Final = 2000
"""Events that are kept here, so that Redis is asked only by those who are far behind."""
BATCH: Final = 200
"""Events that a follower is given at once."""
WAIT_SECONDS: Final = 2.0
"""How long one question to Redis may wait for news."""
AGAIN_SECONDS: Final = 1.0

Sees = Callable[[Scope], bool]
Scopes = Callable[[Event], Sequence[Scope]]


@dataclass(frozen=True, slots=True)
class Shown:
    """An event, and whose it is."""

    event: Event
    place: tuple[int, int]
    scopes: Sequence[Scope]


@dataclass(frozen=True, slots=True)
class Step:
    """What a follower gets."""

    position: str
    """Where it is in the stream now."""
    events: Sequence[Event] = ()
    """Those that it may see; empty: nothing new for a while."""


@dataclass(slots=True, eq=False)
class _Follower:
    position: str
    sees: Sees
    news: Flag
    idle: bool = False
    """Whether it has been given everything and waits: then the reader looks for it, so that
    hundreds of screens need not wake up for what one of them may see."""


class Feed:
    """Reads the stream and lets others follow it."""

    def __init__(
        self,
        stream: Stream,
        scopes: Scopes,
        recent: int = RECENT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`scopes` tells whose an event is: whoever has a right to one of them may see it. A gap
        is everybody's."""
        self._stream = stream
        self._scopes = scopes
        self._clock = clock
        self._recent: deque[Shown] = deque(maxlen=recent)
        self._from = ""
        """Position before the first of those; "" while the stream is not read."""
        self._opening = BoundedSemaphore()
        self.position = BEGINNING
        """Of the last event that was read."""
        self._followers: set[_Follower] = set()
        self._wanted = Flag()
        self._greenlet: gevent.Greenlet[..., None] | None = None

    def start(self) -> None:
        """Begin to read."""
        self._greenlet = gevent.spawn(self._run)

    def stop(self) -> None:
        """Stop reading; followers are told nothing more."""
        if self._greenlet is not None:
            self._greenlet.kill()

    def _run(self) -> None:
        while True:
            if not self._followers:
                self._sleep()
            try:
                self.read(WAIT_SECONDS)
            except StreamUnavailable as error:
                log.warning("the feed is not read", why=str(error))
                gevent.sleep(AGAIN_SECONDS)

    def _sleep(self) -> None:
        """Read nothing until somebody follows."""
        self._recent.clear()
        self._from = ""
        self._wanted.clear()
        self._wanted.wait()

    def _open(self) -> None:
        """Begin at the end of the stream, if it is not being read. Raises `StreamUnavailable`."""
        with self._opening:
            if not self._from:
                self._from = self.position = self._stream.last()

    def read(self, seconds: float) -> None:
        """Read what is new, or wait so long for it. Raises `StreamUnavailable`."""
        self._open()
        new = [self._shown(event) for event in self._stream.wait(self.position, seconds)]
        for one in new:
            if len(self._recent) == self._recent.maxlen:
                self._from = self._recent[0].event.id
            self._recent.append(one)
            self.position = one.event.id
        for follower in [one for one in self._followers if one.idle] if new else ():
            if any(_is_seen(one, follower.sees) for one in new):
                follower.idle = False
                follower.news.set()
            else:
                follower.position = self.position

    def follow(self, since: str, sees: Sees, patience: float) -> Generator[Step, None, None]:
        """Give what happens after an event, "" for what happens from now on, for ever: a step for
        each batch, and one after `patience` seconds without any.

        `since` must be an id. What cannot be read now comes once it can.
        """
        with suppress(StreamUnavailable):
            self._open()
        me = _Follower(full(since) if since else self.position, sees, Flag())
        self._followers.add(me)
        self._wanted.set()
        try:
            yield from self._steps(me, patience)
        finally:
            self._followers.discard(me)

    def _steps(self, me: _Follower, patience: float) -> Iterator[Step]:
        due = self._clock() + patience
        yield Step(me.position)
        while True:
            found = self._after(me.position)
            if found is None:
                me.position = self.position
                seen: tuple[Event, ...] = (Event(me.position, place(me.position)[0] / 1000, GAP),)
            else:
                me.position = found[-1].event.id if found else me.position
                seen = tuple(one.event for one in found if _is_seen(one, me.sees))
            if seen or self._clock() >= due:
                due = self._clock() + patience
                yield Step(me.position, seen)
            elif not found:
                self._wait(me, due - self._clock())

    def _wait(self, me: _Follower, seconds: float) -> None:
        """Wait for news, or for Redis or the reader where those are behind."""
        me.news.clear()
        me.idle = me.position == self.position
        me.news.wait(max(0.0, seconds if me.idle else min(seconds, AGAIN_SECONDS)))
        me.idle = False

    def _after(self, position: str) -> Sequence[Shown] | None:
        """Give the next events; None if there may have been some that are lost."""
        here = place(position)
        if self._from and place(self._from) <= here <= place(self.position):
            later = takewhile(lambda one: one.place > here, reversed(self._recent))
            return list(later)[: -BATCH - 1 : -1]
        try:
            found = self._stream.since(position, BATCH)
        except StreamUnavailable:
            return ()
        return None if found is None else [self._shown(event) for event in found]

    def _shown(self, event: Event) -> Shown:
        return Shown(event, place(event.id), self._scopes(event))


def _is_seen(shown: Shown, sees: Sees) -> bool:
    return shown.event.kind == GAP or any(map(sees, shown.scopes))
