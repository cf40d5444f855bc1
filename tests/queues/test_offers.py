"""How a caller and a seat find each other, and how an offer ends."""

from __future__ import annotations

import pytest
import redis

from routing.seats import Offer, SeatState
from switchd.queues.facts import OfferLost, OfferMade
from tests.queues.hall import MORNING, Hall


class TestMatch:
    def test_the_offer_says_all_that_is_needed_to_ring_the_seat(self, hall: Hall) -> None:
        hall.seat("1001", "hotline", agent="8001")
        hall.call("c1", ring=12.5)
        assert hall.offers() == [
            Offer(
                token="daemon-1/5-1",
                call="c1",
                seat="1001",
                agent="8001",
                group="hotline",
                offered_at=hall.now,
                deadline=hall.now + 12.5,
                home="daemon-1",
            )
        ]

    def test_the_seat_idle_longest_is_offered_first(self, hall: Hall) -> None:
        for seat in ("1003", "1001", "1002"):
            hall.seat(seat)
            hall.after(1)
        for call in ("c1", "c2", "c3", "c4"):
            hall.call(call)
        assert hall.matches() == [("c1", "1003"), ("c2", "1001"), ("c3", "1002")]
        assert hall.waiting() == ["c4"]

    def test_a_seat_is_offered_only_callers_of_its_groups(self, hall: Hall) -> None:
        hall.seat("1001", "market", "ecology")
        hall.call("c1", "hotline")
        assert hall.matches() == []
        hall.call("c2", "ecology")
        assert hall.matches() == [("c2", "1001")]

    def test_a_seat_of_two_groups_takes_the_caller_with_the_best_order(self, hall: Hall) -> None:
        hall.call("younger", "hotline", since=hall.now - 10)
        hall.call("older", "market", since=hall.now - 20)
        hall.call("urgent", "hotline", priority=60)
        hall.seat("1001", "hotline", "market")
        assert hall.matches() == [("urgent", "1001")]
        hall.seat("1002", "hotline", "market")
        assert hall.matches() == [("older", "1002")]

    def test_a_seat_of_two_groups_is_offered_one_caller(self, hall: Hall) -> None:
        hall.seat("1001", "hotline", "market")
        hall.call("c1", "hotline")
        hall.call("c2", "market")
        assert hall.matches() == [("c1", "1001")]
        assert hall.waiting("market") == ["c2"]

    def test_a_seat_without_groups_is_offered_nobody(self, hall: Hall) -> None:
        hall.define("1001")
        hall.list.phone("1001", True, hall.now)
        hall.list.sign_in("1001", "8001", hall.now)
        hall.call("c1")
        assert hall.list.ready("1001", hall.now).state is SeatState.READY


