"""Waiting for greenlets."""

from __future__ import annotations

from collections.abc import Callable

import gevent


def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Let other greenlets run until `condition` holds; fail after `seconds`."""
    with gevent.Timeout(seconds, AssertionError("it did not happen")):
        while not condition():
            gevent.sleep(0.001)


class StillClock:
    """Time that goes on only when it is told to."""

    def __init__(self) -> None:
        self._now = 1_700_000_000.0
        self._due: dict[int, tuple[float, Callable[[], None]]] = {}
        self._count = 0

    def now(self) -> float:
        return self._now

    def later(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        self._count += 1
        number = self._count
        self._due[number] = (self._now + seconds, call)
        return lambda: self._due.pop(number, None) and None

    @property
    def waiting(self) -> int:
        """How many calls are due later."""
        return len(self._due)

    def go_on(self, seconds: float) -> None:
        """Let time pass, and do what is due meanwhile in its order."""
        until = self._now + seconds
        while self._due:
            number, (at, call) = min(self._due.items(), key=lambda one: one[1][0])
            if at > until:
                break
            del self._due[number]
            self._now = at
            call()
        self._now = until
