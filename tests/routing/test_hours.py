"""Hours of agents by day, and what was overtime."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.calendars import Span, moment
from routing.hours import Stretch, hours, reasons, total
from routing.plan import Plan
from routing.seats import Agent
from routing.shifts import Rotation

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
MIDNIGHT = moment(TUESDAY, 0, ZONE)
FOUR = Rotation(
    "four",
    ("甲", "乙", "丙", "丁"),
    {"early": Span(420, 900), "late": Span(900, 1380), "night": Span(1380, 1860)},
    ("early", "late", "night", "rest"),
    MONDAY,
)
PLAN = Plan(
    city="testcity",
    title="",
    zone=ZONE,
    area_code="0375",
    language="zh",
    lines={},
    groups={},
    seats={},
    trunks={},
    agents={"A017": Agent("A017", shift="four", crew="甲"), "A018": Agent("A018")},
    shifts={"four": FOUR},
)


def at(clock: str, day: date = MONDAY) -> float:
    hour, minute = map(int, clock.split(":"))
    return moment(day, hour * 60 + minute, ZONE)


def stretch(state: str, began: float, ended: float, agent: str = "A017", why: str = "") -> Stretch:
    return Stretch(agent, state, why, began, ended)


class TestHours:
    def test_a_morning_is_added_up_by_state_and_reason(self) -> None:
        (row,) = hours(
            [
                stretch("ready", at("08:00"), at("08:10")),
                stretch("talking", at("08:10"), at("08:40")),
                stretch("wrap_up", at("08:40"), at("08:41")),
                stretch("not_ready", at("08:41"), at("08:51"), why="break"),
                stretch("not_ready", at("08:51"), at("08:56"), why="training"),
                stretch("talking", at("08:56"), at("09:00")),
            ],
            PLAN,
        )
        assert (row.agent, row.day, row.calls) == ("A017", MONDAY, 2)
        assert row.on_calls == 34 * 60
        assert row.not_ready == {"break": 600, "training": 300}
        assert row.signed_in == 3600
        assert reasons([row]) == ["break", "training"]

    def test_a_night_belongs_to_two_days_and_its_talk_is_one_call(self) -> None:
        first, second = hours([stretch("talking", MIDNIGHT - 60, MIDNIGHT + 120)], PLAN)
        assert (first.day, first.calls, first.on_calls) == (MONDAY, 1, 60)
        assert (second.day, second.calls, second.on_calls) == (TUESDAY, 0, 120)

    def test_what_nobody_could_look_at_is_told_and_not_counted_as_work(self) -> None:
        (row,) = hours([stretch("unknown", at("20:00"), at("20:30"))], PLAN)
        assert (row.states["unknown"], row.signed_in, row.overtime) == (1800, 0, 0)

    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["ready", "talking", "not_ready"]),
                st.integers(0, 200_000),
                st.integers(0, 200_000),
            )
        )
    )
    def test_nothing_is_lost_between_the_days(self, spans: list[tuple[str, int, int]]) -> None:
        made = [stretch(state, MIDNIGHT + a, MIDNIGHT + a + b) for state, a, b in spans]
        rows = hours(made, PLAN)
        assert sum(row.signed_in for row in rows) == pytest.approx(sum(b for _, _, b in spans))
        assert total(rows, "all", MONDAY).signed_in == pytest.approx(sum(b for *_, b in spans))


class TestOvertime:
    def test_what_is_outside_of_the_crews_shift_is_overtime(self) -> None:
        (row,) = hours([stretch("talking", at("06:30"), at("07:15"))], PLAN)
        assert (row.overtime, row.overtime_on_calls) == (1800, 1800)

    def test_a_break_outside_of_it_is_overtime_but_not_on_calls(self) -> None:
        (row,) = hours([stretch("not_ready", at("15:00"), at("15:20"), why="break")], PLAN)
        assert (row.overtime, row.overtime_on_calls) == (1200, 0)

    def test_a_night_shift_is_none_after_midnight_either(self) -> None:
        night = date(2026, 11, 25)
        morning = date(2026, 11, 26)
        rows = hours([stretch("ready", at("23:00", night), at("07:30", morning))], PLAN)
        assert [row.overtime for row in rows] == [0, 1800]

    def test_of_whom_the_plan_knows_no_shift_nothing_is_said(self) -> None:
        stretches = [stretch("ready", at("06:00"), at("07:00"), agent) for agent in ("A018", "X")]
        assert [row.overtime for row in hours(stretches, PLAN)] == [None, None]

    def test_the_total_leaves_those_out(self) -> None:
        stretches = [stretch("ready", at("06:00"), at("07:00"), agent) for agent in ("A017", "X")]
        assert total(hours(stretches, PLAN), "all", MONDAY).overtime == 3600
