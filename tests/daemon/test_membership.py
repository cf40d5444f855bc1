"""A standby: when it takes over, and when it lets an owner come first."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from gevent.event import Event as Flag

from switchd import membership
from switchd.membership import Membership
from switchd.queues.facts import QueueUnavailable
from switchd.queues.nodes import LEASE_SECONDS, NodeTaken


class Time:
    """Passes only when somebody waits."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Redis:
    """Has the owner's lease; `stands_still` is how long its next wait lasts beyond what was asked.

    The owner renews its lease as soon as it can, which is a beat after Redis has moved again.
    """

    def __init__(self, time: Time) -> None:
        self._time = time
        self.lease_ends = time.now + LEASE_SECONDS
        self.owner_lives = True
        self.resigned = False
        self.stands_still = 0.0
        self.is_away_for = 0
        """How many questions find nobody."""
        self.claims: list[float] = []
        self.place = "here"
        self.is_empty = False
        """It has lost what it knew."""

    def claim_node(self, now: float) -> None:
        self._answer()
        was_empty, self.is_empty = self.is_empty, False
        if now < self.lease_ends and not was_empty:
            raise NodeTaken("north", "elsewhere", self.lease_ends)
        self.claims.append(now)

    def wait_vacant(self, seconds: float) -> bool:
        self._answer()
        if self.resigned:
            self.lease_ends = 0.0
            return True
        stood_still, self.stands_still = self.stands_still, 0.0
        self._time.now += seconds + stood_still
        if self.owner_lives and not stood_still:
            self.lease_ends = self._time.now + LEASE_SECONDS
        return False

    def standbys(self, now: float) -> tuple[str, ...]:
        self._answer()
        return () if self.is_empty else (self.place,)

    def _answer(self) -> None:
        if self.is_away_for:
            self.is_away_for -= 1
            raise QueueUnavailable("nobody there")


class Stop(Flag):
    """Waits without waiting; the owner beats meanwhile. Comes by itself after a while."""

    def __init__(self, time: Time, redis: Redis) -> None:
        super().__init__()
        self._time = time
        self._redis = redis
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:  # type: ignore[override]
        if timeout is None:
            return bool(super().wait())
        self._time.now += timeout
        self.waits.append(timeout)
        if self._redis.owner_lives and not self._redis.is_away_for:
            self._redis.is_empty = False
            self._redis.lease_ends = self._time.now + LEASE_SECONDS
        return self.is_set()


class Standby:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.time = Time()
        monkeypatch.setattr(membership, "ticking", self.time)
        self.redis = Redis(self.time)
        self.stop = Stop(self.time, self.redis)
        self.membership = Membership(
            self.redis,  # type: ignore[arg-type]
            self.time,
            on_late=_nothing,
            on_given_up=_nothing,
            on_kept=lambda asked_at: None,
            on_lost=_nothing,
            on_trouble=lambda why: None,
        )

    def stands_by(self, until: Callable[[], bool]) -> bool:
        """Stand by until something is true, or until it has taken over: then True."""
        wait_vacant = self.redis.wait_vacant

        def looking(seconds: float) -> bool:
            told = wait_vacant(seconds)
            if until():
                self.stop.set()
            return told

        self.redis.wait_vacant = looking  # type: ignore[method-assign]
        return self.membership.claim(self.stop, _nothing)


def _nothing() -> None:
    pass


@pytest.fixture
def standby(monkeypatch: pytest.MonkeyPatch) -> Standby:
    return Standby(monkeypatch)


class TestAStandby:
    def test_takes_over_when_the_lease_has_ended(self, standby: Standby) -> None:
        standby.redis.owner_lives = False
        assert standby.stands_by(until=lambda: False)
        assert standby.redis.claims == [pytest.approx(100.0 + LEASE_SECONDS, abs=0.1)]

    @pytest.mark.parametrize("seconds", [1.5, 3.0, 60.0])
    def test_lets_the_owner_come_first_if_redis_has_stood_still(
        self, standby: Standby, seconds: float
    ) -> None:
        standby.redis.stands_still = seconds
        assert not standby.stands_by(until=lambda: standby.time.now > 110.0 + seconds)
        assert standby.redis.claims == []

    def test_takes_over_all_the_same_from_one_that_does_not_come(self, standby: Standby) -> None:
        standby.redis.stands_still, standby.redis.owner_lives = 3.0, False
        assert standby.stands_by(until=lambda: False)
        assert standby.stop.waits == [LEASE_SECONDS]

    def test_lets_the_owner_come_first_if_redis_was_away(self, standby: Standby) -> None:
        def ends() -> bool:
            if standby.time.now < 101.0:
                standby.redis.is_away_for = 10
            return standby.time.now > 115.0

        assert not standby.stands_by(until=ends)
        assert LEASE_SECONDS in standby.stop.waits
        assert standby.redis.claims == []

    def test_lets_the_owner_come_first_if_redis_has_lost_what_it_knew(
        self, standby: Standby
    ) -> None:
        """An owner that works on says so again with its next beat."""

        def loses() -> bool:
            if 101.0 < standby.time.now < 101.6:
                standby.redis.is_empty = True
            return standby.time.now > 115.0

        assert not standby.stands_by(until=loses)
        assert standby.stop.waits == [LEASE_SECONDS]
        assert standby.redis.claims == []

    def test_takes_over_at_once_when_it_is_told_that_the_owner_has_resigned(
        self, standby: Standby
    ) -> None:
        def resigns() -> bool:
            standby.redis.resigned = standby.time.now > 101.0
            return False

        assert standby.stands_by(until=resigns)
        assert standby.stop.waits == []

    def test_looks_by_itself_whether_the_owner_has_resigned(self, standby: Standby) -> None:
        """The word of it may be lost, with another standby that it was told to, or on its way."""

        def resigns_unheard() -> bool:
            if standby.time.now > 101.0:
                standby.redis.owner_lives, standby.redis.lease_ends = False, 0.0
            return False

        assert standby.stands_by(until=resigns_unheard)
        assert standby.redis.claims == [pytest.approx(101.5, abs=0.1)]
