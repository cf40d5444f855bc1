"""Which of several free seats is taken, by the group's strategy and the caller's preference."""

from __future__ import annotations

import pytest

from routing.queueing import Strategy
from routing.seats import SeatState
from tests.queues.hall import Hall


def group(hall: Hall, strategy: Strategy, name: str = "hotline", several: int = 1) -> None:
    hall.list.define_group(name, strategy, several, hall.now)


def one_talk(hall: Hall, seat: str, group: str = "hotline") -> None:
    """The next caller is offered to `seat`, talks for a minute, and is gone."""
    offer = hall.talk(seat, f"talk-{hall.now}", group)
    hall.after(60)
    hall.list.release(seat, offer.token, 0, hall.now)


class TestLongestIdle:
    def test_who_has_been_ready_longest_is_next(self, hall: Hall) -> None:
        group(hall, Strategy.LONGEST_IDLE)
        for seat in ("1002", "1001"):
            hall.seat(seat)
            hall.after(1)
        one_talk(hall, "1002")
        one_talk(hall, "1001")
        one_talk(hall, "1002")


class TestRoundRobin:
    def test_who_had_an_offer_longest_ago_is_next_however_short_the_rest(self, hall: Hall) -> None:
        group(hall, Strategy.ROUND_ROBIN)
        for seat in ("1001", "1002", "1003"):
            hall.seat(seat)
            hall.after(1)
        hall.list.not_ready("1001", "break", hall.now)
        hall.after(1)
        hall.list.ready("1001", hall.now)
        for seat in ("1001", "1002", "1003", "1001"):
            one_talk(hall, seat)

    def test_an_offer_that_was_taken_back_is_no_turn(self, hall: Hall) -> None:
        group(hall, Strategy.ROUND_ROBIN)
        hall.seat("1001")
        hall.after(1)
        hall.seat("1002")
        hall.call("impatient")
        hall.list.leave("impatient", hall.now)
        hall.offers()
        one_talk(hall, "1001")

    def test_an_offer_that_was_let_pass_is_one(self, hall: Hall) -> None:
        group(hall, Strategy.ROUND_ROBIN)
        hall.seat("1001")
        hall.after(1)
        hall.seat("1002")
        hall.after(1)
        hall.call("c1")
        hall.list.refuse(hall.the_offer().token, None, hall.now)
        assert hall.the_offer().seat == "1002"


class TestFewestCalls:
    def test_who_took_the_fewest_calls_since_signing_in_is_next(self, hall: Hall) -> None:
        group(hall, Strategy.FEWEST_CALLS)
        for seat in ("1001", "1002"):
            hall.seat(seat)
            hall.after(1)
        for seat in ("1001", "1002", "1001"):
            one_talk(hall, seat)
        hall.list.not_ready("1002", "break", hall.now)
        one_talk(hall, "1001")
        hall.list.ready("1002", hall.now)
        one_talk(hall, "1002")
        one_talk(hall, "1002")

    def test_signing_in_begins_at_nothing(self, hall: Hall) -> None:
        group(hall, Strategy.FEWEST_CALLS)
        hall.seat("1001")
        one_talk(hall, "1001")
        hall.seat("1002")
        one_talk(hall, "1002")
        hall.list.sign_out("1002", hall.now)
        hall.seat("1002")
        one_talk(hall, "1002")


class TestLevelFirst:
    def test_the_best_skilled_is_next_then_the_longest_idle(self, hall: Hall) -> None:
        group(hall, Strategy.LEVEL_FIRST, "english")
        for seat, level in (("1001", 3), ("1002", 7), ("1003", 7)):
            hall.seat(seat)
            hall.list.serve(seat, {"english": level}, hall.now)
            hall.after(1)
        for call in ("c1", "c2", "c3"):
            hall.call(call, "english")
        assert hall.matches() == [("c1", "1002"), ("c2", "1003"), ("c3", "1001")]


class TestChangingIt:
    def test_seats_that_are_idle_already_follow_the_new_strategy(self, hall: Hall) -> None:
        for seat, level in (("1001", 3), ("1002", 7)):
            hall.seat(seat)
            hall.list.serve(seat, {"hotline": level}, hall.now)
            hall.after(1)
        group(hall, Strategy.LEVEL_FIRST)
        hall.call("c1")
        assert hall.matches() == [("c1", "1002")]

    def test_none_rings_for_nobody(self, hall: Hall) -> None:
        with pytest.raises(ValueError, match="at least 1"):
            group(hall, Strategy.LONGEST_IDLE, several=0)


