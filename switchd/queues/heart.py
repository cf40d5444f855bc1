"""Keeps a node's lease, and notices when another node's has run out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from switchd.queues.deadlines import Alarm
from switchd.queues.facts import QueueUnavailable
from switchd.queues.nodes import Beat, Nodes, Verdict

BEAT_SECONDS: Final = 0.5
"""How often a node says that it lives; a quarter of its lease."""


def ticking() -> float:
    """Seconds that pass while the machine, or this process, is stopped as well."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Heart:
    """`run` in a greenlet of its own: beats each BEAT_SECONDS, and when a lease runs out."""

    def __init__(
        self,
        nodes: Nodes,
        *,
        clock: Callable[[], float] = time.time,
        alarm: Alarm | None = None,
        on_given_up: Callable[[str], None] = lambda owner: None,
        on_late: Callable[[], None] = lambda: None,
        on_taken: Callable[[], None] = lambda: None,
        on_kept: Callable[[float], None] = lambda asked_at: None,
        on_trouble: Callable[[str], None] = lambda reason: None,
    ) -> None:
        """`on_given_up(owner)` hears of other nodes, `on_late()` that this one had been given up
        itself, `on_taken()` that another daemon works for it: then the heart stops.
        `on_kept(asked_at)` hears that the lease lasts from `asked_at` (by `ticking`) on.
        """
        self._nodes = nodes
        self._clock = clock
        self._alarm: Alarm = alarm or threading.Event()
        self._on_given_up = on_given_up
        self._on_late = on_late
        self._on_taken = on_taken
        self._on_kept = on_kept
        self._on_trouble = on_trouble
        self._closed = False

    def close(self) -> None:
        """Let `run` end at once."""
        self._closed = True
        self._alarm.set()

    def run(self) -> None:
        """Beat until `close`, or until the node is taken."""
        while not self._closed:
            pause = self._beat()
            if not self._closed:
                self._alarm.wait(pause)

    def _beat(self) -> float:
        asked_at = ticking()
        try:
            beat = self._nodes.beat(self._clock())
        except QueueUnavailable as error:
            self._on_trouble(str(error))
            return BEAT_SECONDS
        if beat.verdict is not Verdict.TAKEN:
            self._on_kept(asked_at)
        self._tell(beat)
        return min(BEAT_SECONDS, max(0.0, beat.next_end - self._clock()))

    def _tell(self, beat: Beat) -> None:
        for owner in beat.given_up:
            self._on_given_up(owner)
        if beat.verdict is Verdict.LATE:
            self._on_late()
        elif beat.verdict is Verdict.TAKEN:
            self._closed = True
            self._on_taken()
