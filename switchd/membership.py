"""This daemon as one of the city's nodes: from its claim of the node to its resignation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gevent
import structlog
from gevent.event import Event as Flag

from switchd.queues.facts import QueueUnavailable
from switchd.queues.heart import BEAT_SECONDS, Heart, ticking
from switchd.queues.nodes import LEASE_SECONDS, Nodes, NodeTaken

log = structlog.get_logger(__name__)


SHORTEST_SECONDS = 0.05
"""Redis' longest wait is not shorter; 0 would be endless."""
STOOD_STILL_SECONDS = 1.25
"""A Redis that takes so long for a claim and the wait behind it has stood still. An owner that
beats each BEAT_SECONDS cannot lose its lease in less."""


class Membership:
    """Claims the node, says that it lives, resigns."""

    def __init__(
        self,
        nodes: Nodes,
        now: Callable[[], float],
        *,
        on_late: Callable[[], None],
        on_given_up: Callable[[], None],
        on_kept: Callable[[float], None],
        on_lost: Callable[[], None],
        on_trouble: Callable[[str], None],
    ) -> None:
        """`on_kept(asked_at)` hears that the lease lasts from then on (see `Heart`), `on_late()`
        that the others had given this node up, `on_given_up()` that this one has given up
        another, `on_lost()` that another daemon works for this node.
        """
        self.nodes = nodes
        self.displaced = Flag()
        """Set when another daemon works for this node; two would do everything twice."""
        self.holder = ""
        """Where the daemon is for which this one stands by; "" if this one owns the node."""
        self._now = now
        self._on_kept = on_kept
        self._on_lost = on_lost
        self._on_given_up = on_given_up
        self._redis_was_away = False
        self._is_vacant = False
        """Whether this standby has been told that the owner has resigned."""
        self._is_resigned = False
        self._heart = Heart(
            nodes,
            clock=now,
            alarm=Flag(),
            on_given_up=self._given_up,
            on_late=on_late,
            on_taken=self.lose,
            on_kept=on_kept,
            on_trouble=on_trouble,
        )

    def claim(self, stop: Flag, standing_by: Callable[[], None]) -> bool:
        """Begin, as soon as no other daemon works for the node; False if `stop` came before.

        `standing_by()` is told once if there is another. Raises `QueueUnavailable` if Redis is not
        there at the first attempt.
        """
        waits = False
        while not stop.is_set():
            try:
                if waits and not self._is_vacant and not self._is_known():
                    # Redis has lost what it knew, and who owns the node with it.
                    self._redis_was_away = True
                self._let_the_owner_come_first(stop)
                if stop.is_set():
                    break
                asked_at = ticking()
                self.nodes.claim_node(self._now())
            except NodeTaken as error:
                if not waits:
                    log.info("standing by", node=error.owner, owned_at=error.place)
                    standing_by()
                self.holder, waits = error.place, True
                self._wait(error.ends_at, stop)
                self._redis_was_away |= ticking() - asked_at > STOOD_STILL_SECONDS
            except QueueUnavailable as error:
                if not waits:
                    raise
                log.warning("standing by without Redis", why=str(error))
                self._redis_was_away = True
                stop.wait(BEAT_SECONDS)
            else:
                self.holder = ""
                self._on_kept(asked_at)
                return True
        return False

    def _is_known(self) -> bool:
        """Whether Redis knows that this daemon stands by."""
        return self.nodes.place in self.nodes.standbys(self._now())

    def _let_the_owner_come_first(self, stop: Flag) -> None:
        """While Redis was away, or stood still, leases ended; an owner that went on by
        FreeSWITCH's word has one lease's time to renew its own. Raises `QueueUnavailable` while
        Redis is away."""
        if self._redis_was_away:
            self.nodes.standbys(self._now())
            self._redis_was_away = False
            stop.wait(LEASE_SECONDS)

    def _wait(self, ends_at: float, stop: Flag) -> None:
        """Until the other daemon resigns, or its lease ends unless it has been renewed; not for
        long: a Redis that stands still is to be noticed, and so is an owner that has resigned
        unheard."""
        left = min(max(SHORTEST_SECONDS, ends_at - self._now()), BEAT_SECONDS)
        waiting = gevent.spawn(self._wait_vacant, left)
        stopping = gevent.spawn(stop.wait)
        both: list[Any] = [waiting, stopping]
        gevent.joinall(both, count=1)
        gevent.killall(both)

    def _wait_vacant(self, seconds: float) -> None:
        try:
            self._is_vacant = self.nodes.wait_vacant(seconds)
        except QueueUnavailable as error:
            # A standby outlives Redis: it asks again until Redis is back.
            log.warning("standing by without Redis", why=str(error))
            self._redis_was_away = True
            gevent.sleep(min(seconds, BEAT_SECONDS))

    def run(self) -> None:
        """Say that the node lives, until `resign`."""
        self._heart.run()

    def resign(self) -> None:
        """End; without Redis the lease ends by itself."""
        self._is_resigned = True
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

    def lose(self) -> None:
        """Another daemon works for the node now."""
        self._on_lost()
        if not self.displaced.is_set() and not self._is_resigned:
            log.error("another switchd works for this node, so this one ends")
        self.displaced.set()
