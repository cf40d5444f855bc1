"""What a supervisor does to those who wait: rank, move, pause; and why somebody was served."""

from __future__ import annotations

import pytest

from switchd.queues.facts import LostBy, OfferLost
from tests.queues.hall import Hall


class TestRerank:
    def test_a_caller_goes_first_and_keeps_the_age(self, hall: Hall) -> None:
        hall.call("first", since=hall.now - 60)
        hall.call("second")
        assert hall.list.rerank("second", 61, hall.now)
        assert hall.waiting() == ["second", "first"]
        hall.list.rerank("second", 0, hall.now)
        assert hall.waiting() == ["first", "second"]

    def test_it_counts_wherever_the_caller_waits(self, hall: Hall) -> None:
        hall.call("guest", "market")
        hall.list.widen("guest", "hotline", hall.now)
        hall.call("own", since=hall.now - 60)
        hall.list.rerank("guest", 61, hall.now)
        hall.seat("1001")
        assert hall.matches() == [("guest", "1001")]

    def test_while_being_offered_it_counts_for_the_next_time(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.call("c1")
        offer = hall.the_offer()
        hall.call("c2", since=hall.now - 60)
        assert hall.list.rerank("c1", 61, hall.now)
        hall.list.refuse(offer.token, "busy", hall.now)
        assert hall.waiting() == ["c1", "c2"]

    def test_who_is_not_there_cannot_be_ranked(self, hall: Hall) -> None:
        assert not hall.list.rerank("nobody", 1, hall.now)

    def test_a_priority_out_of_range_is_refused(self, hall: Hall) -> None:
        hall.call("c1")
        with pytest.raises(ValueError, match="out of range"):
            hall.list.rerank("c1", 86_401, hall.now)


class TestMove:
    def test_a_caller_keeps_place_and_age_in_the_other_list(self, hall: Hall) -> None:
        hall.call("c1", since=hall.now - 60)
        hall.call("c2", "market")
        assert hall.list.move("c1", "market", hall.now)
        assert hall.waiting("hotline") == []
        assert hall.waiting("market") == ["c1", "c2"]

    def test_a_free_seat_there_is_offered_at_once(self, hall: Hall) -> None:
        hall.seat("2001", "market")
        hall.call("c1")
        hall.list.move("c1", "market", hall.now)
        assert hall.matches() == [("c1", "2001")]

    def test_the_phone_that_rings_is_called_off(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.call("c1")
        offer = hall.the_offer()
        hall.list.move("c1", "market", hall.now)
        assert hall.inbox() == [OfferLost("c1", offer.token, "1001", LostBy.MOVED)]
        assert hall.waiting("market") == ["c1"]

    def test_what_widening_added_is_gone(self, hall: Hall) -> None:
        hall.call("c1")
        hall.list.widen("c1", "ecology", hall.now)
        hall.list.move("c1", "market", hall.now)
        hall.seat("3001", "ecology")
        assert hall.matches() == []

    def test_who_is_not_there_cannot_be_moved(self, hall: Hall) -> None:
        assert not hall.list.move("nobody", "market", hall.now)


class TestPause:
    def test_callers_of_a_paused_group_wait(self, hall: Hall) -> None:
        assert hall.list.pause("hotline", True, hall.now)
        assert not hall.list.pause("hotline", True, hall.now)
        hall.seat("1001")
        hall.call("c1")
        assert hall.matches() == []
        assert hall.list.snapshot(hall.now).groups["hotline"].pool.paused
        assert hall.list.pause("hotline", False, hall.now)
        assert hall.matches() == [("c1", "1001")]

    def test_its_seats_serve_others(self, hall: Hall) -> None:
        hall.list.pause("hotline", True, hall.now)
        hall.call("own")
        hall.call("guest", "market")
        hall.list.widen("guest", "hotline", hall.now)
        hall.seat("1001")
        assert hall.matches() == [("guest", "1001")]

    def test_its_callers_are_held_back_from_further_groups_too(self, hall: Hall) -> None:
        hall.call("before")
        hall.list.widen("before", "market", hall.now)
        hall.list.pause("hotline", True, hall.now)
        hall.after(1)
        hall.call("after")
        hall.list.widen("after", "market", hall.now)
        hall.seat("2001", "market")
        assert hall.matches() == []
        hall.list.pause("hotline", False, hall.now)
        assert hall.matches() == [("before", "2001")]

    def test_an_offer_goes_on(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.call("c1")
        offer = hall.the_offer()
        hall.list.pause("hotline", True, hall.now)
        assert hall.list.accept(offer.token, hall.now)


class TestPlace:
    def test_widening_never_puts_a_caller_further_back(self, hall: Hall) -> None:
        hall.call("c1", since=hall.now - 10)
        for n in range(3):
            hall.call(f"m{n}", "market", since=hall.now - 60)
        hall.list.widen("c1", "market", hall.now)
        place = hall.list.position("c1", hall.now)
        assert place is not None
        assert place.position == 1
        assert place.ahead_by_pool == {"hotline": 0, "market": 3}

    def test_guests_count_for_those_whose_seats_they_take(self, hall: Hall) -> None:
        hall.call("guest", "market", since=hall.now - 60)
        hall.list.widen("guest", "hotline", hall.now)
        assert hall.call("own") == 2

    def test_steeper_callers_count_when_they_have_overtaken(self, hall: Hall) -> None:
        hall.call("steep", slope=2.0)
        hall.call("ordinary", since=hall.now - 10)
        place = hall.list.position("ordinary", hall.now)
        assert place is not None
        assert place.position == 1
        hall.after(11)
        place = hall.list.position("ordinary", hall.now)
        assert place is not None
        assert place.position == 2


class TestWhy:
    def test_an_offer_says_who_and_which_seats_were_considered(self, hall: Hall) -> None:
        hall.call("younger", since=hall.now - 10)
        hall.call("guest", "market", slope=2.0, since=hall.now - 20)
        hall.list.widen("guest", "hotline", hall.now)
        hall.seat("1001")
        (offer,) = hall.offers()
        assert offer.why == {
            "how": "turn",
            "pool": "hotline",
            "strategy": "longest_idle",
            "score": 40.0,
            "waited": 20.0,
            "callers": [["guest", 40.0], ["younger", 10.0]],
            "seats": [["1001", 0.0]],
            "counts": {"ready": 1, "staffed": 1},
            "rejected": [],
        }

    def test_of_many_seats_the_first_five_in_turn(self, hall: Hall) -> None:
        for n in range(8):
            hall.seat(f"100{n}")
            hall.after(1)
        hall.call("c1")
        seats = hall.the_offer().why["seats"]
        assert seats == [[f"100{n}", 8.0 - n] for n in range(5)]
