"""A retired number is never restored, whatever the next plan says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from routing.lines import Line, LineKind
from routing.plan import Plan
from routing.retired import revivals
from tests.routing.build import NOW, hotline, plan, retired

GONE = retired(date(2026, 1, 3))
REMINDING = retired(date(2027, 1, 10))


def told(before: Plan, after: Plan) -> list[str]:
    return [revival.what for revival in revivals(before, after, NOW)]


class TestARetiredNumber:
    @pytest.mark.parametrize("line", [GONE, REMINDING])
    def test_may_stay_as_it_is(self, line: Line) -> None:
        assert told(plan(hotline(), line), plan(hotline(), line)) == []

    def test_may_go_from_its_month_to_its_end(self) -> None:
        assert told(plan(hotline(), REMINDING), plan(hotline(), GONE)) == []

    def test_cannot_come_back_into_service(self) -> None:
        back = replace(GONE, kind=LineKind.PARALLEL, retirement=None)
        (what,) = told(plan(hotline(), GONE), plan(hotline(), back))
        assert what == "12319 was retired (市城市管理局) and is a parallel line now"

    def test_cannot_go_to_another_line(self) -> None:
        taker = hotline(numbers=frozenset({"12345", "12319"}))
        (what,) = told(plan(hotline(), GONE), plan(taker))
        assert "leads to the line 12345 now" in what

    def test_cannot_be_forgotten(self) -> None:
        (what,) = told(plan(hotline(), GONE), plan(hotline()))
        assert "is missing now" in what

    @pytest.mark.parametrize("later", [date(2027, 1, 10), date(2030, 1, 1)])
    def test_cannot_be_retired_a_second_time(self, later: date) -> None:
        (what,) = told(plan(hotline(), GONE), plan(hotline(), retired(later)))
        assert "again by its new date" in what

    def test_that_has_not_been_retired_yet_may_still_change(self) -> None:
        coming = retired(date(2030, 1, 1))
        assert told(plan(hotline(), coming), plan(hotline())) == []