class TestPreference:
    @pytest.mark.parametrize("prefer", ["1002", "A017"])
    def test_the_preferred_seat_or_agent_is_taken_if_free(self, hall: Hall, prefer: str) -> None:
        hall.seat("1001")
        hall.after(60)
        hall.seat("1002", agent="A017")
        hall.call("c1", prefer=prefer)
        assert hall.matches() == [("c1", "1002")]

    def test_nobody_waits_for_it(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.seat("1002", agent="A017")
        hall.list.not_ready("1002", "break", hall.now)
        hall.call("c1", prefer="A017")
        assert hall.matches() == [("c1", "1001")]

    def test_it_must_serve_the_caller(self, hall: Hall) -> None:
        hall.seat("1002", "market", agent="A017")
        hall.call("c1", prefer="A017")
        assert hall.matches() == []

    def test_the_order_of_callers_stays(self, hall: Hall) -> None:
        hall.call("first")
        hall.after(1)
        hall.call("wants this seat", prefer="1001")
        hall.seat("1001")
        assert hall.matches() == [("first", "1001")]

    def test_an_agent_is_found_at_the_seat_of_today(self, hall: Hall) -> None:
        hall.seat("1001", agent="A017")
        hall.list.sign_out("1001", hall.now)
        hall.seat("1001", agent="A018")
        hall.after(1)
        hall.seat("1002", agent="A017")
        hall.call("c1", prefer="A017")
        assert hall.matches() == [("c1", "1002")]


class TestSkills:
    def test_a_seat_serves_what_it_is_told_from_now_on(self, hall: Hall) -> None:
        hall.call("c1", "english")
        hall.seat("1001")
        assert hall.matches() == []
        assert hall.list.serve("1001", {"hotline": 5, "english": 4}, hall.now)
        assert hall.matches() == [("c1", "1001")]
        assert hall.view("1001").groups == ("english", "hotline")

    def test_a_skill_taken_away_counts_at_once(self, hall: Hall) -> None:
        hall.seat("1001", "english")
        hall.list.serve("1001", {}, hall.now)
        hall.call("c1", "english")
        assert hall.matches() == []
        assert hall.state("1001") is SeatState.READY

    def test_a_lower_level_will_do_for_who_has_waited(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.list.serve("1001", {"english@1": 2}, hall.now)
        hall.call("c1", "english")
        assert hall.matches() == []
        hall.list.widen("c1", "english@1", hall.now)
        (offer,) = hall.offers()
        assert (offer.seat, offer.group, offer.why["pool"]) == ("1001", "english", "english@1")
        assert hall.view("1001").groups == ()

    def test_a_seat_that_is_not_known_serves_nobody(self, hall: Hall) -> None:
        assert not hall.list.serve("1009", {"hotline": 5}, hall.now)

    def test_changes_of_an_agents_skills_are_kept(self, hall: Hall) -> None:
        hall.seat("1001", agent="A017")
        assert hall.list.change_skill("A017", "english", 4) == "1001"
        assert hall.list.change_skill("A017", "intake", 0) == "1001"
        assert hall.list.change_skill("A099", "english", 2) == ""
        assert hall.list.skill_changes("A017") == {"english": 4, "intake": 0}
        hall.list.change_skill("A017", "english", None)
        assert hall.list.skill_changes("A017") == {"intake": 0}


class TestCounts:
    def test_seats_are_counted_by_what_they_do(self, hall: Hall) -> None:
        for seat in ("1001", "1002", "1003"):
            hall.seat(seat, "hotline", "market")
        hall.list.not_ready("1002", "break", hall.now)
        hall.talk("1001", "c1")
        hall.list.phone("1003", False, hall.now)
        found = hall.list.counts("market")
        expected = {SeatState.TALKING: 1, SeatState.NOT_READY: 1, SeatState.READY: 1}
        assert (found.seats, found.staffed) == (expected, 2)

    def test_a_pool_that_nobody_speaks_of_has_no_seats(self, hall: Hall) -> None:
        assert hall.list.counts("nowhere").seats == {}
