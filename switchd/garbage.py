"""When garbage is looked for: at a moment when the loop has nothing else to do.

Counting references frees what a call leaves behind; what is left for the collector comes from
errors, and is little. Python would look for it whenever enough was allocated, which on a busy
hotline is every second or two, for up to 50 ms, in the middle of calls.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from itertools import count
from typing import Any, Final

import gevent

LOOK_SECONDS: Final = 20.0
"""How often what is new is looked at."""
PATIENCE: Final = 3
"""So many times a busy loop is waited for; then garbage is looked for nevertheless."""
LOOKS_AT_ALL: Final = 180
"""Every so many looks, once an hour, what is old is looked at, too."""
_YOUNG, _ALL = 1, 2
"""Python's generations."""


class Collector:
    """Takes the place of Python's own collections while it runs."""

    def __init__(
        self,
        *,
        seconds: float = LOOK_SECONDS,
        collect: Callable[[int], object] = gc.collect,
    ) -> None:
        self._collect = collect
        loop = gevent.get_hub().loop
        self._timer: Any = loop.timer(seconds, seconds, ref=False)
        self._idle: Any = loop.idle(ref=False)
        self._looks = count(1)
        self._waited = 0

    def start(self) -> None:
        """From now on; what is there already stays for ever, and is not looked at again."""
        gc.collect()
        gc.freeze()
        gc.disable()
        self._timer.start(self._due)

    def stop(self) -> None:
        """Give the work back to Python."""
        for watcher in (self._timer, self._idle):
            watcher.stop()
            watcher.close()
        gc.unfreeze()
        gc.enable()

    def _due(self) -> None:
        if not self._idle.active:
            self._waited = 0
            self._idle.start(self._look)
            return
        self._waited += 1
        if self._waited >= PATIENCE:
            self._look()

    def _look(self) -> None:
        self._idle.stop()
        self._collect(_YOUNG if next(self._looks) % LOOKS_AT_ALL else _ALL)
