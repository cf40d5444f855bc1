"""A stream of events for tests, without Redis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from switchd.feed.event import BEGINNING, Event, place
from switchd.feed.stream import StreamUnavailable


class FakeStream:
    """A bounded stream of events 1-0, 2-0, …"""

    def __init__(self, length: int = 1000) -> None:
        self.length = length
        self.events: list[Event] = []
        self.number = 0
        self.away = False

    def tell(self, *seats: str, kind: str = "seat.state", **facts: Any) -> None:
        """Something happened at seats."""
        for seat in seats:
            self.number += 1
            self.events.append(Event(f"{self.number}-0", 0.0, kind, seat=seat, facts=facts))
        del self.events[: -self.length]

    def last(self) -> str:
        self._look()
        return self.events[-1].id if self.events else BEGINNING

    def since(self, id: str, most: int) -> Sequence[Event] | None:
        self._look()
        ids = [event.id for event in self.events]
        if id != BEGINNING and id not in ids:
            return None
        return [event for event in self.events if place(event.id) > place(id)][:most]

    def wait(self, id: str, seconds: float, most: int = 1000) -> Sequence[Event]:
        self._look()
        return [event for event in self.events if place(event.id) > place(id)][:most]

    def _look(self) -> None:
        if self.away:
            raise StreamUnavailable("refused")
