"""Which seats' phones can be rung: what FreeSWITCH says, told to the queue."""

from __future__ import annotations

from collections.abc import Callable, Collection

import structlog

from switchd.esl.errors import EslError
from switchd.esl.link import Link
from switchd.freeswitch.registrations import QUESTION, registered
from switchd.parts import Parts
from switchd.queues.facts import QueueUnavailable

log = structlog.get_logger(__name__)


class Handsets:
    """Asks the switch for the seats' phones and tells the queue; trouble with Redis is logged."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def reachable(self, link: Link) -> Collection[str]:
        """Seats that can be rung: registered, or reached by a number over a trunk.

        Raises `EslError`, `ValueError`, `KeyError`.
        """
        by_trunk = {seat.number for seat in self._parts.plan.seats.values() if seat.phone}
        return registered(link.api(*QUESTION), self._parts.domain) | by_trunk

    def reachable_now(self) -> Collection[str]:
        """The same over the daemon's link; nobody where the switch cannot be asked."""
        link = self._parts.link
        if not link.connected:
            return ()
        try:
            return self.reachable(link)
        except (EslError, ValueError, KeyError) as error:
            log.warning("phones not listed", why=str(error))
            return ()

    def list_again(self, link: Link) -> None:
        """Tell the seats of a new plan about phones that registered before it."""
        try:
            phones = self.reachable(link)
        except (EslError, ValueError, KeyError) as error:
            log.warning("phones not listed", why=str(error))
            return
        self.listed(phones)

    def listed(self, phones: Collection[str]) -> None:
        """Tell which seats can be rung, and that no others can."""
        self._tell(lambda: self._parts.phones.listed(phones))

    def heard(self, seat: str, reachable: bool) -> None:
        """Tell that one phone has registered or is gone."""
        self._tell(lambda: self._parts.phones.heard(seat, reachable))

    def _tell(self, tell: Callable[[], None]) -> None:
        try:
            tell()
        except QueueUnavailable as error:
            log.warning("phones not told", why=str(error))
