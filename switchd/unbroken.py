"""Work that a defect must not end: without it the daemon would live on and serve nobody."""

from __future__ import annotations

from collections.abc import Callable

import gevent
import structlog

log = structlog.get_logger(__name__)

AGAIN_SECONDS = 1.0
"""A defect that comes at once, every time, must not keep the processor from everything else."""


def unbroken(work: Callable[[], None], pause: Callable[[float], None] = gevent.sleep) -> None:
    """Do the work until it ends by itself; after an error it is begun again, and the log has it."""
    while True:
        try:
            work()
        except Exception:
            log.exception("broken off, begun again")
            pause(AGAIN_SECONDS)
        else:
            return
