"""What callers see: their place, their turn, and that both survive."""

from __future__ import annotations

import pytest
import redis

from routing.seats import SeatState
from switchd.queues.facts import LostBy, OfferLost, Place
from tests.queues.hall import Hall


class TestOrder:
    def test_the_caller_who_waits_longest_is_served_first(self, hall: Hall) -> None:
        hall.call("first")
        hall.after(1)
        hall.call("second")
        hall.seat("1001")
        assert hall.matches() == [("first", "1001")]
        assert hall.waiting() == ["second"]

    def test_a_point_of_priority_is_worth_a_second_of_waiting(self, hall: Hall) -> None:
        hall.call("ten minutes ago", since=hall.now - 600)
        hall.call("urgent", priority=601)
        hall.call("less urgent", priority=599)
        hall.call("patient", priority=-86_400, since=hall.now - 86_000)
        assert hall.waiting() == ["urgent", "ten minutes ago", "less urgent", "patient"]

    def test_a_steeper_slope_overtakes_in_time(self, hall: Hall) -> None:
        hall.call("ordinary", since=hall.now - 60)
        hall.call("steep", slope=2.0)
        hall.after(59.999)
        assert hall.waiting() == ["ordinary", "steep"]
        hall.after(0.002)
        assert hall.waiting() == ["steep", "ordinary"]

    def test_the_order_is_that_of_the_moment_at_which_a_seat_is_free(self, hall: Hall) -> None:
        hall.call("ordinary", since=hall.now - 60)
        hall.call("steep", slope=10.0)
        hall.after(7)
        hall.seat("1001")
        assert hall.matches() == [("steep", "1001")]

    def test_one_millisecond_decides(self, hall: Hall) -> None:
        hall.call("later", priority=100, since=hall.now + 0.001)
        hall.call("earlier", priority=100, since=hall.now)
        assert hall.waiting() == ["earlier", "later"]

    def test_positions_count_from_one_and_move_up(self, hall: Hall) -> None:
        assert [hall.call(f"c{n}", since=hall.now + n) for n in range(3)] == [1, 2, 3]
        hall.list.leave("c0", hall.now)
        places = [hall.list.position(f"c{n}", hall.now) for n in range(3)]
        assert places == [None, Place(1, {"hotline": 0}), Place(2, {"hotline": 1})]

    def test_a_caller_offered_to_a_seat_is_in_no_list(self, hall: Hall) -> None:
        hall.seat("1001")
        assert hall.call("c1") == 1
        assert hall.list.position("c1", hall.now) is None
        assert hall.waiting() == []

    @pytest.mark.parametrize("priority", [-86_401, 86_401])
    def test_a_priority_out_of_range_is_refused(self, hall: Hall, priority: int) -> None:
        with pytest.raises(ValueError, match="use -86400 to 86400"):
            hall.call("c1", priority=priority)

    @pytest.mark.parametrize("slope", [0.0, 0.09, 10.1, -1.0])
    def test_a_slope_out_of_range_is_refused(self, hall: Hall, slope: float) -> None:
        with pytest.raises(ValueError, match=r"use 0\.1 to 10"):
            hall.call("c1", slope=slope)

    def test_a_time_that_is_none_is_refused(self, hall: Hall) -> None:
        with pytest.raises(ValueError, match="seconds since the epoch"):
            hall.call("c1", since=-1.0)

    def test_a_ring_time_of_nothing_is_refused(self, hall: Hall) -> None:
        with pytest.raises(ValueError, match="more than 0"):
            hall.call("c1", ring=0)


class TestTheWorkedExample:
    """The one of docs/queueing.md."""

    def waiting(self, hall: Hall) -> None:
        now = hall.now
        hall.call("a", since=now - 300)
        hall.call("b", priority=120, since=now - 200)
        hall.call("c", "labour", slope=2.0, since=now - 155)
        hall.call("d", "market", since=now - 310)
        hall.list.widen("d", "hotline", now)

    def test_the_highest_score_of_the_moment_is_served(self, hall: Hall) -> None:
        self.waiting(hall)
        hall.seat("1001", "hotline", "labour")
        (offer,) = hall.offers()
        assert (offer.call, offer.why["score"]) == ("b", 320.0)
        assert offer.why["callers"] == [["b", 320.0], ["c", 310.0], ["d", 310.0]]
        hall.after(10)
        for seat in ("1002", "1003", "1004"):
            hall.seat(seat, "hotline", "labour")
        found = [(offer.call, offer.why["score"]) for offer in hall.offers()]
        assert found == [("c", 330.0), ("d", 320.0), ("a", 310.0)]

    def test_a_seat_that_does_not_serve_the_steep_caller_passes_nobody_over(
        self, hall: Hall
    ) -> None:
        self.waiting(hall)
        hall.list.leave("b", hall.now)
        hall.after(10)
        hall.seat("1002", "hotline")
        assert hall.matches() == [("d", "1002")]


