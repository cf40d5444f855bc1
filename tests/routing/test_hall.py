"""The hall in memory: who is offered to whom, and a day on a clock of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.hall import Hall, Lost
from routing.queueing import Strategy
from routing.ranking import Ranking
from routing.seats import Offer, SeatState
from routing.virtual import VirtualDay, Visit

NOW = 1_700_000_000.0


class Room:
    """A hall with a clock that the test moves."""

    def __init__(self) -> None:
        self.hall = Hall()
        self.now = NOW

    def sits(self, seat: str, agent: str = "", **pools: int) -> None:
        self.now += 1
        self.hall.serve(seat, pools or {"intake": 5}, self.now)
        self.hall.sign_in(seat, agent or seat, self.now)
        self.hall.ready(seat, self.now)

    def calls(self, call: str, group: str = "intake", **given: object) -> None:
        self.now += 1
        whole: Mapping[str, object] = {"enqueued_at": self.now, "ring_seconds": 15.0, **given}
        self.hall.enqueue(call, group, now=self.now, **whole)  # type: ignore[arg-type]

    def offers(self) -> list[Offer]:
        found = [event for event in self.hall.events if isinstance(event, Offer)]
        self.hall.events.clear()
        return found

    def matches(self) -> list[tuple[str, str]]:
        return [(offer.call, offer.seat) for offer in self.offers()]

    def talks(self, call: str, seconds: float = 60.0, wrap_up: float = 0.0) -> str:
        """A whole talk of a new caller; give the seat."""
        self.calls(call)
        (offer,) = self.offers()
        assert self.hall.accept(offer, self.now)
        self.now += seconds
        assert self.hall.release(offer, wrap_up, self.now)
        return offer.seat


@pytest.fixture
def room() -> Room:
    return Room()


class TestTheOrder:
    def test_is_the_score_over_all_pools_of_a_seat(self, room: Room) -> None:
        room.calls("a", "intake")
        room.calls("b", "market", priority=60)
        room.calls("c", "market", slope=2.0, enqueued_at=room.now - 40)
        room.now += 10
        room.sits("1001", intake=5, market=5)
        room.sits("1002", intake=5, market=5)
        room.sits("1003", intake=5, market=5)
        assert room.matches() == [("c", "1001"), ("b", "1002"), ("a", "1003")]

    def test_keeps_the_place_of_who_was_not_answered(self, room: Room) -> None:
        room.sits("1001")
        room.calls("a")
        room.calls("b")
        (offer,) = room.offers()
        assert room.hall.refuse(offer, "busy", room.now)
        room.sits("1002")
        assert room.matches() == [("a", "1002")]

    def test_lets_nobody_be_served_while_the_group_is_paused(self, room: Room) -> None:
        room.calls("a")
        room.hall.pause("intake", True, room.now)
        room.sits("1001")
        assert room.matches() == []
        room.hall.pause("intake", False, room.now)
        assert room.matches() == [("a", "1001")]

    def test_takes_the_preferred_agent_if_there(self, room: Room) -> None:
        room.sits("1001")
        room.sits("1002", agent="A017")
        room.calls("a", prefer="A017")
        assert room.matches() == [("a", "1002")]


class TestTheStrategy:
    def test_longest_idle_takes_who_was_ready_first(self, room: Room) -> None:
        room.sits("1002")
        room.sits("1001")
        assert [room.talks("a"), room.talks("b"), room.talks("c")] == ["1002", "1001", "1002"]

    def test_fewest_calls_takes_who_had_least_to_do(self, room: Room) -> None:
        room.hall.define_group("intake", Strategy.FEWEST_CALLS)
        room.sits("1001")
        assert room.talks("a") == "1001"
        room.sits("1002")
        room.hall.not_ready("1001", "break", room.now)
        assert room.talks("b") == "1002"
        assert room.talks("c") == "1002"
        room.hall.ready("1001", room.now)
        assert room.talks("d") == "1001"

    def test_level_first_takes_the_most_skilled(self, room: Room) -> None:
        room.hall.define_group("intake", Strategy.LEVEL_FIRST)
        room.sits("1001", intake=3)
        room.sits("1002", intake=8)
        assert [room.talks("a"), room.talks("b")] == ["1002", "1002"]

    def test_round_robin_takes_whose_offer_is_longest_ago(self, room: Room) -> None:
        room.hall.define_group("intake", Strategy.ROUND_ROBIN)
        for seat in ("1001", "1002", "1003"):
            room.sits(seat)
        found = {room.talks(call) for call in "abc"}
        assert found == {"1001", "1002", "1003"}


class TestAnOffer:
    def test_that_nobody_answers_ends_by_itself(self, room: Room) -> None:
        room.sits("1001")
        room.calls("a")
        (offer,) = room.offers()
        assert room.hall.next_deadline() == offer.deadline
        room.hall.sweep(offer.deadline)
        assert list(room.hall.events) == [Lost("a", offer.token, "1001", "no_answer")]
        assert room.hall.seats["1001"].state is SeatState.NOT_READY
        assert not room.hall.accept(offer, offer.deadline)

    def test_goes_on_to_the_next_when_the_caller_leaves(self, room: Room) -> None:
        room.sits("1001")
        room.calls("a")
        room.calls("b")
        room.hall.leave("a", room.now)
        assert room.matches() == [("a", "1001"), ("b", "1001")]

    def test_reaches_further_pools_after_widening(self, room: Room) -> None:
        room.sits("1001", market=5)
        room.calls("a")
        assert room.matches() == []
        room.hall.widen("a", "market", room.now)
        assert room.matches() == [("a", "1001")]

    def test_wrap_up_comes_first(self, room: Room) -> None:
        room.sits("1001")
        room.talks("a", wrap_up=20)
        room.calls("b")
        assert room.matches() == []
        assert room.hall.next_deadline() is not None
        room.hall.sweep(room.now + 20)
        assert room.matches() == [("b", "1001")]

    def test_comes_to_nobody_who_wanted_to_leave_after_the_call(self, room: Room) -> None:
        room.sits("1001")
        room.calls("a")
        (offer,) = room.offers()
        assert room.hall.accept(offer, room.now)
        room.hall.sign_out("1001", room.now)
        assert room.hall.release(offer, 10.0, room.now)
        room.calls("b")
        assert room.matches() == []


class TestWhoIsAhead:
    def test_are_those_with_a_higher_score_for_the_same_seats(self, room: Room) -> None:
        room.sits("1001", intake=5, market=5)
        room.calls("talking")
        room.calls("a")
        room.calls("b", "market", priority=60)
        room.calls("c")
        room.calls("elsewhere", "tax", priority=60)
        assert room.hall.ahead("c", room.now) == {"intake": 1, "market": 1}


class TestARanking:
    @given(st.lists(st.tuples(st.sampled_from("abcdef"), st.none() | st.integers(0, 5))))
    def test_knows_its_first_whatever_came_and_went(
        self, steps: list[tuple[str, int | None]]
    ) -> None:
        ranking, plain = Ranking(), dict[str, int]()
        for name, place in steps:
            if place is None:
                ranking.drop(name)
                plain.pop(name, None)
            else:
                ranking.put(name, place)
                plain[name] = place
            first = min(((rank, name) for name, rank in plain.items()), default=None)
            assert ranking.first() == first
            assert ranking.in_order() == sorted(plain, key=lambda name: (plain[name], name))


VISIT = Visit("a", NOW, "intake", talk_seconds=100.0, answer_seconds=5.0, wrap_up_seconds=10.0)


class TestADay:
    def test_serves_one_after_the_other(self) -> None:
        day = VirtualDay(Hall())
        day.at(NOW, lambda: day.come("1001", {"intake": 5}))
        first, second = day.run([VISIT, replace(VISIT, call="b", at=NOW + 1)])
        assert first.answered_at == NOW + 5
        assert second.answered_at == NOW + 5 + 100 + 10 + 5

    def test_lets_go_of_the_impatient(self) -> None:
        day = VirtualDay(Hall())
        (fate,) = day.run([replace(VISIT, patience_seconds=30)])
        assert fate.answered_at is None
        assert fate.waited == 30
        assert not fate.taken_out

    def test_takes_out_whom_the_plan_takes_out(self) -> None:
        day = VirtualDay(Hall())
        (fate,) = day.run([replace(VISIT, patience_seconds=300, out_after_seconds=60)])
        assert fate.waited == 60
        assert fate.taken_out

    def test_widens_when_it_is_due(self) -> None:
        day = VirtualDay(Hall())
        day.at(NOW, lambda: day.come("1001", {"market": 5}))
        (fate,) = day.run([replace(VISIT, widen=((40, "market"),))])
        assert fate.answered_at == NOW + 45
        assert fate.pool == "market"

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.integers(0, 30), st.integers(1, 300), st.integers(1, 200), st.integers(0, 90)
            ),
            max_size=40,
        ),
        st.integers(1, 4),
    )
    def test_everybody_leaves_once_and_nobody_talks_with_two(
        self, callers: list[tuple[int, int, int, int]], seats: int
    ) -> None:
        visits, now = [], NOW
        for number, (gap, talk, patience, priority) in enumerate(callers):
            now += gap
            visits.append(
                Visit(f"c{number}", now, "intake", talk, patience, 3.0, 5.0, priority=priority)
            )
        day = VirtualDay(Hall())
        for seat in range(seats):
            day.at(NOW, lambda seat=seat: day.come(f"{1001 + seat}", {"intake": 5}))  # type: ignore[misc]
        fates = day.run(visits)
        assert [fate.visit for fate in fates] == visits
        assert all(fate.ended_at is not None for fate in fates)
        talks: dict[str, list[tuple[float, float]]] = {}
        for fate in fates:
            if fate.answered_at is not None:
                free = fate.answered_at + fate.visit.talk_seconds + 5.0
                talks.setdefault(fate.seat, []).append((fate.answered_at, free))
        for held in talks.values():
            held.sort()
            for (_, free), (again, _) in pairwise(held):
                assert free + 3.0 <= again + 1e-3
