"""What a caller meets, for every number and day, and why."""

import string
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.entry import Arrival, Cause, Refusal, Route, decide
from routing.lines import Line, LineKind, Retirement
from routing.numbers import EMERGENCY
from routing.plan import Plan, SkillGroup, Trunk
from routing.seats import Seat

SHANGHAI = ZoneInfo("Asia/Shanghai")
BEFORE, DURING, AFTER = "2020-01-02T12:00", "2020-01-20T12:00", "2020-03-01T12:00"


def line(name: str, kind: LineKind = LineKind.HOTLINE, **more: object) -> Line:
    base = Line(name, kind, name, frozenset({name}), "intake", f"greeting_{name}", "moh")
    return replace(base, **more)  # type: ignore[arg-type]


def plan(*lines: Line, trunks: Mapping[str, Trunk] | None = None) -> Plan:
    return Plan(
        city="pingdingshan",
        title="平顶山市12345政务服务便民热线",
        zone=SHANGHAI,
        area_code="0375",
        language="zh",
        lines={one.name: one for one in lines},
        groups={"intake": SkillGroup("intake", "受理"), "market": SkillGroup("market", "市监")},
        seats={"1001": Seat("1001", ("intake", "market"))},
        trunks=trunks or {"trunk": Trunk("trunk")},
    )


CITY = plan(
    line("12345"),
    line("12316", LineKind.RETIRED, group="old", retirement=Retirement(date(2020, 1, 3))),
    line("12312", LineKind.RETIRED, retirement=Retirement(date(2020, 1, 3), connects=False)),
    line("12315", LineKind.PARALLEL, group="market", survey=False, music="calm", priority=2),
)


def call(called: str, when: str = DURING, city: Plan = CITY, **more: object) -> Route | Refusal:
    arrival = Arrival("13812345678", called, "trunk")
    now = datetime.fromisoformat(when).replace(tzinfo=SHANGHAI).timestamp()
    return decide(replace(arrival, **more), city, now)  # type: ignore[arg-type]


def route(called: str, when: str = DURING, city: Plan = CITY, **more: object) -> Route:
    found = call(called, when, city, **more)
    assert isinstance(found, Route)
    return found


def refusal(called: str, when: str = DURING, city: Plan = CITY, **more: object) -> Refusal:
    found = call(called, when, city, **more)
    assert isinstance(found, Refusal)
    return found


class TestHotline:
    """Whoever dials 12345 is greeted and waits for a seat."""

    @pytest.mark.parametrize("called", ["12345", "037512345", "+8637512345", "8637512345"])
    def test_the_caller_is_greeted_and_waits_for_the_group(self, called: str) -> None:
        found = route(called)
        assert (found.line_dialled, found.line_meant) == ("12345", "12345")
        assert found.greeting == ("greeting_12345",)
        assert (found.group, found.connect, found.called) == ("intake", True, "12345")

    def test_a_further_number_of_the_line_leads_to_it(self) -> None:
        city = plan(line("12345", numbers=frozenset({"12345", "4912345"})))
        assert route("0375-4912345", city=city).line_dialled == "12345"

    def test_a_parallel_line_has_ways_of_its_own(self) -> None:
        found = route("12315")
        assert (found.group, found.greeting) == ("market", ("greeting_12315",))
        assert (found.survey, found.music, found.priority) == (False, "calm", 2)


class TestRetiredLine:
    """A retired line lives until its day, reminds for its month, and is gone."""

    def test_before_its_day_it_is_the_old_line(self) -> None:
        found = route("12316", BEFORE)
        assert (found.line_dialled, found.line_meant) == ("12316", "12316")
        assert (found.group, found.greeting) == ("old", ("greeting_12316",))

    def test_in_its_month_the_announcement_comes_before_the_hotlines_greeting(self) -> None:
        found = route("12316", DURING)
        assert found.greeting == ("change_announcement", "greeting_12345")
        assert found.connect

    def test_in_its_month_the_hotline_serves_the_caller_who_dialled_the_old_number(self) -> None:
        found = route("12316", DURING)
        assert (found.line_dialled, found.line_meant) == ("12316", "12345")
        assert found.group == "intake"

    def test_a_line_that_does_not_connect_only_announces(self) -> None:
        found = route("12312", DURING)
        assert found.greeting == ("change_announcement",)
        assert not found.connect

    def test_after_its_month_the_number_has_changed(self) -> None:
        found = refusal("12316", AFTER)
        assert (found.cause, found.line_dialled) == (Cause.NUMBER_CHANGED, "12316")

    @pytest.mark.parametrize("form", ["12316", "037512316", "+8637512316", "8637512316"])
    @pytest.mark.parametrize(
        ("moment", "gone"),
        [("2020-01-03T00:00", False), ("2020-02-03T23:59:59", False), ("2020-02-04T00:00", True)],
    )
    def test_every_form_of_the_number_has_the_same_life(
        self, form: str, moment: str, gone: bool
    ) -> None:
        assert isinstance(call(form, moment), Refusal) is gone


