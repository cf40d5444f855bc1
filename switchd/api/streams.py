"""Server-sent events: the feed as a browser's EventSource and everybody else reads it.

https://html.spec.whatwg.org/multipage/server-sent-events.html. An `id:` without data moves the
place from which a client resumes and tells it nothing, so that whoever sees little does not fall
behind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

import orjson

from routing.rights import Identity, Scope
from switchd.api.ports import Following, Step
from switchd.api.problems import Problem

MEDIA_TYPE: Final = "text/event-stream"
QUIET_SECONDS: Final = 15.0
"""After so long without an event the connection shows that it lives, and the token is looked at
again."""
_RETRY_MS: Final = 1000


@dataclass(slots=True)
class Streams:
    """How many streams are open."""

    most: int = 600
    most_of_one: int = 4
    """Of one token."""
    open: Counter[str] = field(default_factory=Counter)

    def enter(self, owner: str) -> None:
        """Count one more. Raises `Problem` if there are too many."""
        if self.open[owner] >= self.most_of_one:
            detail = f"this token has {self.most_of_one} streams open already; close one first"
            raise Problem(429, "Too many streams", detail, headers={"Retry-After": "5"})
        if self.open.total() >= self.most:
            detail = "there are too many streams; api.streams in the city's YAML sets the limit"
            raise Problem(503, "Busy", detail, headers={"Retry-After": "5"})
        self.open[owner] += 1

    def leave(self, owner: str) -> None:
        """Count one less."""
        self.open[owner] -= 1
        if self.open[owner] <= 0:
            del self.open[owner]


class EventStream:
    """One client's stream: an iterator of bytes that counts as open until it is closed."""

    def __init__(
        self,
        following: Following,
        again: Callable[[], Identity | None],
        sees: Callable[[Identity, Scope], bool],
        kinds: tuple[str, ...],
        close: Callable[[], None],
    ) -> None:
        """`again` tells whose token it is now, None once it is not valid any more; `kinds` are the
        beginnings of those that are wanted, none for all."""
        self._again = again
        self._identity = again()
        self._sees = sees
        self._kinds = kinds
        self._close = close
        self._steps = following(self._may_see, QUIET_SECONDS)
        self._begun = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        step = next(self._steps)
        if self._begun and not step.events:
            self._identity = self._again()
        if self._identity is None:
            raise StopIteration
        begun, self._begun = self._begun, True
        return (b"" if begun else b"retry: %d\n" % _RETRY_MS) + self._written(step)

    def close(self) -> None:
        """The client is gone, or has been dropped."""
        self._steps.close()
        self._close()

    def _may_see(self, scope: Scope) -> bool:
        return self._identity is not None and self._sees(self._identity, scope)

    def _written(self, step: Step) -> bytes:
        wanted = [
            b"id: %s\ndata: %s\n\n" % (event["id"].encode(), orjson.dumps(event))
            for event in (one.plain() for one in step.events)
            if not self._kinds or event["kind"].startswith((*self._kinds, "feed."))
        ]
        return b"".join(wanted) or b"id: %s\n\n" % step.position.encode()
