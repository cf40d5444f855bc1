"""Which seats' phones are registered, as far as the switch tells."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import structlog
from gevent.lock import RLock

log = structlog.get_logger(__name__)


class Phones:
    """Remembers what was told and passes on what changed.

    `tell(reachable)`, by seat, may fail; then it is told again with the next list or event.
    """

    def __init__(
        self,
        seats: Callable[[], Collection[str]],
        tell: Callable[[Mapping[str, bool]], object],
        *,
        wander: bool = False,
    ) -> None:
        """`wander` is whether phones may be registered at another FreeSWITCH, too: each
        registration is told then, since it may be a return.
        """
        self._seats = seats
        self._tell = tell
        self._wander = wander
        self._told: dict[str, bool] = {}
        self._one_at_a_time = RLock()
        """Telling takes time; a list must not overtake the one before it."""

    def heard(self, seat: str, reachable: bool) -> None:
        """A phone has registered, or is no longer registered. Phones of no seat are ignored."""
        with self._one_at_a_time:
            if seat not in self._seats():
                return
            is_new = self._told.get(seat) is not reachable
            if is_new or (reachable and self._wander):
                self._tell({seat: reachable})
            self._told[seat] = reachable
            if is_new:
                log.info("phone", seat=seat, reachable=reachable)

    def listed(self, registered: Collection[str]) -> None:
        """Here is everybody who is registered; whoever is not named is not."""
        with self._one_at_a_time:
            there = {seat: seat in registered for seat in self._seats()}
            new = {seat: up for seat, up in there.items() if self._told.get(seat) is not up}
            if new:
                self._tell(new)
                self._told |= new
                up = list(new.values()).count(True)
                log.info("phones", reachable=up, not_reachable=len(new) - up)

    def plan_changed(self) -> None:
        """Forget what was told of phones that belong to no seat any more."""
        seats = self._seats()
        self._told = {seat: told for seat, told in self._told.items() if seat in seats}

    def forget(self) -> None:
        """What was told may be lost (Redis was away): tell everything again next time."""
        self._told.clear()
