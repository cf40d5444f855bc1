"""What is told of a call is what a live call gets."""

from __future__ import annotations

from datetime import date

import pytest

from routing.calendars import Calendar, Span
from routing.compare import describe
from routing.entry import Arrival, Cause, Refusal, Route, decide
from routing.explain import explain
from routing.lines import Exit, LineKind, Overflow, Phase
from routing.plan import SkillGroup
from routing.seats import Seat
from routing.shifts import DayShift
from routing.timeline import day_begins
from tests.routing.build import NOW, hotline, plan, retired

MERGED = date(2020, 1, 31)
CITY = plan(hotline(), retired(MERGED))


def call(number: str) -> Arrival:
    return Arrival("13800138000", number, "carrier")


class TestExplain:
    @pytest.mark.parametrize("number", ["12345", "0375-12319", "+8637512319", "3312345", "110", ""])
    @pytest.mark.parametrize("day", [date(2020, 1, 1), date(2020, 2, 29), date(2022, 1, 1)])
    def test_the_outcome_is_that_of_a_live_call(self, number: str, day: date) -> None:
        now = day_begins(day, CITY)
        assert explain(call(number), CITY, now).outcome == decide(call(number), CITY, now)

    def test_a_caller_who_is_served_sees_who_may_be_offered_the_call(self) -> None:
        told = explain(call("12345"), CITY, NOW)
        assert (told.line, told.kind, told.phase) == ("12345", LineKind.HOTLINE, Phase.IN_SERVICE)
        assert (told.group_title, told.seats) == ("受理", ("1001", "1002"))
        assert told.merged_on is None
        assert told.gone_on is None

    def test_a_retired_line_in_its_month_has_its_dates(self) -> None:
        told = explain(call("12319"), CITY, day_begins(MERGED, CITY))
        assert isinstance(told.outcome, Route)
        assert (told.phase, told.line) == (Phase.REMINDING, "12319")
        dates = (told.merged_on, told.last_day, told.gone_on)
        assert dates == (MERGED, date(2020, 2, 29), date(2020, 3, 1))

    def test_a_refusal_has_its_cause_and_nobody_to_serve(self) -> None:
        told = explain(call("12319"), CITY, NOW)
        assert isinstance(told.outcome, Refusal)
        assert told.outcome.cause is Cause.NUMBER_CHANGED
        assert (told.title, told.group_title, told.seats) == ("市城市管理局", "", ())

    def test_who_must_redial_waits_for_nobody(self) -> None:
        city = plan(hotline(), retired(MERGED, connects=False))
        assert explain(call("12319"), city, day_begins(MERGED, city)).seats == ()

    def test_the_crew_that_is_on_duty_is_told_and_seats_without_one_are_marked(self) -> None:
        office = Calendar("office", (((Span(540, 1020),),) * 7))  # type: ignore[arg-type]
        seats = {
            "1001": Seat("1001", ("intake",)),
            "1002": Seat("1002", ("intake",), shift="day"),
        }
        city = plan(seats=seats, shifts={"day": DayShift("day", "A", office)})
        noon = day_begins(MERGED, city) + 12 * 3600
        assert explain(call("12345"), city, noon).off_duty == ()
        assert explain(call("12345"), city, noon + 6 * 3600).off_duty == ("1002",)

    def test_a_number_of_no_line_has_none(self) -> None:
        told = explain(call("3312345"), CITY, NOW)
        assert (told.line, told.kind, told.phase) == ("", None, None)


class TestALongWait:
    STEPS = (Overflow("market", 30.0), Overflow(then=Exit.VOICEMAIL, after_seconds=600.0))
    LEVEL = Overflow(level=1, wait_above_seconds=300.0)
    CITY = plan(
        hotline(overflow=STEPS),
        groups={
            "intake": SkillGroup("intake", "受理", overflow=(LEVEL,)),
            "market": SkillGroup("market", "市监"),
        },
        seats={"1001": Seat("1001", ("intake",)), "1002": Seat("1002", ("market",))},
    )

    def test_shows_the_steps_of_line_and_group_with_who_may_serve(self) -> None:
        told = explain(call("12345"), self.CITY, NOW).overflow
        assert [(found.step, found.title, found.seats) for found in told] == [
            (self.STEPS[0], "市监", ("1002",)),
            (self.STEPS[1], "", ()),
            (self.LEVEL, "受理", ("1001",)),
        ]

    def test_is_said_in_words(self) -> None:
        said = [(step.when, step.what) for step in (*self.STEPS, self.LEVEL)]
        assert said == [
            ("after 30 s", "also market"),
            ("after 600 s", "voicemail"),
            ("if the estimated wait is above 300 s", "also the own group from level 1"),
        ]

    def test_is_part_of_what_a_plan_does_with_a_call(self) -> None:
        words = describe(decide(call("12345"), self.CITY, NOW), self.CITY)
        assert "after 30 s also market, after 600 s voicemail" in words
