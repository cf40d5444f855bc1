"""What agents and phones do, and what the seat becomes."""

from __future__ import annotations

import pytest

from routing.seats import NotReadyReason, SeatState
from switchd.queues.facts import LostBy, OfferLost, Refusal, SeatRefused
from tests.queues.hall import Hall


class TestSigningIn:
    def test_a_new_seat_is_signed_out_and_has_no_phone(self, hall: Hall) -> None:
        hall.define("1001", "hotline")
        view = hall.view("1001")
        assert (view.state, view.agent, view.reachable) == (SeatState.SIGNED_OUT, "", False)

    def test_an_agent_who_signs_in_is_not_ready_yet(self, hall: Hall) -> None:
        hall.define("1001", "hotline")
        view = hall.list.sign_in("1001", "8001", hall.now)
        assert (view.state, view.reason, view.agent) == (
            SeatState.NOT_READY,
            NotReadyReason.SIGNED_IN,
            "8001",
        )

    def test_an_agent_signed_in_twice_stays_as_is(self, hall: Hall) -> None:
        hall.seat("1001", agent="8001")
        assert hall.list.sign_in("1001", "8001", hall.now).state is SeatState.READY

    def test_a_seat_with_an_agent_is_refused_to_another(self, hall: Hall) -> None:
        hall.seat("1001", agent="8001")
        with pytest.raises(SeatRefused, match="sign that agent out first") as refused:
            hall.list.sign_in("1001", "8002", hall.now)
        assert refused.value.reason is Refusal.TAKEN
        assert hall.view("1001").agent == "8001"

    def test_signed_out_the_seat_has_no_agent_and_no_callers(self, hall: Hall) -> None:
        hall.seat("1001")
        assert hall.list.sign_out("1001", hall.now).agent == ""
        hall.call("c1")
        assert hall.matches() == []
        assert hall.list.sign_out("1001", hall.now).state is SeatState.SIGNED_OUT

    @pytest.mark.parametrize("verb", ["ready", "not_ready"])
    def test_who_is_not_signed_in_is_told_so(self, hall: Hall, verb: str) -> None:
        hall.define("1001", "hotline")
        arguments = ["break"] if verb == "not_ready" else []
        with pytest.raises(SeatRefused, match="sign in first") as refused:
            getattr(hall.list, verb)("1001", *arguments, hall.now)
        assert refused.value.reason is Refusal.NOT_SIGNED_IN

    @pytest.mark.parametrize(
        ("verb", "arguments"),
        [("sign_in", ["8001"]), ("sign_out", []), ("ready", []), ("not_ready", ["break"])],
    )
    def test_a_seat_outside_the_plan_is_refused(
        self, hall: Hall, verb: str, arguments: list[str]
    ) -> None:
        with pytest.raises(SeatRefused, match="seat 9999") as refused:
            getattr(hall.list, verb)("9999", *arguments, hall.now)
        assert refused.value.reason is Refusal.UNKNOWN_SEAT
        assert hall.list.seat("9999") is None


