"""The order of waiting callers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from routing.queueing import precedes, rank, score

MORNING = 1_700_000_000.0
PRIORITIES = st.integers(-86_400, 86_400)
SLOPES = st.sampled_from([0.1, 0.5, 1.0, 2.0, 10.0])
AGES = st.integers(0, 86_400)


class TestTheScore:
    def test_is_the_seconds_waited_for_everybodys_callers(self) -> None:
        assert score(0, 1.0, MORNING - 90, MORNING) == 90

    def test_a_point_of_priority_is_a_second_of_age(self) -> None:
        later = score(60, 1.0, MORNING - 30, MORNING)
        assert later == score(0, 1.0, MORNING - 90, MORNING)

    def test_a_steeper_line_overtakes(self) -> None:
        """Twice the slope: somebody who came ten minutes later is level ten minutes on."""
        steep, flat = (2.0, MORNING + 600), (1.0, MORNING)
        assert score(0, *steep, MORNING + 1100) < score(0, *flat, MORNING + 1100)
        assert score(0, *steep, MORNING + 1200) == score(0, *flat, MORNING + 1200)
        assert score(0, *steep, MORNING + 1300) > score(0, *flat, MORNING + 1300)

    @given(PRIORITIES, SLOPES, AGES)
    def test_is_priority_plus_slope_times_seconds_waited(
        self, priority: int, slope: float, waited: int
    ) -> None:
        found = score(priority, slope, MORNING - waited, MORNING)
        assert abs(found - (priority + slope * waited)) < 0.001


class TestTheOrder:
    def test_equal_scores_are_served_in_the_order_of_their_ids(self) -> None:
        assert precedes((5.0, "a"), (5.0, "b"))
        assert not precedes((5.0, "b"), (5.0, "a"))

    @given(PRIORITIES, PRIORITIES, AGES, AGES, AGES, SLOPES)
    def test_does_not_change_with_time_between_callers_of_one_slope(
        self, p: int, q: int, one: int, other: int, later: int, slope: float
    ) -> None:
        """So a sorted set with a fixed key can keep it."""
        first = rank(p, slope, MORNING - one) < rank(q, slope, MORNING - other)
        now = MORNING + later
        scores = score(p, slope, MORNING - one, now), score(q, slope, MORNING - other, now)
        assert (scores[0] > scores[1]) == first or abs(scores[0] - scores[1]) < 0.001