class TestComingBack:
    def test_a_caller_comes_back_with_the_old_place(self, hall: Hall) -> None:
        arrived = hall.now
        hall.after(300)
        hall.call("others")
        assert hall.call("returned", since=arrived) == 1

    def test_enqueued_twice_a_caller_waits_once(self, hall: Hall) -> None:
        hall.call("c1")
        hall.call("c1")
        assert hall.waiting() == ["c1"]

    def test_enqueued_for_another_group_a_caller_moves(self, hall: Hall) -> None:
        hall.call("c1", "hotline")
        hall.call("c1", "market")
        assert hall.waiting("hotline") == []
        assert hall.waiting("market") == ["c1"]

    def test_enqueued_while_being_offered_the_offer_is_withdrawn(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.call("c1")
        offer = hall.the_offer()
        hall.call("c1", "market")
        assert hall.inbox() == [OfferLost("c1", offer.token, "1001", LostBy.ENQUEUED_AGAIN)]
        assert hall.state("1001") is SeatState.READY
        assert hall.waiting("market") == ["c1"]
        assert not hall.list.accept(offer.token, hall.now)


class TestLeaving:
    def test_who_left_the_list_is_never_offered(self, hall: Hall) -> None:
        hall.call("gone")
        assert hall.list.leave("gone", hall.now)
        hall.seat("1001")
        assert hall.matches() == []
        assert hall.state("1001") is SeatState.READY

    def test_leaving_twice_is_told(self, hall: Hall) -> None:
        hall.call("c1")
        assert hall.list.leave("c1", hall.now)
        assert not hall.list.leave("c1", hall.now)

    def test_a_seat_whose_caller_left_keeps_its_turn(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.after(60)
        hall.seat("1002")
        hall.call("impatient")
        assert hall.matches() == [("impatient", "1001")]
        hall.after(5)
        hall.list.leave("impatient", hall.now)
        hall.call("next")
        assert hall.matches() == [("next", "1001")]

    def test_a_seat_whose_caller_left_takes_the_next_caller_at_once(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.call("c1")
        hall.call("c2")
        hall.list.leave("c1", hall.now)
        assert hall.matches() == [("c1", "1001"), ("c2", "1001")]

    def test_a_caller_who_talks_is_not_in_the_queue_any_more(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.talk("1001", "c1")
        assert not hall.list.leave("c1", hall.now)
        assert hall.state("1001") is SeatState.TALKING


class TestTransferToAnotherGroup:
    def test_a_caller_may_wait_again_before_the_first_seat_is_released(self, hall: Hall) -> None:
        hall.seat("1001", "hotline")
        talk = hall.talk("1001", "c1")
        hall.call("c1", "market")
        hall.seat("2001", "market")
        assert hall.matches() == [("c1", "2001")]
        assert hall.list.release("1001", talk.token, 0, hall.now)
        assert hall.view("2001").call == "c1"


class TestHostileNames:
    @pytest.mark.parametrize("call", ['"}', "a b\r\nc", "通话", "{x}", "x" * 500, "-1", "1e3"])
    def test_any_call_id_comes_through_unchanged(self, hall: Hall, call: str) -> None:
        hall.call(call)
        assert hall.waiting() == [call]
        hall.seat("1001")
        assert hall.the_offer().call == call

    def test_two_cities_share_a_redis_without_meeting(self, client: redis.Redis) -> None:
        here = Hall(client, "daemon-1", city="pingdingshan")
        there = Hall(client, "daemon-1", city="jiayuguan")
        here.call("c1")
        there.seat("1001")
        assert there.matches() == []
        assert there.list.snapshot(there.now).groups["hotline"].waiting == 0
