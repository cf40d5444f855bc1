"""What systemd is told: ready, alive, reloading, stopping (sd_notify(3)).

Alive is told only while the daemon's loop turns and everything that must run in it does; systemd
kills a daemon that has stopped saying so (WatchdogSec), and starts it again.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Mapping

import gevent
import structlog

log = structlog.get_logger(__name__)

SHARE_OF_WATCHDOG = 3
"""How many signs of life there are within systemd's patience."""


class Service:
    """Talks to systemd; does nothing where there is none."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        usec, pid = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
        ours = not pid or pid == str(os.getpid())
        self.watchdog_seconds = int(usec) / 1e6 if usec.isdecimal() and ours else 0.0
        """How long systemd waits for a sign of life; 0: it does not."""

    def ready(self, status: str) -> None:
        """The daemon does what it was started for."""
        self._say("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        """The configuration is being read again; `ready` ends it."""
        self._say("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self, status: str) -> None:
        """The daemon is about to end."""
        self._say("STOPPING=1", f"STATUS={status}")

    def watch(self, health: Callable[[], str]) -> None:
        """Say that all is well for as long as `health` finds nothing to say; endless."""
        if not self.watchdog_seconds:
            return
        told = ""
        while True:
            ill = health()
            if not ill:
                self._say("WATCHDOG=1")
            elif ill != told:
                log.error("not well, systemd will start anew", why=ill)
            told = ill
            gevent.sleep(self.watchdog_seconds / SHARE_OF_WATCHDOG)

    def _say(self, *lines: str) -> None:
        if not self._address:
            return
        address = self._address
        if address.startswith("@"):
            address = "\0" + address[1:]
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            try:
                sender.connect(address)
                sender.send("\n".join(lines).encode())
            except OSError as error:
                log.warning("systemd not told", why=str(error))
