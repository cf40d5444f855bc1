"""Ends offers and wrap-ups when they are due."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from switchd.queues.facts import QueueUnavailable, Sweep
from switchd.queues.waitlist import Waitlist

LOOK_SECONDS: Final = 5.0
"""How late a deadline may be noticed that a daemon left behind when it died."""


class Alarm(Protocol):
    """What `threading.Event` offers; patched by gevent it is cooperative."""

    def wait(self, timeout: float) -> object: ...
    def set(self) -> None: ...
    def clear(self) -> None: ...


class Deadlines:
    """Sleeps until the city's next deadline, sweeps, and so on; `run` in a greenlet of its own.

    Every verb of the waitlist tells the next deadline, so the sleep is cut short when an earlier
    one appears. Deadlines set by other daemons are theirs to sweep; a look each LOOK_SECONDS
    finds those of a daemon that died.
    """

    def __init__(
        self,
        waitlist: Waitlist,
        *,
        clock: Callable[[], float] = time.time,
        alarm: Alarm | None = None,
        on_sweep: Callable[[Sweep], None] = lambda sweep: None,
        on_trouble: Callable[[str], None] = lambda reason: None,
    ) -> None:
        """Becomes the waitlist's `on_deadline`. `on_sweep` hears of sweeps that ended something,
        `on_trouble(reason)` of sweeps that failed; they are tried again after LOOK_SECONDS, or
        as soon as a verb succeeds.
        """
        self._waitlist = waitlist
        self._clock = clock
        self._alarm: Alarm = alarm or threading.Event()
        self._on_sweep = on_sweep
        self._on_trouble = on_trouble
        self._planned = math.inf
        self._closed = False
        waitlist.on_deadline = self.expect

    def expect(self, deadline: float) -> None:
        """Wake up if `deadline` (seconds since the epoch) is earlier than what is planned."""
        if deadline < self._planned:
            self._alarm.set()

    def close(self) -> None:
        """Let `run` end at once."""
        self._closed = True
        self._alarm.set()

    def run(self) -> None:
        """Sweep at each deadline until `close`."""
        while not self._closed:
            self._alarm.clear()
            self._planned = math.inf
            self._planned = self._sweep()
            if not self._closed:
                self._alarm.wait(min(max(self._planned - self._clock(), 0.0), LOOK_SECONDS))

    def _sweep(self) -> float:
        try:
            sweep = self._waitlist.sweep(self._clock())
        except QueueUnavailable as error:
            self._on_trouble(str(error))
            return math.inf
        if sweep.offers or sweep.wrap_ups:
            self._on_sweep(sweep)
        return math.inf if sweep.next_deadline is None else sweep.next_deadline
