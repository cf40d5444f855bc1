"""Each invariant finds what it is there for, and nothing in a day without faults."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.chaos import invariants
from tests.chaos.invariants import CALLER, CRASH, SEAT, SWITCH, Call, Ring, Scene, Talk


class TestTalks:
    @pytest.mark.parametrize(
        ("ended_by", "wrongs"), [(CALLER, 0), (SEAT, 0), (CRASH, 0), (SWITCH, 1)]
    )
    def test_only_people_and_the_death_of_the_switch_end_one(
        self, ended_by: str, wrongs: int
    ) -> None:
        talk = Talk("c1", "1001", began_at=1.0, ended_at=2.0, ended_by=ended_by)
        assert len(invariants.talks_cut([talk])) == wrongs


class TestCallers:
    def test_who_is_hung_up_on_before_a_talk_is_lost(self) -> None:
        lost = Call("c1", 1.0, ended_at=2.0, ended_by=SWITCH)
        gave_up = Call("c2", 1.0, ended_at=2.0, ended_by=CALLER)
        served = Call("c3", 1.0, talked=True, ended_at=2.0, ended_by=SWITCH)
        (wrong,) = invariants.callers_lost([lost, gave_up, served])
        assert wrong.call == "c1"

    def test_who_comes_while_the_list_is_away_may_be_told_so_but_not_who_waited_before(
        self,
    ) -> None:
        came = Call("c1", 10.5, queued_at=11.0, ended_at=12.0, ended_by=SWITCH)
        waited = Call("c2", 8.0, queued_at=9.0, ended_at=12.0, ended_by=SWITCH)
        (wrong,) = invariants.callers_lost([came, waited], excused=[(10.0, math.inf)])
        assert wrong.call == "c2"


class TestOrder:
    def test_who_is_passed_over_is_named(self) -> None:
        ring = Ring("l1", "c2", "1001", 10.0, passed_over=("c1",))
        (wrong,) = invariants.served_out_of_order([ring], now=20.0)
        assert (wrong.call, wrong.other) == ("c2", "c1")

    def test_phones_that_ring_at_once_pass_nobody_over(self) -> None:
        rings = [
            Ring("l1", "c2", "1001", 10.0, passed_over=("c1",)),
            Ring("l2", "c1", "1002", 10.2),
        ]
        assert invariants.served_out_of_order(rings, now=20.0) == []


class TestRinging:
    def test_a_second_phone_for_a_caller_rings_only_after_the_first(self) -> None:
        first = Ring("l1", "c1", "1001", 10.0, ended_at=12.0)
        assert invariants.rung_twice([first, Ring("l2", "c1", "1002", 12.1)], {}) == []
        assert invariants.rung_twice([first, Ring("l2", "c1", "1002", 11.9)], {})

    def test_a_phone_that_rings_in_a_call_is_named(self) -> None:
        (wrong,) = invariants.rung_twice([], {"1001": 0, "1002": 1})
        assert "1002" in wrong.what


class TestFigures:
    def test_each_that_differs_is_told(self) -> None:
        (wrong,) = invariants.indicators_differ({"calls": 4, "lost": 1}, {"calls": 5, "lost": 1})
        assert wrong.what == "calls: Redis 4, SQL 5"


class TestAMoment:
    def scene(self, **changes: Any) -> Scene:
        seat = {"seat": "1001", "state": "talking", "call": "c1", "reachable": True}
        facts: dict[str, Any] = {
            "now": 100.0,
            "calls": [Call("c1", 50.0)],
            "known": {"c1": "talking"},
            "seats": [seat | changes.pop("seat", {})],
            "at_phone": {"1001": "c1"},
        }
        return Scene(**facts | changes)

    def test_is_in_order_when_switch_and_daemon_say_the_same(self) -> None:
        assert invariants.loose_ends(self.scene()) == []

    @pytest.mark.parametrize(
        ("changes", "rule"),
        [
            ({"calls": [Call("c1", 50.0), Call("c2", 60.0)]}, "no caller is lost"),
            ({"known": {"c1": "talking", "c0": "waiting"}}, "no ghost stays"),
            ({"at_phone": {}}, "no seat is stuck"),
            ({"seat": {"state": "ready"}}, "no seat is stuck"),
            ({"seat": {"state": "wrap_up"}}, "no seat is stuck"),
            ({"seat": {"state": "signed_out"}}, "no seat is stuck"),
            ({"unwritten": ["c9"]}, "one record per call"),
        ],
    )
    def test_tells_what_is_not(self, changes: dict[str, Any], rule: str) -> None:
        assert [wrong.rule for wrong in invariants.loose_ends(self.scene(**changes))] == [rule]
