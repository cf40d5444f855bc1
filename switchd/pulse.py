"""How late the daemon's own loop is: whoever shares it waits as long.

A sleep that lasts longer than it should was held up, by a handler that does not give way, by a
machine without a processor to spare, or by a process that was stopped.
"""

from __future__ import annotations

from collections.abc import Callable

import gevent
import structlog

from routing.admission import LAG_SECONDS
from switchd.queues.heart import ticking

log = structlog.get_logger(__name__)

PULSE_SECONDS = 0.25
"""How often is looked."""
WINDOW = 4
"""Pulses whose worst counts: those of the last second."""
LATE_SECONDS = 0.5
"""From here on callers may notice: the log says so, and warns once new ones are refused."""


class Pulse:
    """Measures in a greenlet of its own (`run`)."""

    def __init__(
        self,
        *,
        heard: Callable[[float], None],
        stalled: Callable[[float], None] = lambda late: None,
        clock: Callable[[], float] = ticking,
        pause: Callable[[float], None] = gevent.sleep,
    ) -> None:
        """`heard(lag)` is told after each pulse how late the loop was at worst in the last second,
        in seconds; `stalled(late)` once of each pulse that was later than `LATE_SECONDS`."""
        self._heard = heard
        self._stalled = stalled
        self._clock = clock
        self._pause = pause
        self._late = [0.0] * WINDOW
        self.last = clock()
        """When the loop was last seen to run, by the clock."""

    @property
    def lag(self) -> float:
        """How late the loop was at worst in the last second."""
        return max(self._late)

    def run(self) -> None:
        """Measure; endless."""
        while True:
            self.beat()

    def beat(self) -> None:
        """One pulse."""
        began = self._clock()
        self._pause(PULSE_SECONDS)
        self.last = self._clock()
        late = max(0.0, self.last - began - PULSE_SECONDS)
        self._late = [*self._late[1:], late]
        if late >= LATE_SECONDS:
            tell = log.warning if late >= LAG_SECONDS else log.info
            self._stalled(late)
            tell("late", seconds=round(late, 3), advice="see operations: slow, not dead")
        self._heard(self.lag)
