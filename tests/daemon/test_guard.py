"""Who may command FreeSWITCH, on a clock of its own."""

from __future__ import annotations

import pytest

from switchd.guard import Guard
from switchd.queues.heart import BEAT_SECONDS
from switchd.queues.nodes import LEASE_SECONDS


class Desk:
    """A FreeSWITCH that has, or cannot tell, a mark; and what the guard tells."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.mark: str | None = ""
        self.heard: list[str] = []
        self.guard = Guard(
            ask=lambda: self.mark,
            write=self.written,
            on_regained=lambda: self.heard.append("regained"),
            on_lost=lambda: self.heard.append("lost"),
            clock=lambda: self.now,
        )

    def written(self, mark: str) -> None:
        self.mark = mark

    def passes(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def owner(desk: Desk) -> Desk:
    desk.guard.renew(desk.now)
    desk.guard.connected()
    return desk


class TestCommands:
    def test_are_refused_before_the_node_was_claimed(self, desk: Desk) -> None:
        assert not desk.guard.holds()
        desk.guard.vouch()
        assert desk.mark == ""

    def test_are_sent_for_one_lease_from_when_it_was_asked_for(self, owner: Desk) -> None:
        asked_at = owner.now
        owner.passes(1.0)
        owner.guard.renew(asked_at)
        owner.passes(LEASE_SECONDS - 1.1)
        assert owner.guard.holds()
        owner.passes(0.1)
        assert not owner.guard.holds()

    def test_are_refused_after_a_pause_until_somebody_has_vouched(self, owner: Desk) -> None:
        owner.passes(60)
        assert not owner.guard.holds()
        owner.guard.renew(owner.now)
        assert owner.guard.holds()
        assert owner.heard == ["regained"]

    def test_go_on_without_redis_while_freeswitch_has_the_mark(self, owner: Desk) -> None:
        for _ in range(100):
            owner.passes(LEASE_SECONDS / 4)
            owner.guard.vouch()
            assert owner.guard.holds()
        assert owner.heard == []

    def test_end_when_neither_can_be_asked(self, owner: Desk) -> None:
        owner.mark = None
        owner.passes(LEASE_SECONDS)
        owner.guard.vouch()
        assert not owner.guard.holds()


class TestTheMark:
    def test_of_another_daemon_ends_this_one(self, owner: Desk) -> None:
        owner.mark = "another"
        owner.passes(LEASE_SECONDS * 0.6)
        owner.guard.vouch()
        assert owner.heard == ["lost"]
        owner.passes(LEASE_SECONDS)
        assert not owner.guard.holds()

    def test_of_another_daemon_ends_what_was_granted_before(self, owner: Desk) -> None:
        asked_at = owner.now
        owner.passes(LEASE_SECONDS * 0.6)
        owner.mark = "another"
        owner.guard.vouch()
        assert not owner.guard.holds()
        owner.guard.renew(asked_at)
        assert not owner.guard.holds()

    def test_that_is_just_being_written_by_another_ends_this_one_at_once(self, owner: Desk) -> None:
        owner.guard.told("another")
        assert owner.heard == ["lost"]
        assert not owner.guard.holds()
        owner.guard.renew(owner.now)
        assert not owner.guard.holds()

    def test_of_its_own_changes_nothing(self, owner: Desk) -> None:
        owner.guard.told(owner.guard.mark)
        assert owner.heard == []
        assert owner.guard.holds()

    def test_is_looked_at_again_soon_for_whoever_takes_over_may_write_it_at_any_moment(
        self, owner: Desk
    ) -> None:
        owner.passes(LEASE_SECONDS * 0.9)
        owner.guard.vouch()
        owner.passes(BEAT_SECONDS / 2)
        owner.mark = "another"
        owner.guard.vouch()
        assert owner.heard == ["lost"]

    def test_is_written_again_when_freeswitch_has_restarted(self, owner: Desk) -> None:
        owner.mark = ""
        owner.guard.connected()
        assert owner.mark == owner.guard.mark

    def test_is_not_overwritten_by_who_was_away_for_too_long(self, owner: Desk) -> None:
        owner.passes(60)
        owner.mark = "another"
        owner.guard.connected()
        assert owner.mark == "another"
        assert owner.heard == ["lost"]

    def test_is_not_asked_for_while_redis_renews_the_lease(self, owner: Desk) -> None:
        owner.mark = "another"
        owner.passes(LEASE_SECONDS * 0.4)
        owner.guard.vouch()
        assert owner.heard == []
