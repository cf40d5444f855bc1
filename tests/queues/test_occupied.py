"""A seat that calls somebody itself."""

from __future__ import annotations

import pytest

from routing.seats import SeatState
from switchd.queues.facts import Refusal, SeatRefused
from tests.queues.hall import Hall


class TestASeatThatCalls:
    def test_talks_and_is_offered_nobody(self, hall: Hall) -> None:
        hall.seat("1001", agent="8001")
        view = hall.list.occupy("1001", "outgoing-1", "leg-1", hall.now)
        assert (view.state, view.call, view.agent) == (SeatState.TALKING, "outgoing-1", "8001")
        hall.call("c1")
        assert hall.matches() == []

    def test_has_its_wrap_up_and_then_serves_callers_again(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.list.occupy("1001", "outgoing-1", "leg-1", hall.now)
        hall.call("c1")
        assert hall.list.release("1001", "leg-1", 10.0, hall.now)
        assert hall.view("1001").state is SeatState.WRAP_UP
        hall.after(10.0)
        hall.list.sweep(hall.now)
        assert [offer.call for offer in hall.offers()] == ["c1"]

    def test_who_was_not_ready_is_so_again_for_the_same_reason(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.list.not_ready("1001", "writing", hall.now)
        hall.list.occupy("1001", "outgoing-1", "leg-1", hall.now)
        hall.list.release("1001", "leg-1", 10.0, hall.now)
        view = hall.view("1001")
        assert (view.state, view.reason) == (SeatState.NOT_READY, "writing")

    def test_may_do_so_in_its_wrap_up_which_does_not_run_out_meanwhile(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.list.occupy("1001", "outgoing-1", "leg-1", hall.now)
        hall.list.release("1001", "leg-1", 10.0, hall.now)
        hall.list.occupy("1001", "outgoing-2", "leg-2", hall.now)
        hall.after(60.0)
        assert hall.list.sweep(hall.now).wrap_ups == ()
        assert hall.view("1001").state is SeatState.TALKING

    def test_is_not_freed_by_the_end_of_an_earlier_call(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.list.occupy("1001", "outgoing-1", "leg-1", hall.now)
        assert not hall.list.release("1001", "leg-0", 10.0, hall.now)
        assert hall.view("1001").state is SeatState.TALKING

    def test_whose_leg_is_gone_unnoticed_is_freed(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.list.occupy("1001", "outgoing-1", "leg-1", hall.now)
        assert hall.list.end_talks(["leg-1"], hall.now) == ()
        assert hall.list.end_talks([], hall.now) == ("1001",)


class TestASeatThatMayNotCall:
    def test_because_nobody_is_signed_in(self, hall: Hall) -> None:
        hall.define("1001", "hotline")
        with pytest.raises(SeatRefused, match="sign in first") as refused:
            hall.list.occupy("1001", "outgoing-1", "leg-1", hall.now)
        assert refused.value.reason is Refusal.NOT_SIGNED_IN

    def test_because_its_phone_rings_for_a_caller(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.call("c1")
        (offer,) = hall.offers()
        with pytest.raises(SeatRefused, match="rings for a caller") as refused:
            hall.list.occupy("1001", "outgoing-1", "leg-1", hall.now)
        assert refused.value.reason is Refusal.IN_A_CALL
        assert hall.list.accept(offer.token, hall.now) is not None

    def test_because_the_plan_does_not_have_it(self, hall: Hall) -> None:
        with pytest.raises(SeatRefused, match="seat 9999"):
            hall.list.occupy("9999", "outgoing-1", "leg-1", hall.now)
