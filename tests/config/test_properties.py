"""What holds for every plan that can be loaded, whatever an admin writes."""

from __future__ import annotations

import json
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.entry import Arrival, Cause, Refusal, Route, decide
from routing.numbers import EMERGENCY, normalise
from routing.plan import Plan
from switchd.config import ConfigError, load

FORMS = st.sampled_from(["{}", "0375{}", "0375-{}", "+86375{}", "0086375{}", "+86 375 {}"])
"""Without 86375: with a short number behind it that is a fixed line of eight digits."""
FEW = settings(max_examples=60, deadline=None)
SHORT = st.sampled_from(["110", "119", "120", "122", "1100", "9110", "12345", "12319", "3312345"])
NUMBERS = st.one_of(SHORT, st.integers(1000, 99_999_999).map(str))
"""Of four digits at least: +86375100 is the short code 375100."""
DIGITS = st.text("0123456789", min_size=1, max_size=4)
DAYS = st.dates(date(2015, 1, 1), date(2030, 1, 1))

retired = st.builds(
    lambda day, months, kind: {
        "kind": kind,
        "group": "intake",
        "merged_on": day.isoformat(),
        "reminder_months": months,
    },
    DAYS,
    st.integers(1, 24),
    st.sampled_from(["retired", "remote"]),
)
lines = st.dictionaries(
    st.builds(str.format, FORMS, NUMBERS),
    st.one_of(
        retired,
        st.just({"kind": "parallel", "group": "intake"}),
        st.just({"kind": "deferred", "then": "tell"}),
        st.builds(lambda to: {"kind": "sub_centre", "to": to}, NUMBERS),
    ),
    max_size=3,
)
trunk = st.fixed_dictionaries(
    {"proxy": st.just("10.0.0.1")},
    optional={
        "strip_prefixes": st.lists(DIGITS, max_size=2),
        "add_prefixes": st.dictionaries(st.integers(1, 8).map(str), DIGITS, max_size=2),
        "trust": st.permutations(["diversion", "history_info", "request"]),
        "area_code": st.sampled_from(["0375", "0371", "010"]),
    },
)


def plan_of(lines: dict[str, object], trunk: dict[str, object]) -> Plan | None:
    """Load a city with these lines and this trunk; None if it is refused."""
    titled = {number: {**line, "title": "x"} for number, line in lines.items()}
    city = {
        "city": {"name": "anywhere", "title": "x", "area_code": "0375"},
        "lines": {"12345": {"kind": "hotline", "title": "x"}, **titled},
        "groups": {"intake": {"title": "x"}},
        "seats": {"1001": "intake"},
        "trunks": {"carrier": trunk},
        "emergency": {"trunk": "carrier"},
    }
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "city.yaml").write_text(json.dumps(city), encoding="utf-8")
        try:
            return load(Path(folder), now=1.6e9).plan
        except ConfigError:
            return None


def ring(plan: Plan, called: str, day: date, diversion: str = "") -> Route | Refusal:
    now = datetime(day.year, day.month, day.day, 12, tzinfo=plan.zone).timestamp()
    return decide(Arrival("13937500001", called, "carrier", diversion=diversion), plan, now)


@FEW
@given(lines, trunk, st.sampled_from(sorted(EMERGENCY)), FORMS, DAYS)
def test_no_plan_captures_an_emergency_number(lines, trunk, number, form, day):
    plan = plan_of(lines, trunk)
    if plan is None:
        return
    assert not plan.by_number.keys() & EMERGENCY
    route = ring(plan, form.format(number), day, "<sip:12345@carrier.example>")
    assert (route.line_dialled, route.group, route.greeting) == (number, "", ())
    assert route.forward is not None
    assert route.forward.number == number


@FEW
@given(NUMBERS, retired, FORMS, st.integers(1, 4000))
def test_a_retired_number_never_comes_back(number, line, form, later):
    plan = plan_of({form.format(number): line}, {"proxy": "10.0.0.1"})
    if plan is None:  # the number is an emergency number, or 12345
        return
    retirement = plan.lines[number].retirement
    assert retirement is not None
    assert isinstance(ring(plan, form.format(number), retirement.last_day), Route)
    gone = ring(plan, form.format(number), retirement.last_day + timedelta(days=later))
    assert isinstance(gone, Refusal)
    assert gone.cause is Cause.NUMBER_CHANGED


@FEW
@given(lines, trunk)
def test_lines_are_known_by_normal_forms(lines, trunk):
    plan = plan_of(lines, trunk)
    if plan is None:
        return
    for number, line in plan.by_number.items():
        assert normalise(number, plan.area_code) == number
        assert plan.by_number[line.name] is line
