"""Callers who waited before are put back one by one, and served in the order of their waits."""

from __future__ import annotations

import pytest
import redis

from switchd.queues.waitlist import GATHERING_SECONDS
from tests.queues.hall import MORNING, Hall


@pytest.fixture
def north(client: redis.Redis) -> Hall:
    return Hall(client, "north")


@pytest.fixture
def south(client: redis.Redis) -> Hall:
    return Hall(client, "south")


class TestWhilePeopleArePutBack:
    def test_the_first_in_line_is_served_first_whoever_is_back_first(self, north: Hall) -> None:
        north.seat("1001")
        north.list.gather(north.now)
        north.call("second", since=MORNING - 1)
        north.call("first", since=MORNING - 2)
        assert north.matches() == []
        north.list.gathered(north.now)
        assert north.matches() == [("first", "1001")]
        assert north.waiting() == ["second"]

    def test_who_has_just_come_does_not_pass_them(self, north: Hall, south: Hall) -> None:
        north.seat("1001")
        north.list.gather(north.now)
        south.call("new", since=MORNING)
        north.call("old", since=MORNING - 60)
        north.list.gathered(north.now)
        assert (north.matches(), south.matches()) == ([("old", "1001")], [])

    def test_a_seat_that_gets_ready_meanwhile_waits_with_them(self, north: Hall) -> None:
        north.list.gather(north.now)
        north.call("c1")
        north.seat("1001")
        assert north.matches() == []
        north.list.gathered(north.now)
        assert north.matches() == [("c1", "1001")]

    def test_two_owners_are_both_waited_for(self, north: Hall, south: Hall) -> None:
        north.list.gather(north.now)
        south.list.gather(south.now)
        north.call("c1")
        north.seat("1001")
        north.list.gathered(north.now)
        assert north.matches() == []
        south.list.gathered(south.now)
        assert north.matches() == [("c1", "1001")]


class TestADaemonThatDiesMeanwhile:
    def test_is_not_waited_for_any_longer(self, north: Hall, south: Hall) -> None:
        """Whatever is done next finds all who could have been matched."""
        north.list.gather(north.now)
        south.call("c1")
        south.seat("1001")
        south.after(GATHERING_SECONDS)
        south.list.sweep(south.now)
        assert south.matches() == [("c1", "1001")]

    def test_its_late_word_changes_nothing(self, north: Hall) -> None:
        north.list.gathered(north.now)
        north.seat("1001")
        north.call("c1")
        assert north.matches() == [("c1", "1001")]
