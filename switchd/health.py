"""Whether the daemon is alive in the sense that matters: everything that must run in it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gevent

from switchd.queues.heart import ticking

STUCK_SECONDS = 20.0
"""A handler of an event waits for nothing: one that takes so long never ends."""


class Health:
    """Looks at greenlets and at the link."""

    def __init__(
        self,
        background: Callable[[], Sequence[gevent.Greenlet[..., Any]]],
        handling_since: Callable[[], float | None],
        clock: Callable[[], float] = ticking,
    ) -> None:
        """`handling_since()` is when the event began that is being handled now, by the clock; None
        if none is."""
        self._background = background
        self._handling_since = handling_since
        self._clock = clock

    def __call__(self) -> str:
        """What is wrong, in words; "" if nothing is."""
        ended = [greenlet.name for greenlet in self._background() if greenlet.dead]
        if ended:
            return f"ended: {', '.join(ended)}"
        since = self._handling_since()
        if since is not None and self._clock() - since > STUCK_SECONDS:
            return f"an event of FreeSWITCH has been handled for {self._clock() - since:.0f} s"
        return ""