class TestUnknownNumbers:
    """Whole numbers decide; what the plan does not have is refused."""

    @pytest.mark.parametrize(
        "called", ["3312345", "1234", "123456", "01012345", "", "sip:12345", "12345\r\nx"]
    )
    def test_a_number_without_line_is_not_allocated(self, called: str) -> None:
        found = refusal(called)
        assert (found.cause, found.line_dialled) == (Cause.UNALLOCATED_NUMBER, "")

    def test_3312345_and_12345_are_two_lines(self) -> None:
        city = plan(line("12345"), line("3312345", LineKind.PARALLEL))
        assert route("3312345", city=city).line_dialled == "3312345"
        assert route("12345", city=city).line_dialled == "12345"


class TestTrunk:
    """The trunk says which prefixes its carrier writes."""

    CITY = plan(line("12345"), trunks={"east": Trunk("east", ("9",))})

    def test_its_prefix_is_taken_from_called_and_caller(self) -> None:
        found = route("912345", city=self.CITY, trunk="east", caller="913812345678")
        assert (found.called, found.caller) == ("12345", "13812345678")

    def test_an_unknown_trunk_has_no_prefixes_and_is_told(self) -> None:
        found = refusal("912345", city=self.CITY, trunk="west")
        assert "entry.trunk_unknown" in [reason.what for reason in found.reasons]
        assert isinstance(call("12345", city=self.CITY, trunk="west"), Route)


class TestCaller:
    """The caller's number is normalised, or kept back."""

    def test_a_withheld_number_is_not_told(self) -> None:
        found = route("12345", privacy=True)
        assert found.caller == ""
        assert "13812345678" not in str(found)

    @pytest.mark.parametrize("caller", ["anonymous", "", "\r\nbgapi hupall"])
    def test_what_is_no_number_is_no_caller(self, caller: str) -> None:
        assert route("12345", caller=caller).caller == ""


class TestReasons:
    """The trace says which rules applied."""

    def test_a_retired_line_shows_its_dates_and_heir(self) -> None:
        facts = {reason.what: reason.facts for reason in route("037512316").reasons}
        number = {"arrived": "037512316", "called": "12316", "source": "request"}
        assert facts["entry.number"] == number
        assert facts["entry.line"] == {"line": "12316", "kind": "retired"}
        assert facts["entry.phase"] == {
            "phase": "reminding",
            "merged_on": "2020-01-03",
            "last_day": "2020-02-03",
        }
        assert facts["entry.into"] == {"line": "12345", "connects": "yes"}

    def test_a_refusal_says_why(self) -> None:
        assert refusal("99999").reasons[-1].what == "entry.unknown"
        assert refusal("12316", AFTER).reasons[-1].facts["phase"] == "gone"


class TestEmergencyNumbers:
    """Nothing captures 110, 119, 120 or 122, not even a plan that was built wrongly."""

    CAPTURING = plan(
        *(line(number, LineKind.PARALLEL) for number in sorted(EMERGENCY)),
        line("0"),
        line("5110"),
        trunks={"trunk": Trunk("trunk", ("11", "037", "9"))},
    )

    @pytest.mark.parametrize("number", sorted(EMERGENCY))
    @pytest.mark.parametrize("form", ["{0}", "0375{0}", "+86375{0}", "+86{0}", "9{0}", "1 1 {0}"])
    def test_an_emergency_number_is_never_a_route(self, number: str, form: str) -> None:
        found = refusal(form.format(number), city=self.CAPTURING)
        assert found.cause is Cause.UNALLOCATED_NUMBER

    def test_the_reason_names_it(self) -> None:
        assert refusal("110").reasons[-1].what == "entry.emergency"


class TestInvariants:
    """What holds for every arrival."""

    @given(
        st.text(alphabet=string.digits + "+- \r\n\0", max_size=30) | st.text(),
        st.text(),
        st.sampled_from(["trunk", "other", ""]),
        st.booleans(),
        st.floats(0, 4e9),
    )
    def test_a_decision_never_raises_and_always_has_reasons(
        self, called: str, caller: str, trunk: str, privacy: bool, now: float
    ) -> None:
        found = decide(Arrival(caller, called, trunk, privacy), CITY, now)
        assert found.reasons
        assert found.called not in EMERGENCY or isinstance(found, Refusal)
        assert found.caller == "" or found.caller.isdigit()


class TestCost:
    """A large city costs a caller nothing."""

    def test_a_decision_looks_up_and_never_walks_the_plan(self) -> None:
        class OnlyLookup(dict[str, Line]):
            def _refuse(self, *_: object) -> Any:
                raise AssertionError("the plan was walked")

            __iter__ = keys = values = items = _refuse

        city = replace(CITY)
        object.__setattr__(city, "lines", OnlyLookup(CITY.lines))
        object.__setattr__(city, "by_number", OnlyLookup(CITY.by_number))
        for number in ("12345", "12316", "12312", "99999", "110"):
            assert call(number, DURING, city) == call(number, DURING, CITY)
