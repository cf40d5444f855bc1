"""The examples that admins copy, and the pages made for them, are right and current."""

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from routing.entry import Arrival, Cause, Refusal, Route, decide
from switchd.config import Severity, check, load
from switchd.config.document import Document
from switchd.config.generate import generate
from switchd.config.reference import render
from switchd.config.schema import render_schema, schema

ROOT = Path(__file__).parents[2]
RETIRED = [
    *("4882789", "3992889", "8981169", "2667998", "3989915"),
    *("12312", "12316", "12318", "12319", "12336", "12350"),
]
FORMS = ["{}", "0375{}", "0375-{}", "+86375{}", "86375{}", "+86 375 {}", "(0375){}"]
DAYS = {
    "2020-01-02T23:59:59": "in service",
    "2020-01-03T00:00:00": "reminding",
    "2020-02-03T23:59:59": "reminding",
    "2020-02-04T00:00:00": "gone",
    "2022-01-03T12:00:00": "gone",
}

SUMMER = datetime(2026, 6, 1, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
"""A day on which the year's holidays are known and the next year's are not expected yet."""


@pytest.fixture(scope="module")
def pingdingshan():
    return load(ROOT / "config/pingdingshan")


class TestPingdingshan:
    """The city of the notice of 2020-01-03."""

    def test_it_has_no_errors_and_tells_only_that_the_months_are_over(self):
        problems = check(ROOT / "config/pingdingshan", now=SUMMER)
        assert {one.key for one in problems} == {f"lines.{number}.merged_on" for number in RETIRED}
        assert {one.severity for one in problems} == {Severity.WARNING}

    def test_its_15_seats_are_8_intake_3_dispatch_4_follow_up(self, pingdingshan):
        groups = Counter(
            group for seat in pingdingshan.plan.seats.values() for group in seat.groups
        )
        assert groups == {"intake": 8, "dispatch": 3, "follow_up": 4}

    @pytest.mark.parametrize("number", RETIRED)
    @pytest.mark.parametrize("form", FORMS)
    @pytest.mark.parametrize("moment", DAYS)
    def test_a_retired_number_on_every_day(self, pingdingshan, number, form, moment):
        plan = pingdingshan.plan
        now = datetime.fromisoformat(moment).replace(tzinfo=plan.zone).timestamp()
        found = decide(Arrival("13812345678", form.format(number), "trunk"), plan, now)
        assert found.line_dialled == number
        if DAYS[moment] == "gone":
            assert isinstance(found, Refusal)
            assert found.cause is Cause.NUMBER_CHANGED
        else:
            assert isinstance(found, Route)
            assert found.line_meant == (number if DAYS[moment] == "in service" else "12345")
            assert found.group == "intake"

    @pytest.mark.parametrize("number", ["3312345", "110", "12121", "2345"])
    def test_what_is_no_line_of_it_is_not_routed(self, pingdingshan, number):
        found = decide(Arrival("", number, "trunk"), pingdingshan.plan, 1.6e9)
        assert isinstance(found, Refusal)
        assert found.cause is Cause.UNALLOCATED_NUMBER

    def test_what_it_writes_out_about_the_server_is_the_default(self, pingdingshan):
        server, minimal = pingdingshan.server, load(ROOT / "config/minimal").server
        assert server.freeswitch == minimal.freeswitch
        assert server.feature_codes == minimal.feature_codes
        assert pingdingshan.plan.survey == load(ROOT / "config/minimal").plan.survey


class TestMinimal:
    """The least that a hotline needs."""

    def test_it_has_nothing_to_complain_about(self):
        assert check(ROOT / "config/minimal") == []

    def test_it_is_one_file_of_about_ten_lines(self):
        [file] = (ROOT / "config/minimal").iterdir()
        lines = [
            line
            for line in file.read_text(encoding="utf-8").splitlines()
            if not line.startswith("#")
        ]
        assert len(lines) <= 10


class TestGenerated:
    """Pages made from the models; `python -m switchd.config.generate` writes them anew."""

    def test_the_reference_is_current(self):
        assert (ROOT / "docs/configuration.md").read_text(encoding="utf-8") == render()

    def test_the_schema_is_current(self):
        assert (ROOT / "config/switchd.schema.json").read_text(encoding="utf-8") == render_schema()

    def test_generating_writes_both(self, tmp_path):
        (tmp_path / "config").mkdir()
        generate(tmp_path)
        assert (tmp_path / "docs/configuration.md").read_text(encoding="utf-8") == render()
        assert json.loads((tmp_path / "config/switchd.schema.json").read_bytes()) == schema()

    def test_every_key_has_a_meaning(self):
        definitions = json.loads(render_schema())["$defs"]
        models = {
            name: part["properties"] for name, part in definitions.items() if "properties" in part
        }
        silent = [
            f"{name}.{key}"
            for name, keys in models.items()
            for key, value in keys.items()
            if not value.get("description")
            and not definitions.get(value.get("$ref", "").rsplit("/", 1)[-1], {}).get("description")
        ]
        assert len(models) == 22
        assert silent == []

    def test_every_section_is_in_the_reference(self):
        page = render()
        assert [name for name in Document.model_fields if f"\n## {name}\n" not in page] == []
