"""A standby takes the node as soon as its daemon has resigned, whether it was told so or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, cast

import gevent
import pytest
from gevent.event import Event

from switchd.membership import LOOK_SECONDS, Membership
from switchd.queues.connection import connect
from switchd.queues.embedded import EmbeddedRedis
from switchd.queues.facts import QueueUnavailable
from switchd.queues.nodes import LEASE_SECONDS, Nodes, NodeTaken

NOW = 1_700_000_000.0


class Lease:
    """The lease of a node that another daemon holds, as a standby sees it."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.holder = "one:/state"
        self.away = False
        self.meanwhile: list[Callable[[], object]] = []
        """What happens during each wait; afterwards nothing does."""

    def claim_node(self, now: float) -> None:
        if self.away:
            raise QueueUnavailable("no answer")
        if self.holder:
            raise NodeTaken("north", self.holder, NOW + LEASE_SECONDS)

    def wait_vacant(self, seconds: float) -> None:
        self.waits.append(seconds)
        if self.meanwhile:
            self.meanwhile.pop(0)()
        if self.away:
            raise QueueUnavailable("no answer")

    def standbys(self, now: float) -> tuple[str, ...]:
        if self.away:
            raise QueueUnavailable("no answer")
        return ()

    def resigned(self) -> None:
        self.holder = ""


def standby(nodes: object) -> Membership:
    def nothing(*told: object) -> None:
        """Nobody needs to hear of it here."""

    return Membership(
        cast("Any", nodes),
        lambda: NOW,
        on_late=nothing,
        on_given_up=nothing,
        on_kept=nothing,
        on_lost=nothing,
        on_trouble=nothing,
    )


@pytest.fixture
def lease() -> Lease:
    return Lease()


def nobody_is_told() -> None:
    """The other daemon lives on, or has resigned unheard."""


class TestAStandby:
    def test_looks_by_itself_though_nobody_tells_it(self, lease: Lease) -> None:
        """The word may have gone to a standby that died with it."""
        lease.meanwhile = [nobody_is_told, nobody_is_told, lease.resigned]
        assert standby(lease).claim(Event(), nobody_is_told)
        assert lease.waits == [LOOK_SECONDS] * 3
        assert LOOK_SECONDS < LEASE_SECONDS / 2

    def test_lets_an_owner_come_first_when_redis_is_back_but_hears_of_its_end(
        self, lease: Lease
    ) -> None:
        def goes() -> None:
            lease.away = True

        def comes() -> None:
            lease.away = False

        lease.meanwhile = [goes, lease.resigned]
        membership = standby(lease)
        gevent.spawn_later(0.01, comes)
        assert membership.claim(Event(), nobody_is_told)
        assert lease.waits == [LOOK_SECONDS, LEASE_SECONDS]


class TestARealLease:
    @pytest.fixture
    def redis(self, tmp_path: Any) -> Iterator[EmbeddedRedis]:
        with EmbeddedRedis(tmp_path) as redis:
            yield redis

    def test_that_is_given_back_is_free_for_a_standby_whose_word_another_took(
        self, redis: EmbeddedRedis
    ) -> None:
        with closing(connect(redis.url)) as client:
            owner = Nodes(client, "mycity", "north", "one:/state")
            owner.claim_node(NOW)
            next_one = Nodes(client, "mycity", "north", "two:/state")
            with pytest.raises(NodeTaken):
                next_one.claim_node(NOW)
            owner.resign_node(NOW)
            Nodes(client, "mycity", "north", "three:/state").wait_vacant(1.0)
            assert standby(next_one).claim(Event(), nobody_is_told)
