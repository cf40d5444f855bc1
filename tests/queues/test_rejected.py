"""Why the other seats were not offered a caller, seat by seat, as every offer tells."""

from __future__ import annotations

from routing.seats import Offer
from tests.queues.hall import Hall


def rejected(hall: Hall, offer: Offer | None = None) -> list[list[str]]:
    """Seats and reasons that the only offer since the last look tells, or `offer`."""
    found: list[list[str]] = (offer or hall.the_offer()).why["rejected"]
    return found


def the_next(hall: Hall) -> list[list[str]]:
    """Seats and reasons told to a new caller, whom seat 1009 takes."""
    hall.seat("1009")
    hall.call("new")
    return rejected(hall)


class TestASeatIsRejectedBecause:
    def test_it_talks(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.talk("1001", "c1")
        assert the_next(hall) == [["1001", "talking"]]

    def test_it_rings_for_another_caller(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.call("c1")
        hall.offers()
        assert the_next(hall) == [["1001", "offered"]]

    def test_it_is_in_wrap_up(self, hall: Hall) -> None:
        hall.seat("1001")
        offer = hall.talk("1001", "c1")
        hall.list.release("1001", offer.token, 30, hall.now)
        assert the_next(hall) == [["1001", "wrap_up"]]

    def test_its_agent_is_not_ready_for_a_reason(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.list.not_ready("1001", "break", hall.now)
        assert the_next(hall) == [["1001", "not_ready:break"]]

    def test_the_reason_is_the_latest(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.list.not_ready("1001", "break", hall.now)
        hall.list.not_ready("1001", "午餐", hall.now)
        assert the_next(hall) == [["1001", "not_ready:午餐"]]

    def test_it_has_lost_its_phone(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.list.phone("1001", False, hall.now)
        assert the_next(hall) == [["1001", "unreachable"]]

    def test_its_turn_comes_after_the_five_that_are_named_in_turn(self, hall: Hall) -> None:
        for n in range(7):
            hall.seat(f"100{n}")
            hall.after(1)
        hall.call("c1")
        assert rejected(hall) == [["1005", "later_in_turn"], ["1006", "later_in_turn"]]

    def test_the_caller_asked_for_another_agent(self, hall: Hall) -> None:
        for n in range(8):
            hall.seat(f"100{n}")
            hall.after(1)
        hall.call("c1", prefer="1006")
        assert rejected(hall) == [["1005", "not_preferred"], ["1007", "not_preferred"]]

    def test_it_talks_and_would_serve_the_caller_by_widening(self, hall: Hall) -> None:
        hall.seat("1001", "market")
        hall.talk("1001", "c1", "market")
        hall.call("guest")
        hall.list.widen("guest", "market", hall.now)
        hall.seat("1009")
        assert rejected(hall) == [["1001", "talking"]]


class TestNobodyIsRejected:
    def test_who_has_signed_out(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.list.not_ready("1001", "break", hall.now)
        hall.list.sign_out("1001", hall.now)
        assert the_next(hall) == []

    def test_who_does_not_serve_the_caller(self, hall: Hall) -> None:
        hall.seat("1001", "market")
        hall.talk("1001", "c1", "market")
        assert the_next(hall) == []

    def test_who_serves_the_caller_no_more(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.talk("1001", "c1")
        hall.list.serve("1001", {"market": 5}, hall.now)
        assert the_next(hall) == []

    def test_whose_seat_the_plan_has_no_more(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.talk("1001", "c1")
        hall.list.forget_seat("1001", hall.now)
        assert the_next(hall) == []

    def test_who_is_rung_for_the_same_caller(self, hall: Hall) -> None:
        hall.list.define_group("hotline", hall.list.counts("hotline").strategy, 2, hall.now)
        hall.seat("1001")
        hall.after(1)
        hall.seat("1002")
        hall.call("c1")
        first, further = hall.offers()
        assert (first.seat, further.seat) == ("1001", "1002")
        assert rejected(hall, first) == rejected(hall, further) == []


class TestManySeats:
    def test_thirty_are_told_and_those_who_are_missing_before_those_who_talk(
        self, hall: Hall
    ) -> None:
        for n in range(40):
            hall.seat(f"10{n:02}")
            hall.talk(f"10{n:02}", f"talk-{n}")
        hall.seat("2001")
        hall.list.not_ready("2001", "break", hall.now)
        hall.seat("2002")
        hall.list.phone("2002", False, hall.now)
        hall.seat("2003")
        hall.call("c1")
        told = rejected(hall)
        assert told[:2] == [["2001", "not_ready:break"], ["2002", "unreachable"]]
        assert told[2:] == [[f"10{n:02}", "talking"] for n in range(28)]

    def test_of_a_seat_in_two_of_the_caller_s_pools_it_is_told_once(self, hall: Hall) -> None:
        hall.seat("1001", "hotline", "market")
        hall.talk("1001", "c1")
        hall.call("guest")
        hall.list.widen("guest", "market", hall.now)
        hall.seat("1009")
        assert rejected(hall) == [["1001", "talking"]]
