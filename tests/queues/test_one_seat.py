"""One agent sits at one seat at a time."""

from __future__ import annotations

import pytest

from routing.seats import SeatState
from switchd.queues.facts import Emptied, Refusal, SeatRefused
from tests.queues.hall import Hall


@pytest.fixture
def hall(hall: Hall) -> Hall:
    """An agent who is ready at one of two seats."""
    hall.seat("1001", agent="A017")
    hall.define("1002", "hotline")
    hall.list.phone("1002", True, hall.now)
    return hall


class TestElsewhere:
    def test_who_sits_elsewhere_is_told_where(self, hall: Hall) -> None:
        with pytest.raises(SeatRefused, match="signed in at seat 1001; sign out") as refused:
            hall.list.sign_in("1002", "A017", hall.now)
        assert (refused.value.reason, refused.value.where) == (Refusal.ELSEWHERE, "1001")
        assert hall.state("1002") is SeatState.SIGNED_OUT

    def test_taking_over_ends_it_there(self, hall: Hall) -> None:
        view = hall.list.sign_in("1002", "A017", hall.now, take_over=True)
        assert (view.agent, view.state) == ("A017", SeatState.NOT_READY)
        left = hall.view("1001")
        assert (left.agent, left.state, left.reason) == ("", SeatState.SIGNED_OUT, "moved")
        hall.call("c1", prefer="A017")
        assert hall.matches() == []
        hall.list.ready("1002", hall.now)
        assert hall.matches() == [("c1", "1002")]

    @pytest.mark.parametrize("take_over", [True, False])
    def test_nobody_is_taken_away_from_a_caller(self, hall: Hall, take_over: bool) -> None:
        hall.talk("1001", "c1")
        with pytest.raises(SeatRefused, match="has a caller at seat 1001") as refused:
            hall.list.sign_in("1002", "A017", hall.now, take_over)
        assert refused.value.reason is Refusal.BUSY_ELSEWHERE
        assert hall.state("1001") is SeatState.TALKING

    def test_taking_over_takes_no_seat_from_somebody_else(self, hall: Hall) -> None:
        hall.list.sign_in("1002", "A018", hall.now)
        with pytest.raises(SeatRefused) as refused:
            hall.list.sign_in("1002", "A017", hall.now, take_over=True)
        assert refused.value.reason is Refusal.TAKEN
        assert hall.state("1001") is SeatState.READY

    def test_who_has_signed_out_sits_nowhere(self, hall: Hall) -> None:
        hall.list.sign_out("1001", hall.now)
        assert hall.list.sign_in("1002", "A017", hall.now).agent == "A017"

    def test_who_takes_over_from_a_seat_that_alone_served_a_group_leaves_it_empty(
        self, hall: Hall
    ) -> None:
        hall.list.pause("web", True, hall.now)
        hall.list.serve("1001", {"web": 5}, hall.now)
        hall.call("c1", "web")
        hall.inbox()
        hall.list.sign_in("1002", "A017", hall.now, take_over=True)
        assert hall.inbox() == [Emptied("web")]
