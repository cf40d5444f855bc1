"""Waiting for greenlets."""

from __future__ import annotations

from collections.abc import Callable

import gevent


def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Let other greenlets run until `condition` holds; fail after `seconds`."""
    with gevent.Timeout(seconds, AssertionError("it did not happen")):
        while not condition():
            gevent.sleep(0.001)
