"""Time for the stand-in: one heap of timers, and a speed factor between its seconds and real ones.

Everything that takes time asks `later`; nothing else sleeps. `Clock` is driven by real time on
gevent; `StillClock` stands still until a test moves it.
"""

from __future__ import annotations

import heapq
import sys
import time
from collections.abc import Callable
from typing import Any

import gevent
from gevent.event import Event


class Timer:
    """Something that will happen; `cancel` makes it not happen."""

    __slots__ = ("action", "args", "due")

    def __init__(self, due: float, action: Callable[..., object], args: tuple[Any, ...]) -> None:
        self.due = due
        self.action: Callable[..., object] | None = action
        self.args = args

    def cancel(self) -> None:
        """Forget the action; cancelling twice or too late does no harm."""
        self.action = None
        self.args = ()


class StillClock:
    """A clock that moves only when told to; `now` is in seconds since the epoch."""

    speed = 1.0
    """Seconds of the stand-in's life in each second of its controller's."""

    def __init__(self, now: float = 1_600_000_000.0) -> None:
        self._now = now
        self._began = now
        self._count = 0
        self._heap: list[tuple[float, int, Timer]] = []

    def now(self) -> float:
        """Seconds since the epoch, as events show them."""
        return self._now

    def elapsed(self) -> float:
        """Seconds of the stand-in's own time since it began."""
        return self._now - self._began

    def later(self, seconds: float, action: Callable[..., object], *args: Any) -> Timer:
        """Call `action(*args)` in so many seconds; actions of one moment keep their order."""
        timer = Timer(self._due(seconds), action, args)
        self._count += 1
        heapq.heappush(self._heap, (timer.due, self._count, timer))
        return timer

    def advance(self, seconds: float) -> None:
        """Move on, performing what comes due at the moment it is due."""
        end = self._now + seconds
        while self._heap and self._heap[0][0] <= end:
            due, _, timer = heapq.heappop(self._heap)
            self._now = max(self._now, due)
            perform(timer)
        self._now = end

    def _due(self, seconds: float) -> float:
        return self._now + max(seconds, 0.0)


class Clock(StillClock):
    """Real time: `speed` seconds of the stand-in's life pass in each real second.

    Only waiting is sped up. Time stamps stay those of the wall clock, for whoever listens lives
    by it.
    """

    def __init__(self, speed: float = 1.0) -> None:
        if speed <= 0:
            raise ValueError(f"speed is {speed}; it must be above 0, such as 1 or 10")
        super().__init__(time.time())
        self.speed = speed
        self._began = time.monotonic()
        self._wake = Event()
        self._runner: gevent.Greenlet[..., None] | None = None

    def now(self) -> float:
        return time.time()

    def elapsed(self) -> float:
        return (time.monotonic() - self._began) * self.speed

    def later(self, seconds: float, action: Callable[..., object], *args: Any) -> Timer:
        timer = super().later(seconds, action, *args)
        if self._heap[0][2] is timer:
            self._wake.set()
        return timer

    def start(self) -> None:
        """Begin to perform what comes due."""
        if self._runner is None:
            self._runner = gevent.spawn(self._run)

    def stop(self) -> None:
        """Perform nothing more."""
        if self._runner is not None:
            self._runner.kill()
            self._runner = None
        self._heap.clear()

    def _due(self, seconds: float) -> float:
        return time.monotonic() + max(seconds, 0.0) / self.speed

    def _run(self) -> None:
        while True:
            self._wake.clear()
            budget = 200
            while self._heap and self._heap[0][0] <= time.monotonic() and budget:
                perform(heapq.heappop(self._heap)[2])
                budget -= 1
            if not budget:
                gevent.sleep(0)
                continue
            wait = self._heap[0][0] - time.monotonic() if self._heap else None
            if wait is None or wait > 0:
                self._wake.wait(wait)


def perform(timer: Timer) -> None:
    """Do what the timer is for, unless it was cancelled; a failing action harms no other."""
    action, args = timer.action, timer.args
    timer.cancel()
    if action is None:
        return
    try:
        action(*args)
    except Exception:
        gevent.get_hub().handle_error(action, *sys.exc_info())