class TestAccept:
    def test_the_seat_talks(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.call("c1")
        offer = hall.the_offer()
        hall.after(4)
        assert hall.list.accept(offer.token, hall.now)
        view = hall.view("1001")
        assert (view.state, view.call, view.since) == (SeatState.TALKING, "c1", hall.now)
        assert hall.list.next_deadline() is None

    def test_a_caller_who_left_is_not_accepted(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.call("c1")
        offer = hall.the_offer()
        hall.list.leave("c1", hall.now)
        assert not hall.list.accept(offer.token, hall.now)
        assert hall.state("1001") is SeatState.READY

    def test_repeating_it_changes_nothing(self, hall: Hall) -> None:
        """A daemon whose reply got lost may ask again."""
        hall.seat("1001")
        offer = hall.talk("1001", "c1")
        hall.after(30)
        assert hall.list.accept(offer.token, hall.now)
        assert hall.view("1001").since == offer.offered_at

    def test_an_unknown_token_is_not_accepted(self, hall: Hall) -> None:
        assert not hall.list.accept("never given", hall.now)

    def test_an_answer_past_the_deadline_counts_while_nobody_swept(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.call("c1")
        hall.after(16)
        assert hall.list.accept(hall.the_offer().token, hall.now)


class TestRefuse:
    def test_the_caller_goes_straight_to_the_next_ready_seat(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.after(1)
        hall.seat("1002")
        hall.call("c1")
        assert hall.list.refuse(hall.the_offer().token, "busy", hall.now)
        assert hall.matches() == [("c1", "1002")]
        view = hall.view("1001")
        assert (view.state, view.reason, view.call) == (SeatState.NOT_READY, "busy", "")

    def test_without_another_seat_the_caller_keeps_the_place(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.call("c1")
        hall.after(3)
        hall.call("c2")
        offer = hall.the_offer()
        hall.list.refuse(offer.token, "refused", hall.now)
        assert hall.waiting() == ["c1", "c2"]

    def test_without_a_reason_the_seat_is_the_last_of_the_ready_ones(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.after(1)
        hall.seat("1002")
        hall.after(1)
        hall.call("c1")
        hall.list.refuse(hall.the_offer().token, None, hall.now)
        assert hall.matches() == [("c1", "1002")]
        assert hall.state("1001") is SeatState.READY

    def test_without_a_reason_or_another_seat_it_is_offered_again(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.call("c1")
        first = hall.the_offer()
        hall.list.refuse(first.token, None, hall.now)
        again = hall.the_offer()
        assert (again.call, again.seat) == ("c1", "1001")
        assert again.token != first.token

    @pytest.mark.parametrize("reason", ["busy", None])
    def test_a_talk_can_no_longer_be_refused(self, hall: Hall, reason: str | None) -> None:
        hall.seat("1001")
        offer = hall.talk("1001", "c1")
        assert not hall.list.refuse(offer.token, reason, hall.now)
        assert hall.state("1001") is SeatState.TALKING


class TestSweep:
    def test_nobody_answered(self, hall: Hall) -> None:
        """The caller is back with place and age, the seat not ready, the owner told."""
        hall.seat("1001")
        hall.call("c1", ring=15)
        offer = hall.the_offer()
        hall.after(1)
        hall.call("c2")
        assert hall.list.next_deadline() == offer.deadline
        hall.after(14)
        lost = OfferLost("c1", offer.token, "1001")
        sweep = hall.list.sweep(hall.now)
        assert sweep.offers == (lost,)
        assert sweep.next_deadline is None
        assert hall.inbox() == [lost]
        assert hall.waiting() == ["c1", "c2"]
        view = hall.view("1001")
        assert (view.state, view.reason) == (SeatState.NOT_READY, "no_answer")

    def test_before_its_deadline_an_offer_stands(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.call("c1", ring=15)
        offer = hall.the_offer()
        hall.after(14.999)
        assert hall.list.sweep(hall.now).offers == ()
        assert hall.list.accept(offer.token, hall.now)

    def test_the_caller_of_an_overdue_offer_goes_to_another_seat_at_once(self, hall: Hall) -> None:
        """The owner hears of the loss before it hears of the new offer."""
        hall.seat("1001")
        hall.after(1)
        hall.seat("1002")
        hall.call("c1", ring=5)
        first = hall.the_offer()
        hall.after(5)
        hall.list.sweep(hall.now)
        lost, made = hall.inbox()
        assert lost == OfferLost("c1", first.token, "1001")
        assert isinstance(made, OfferMade)
        assert (made.offer.call, made.offer.seat) == ("c1", "1002")

    def test_of_two_overdue_callers_the_first_gets_the_free_seat(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.seat("1002")
        hall.call("second", ring=5, since=hall.now)
        hall.call("first", ring=5, since=hall.now - 1)
        hall.define("1003", "hotline")
        hall.after(5)
        hall.seat("1003")
        hall.inbox()
        hall.list.sweep(hall.now)
        assert hall.matches() == [("first", "1003")]
        assert hall.waiting() == ["second"]

    def test_wrap_up_ends_and_the_longest_waiting_caller_comes(self, hall: Hall) -> None:
        hall.seat("1001")
        offer = hall.talk("1001", "c1")
        hall.list.release("1001", offer.token, 10, hall.now)
        hall.call("c2")
        assert hall.matches() == []
        hall.after(10)
        sweep = hall.list.sweep(hall.now)
        assert sweep.wrap_ups == ("1001",)
        assert sweep.next_deadline == hall.now + 15
        assert hall.matches() == [("c2", "1001")]

    def test_a_late_sweep_does_not_shorten_the_idle_age(self, hall: Hall) -> None:
        hall.seat("1001")
        offer = hall.talk("1001", "c1")
        hall.list.release("1001", offer.token, 10, hall.now)
        wrap_up_end = hall.now + 10
        hall.after(60)
        hall.list.sweep(hall.now)
        assert hall.view("1001").since == wrap_up_end


class TestWhoIsToBlame:
    """An offer that ends unanswered says nothing of a seat whose switch was silent meanwhile."""

    def lapsed(self, hall: Hall) -> float:
        """Let an offer end unanswered; return when."""
        hall.seat("1001")
        hall.after(30)
        hall.call("c1", ring=15)
        hall.inbox()
        hall.after(15)
        hall.list.sweep(hall.now)
        return hall.now

    def test_the_seat_is_ready_again_and_as_idle_as_it_was(self, hall: Hall) -> None:
        at = self.lapsed(hall)
        hall.list.leave("c1", hall.now)
        hall.after(5)
        assert hall.list.absolve(at, hall.now) == ("1001",)
        view = hall.view("1001")
        assert (view.state, view.reason, view.since) == (SeatState.READY, "", MORNING)

    def test_the_caller_is_offered_to_it_again(self, hall: Hall) -> None:
        at = self.lapsed(hall)
        hall.inbox()
        hall.list.absolve(at, hall.now)
        assert hall.matches() == [("c1", "1001")]

    def test_not_before_its_phone_can_be_rung(self, hall: Hall) -> None:
        at = self.lapsed(hall)
        hall.inbox()
        hall.list.phone("1001", False, hall.now)
        hall.list.absolve(at, hall.now)
        assert hall.matches() == []
        hall.list.phone("1001", True, hall.now)
        assert hall.matches() == [("c1", "1001")]

    def test_one_that_did_not_answer_while_the_switch_was_heard_stays_not_ready(
        self, hall: Hall
    ) -> None:
        at = self.lapsed(hall)
        assert hall.list.absolve(at + 0.001, hall.now) == ()
        assert hall.state("1001") is SeatState.NOT_READY

    def test_nor_does_one_whose_phone_has_refused(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.call("c1")
        hall.list.refuse(hall.the_offer().token, "no_answer", hall.now)
        assert hall.list.absolve(MORNING, hall.now) == ()

    def test_nor_one_that_another_owner_rang(self, hall: Hall, client: redis.Redis) -> None:
        at = self.lapsed(hall)
        assert Hall(client, "daemon-2").list.absolve(at, hall.now) == ()

    def test_what_the_agent_has_said_since_then_counts(self, hall: Hall) -> None:
        at = self.lapsed(hall)
        hall.after(1)
        hall.list.not_ready("1001", "lunch", hall.now)
        assert hall.list.absolve(at, hall.now) == ()
        assert hall.view("1001").reason == "lunch"