class TestReady:
    def test_not_ready_keeps_callers_away_and_says_why(self, hall: Hall) -> None:
        hall.seat("1001")
        view = hall.list.not_ready("1001", "吃饭", hall.now)
        assert (view.state, view.reason) == (SeatState.NOT_READY, "吃饭")
        hall.call("c1")
        assert hall.matches() == []
        hall.list.ready("1001", hall.now)
        assert hall.matches() == [("c1", "1001")]

    def test_pressing_ready_again_does_not_cost_the_turn(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.after(1)
        hall.seat("1002")
        hall.after(1)
        hall.list.ready("1001", hall.now)
        hall.call("c1")
        assert hall.matches() == [("c1", "1001")]

    def test_the_same_reason_again_does_not_restart_the_break(self, hall: Hall) -> None:
        hall.seat("1001")
        began = hall.list.not_ready("1001", "break", hall.now).since
        hall.after(60)
        assert hall.list.not_ready("1001", "break", hall.now).since == began
        assert hall.list.not_ready("1001", "training", hall.now).since == hall.now

    def test_ready_ends_a_wrap_up_early(self, hall: Hall) -> None:
        hall.seat("1001")
        offer = hall.talk("1001", "c1")
        hall.list.release("1001", offer.token, 10, hall.now)
        hall.list.ready("1001", hall.now)
        assert hall.list.next_deadline() is None
        hall.call("c2")
        assert hall.matches() == [("c2", "1001")]


class TestPhone:
    def test_a_seat_without_a_phone_is_ready_but_offered_nobody(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.list.phone("1001", False, hall.now)
        hall.call("c1")
        assert hall.matches() == []
        assert hall.state("1001") is SeatState.READY
        hall.list.phone("1001", True, hall.now)
        assert hall.matches() == [("c1", "1001")]

    def test_losing_the_phone_does_not_cost_the_turn(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.after(1)
        hall.seat("1002")
        hall.list.phone("1001", False, hall.now)
        hall.after(1)
        hall.list.phone("1001", True, hall.now)
        hall.call("c1")
        assert hall.matches() == [("c1", "1001")]

    def test_a_phone_lost_during_a_talk_leaves_the_talk_alone(self, hall: Hall) -> None:
        hall.seat("1001")
        offer = hall.talk("1001", "c1")
        hall.list.phone("1001", False, hall.now)
        assert hall.state("1001") is SeatState.TALKING
        hall.list.release("1001", offer.token, 0, hall.now)
        hall.call("c2")
        assert hall.matches() == []

    def test_a_phone_that_belongs_to_no_seat_is_told(self, hall: Hall) -> None:
        assert not hall.list.phone("9999", True, hall.now)
        assert hall.list.seat("9999") is None


class TestRelease:
    def test_wrap_up_follows_the_talk(self, hall: Hall) -> None:
        hall.seat("1001")
        offer = hall.talk("1001", "c1")
        hall.after(100)
        assert hall.list.release("1001", offer.token, 10, hall.now)
        view = hall.view("1001")
        assert (view.state, view.until, view.call) == (SeatState.WRAP_UP, hall.now + 10, "")
        assert hall.list.next_deadline() == hall.now + 10

    def test_without_wrap_up_the_seat_takes_the_next_caller_at_once(self, hall: Hall) -> None:
        hall.seat("1001")
        offer = hall.talk("1001", "c1")
        hall.call("c2")
        hall.list.release("1001", offer.token, 0, hall.now)
        assert hall.matches() == [("c2", "1001")]

    def test_a_late_release_does_not_end_the_next_talk(self, hall: Hall) -> None:
        hall.seat("1001")
        first = hall.talk("1001", "c1")
        hall.list.release("1001", first.token, 0, hall.now)
        hall.talk("1001", "c2")
        assert not hall.list.release("1001", first.token, 0, hall.now)
        assert hall.view("1001").call == "c2"

    def test_an_offer_is_not_released(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.call("c1")
        offer = hall.the_offer()
        assert not hall.list.release("1001", offer.token, 0, hall.now)
        assert hall.state("1001") is SeatState.OFFERED


class TestAskedForDuringACall:
    def test_not_ready_while_talking_comes_instead_of_wrap_up(self, hall: Hall) -> None:
        hall.seat("1001")
        offer = hall.talk("1001", "c1")
        view = hall.list.not_ready("1001", "break", hall.now)
        assert (view.state, view.after_call) == (SeatState.TALKING, SeatState.NOT_READY)
        hall.call("c2")
        hall.list.release("1001", offer.token, 10, hall.now)
        view = hall.view("1001")
        assert (view.state, view.reason) == (SeatState.NOT_READY, "break")
        assert view.after_call is None
        assert hall.matches() == []

    @pytest.mark.parametrize("wrap_up", [0, 10])
    def test_sign_out_while_talking_comes_after_the_call(self, hall: Hall, wrap_up: float) -> None:
        hall.seat("1001")
        offer = hall.talk("1001", "c1")
        assert hall.list.sign_out("1001", hall.now).after_call is SeatState.SIGNED_OUT
        hall.list.release("1001", offer.token, wrap_up, hall.now)
        view = hall.view("1001")
        assert (view.state, view.agent) == (SeatState.SIGNED_OUT, "")
        assert hall.list.next_deadline() is None

    def test_ready_takes_it_back(self, hall: Hall) -> None:
        hall.seat("1001")
        offer = hall.talk("1001", "c1")
        hall.list.sign_out("1001", hall.now)
        assert hall.list.ready("1001", hall.now).after_call is None
        hall.list.release("1001", offer.token, 0, hall.now)
        assert hall.state("1001") is SeatState.READY

    def test_signing_in_again_takes_the_sign_out_back(self, hall: Hall) -> None:
        hall.seat("1001", agent="8001")
        hall.talk("1001", "c1")
        hall.list.sign_out("1001", hall.now)
        assert hall.list.sign_in("1001", "8001", hall.now).after_call is None

    def test_the_last_wish_counts(self, hall: Hall) -> None:
        hall.seat("1001")
        offer = hall.talk("1001", "c1")
        hall.list.sign_out("1001", hall.now)
        hall.list.not_ready("1001", "break", hall.now)
        hall.list.release("1001", offer.token, 0, hall.now)
        assert hall.view("1001").reason == "break"

    @pytest.mark.parametrize("end", ["leave", "refuse", "sweep"])
    def test_it_counts_however_the_offer_ends(self, hall: Hall, end: str) -> None:
        hall.seat("1001")
        hall.call("c1")
        offer = hall.the_offer()
        hall.list.sign_out("1001", hall.now)
        if end == "leave":
            hall.list.leave("c1", hall.now)
        elif end == "refuse":
            hall.list.refuse(offer.token, "busy", hall.now)
        else:
            hall.list.sweep(offer.deadline)
        assert hall.state("1001") is SeatState.SIGNED_OUT


class TestPlanChanges:
    def test_a_known_seat_keeps_its_state_and_serves_its_new_groups(self, hall: Hall) -> None:
        hall.seat("1001", "hotline")
        hall.call("c1", "market")
        hall.define("1001", "market")
        assert hall.matches() == [("c1", "1001")]

    def test_a_group_taken_from_a_seat_offers_it_no_more_callers(self, hall: Hall) -> None:
        hall.seat("1001", "hotline", "market")
        hall.define("1001", "hotline")
        hall.call("c1", "market")
        assert hall.matches() == []

    def test_the_plan_may_change_while_the_seat_talks(self, hall: Hall) -> None:
        hall.seat("1001", "hotline")
        offer = hall.talk("1001", "c1")
        hall.define("1001", "market")
        assert hall.state("1001") is SeatState.TALKING
        hall.call("c2", "market")
        hall.list.release("1001", offer.token, 0, hall.now)
        assert hall.matches() == [("c2", "1001")]

    def test_a_forgotten_seat_gives_its_caller_back(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.after(1)
        hall.seat("1002")
        hall.call("c1")
        offer = hall.the_offer()
        assert hall.list.forget_seat("1001", hall.now)
        lost, _ = hall.inbox()
        assert lost == OfferLost("c1", offer.token, "1001", LostBy.SEAT_GONE)
        assert hall.view("1002").call == "c1"
        assert hall.list.seat("1001") is None
        assert not hall.list.forget_seat("1001", hall.now)

    def test_a_talk_at_a_forgotten_seat_ends_quietly(self, hall: Hall) -> None:
        hall.seat("1001")
        offer = hall.talk("1001", "c1")
        hall.list.forget_seat("1001", hall.now)
        assert not hall.list.release("1001", offer.token, 10, hall.now)
        assert hall.list.snapshot(hall.now).seats == {}


class TestWhoeverListens:
    def test_is_told_of_what_agents_do_and_of_nothing_that_was_refused(self, hall: Hall) -> None:
        heard: list[tuple[str, str]] = []
        hall.define("1001", "hotline")
        hall.list.seat_changed.append(lambda verb, seat: heard.append((verb, seat.state)))
        with pytest.raises(SeatRefused):
            hall.list.ready("1001", hall.now)
        hall.list.sign_in("1001", "8001", hall.now)
        hall.list.ready("1001", hall.now)
        hall.list.sign_out("1001", hall.now)
        assert heard == [
            ("sign_in", SeatState.NOT_READY),
            ("ready", SeatState.READY),
            ("sign_out", SeatState.SIGNED_OUT),
        ]
