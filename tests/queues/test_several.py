"""Several phones ring for one caller; nobody else waits because of that."""

from __future__ import annotations

import pytest

from routing.queueing import Strategy
from routing.seats import Offer, SeatState
from switchd.queues.facts import Accepted, LostBy, OfferLost, OfferMade
from tests.queues.hall import Hall


@pytest.fixture
def three(hall: Hall) -> Hall:
    """A hall whose hotline rings three seats at once, with three seats idle."""
    hall.list.define_group("hotline", Strategy.LONGEST_IDLE, 3, hall.now)
    for seat in ("1001", "1002", "1003"):
        hall.seat(seat)
        hall.after(1)
    return hall


def rung(hall: Hall, call: str = "c1") -> dict[str, Offer]:
    hall.call(call)
    return {offer.seat: offer for offer in hall.offers()}


class TestRinging:
    def test_each_seat_has_an_offer_of_its_own(self, three: Hall) -> None:
        offers = rung(three)
        assert list(offers) == ["1001", "1002", "1003"]
        assert len({offer.token for offer in offers.values()}) == 3
        assert [offer.why["how"] for offer in offers.values()] == ["turn", "further", "further"]

    def test_no_more_ring_than_the_group_wants(self, three: Hall) -> None:
        three.seat("1004")
        assert len(rung(three)) == 3
        assert three.state("1004") is SeatState.READY

    def test_everybody_who_waits_has_a_seat_before_a_second_one_rings(self, three: Hall) -> None:
        for seat in ("1001", "1002", "1003"):
            three.list.not_ready(seat, "break", three.now)
        three.call("c1")
        three.call("c2")
        three.list.pause("hotline", True, three.now)
        for seat in ("1001", "1002", "1003"):
            three.list.ready(seat, three.now)
        three.list.pause("hotline", False, three.now)
        assert three.matches() == [("c1", "1001"), ("c2", "1002"), ("c1", "1003")]

    def test_a_preferred_seat_rings_alone(self, three: Hall) -> None:
        three.call("c1", prefer="1002")
        assert three.matches() == [("c1", "1002")]


class TestAccepting:
    def test_the_first_to_answer_has_the_caller(self, three: Hall) -> None:
        offers = rung(three)
        three.after(4)
        accepted = three.list.accept(offers["1002"].token, three.now)
        assert accepted == Accepted((offers["1001"].token, offers["1003"].token))
        assert three.state("1002") is SeatState.TALKING
        assert three.inbox() == [], "the owner knows already"

    def test_who_comes_second_comes_too_late(self, three: Hall) -> None:
        offers = rung(three)
        three.list.accept(offers["1002"].token, three.now)
        assert three.list.accept(offers["1001"].token, three.now) is None

    def test_repeating_it_is_harmless(self, three: Hall) -> None:
        offers = rung(three)
        three.list.accept(offers["1002"].token, three.now)
        assert three.list.accept(offers["1002"].token, three.now) == Accepted()

    def test_the_others_keep_their_turn(self, three: Hall) -> None:
        offers = rung(three)
        three.after(4)
        three.list.accept(offers["1002"].token, three.now)
        three.list.define_group("hotline", Strategy.LONGEST_IDLE, 1, three.now)
        three.seat("1004")
        three.call("c2")
        assert three.matches() == [("c2", "1001")]


class TestAnotherCaller:
    def test_one_of_the_seats_is_given_to_who_has_none(self, three: Hall) -> None:
        offers = rung(three)
        three.call("c2")
        lost, made = three.inbox()
        assert lost == OfferLost("c1", offers["1001"].token, "1001", LostBy.WITHDRAWN)
        assert isinstance(made, OfferMade)
        assert (made.offer.call, made.offer.seat) == ("c2", "1001")
        assert made.offer.why["how"] == "withdrawn"
        assert three.list.accept(offers["1001"].token, three.now) is None
        assert three.list.accept(offers["1003"].token, three.now) is not None

    def test_the_last_seat_of_a_caller_is_not_taken_away(self, three: Hall) -> None:
        rung(three)
        for call in ("c2", "c3", "c4"):
            three.call(call)
        assert [(call, seat) for call, seat in three.matches()] == [("c2", "1001"), ("c3", "1002")]
        assert three.waiting() == ["c4"]

    def test_an_idle_seat_is_better(self, three: Hall) -> None:
        rung(three)
        three.seat("1004")
        three.call("c2")
        assert three.matches() == [("c2", "1004")]

    def test_any_of_the_seats_may_be_the_one_that_the_other_needs(self, three: Hall) -> None:
        """Also the first that was rung: the caller loses nothing while another rings."""
        three.list.serve("1001", {"hotline": 5, "market": 5}, three.now)
        rung(three)
        three.call("c2", "market")
        assert three.matches() == [("c2", "1001")]

    def test_a_seat_whose_agent_is_about_to_leave_is_not_given(self, three: Hall) -> None:
        rung(three)
        for seat in ("1001", "1002"):
            three.list.not_ready(seat, "break", three.now)
        three.call("c2")
        assert three.matches() == [("c2", "1003")]
        three.call("c3")
        assert three.matches() == []
        three.list.ready("1001", three.now)
        assert three.matches() == [("c3", "1001")]

    def test_nor_one_whose_phone_is_gone(self, three: Hall) -> None:
        rung(three)
        three.list.phone("1001", False, three.now)
        three.call("c2")
        assert three.matches() == [("c2", "1002")]


class TestEnding:
    def test_a_seat_that_does_not_take_it_leaves_the_others_ringing(self, three: Hall) -> None:
        offers = rung(three)
        three.list.refuse(offers["1001"].token, "busy", three.now)
        assert three.waiting() == []
        three.list.refuse(offers["1002"].token, "busy", three.now)
        three.list.refuse(offers["1003"].token, "busy", three.now)
        assert three.waiting() == ["c1"]

    def test_nobody_answered(self, three: Hall) -> None:
        offers = rung(three)
        three.after(15)
        sweep = three.list.sweep(three.now)
        assert {lost.token for lost in sweep.offers} == {one.token for one in offers.values()}
        assert three.waiting() == ["c1"]
        assert three.view("1003").reason == "no_answer"

    def test_who_hangs_up_frees_them_all(self, three: Hall) -> None:
        rung(three)
        three.list.leave("c1", three.now)
        assert {three.state(seat) for seat in ("1001", "1002", "1003")} == {SeatState.READY}
        assert three.list.next_deadline() is None

    def test_a_daemon_that_starts_again_frees_them_all(self, three: Hall) -> None:
        rung(three)
        assert three.list.forget_calls_of("daemon-1", three.now) == 1
        assert {three.state(seat) for seat in ("1001", "1002", "1003")} == {SeatState.READY}
