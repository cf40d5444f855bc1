"""Time, as the daemon's parts see it; tests bring their own."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import gevent


class Clock:
    """The machine's clock and gevent's timers."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def later(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        """Run `call` after `seconds`; the function returned cancels that."""
        timer: Any = gevent.get_hub().loop.timer(max(0.0, seconds))

        def due() -> None:
            timer.close()
            call()

        timer.start(due)
        return timer.close  # type: ignore[no-any-return]
