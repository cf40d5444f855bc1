"""Whether this daemon may command its FreeSWITCH: only while it surely is the one that owns it.

Redis gives the lease. While Redis cannot be asked, FreeSWITCH itself is: whoever takes over writes
its mark into a global variable of FreeSWITCH before anything else, so as long as the mark there is
this daemon's, no other commands that FreeSWITCH; a mark that is written is told to whoever listens.
A daemon that was stopped for longer than its lease (a hung machine, SIGSTOP) sends nothing until
one of the two has answered again.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

import gevent
import structlog

from switchd.queues.heart import BEAT_SECONDS, ticking
from switchd.queues.nodes import LEASE_SECONDS

log = structlog.get_logger(__name__)

MARK = "switchd_owner"
"""FreeSWITCH's global variable with the mark of the daemon that commands it."""

VOUCHED_SECONDS = LEASE_SECONDS / 2
"""How long FreeSWITCH's word is good for; it is asked again several times meanwhile."""


class Guard:
    """The right to command, which ends by itself unless it is renewed."""

    def __init__(
        self,
        *,
        ask: Callable[[], str | None],
        write: Callable[[str], object],
        on_regained: Callable[[], None],
        on_lost: Callable[[], None],
        clock: Callable[[], float] = ticking,
    ) -> None:
        """`ask()` returns the mark that FreeSWITCH has, "" if it has none, None if it cannot be
        asked; `write(mark)` puts one there. `on_regained()` hears that the right had ended for a
        while and commands were refused, `on_lost()` that another daemon commands this FreeSWITCH.
        """
        self.mark = secrets.token_hex(8)
        self._ask = ask
        self._write = write
        self._on_regained = on_regained
        self._on_lost = on_lost
        self._clock = clock
        self._until = 0.0
        self._lapsed = False
        self._is_lost = False

    def holds(self) -> bool:
        """Whether a command may be sent now."""
        if self._clock() < self._until:
            return True
        self._lapsed = self._until > 0.0
        return False

    def renew(self, asked_at: float, seconds: float = LEASE_SECONDS) -> None:
        """The right lasts from `asked_at` (by the guard's clock) for one lease more."""
        if self._is_lost:
            return
        self._until = max(self._until, asked_at + seconds)
        if self._lapsed and self.holds():
            self._lapsed = False
            log.warning("commands are sent again")
            self._on_regained()

    def run(self) -> None:
        """Ask FreeSWITCH whenever Redis has not renewed the right for a while; endless."""
        while True:
            gevent.sleep(BEAT_SECONDS / 2)
            self.vouch()

    def vouch(self) -> None:
        """If the right is about to end, let FreeSWITCH say whose it is."""
        if 0.0 < self._until <= self._clock() + LEASE_SECONDS / 2:
            self.look()

    def connected(self) -> None:
        """FreeSWITCH can be heard (again): the mark goes there before any command."""
        if self.holds():
            self._write(self.mark)
        else:
            self.look()

    def look(self) -> None:
        """See whose mark FreeSWITCH has; one that has none (it restarted) is this daemon's."""
        asked_at = self._clock()
        mark = self._ask()
        if mark is None:
            return
        if not mark:
            self._write(self.mark)
        if mark in ("", self.mark):
            # Not for a whole lease: whoever takes over may write a mark at any moment.
            self.renew(asked_at, VOUCHED_SECONDS)
        else:
            self.told(mark)

    def told(self, mark: str) -> None:
        """FreeSWITCH has this mark: this daemon's own, or that of one that has taken over."""
        if mark != self.mark:
            self.lose()
            self._on_lost()

    def lose(self) -> None:
        """Another daemon commands this FreeSWITCH: nothing is sent any more, whatever was granted
        before."""
        self._until, self._is_lost = 0.0, True
