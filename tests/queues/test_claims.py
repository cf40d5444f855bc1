"""A seat that is held for a call of no list: for a consultation or a transfer."""

from __future__ import annotations

import pytest

from routing.seats import Offer, SeatState
from switchd.queues.facts import LostBy, NotToBeHad, OfferLost
from tests.queues.hall import Hall


def claim(hall: Hall, wanted: str = "1001", call: str = "talk-1") -> Offer:
    held = hall.list.claim(wanted, call, 12.0, hall.now)
    assert isinstance(held, Offer)
    return held


def state(hall: Hall, seat: str = "1001") -> SeatState:
    view = hall.list.seat(seat)
    assert view is not None
    return view.state


class TestAClaim:
    def test_says_all_that_is_needed_to_ring_the_seat(self, hall: Hall) -> None:
        hall.seat("1001", agent="8001")
        held = claim(hall)
        assert (held.seat, held.agent, held.call, held.home) == (
            "1001",
            "8001",
            "talk-1",
            "daemon-1",
        )
        assert held.deadline == hall.now + 12.0
        assert state(hall) is SeatState.OFFERED

    def test_may_name_the_agent_wherever_that_one_sits(self, hall: Hall) -> None:
        hall.seat("1001", agent="A017")
        assert claim(hall, "A017").seat == "1001"

    @pytest.mark.parametrize(
        ("wanted", "why"), [("1001", "not_ready"), ("A099", "not_signed_in"), ("1002", "offered")]
    )
    def test_of_a_seat_that_is_not_ready_says_what_it_does(
        self, hall: Hall, wanted: str, why: str
    ) -> None:
        hall.seat("1001")
        hall.list.not_ready("1001", "break", hall.now)
        hall.seat("1002")
        claim(hall, "1002")
        assert hall.list.claim(wanted, "talk-2", 12.0, hall.now) == NotToBeHad(why)

    def test_of_a_seat_without_a_phone_is_refused(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.list.phone("1001", False, hall.now)
        assert hall.list.claim("1001", "talk-1", 12.0, hall.now) == NotToBeHad("unreachable")

    def test_keeps_callers_of_the_list_away(self, hall: Hall) -> None:
        hall.seat("1001")
        claim(hall)
        hall.call("c1")
        assert hall.matches() == []
        assert hall.waiting() == ["c1"]

    def test_becomes_a_talk_that_ends_in_wrap_up(self, hall: Hall) -> None:
        hall.seat("1001")
        held = claim(hall)
        accepted = hall.list.accept(held.token, hall.now)
        assert accepted is not None
        assert accepted.withdrawn == ()
        assert state(hall) is SeatState.TALKING
        assert hall.list.release("1001", held.token, 10.0, hall.now)
        assert state(hall) is SeatState.WRAP_UP

    def test_does_not_touch_the_place_that_its_call_has_in_a_list(self, hall: Hall) -> None:
        hall.seat("1001", "market")
        hall.call("talk-1", "hotline")
        held = claim(hall)
        hall.list.accept(held.token, hall.now)
        assert hall.waiting() == ["talk-1"]

    def test_that_is_given_back_lets_the_next_caller_come(self, hall: Hall) -> None:
        hall.seat("1001")
        held = claim(hall)
        hall.call("c1")
        assert hall.list.refuse(held.token, None, hall.now)
        assert hall.matches() == [("c1", "1001")]

    def test_that_is_refused_with_a_reason_makes_the_seat_not_ready(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.list.refuse(claim(hall).token, "no_answer", hall.now)
        assert state(hall) is SeatState.NOT_READY

    def test_that_is_forgotten_is_swept_and_its_owner_told(self, hall: Hall) -> None:
        hall.seat("1001")
        held = claim(hall)
        hall.after(12.0)
        swept = hall.list.sweep(hall.now)
        lost = OfferLost("talk-1", held.token, "1001", LostBy.NO_ANSWER)
        assert swept.offers == (lost,)
        assert hall.inbox() == [lost]
        assert state(hall) is SeatState.NOT_READY
        assert hall.waiting() == []

    def test_for_no_time_at_all_is_a_mistake(self, hall: Hall) -> None:
        with pytest.raises(ValueError, match="more than 0"):
            hall.list.claim("1001", "talk-1", 0.0, hall.now)


class TestTheOwnerStartsAnew:
    def test_a_seat_that_was_rung_for_it_is_ready_again(self, hall: Hall) -> None:
        """Nobody knows any more for what it was."""
        hall.seat("1001", agent="8001")
        claim(hall)
        hall.list.forget_calls_of("daemon-1", hall.now)
        assert state(hall) is SeatState.READY


class TestAClaimOfASeatThatMayRest:
    """A seat that another seat calls is held also while its agent is not ready."""

    def claim(self, hall: Hall) -> Offer:
        held = hall.list.claim("1001", "talk-1", 12.0, hall.now, token="its-leg", resting=True)
        assert isinstance(held, Offer)
        return held

    def resting(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.list.not_ready("1001", "writing", hall.now)

    def reason(self, hall: Hall) -> str:
        view = hall.list.seat("1001")
        assert view is not None
        return view.reason

    def test_has_the_name_that_it_was_given(self, hall: Hall) -> None:
        hall.seat("1001")
        assert self.claim(hall).token == "its-leg"
        assert hall.list.release("1001", "its-leg", 0.0, hall.now) is False
        assert hall.list.accept("its-leg", hall.now) is not None
        assert hall.list.release("1001", "its-leg", 0.0, hall.now)
        assert state(hall) is SeatState.READY

    def test_leaves_the_seat_as_it_was_after_a_talk(self, hall: Hall) -> None:
        self.resting(hall)
        self.claim(hall)
        assert state(hall) is SeatState.OFFERED
        hall.list.accept("its-leg", hall.now)
        assert state(hall) is SeatState.TALKING
        hall.list.release("1001", "its-leg", 10.0, hall.now)
        assert (state(hall), self.reason(hall)) == (SeatState.NOT_READY, "writing")

    def test_leaves_the_seat_as_it_was_if_nobody_picks_up(self, hall: Hall) -> None:
        self.resting(hall)
        self.claim(hall)
        hall.list.refuse("its-leg", "no_answer", hall.now)
        assert (state(hall), self.reason(hall)) == (SeatState.NOT_READY, "writing")

    def test_is_refused_while_the_seat_is_in_a_talk(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.list.accept(claim(hall).token, hall.now)
        refused = hall.list.claim("1001", "talk-2", 12.0, hall.now, resting=True)
        assert refused == NotToBeHad("talking")
