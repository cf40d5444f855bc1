"""Pingdingshan's notice of 2020-01-03, number by number, on every kind of day."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from routing.entry import Arrival, Cause, Refusal, Route, decide
from routing.lines import LineKind, Overflow, Phase
from switchd.config import Severity, check, load

FOLDER = Path(__file__).parents[2] / "config/pingdingshan"
SUMMER = datetime(2026, 6, 1, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
"""A day on which the year's holidays are known and the next year's are not expected yet."""

RETIRED = [
    *("4882789", "3992889", "8981169", "2667998", "3989915"),
    *("12312", "12316", "12318", "12319", "12336", "12350"),
]
PARALLEL = {
    "12315": ("market", 3),
    "12328": ("transport", 2),
    "12333": ("labour", 1),
    "12369": ("environment", 1),
    "12348": ("justice", 2),
}
"""Number → its group and seats."""
REMOTE = {
    "6026789": "ruzhou",
    "8160000": "wugang",
    "6529999": "baofeng",
    "5161058": "jiaxian",
    "5059401": "lushan",
    "3312345": "yexian",
    "7268379": "shilong",
}
DEFERRED = ["12121", "12366", "12329"]
FORMS = {"plain": "{}", "with the area code": "0375{}", "from abroad": "+86375{}"}

_BEFORE, _REMINDING, _GONE = Phase.IN_SERVICE, Phase.REMINDING, Phase.GONE
MONTH_OF_THE_NOTICE = {
    "2020-01-02T23:59": _BEFORE,
    "2020-01-03T00:00": _REMINDING,
    "2020-02-03T23:59": _REMINDING,
    "2020-02-04T00:00": _GONE,
    "2022-01-03T12:00": _GONE,
}
"""Moment → where a retired line stands."""
MONTH_OF_THE_COUNTIES = {
    "2020-01-30T23:59": _BEFORE,
    "2020-01-31T00:00": _REMINDING,
    "2020-02-29T23:59": _REMINDING,
    "2020-03-01T00:00": _GONE,
    "2022-01-31T12:00": _GONE,
}


@pytest.fixture(scope="module")
def plan():
    return load(FOLDER, now=SUMMER).plan


@pytest.fixture(scope="module")
def call(plan):
    def call(number: str, moment: str, form: str = "plain") -> Route | Refusal:
        now = datetime.fromisoformat(moment).replace(tzinfo=plan.zone).timestamp()
        return decide(Arrival("13812345678", FORMS[form].format(number), "trunk"), plan, now)

    return call


on_every_day = pytest.mark.parametrize("moment", MONTH_OF_THE_NOTICE)
in_every_form = pytest.mark.parametrize("form", FORMS)


@in_every_form
@on_every_day
class TestEveryNumber:
    """27 numbers, five moments, three written forms."""

    def test_the_hotline_is_served_at_all_times(self, call, form, moment):
        route = call("12345", moment, form)
        assert (route.line_meant, route.group, route.connect) == ("12345", "intake", True)

    @pytest.mark.parametrize("number", RETIRED)
    def test_a_retired_number_leads_to_12345_for_a_month_and_then_nowhere(
        self, call, form, moment, number
    ):
        found, phase = call(number, moment, form), MONTH_OF_THE_NOTICE[moment]
        assert found.line_dialled == number
        if phase is _GONE:
            assert isinstance(found, Refusal)
            assert found.cause is Cause.NUMBER_CHANGED
            return
        announced = ("change_announcement",) if phase is _REMINDING else ()
        assert isinstance(found, Route)
        assert found.greeting == (*announced, "greeting")
        assert found.line_meant == (number if phase is _BEFORE else "12345")
        assert (found.group, found.connect) == ("intake", True)

    @pytest.mark.parametrize("number", PARALLEL)
    def test_a_parallel_number_leads_to_its_own_seats_for_good(self, call, form, moment, number):
        route = call(number, moment, form)
        assert route.group == PARALLEL[number][0]
        assert route.overflow == (Overflow("intake", 30.0),)

    @pytest.mark.parametrize("number", DEFERRED)
    def test_a_deferred_number_is_told(self, call, form, moment, number):
        route = call(number, moment, form)
        assert route.greeting[0] == "please_dial"
        assert len(route.greeting) == 1 + len(number)
        assert not route.connect

    @pytest.mark.parametrize("number", REMOTE)
    def test_a_county_number_leads_to_the_county_first_for_its_month(
        self, call, form, moment, number
    ):
        moments = dict(zip(MONTH_OF_THE_NOTICE, MONTH_OF_THE_COUNTIES, strict=True))
        found, phase = call(number, moments[moment], form), MONTH_OF_THE_NOTICE[moment]
        assert found.line_dialled == number
        if phase is _GONE:
            assert isinstance(found, Refusal)
            assert found.cause is Cause.NUMBER_CHANGED
            return
        announced = ("change_announcement",) if phase is _REMINDING else ()
        assert isinstance(found, Route)
        assert found.greeting == (*announced, "greeting")
        assert (found.line_meant, found.group) == (number, REMOTE[number])
        assert found.overflow == (Overflow("intake", 20.0),)


class TestPlan:
    """What the notice counts."""

    def test_its_lines_are_those_of_the_notice(self, plan):
        kinds = Counter(line.kind for line in plan.lines.values())
        assert kinds == {
            LineKind.HOTLINE: 1,
            LineKind.RETIRED: 11,
            LineKind.PARALLEL: 5,
            LineKind.REMOTE: 7,
            LineKind.DEFERRED: 3,
        }
        known = {"12345", *RETIRED, *PARALLEL, *REMOTE, *DEFERRED}
        assert plan.by_number.keys() == known

    def test_the_city_has_30_seats_and_every_county_one(self, plan):
        first = Counter(seat.groups[0] for seat in plan.seats.values())
        hotline = {"intake": 8, "dispatch": 3, "follow_up": 4}
        assert first == {
            **hotline,
            **dict(PARALLEL.values()),
            **dict.fromkeys(REMOTE.values(), 1),
            "web": 6,
        }
        city = sum(count for group, count in first.items() if group not in REMOTE.values())
        assert (sum(hotline.values()), city) == (15, 30)

    def test_a_county_seat_goes_on_as_one_of_the_hotline(self, plan):
        for group in REMOTE.values():
            [seat] = [seat for seat in plan.seats.values() if group in seat.groups]
            assert seat.groups == (group, "intake")

    def test_the_intake_is_staffed_by_one_of_four_crews_at_any_time(self, plan):
        crews = {
            duty.crew
            for hours in range(0, 24 * 8, 4)
            for duty in plan.group_on_duty(plan.groups["intake"], SUMMER + hours * 3600)
        }
        assert crews == {"甲班", "乙班", "丙班", "丁班"}

    def test_it_has_no_errors_and_tells_only_that_the_months_are_over(self):
        problems = check(FOLDER, now=SUMMER)
        gone = [*RETIRED, *REMOTE]
        assert {one.key for one in problems} == {f"lines.{number}.merged_on" for number in gone}
        assert {one.severity for one in problems} == {Severity.WARNING}

    @pytest.mark.parametrize("number", ["2345", "33312345", "110", "0375110", "+86119"])
    def test_what_is_no_line_of_it_is_not_routed(self, call, number):
        found = call(number, "2026-06-01T12:00")
        assert isinstance(found, Refusal)
        assert found.cause is Cause.UNALLOCATED_NUMBER
