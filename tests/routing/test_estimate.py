"""The estimated wait."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.estimate import FEWEST, Recent, SeatOn, Waits, share, waits
from routing.patience import ENDLESS, End, Patience, Waiter, patience
from routing.seats import SeatState

NOW = 1_700_000_000.0
TALKS = Recent(talks=(100.0, 150.0, 200.0, 250.0, 300.0) * 20)
TALKING = SeatOn(SeatState.TALKING, 90.0)
ONE_IN_A_MINUTE = Patience(
    (1 / 60,) * 8, tuple(begin / 60 for begin in (0, 15, 30, 60, 120, 240, 480, 960))
)


def estimate(seats: list[SeatOn], ahead: int, recent: Recent = TALKS) -> float:
    found = waits(seats, recent, deepest=ahead)
    assert found is not None
    return found.behind(ahead)


class TestNobodyCanKnow:
    def test_while_no_seat_is_on(self) -> None:
        assert waits([], TALKS, deepest=3) is None

    def test_before_a_few_talks_were_measured(self) -> None:
        few = replace(TALKS, talks=TALKS.talks[: FEWEST - 1])
        assert waits([TALKING], few, deepest=3) is None
        assert waits([TALKING], replace(TALKS, talks=TALKS.talks[:FEWEST]), deepest=3) is not None


class TestTheWait:
    def test_is_the_ringing_alone_with_a_seat_free(self) -> None:
        ringing = replace(TALKS, answer_seconds=4.0)
        assert estimate([SeatOn(SeatState.READY, 30.0), TALKING], 0, ringing) == 4.0

    def test_is_the_rest_of_the_wrap_up_if_that_ends_first(self) -> None:
        assert estimate([SeatOn(SeatState.WRAP_UP, 7.0), SeatOn(SeatState.TALKING, 0.0)], 0) == 7.0

    def test_is_never_shorter_than_a_wrap_up_that_has_not_begun(self) -> None:
        wrap_up = replace(TALKS, wrap_up_seconds=60.0)
        assert estimate([SeatOn(SeatState.TALKING, 290.0)] * 30, 0, wrap_up) >= 60.0

    def test_of_the_next_is_the_rest_of_a_talk(self) -> None:
        """After 220 seconds only talks of 250 and 300 seconds go on."""
        assert 30.0 <= estimate([SeatOn(SeatState.TALKING, 220.0)], 0) <= 80.0

    def test_of_many_is_about_position_times_talk_by_seats(self) -> None:
        seats = [SeatOn(SeatState.TALKING, 10.0 * n) for n in range(20)]
        assert estimate(seats, 100) == pytest.approx(200 * 101 / 20, rel=0.1)

    def test_goes_on_where_the_hall_is_not_played_through_any_more(self) -> None:
        seats = [SeatOn(SeatState.TALKING, 10.0 * n) for n in range(20)]
        assert estimate(seats, 3000) == pytest.approx(200 * 3000 / 20, rel=0.1)

    def test_is_shorter_where_callers_give_up(self) -> None:
        leaving = replace(TALKS, patience=ONE_IN_A_MINUTE)
        seats = [TALKING] * 20
        assert estimate(seats, 1000, leaving) < estimate(seats, 1000) / 5

    def test_is_not_spoilt_by_a_phone_that_nobody_hung_up(self) -> None:
        forgotten = replace(TALKS, talks=(*TALKS.talks, 20_000.0))
        assert estimate([TALKING] * 20, 60, forgotten) < 1.2 * estimate([TALKING] * 20, 60)

    def test_of_a_talk_longer_than_any_before_still_ends(self) -> None:
        assert 0 < estimate([SeatOn(SeatState.TALKING, 9000.0)], 0) <= 400

    def test_half_a_caller_ahead_counts_half(self) -> None:
        assert Waits((0, 1), (10.0, 30.0)).behind(0.5) == 20.0

    @settings(max_examples=60, deadline=None)
    @given(
        seats=st.lists(
            st.builds(
                SeatOn,
                st.sampled_from(
                    [SeatState.READY, SeatState.OFFERED, SeatState.TALKING, SeatState.WRAP_UP]
                ),
                st.floats(0, 5000),
            ),
            min_size=1,
            max_size=12,
        ),
        talks=st.lists(st.floats(0, 10_000), min_size=FEWEST, max_size=40),
        deepest=st.integers(0, 400),
        leaving=st.booleans(),
    )
    def test_never_falls_with_more_callers_ahead(
        self, seats: list[SeatOn], talks: list[float], deepest: int, leaving: bool
    ) -> None:
        recent = Recent(talks, 10.0, 4.0, ONE_IN_A_MINUTE if leaving else ENDLESS)
        found = waits(seats, recent, ages=[300.0, 20.0], deepest=deepest)
        assert found is not None
        assert list(found.seconds) == sorted(found.seconds)
        assert found.seconds[0] >= 4.0
        assert found == waits(seats, recent, ages=[300.0, 20.0], deepest=deepest)


class TestThePatience:
    def test_is_endless_as_long_as_nobody_gave_up(self) -> None:
        assert patience([End(NOW, 40.0, gave_up=False)], [], NOW) is ENDLESS

    def test_is_departures_by_seconds_waited(self) -> None:
        """A hundred callers in the window of 100 s, everybody gone after 10 seconds."""
        ends = [End(NOW - 100 + n, 10.0, gave_up=True) for n in range(100)]
        found = patience(ends, [], NOW)
        assert found.hazards[0] == pytest.approx(0.1, rel=0.1)

    def test_counts_those_who_still_wait(self) -> None:
        ends = [End(NOW - 100 + n, 10.0, gave_up=True) for n in range(100)]
        alone = patience(ends, [], NOW).hazards[0]
        assert patience(ends, [Waiter(10.0, 300.0)], NOW).hazards[0] < alone / 3

    def test_counts_of_a_long_wait_what_lies_in_the_window(self) -> None:
        """The window is 10 s: an hour in the queue before it is nobody's patience in it."""
        ends = [End(NOW - 10, 5.0, gave_up=True), End(NOW, 5.0, gave_up=True)]
        one = patience(ends, [Waiter(3600.0, 1.0)], NOW)
        other = patience(ends, [Waiter(7200.0, 1.0)], NOW)
        assert one == other

    @given(st.lists(st.tuples(st.floats(0, 900), st.floats(0, 3000), st.booleans()), max_size=60))
    def test_wears_off_and_never_comes_back(self, ends: list[tuple[float, float, bool]]) -> None:
        found = patience([End(NOW - ago, waited, gone) for ago, waited, gone in ends], [], NOW)
        worn = [found.worn(age) for age in range(0, 3000, 50)]
        assert worn == sorted(worn)


class TestSharedSeats:
    def test_callers_for_the_same_seats_count_whole(self) -> None:
        assert share({"a": 3}, [frozenset("a")] * 4, frozenset("a")) == 3

    def test_callers_with_seats_of_their_own_count_by_the_seats_that_are_ours_too(self) -> None:
        seats = [frozenset("b")] * 8 + [frozenset("ab")] * 2
        assert share({"b": 10}, seats, frozenset("a")) == 2

    def test_callers_whom_nobody_serves_take_no_seat(self) -> None:
        assert share({"c": 10}, [frozenset("a")], frozenset("a")) == 0
