"""This daemon as one of the city's nodes: from its claim of the node to its resignation."""

from __future__ import annotations

from collections.abc import Callable

import gevent
import structlog
from gevent.event import Event as Flag

from switchd.queues.facts import QueueUnavailable
from switchd.queues.heart import BEAT_SECONDS, Heart
from switchd.queues.nodes import LEASE_SECONDS, Nodes

log = structlog.get_logger(__name__)


class Membership:
    """Claims the node, says that it lives, resigns."""

    def __init__(
        self,
        nodes: Nodes,
        now: Callable[[], float],
        *,
        on_late: Callable[[], None],
        on_given_up: Callable[[], None],
        on_trouble: Callable[[str], None],
    ) -> None:
        """`on_late()` hears that the others had given this node up, `on_given_up()` that this one
        has given up another.
        """
        self.nodes = nodes
        self.displaced = Flag()
        """Set when another daemon works for this node; two would do everything twice."""
        self._now = now
        self._on_given_up = on_given_up
        self._heart = Heart(
            nodes,
            clock=now,
            alarm=Flag(),
            on_given_up=self._given_up,
            on_late=on_late,
            on_taken=self._taken,
            on_trouble=on_trouble,
        )

    def claim(self) -> None:
        """Begin. Raises `NodeTaken` or `QueueUnavailable`."""
        self.nodes.claim_node(self._now())

    def run(self) -> None:
        """Say that the node lives, until `resign`."""
        self._heart.run()

    def resign(self) -> None:
        """End; without Redis the lease ends by itself."""
        self._heart.close()
        try:
            self.nodes.resign_node(self._now())
        except QueueUnavailable as error:
            log.warning("node not resigned", why=str(error))

    def relay_ended(self, seat: str, token: str) -> None:
        """A call of another node to a phone here is over: see to it that the seat is freed.

        Its owner does that at once, or is known to be dead after its lease.
        """
        gevent.spawn_later(LEASE_SECONDS + BEAT_SECONDS, self._free_orphan, seat, token)

    def _free_orphan(self, seat: str, token: str) -> None:
        try:
            if self.nodes.free_orphan(seat, token, self._now()):
                log.info("seat freed in place of a dead node", seat=seat)
        except QueueUnavailable as error:
            log.warning("seat not freed", seat=seat, why=str(error))

    def _given_up(self, owner: str) -> None:
        log.error("node given up", node=owner)
        self._on_given_up()

    def _taken(self) -> None:
        log.error("another switchd works for this node, so this one ends")
        self.displaced.set()
