"""Two daemons of one city: one queue, and each hears of its own callers."""

from __future__ import annotations

import pytest
import redis

from routing.seats import SeatState
from switchd.queues.facts import OfferLost
from tests.queues.hall import MORNING, Hall


@pytest.fixture
def here(client: redis.Redis) -> Hall:
    return Hall(client, "daemon-1")


@pytest.fixture
def there(client: redis.Redis) -> Hall:
    return Hall(client, "daemon-2")


class TestOneQueue:
    def test_each_owner_hears_of_its_own_callers(self, here: Hall, there: Hall) -> None:
        here.call("mine", since=MORNING)
        there.call("theirs", since=MORNING + 1)
        here.seat("1001")
        here.seat("1002")
        assert here.matches() == [("mine", "1001")]
        assert there.matches() == [("theirs", "1002")]

    def test_the_turn_does_not_depend_on_the_owner(self, here: Hall, there: Hall) -> None:
        there.call("second", since=MORNING + 1)
        here.call("first", since=MORNING)
        there.seat("1001")
        assert here.matches() == [("first", "1001")]

    def test_one_daemon_sweeps_what_another_left_behind(self, here: Hall, there: Hall) -> None:
        here.seat("1001")
        here.call("c1", ring=15)
        offer = here.the_offer()
        there.after(15)
        lost = OfferLost("c1", offer.token, "1001")
        assert there.list.sweep(there.now).offers == (lost,)
        assert here.inbox() == [lost]
        assert there.inbox() == []

    def test_a_caller_taken_over_is_offered_to_the_new_owner(self, here: Hall, there: Hall) -> None:
        here.call("c1")
        there.call("c1")
        here.seat("1001")
        assert here.matches() == []
        assert there.matches() == [("c1", "1001")]


class TestOwnerThatLostItsCallers:
    def test_its_waiting_callers_are_dropped_and_others_stay(self, here: Hall, there: Hall) -> None:
        here.call("mine")
        there.call("theirs")
        assert there.list.forget_calls_of("daemon-1", there.now) == 1
        assert there.waiting() == ["theirs"]
        assert not here.list.leave("mine", here.now)

    def test_its_seats_are_free_for_others(self, here: Hall, there: Hall) -> None:
        here.seat("1001")
        here.call("ringing")
        there.call("theirs", since=MORNING + 1)
        assert there.list.forget_calls_of("daemon-1", there.now) == 1
        assert there.matches() == [("theirs", "1001")]
        assert here.inbox() == []

    def test_its_talks_go_on_until_their_legs_are_gone(self, here: Hall, there: Hall) -> None:
        """The two still talk on the switch: nobody else may be offered to that seat."""
        here.seat("1001")
        talk = here.talk("1001", "talking")
        there.call("theirs")
        here.list.forget_calls_of("daemon-1", here.now)
        assert here.list.end_talks([talk.token, "another leg"], here.now) == ()
        assert here.state("1001") is SeatState.TALKING
        assert here.list.end_talks(["another leg"], here.now) == ("1001",)
        assert there.matches() == [("theirs", "1001")]

    def test_the_talks_of_others_are_none_of_its_business(self, here: Hall, there: Hall) -> None:
        here.seat("1001")
        here.talk("1001", "talking")
        assert there.list.end_talks([], there.now) == ()

    def test_what_its_agents_asked_for_still_counts(self, here: Hall) -> None:
        here.seat("1001")
        here.talk("1001", "c1")
        here.list.sign_out("1001", here.now)
        here.list.end_talks([], here.now)
        assert here.state("1001") is SeatState.SIGNED_OUT

    def test_an_owner_without_callers_changes_nothing(self, here: Hall) -> None:
        here.call("c1")
        assert here.list.forget_calls_of("nobody", here.now) == 0
        assert here.waiting() == ["c1"]


class TestSnapshot:
    def test_it_shows_every_list_and_every_seat(self, here: Hall) -> None:
        here.seat("1001", "market", agent="8001")
        for n in range(5):
            here.call(f"c{n}", since=MORNING + n)
        here.call("urgent", priority=70, since=MORNING + 9)
        here.after(60)
        snapshot = here.list.snapshot(here.now, first=2)
        hotline = snapshot.groups["hotline"]
        assert hotline.waiting == 6
        assert [caller.call for caller in hotline.first] == ["urgent", "c0"]
        assert [caller.priority for caller in hotline.first] == [70, 0]
        assert hotline.first[0].enqueued_at == MORNING + 9
        assert snapshot.groups["market"].waiting == 0
        assert snapshot.seats["1001"].agent == "8001"
        assert snapshot.at == here.now

    def test_the_longest_wait_is_that_of_the_earliest_caller_of_any_priority(
        self, here: Hall
    ) -> None:
        here.call("urgent", priority=100, since=MORNING + 30)
        here.call("oldest", priority=-100, since=MORNING)
        here.call("young", priority=0, since=MORNING + 10)
        here.after(60)
        assert here.list.snapshot(here.now).groups["hotline"].longest_wait == pytest.approx(60)

    def test_nobody_waits(self, here: Hall) -> None:
        here.seat("1001")
        assert here.list.snapshot(here.now).groups["hotline"].longest_wait == 0.0
