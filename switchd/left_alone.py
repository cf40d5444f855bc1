"""Seats that talk with callers whom FreeSWITCH serves by itself, or whose phone it rings for them.

Nobody here works on such a talk (`dialplan/contexts/degraded.xml.j2`). While it goes on its seat is
busy nevertheless: no caller is offered to it. The waiting list may be away when a talk begins, and
a talk may be older than this daemon.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable

import gevent
import structlog

from switchd.queues.facts import QueueUnavailable, SeatRefused
from switchd.switchboard.incoming import DEGRADED
from switchd.switchboard.legs import Legs, Variable

log = structlog.get_logger(__name__)


class LeftAlone:
    """Follows these talks, and tells the waiting list which seats are busy for that."""

    def __init__(
        self,
        occupy: Callable[[str, str, str], object],
        release: Callable[[str, str], object],
    ) -> None:
        """`occupy(seat, call, token)` and `release(seat, token)` tell the waiting list; they raise
        `QueueUnavailable`, the first one `SeatRefused`, too. A talk's token is its seat's leg."""
        self._occupy = occupy
        self._release = release
        self._talks: dict[str, tuple[str, str]] = {}
        """The seat's leg → the seat, and the caller's leg."""
        self._over: dict[str, str] = {}
        """The leg of a talk that has ended → the seat, which is not free yet."""

    def __contains__(self, leg: str) -> bool:
        return leg in self._talks

    def begun(self, caller: str, seat: str, leg: str) -> None:
        """A caller talks with a seat, whose leg is `leg`. Waits for nothing."""
        if leg in self._talks:
            return
        self._talks[leg] = (seat, caller)
        gevent.spawn(self._soon, self._tell, leg)

    def ended(self, leg: str) -> None:
        """A seat's leg has ended. Waits for nothing."""
        self._over[leg], _ = self._talks.pop(leg)
        gevent.spawn(self._soon, self._free, leg)

    def compare(self, legs: Legs, callers: Collection[str]) -> None:
        """Find the talks that there are, some of which may be older, and the phones that ring;
        `callers` are legs that may be callers'. Raises `EslError`, `QueueUnavailable`."""
        there = _talks(legs, callers)
        self.gone(there)
        self._talks |= there
        self.tell_again()

    def compare_again(self, legs: Legs, callers: Iterable[str]) -> None:
        """Find what has begun or ended meanwhile; `callers` need not be all of them. Raises
        `EslError`, `QueueUnavailable`."""
        self.gone(legs)
        if new := _talks(legs, callers).items() - self._talks.items():
            self._talks |= dict(new)
            self.tell_again()

    def gone(self, there: Container[str]) -> None:
        """Whatever is not there has ended, and nobody has told so."""
        for leg in [leg for leg in self._talks if leg not in there]:
            self.ended(leg)

    def tell_again(self) -> None:
        """The waiting list may have forgotten the talks. Raises `QueueUnavailable`."""
        for leg in list(self._talks):
            self._tell(leg)
        for leg in list(self._over):
            self._free(leg)

    def _soon(self, tell: Callable[[str], None], leg: str) -> None:
        try:
            tell(leg)
        except QueueUnavailable as error:
            log.info("seat said to be busy or free later", leg=leg, why=str(error))

    def _tell(self, leg: str) -> None:
        if leg not in self._talks:
            return
        seat, caller = self._talks[leg]
        try:
            self._occupy(seat, caller, leg)
        except SeatRefused as error:
            log.info("seat talks in the degraded context", seat=seat, why=str(error.reason))
            return
        if leg not in self._talks:  # it has ended meanwhile
            self._release(seat, leg)

    def _free(self, leg: str) -> None:
        if leg in self._over:
            self._release(self._over[leg], leg)
            self._over.pop(leg, None)


def _talks(legs: Legs, callers: Iterable[str]) -> dict[str, tuple[str, str]]:
    """The seat's leg → the seat, and the caller's leg."""
    found: dict[str, tuple[str, str]] = {}
    for caller in callers:
        variable = legs.variables(caller)
        seat, leg = variable("switchd_seat"), _other(variable)
        if variable("switchd_state") == DEGRADED and seat and leg:
            found[leg] = (seat, caller)
    return found


def _other(variable: Variable) -> str:
    """The leg of the phone that rings for a caller, or that the caller talks with.

    FreeSWITCH writes the one before the other, and takes it away when the phone rings no more
    (switch_core_session.c, switch_ivr_originate.c, switch_ivr_bridge.c).
    """
    return variable("originate_signal_bond") or variable("signal_bond")
