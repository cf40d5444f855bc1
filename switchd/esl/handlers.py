"""A table of handlers by event class."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .events import Event


class Handlers:
    """Calls the handler of an event's class, or of the nearest class above it."""

    def __init__(self, table: Mapping[type[Event], Callable[[Any], object]]) -> None:
        self._table = dict(table)
        self._known: dict[type[Event], Callable[[Any], object] | None] = {}

    def __call__(self, event: Event) -> bool:
        """Handle `event`; return whether anybody was interested in it."""
        kind = type(event)
        if kind not in self._known:
            self._known[kind] = next(
                (self._table[base] for base in kind.__mro__ if base in self._table), None
            )
        handler = self._known[kind]
        if handler is None:
            return False
        handler(event)
        return True
