"""The days of a line's life."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from routing.lines import Phase
from routing.timeline import day_begins, life, lives, month_after, phase_on, window
from tests.routing.build import hotline, plan, retired

DAYS = st.dates(date(2000, 1, 1), date(2050, 1, 1))


class TestLife:
    def test_a_line_that_stays_has_one_endless_span(self) -> None:
        (span,) = life(hotline()).spans
        assert (span.phase, span.first, span.last) == (Phase.IN_SERVICE, None, None)

    def test_a_retired_line_changes_twice(self) -> None:
        assert life(retired(date(2020, 1, 31))).changes == (date(2020, 1, 31), date(2020, 3, 1))

    @given(merged=DAYS, day=DAYS)
    def test_each_day_is_in_the_phase_that_a_call_meets(self, merged: date, day: date) -> None:
        line, city = retired(merged), plan()
        morning = day_begins(day, city)
        assert phase_on(life(line), day) is line.phase(morning, city.zone)

    @given(merged=DAYS)
    def test_spans_follow_each_other_without_gap(self, merged: date) -> None:
        first, second, third = life(retired(merged)).spans
        assert first.last is not None
        assert second.last is not None
        assert second.first == first.last + timedelta(days=1)
        assert third.first == second.last + timedelta(days=1)

    def test_every_line_of_a_plan_has_one(self) -> None:
        city = plan(hotline(), retired(date(2020, 1, 3)))
        assert [one.line.name for one in lives(city)] == ["12345", "12319"]


class TestWindow:
    def test_it_holds_a_month_around_every_change_and_today(self) -> None:
        city = plan(hotline(), retired(date(2020, 1, 3)))
        expected = (date(2019, 12, 1), date(2020, 6, 1))
        assert window(city, date(2020, 5, 17)) == expected

    def test_without_changes_it_is_around_today(self) -> None:
        assert window(plan(), date(2020, 1, 17)) == (date(2019, 12, 1), date(2020, 2, 1))


class TestMonthAfter:
    @given(day=DAYS, months=st.integers(-100, 100))
    def test_going_back_leads_to_the_same_month(self, day: date, months: int) -> None:
        there = month_after(day, months)
        assert there.day == 1
        assert month_after(there, -months) == day.replace(day=1)
