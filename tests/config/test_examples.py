"""The examples that admins copy, and the pages made for them, are right and current."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from switchd.config import Severity, check, load
from switchd.config.document import Document
from switchd.config.generate import generate
from switchd.config.reference import render
from switchd.config.schema import render_schema, schema

ROOT = Path(__file__).parents[2]
SUMMER = datetime(2026, 6, 1, tzinfo=UTC).timestamp()
"""A day on which the year's holidays are known and the next year's are not expected yet."""


@pytest.fixture(scope="module")
def pingdingshan():
    return load(ROOT / "config/pingdingshan")


class TestPingdingshan:
    """A whole city; test_pingdingshan has its numbers."""

    def test_what_it_writes_out_about_the_server_is_the_default(self, pingdingshan):
        server, minimal = pingdingshan.server, load(ROOT / "config/minimal").server
        assert server.freeswitch == minimal.freeswitch
        assert server.feature_codes == minimal.feature_codes
        assert pingdingshan.plan.survey == load(ROOT / "config/minimal").plan.survey


class TestJiayuguan:
    """Sub-centres and experts; its numbers are illustrative."""

    def test_it_has_no_errors_and_tells_only_that_the_months_are_over(self):
        problems = check(ROOT / "config/jiayuguan", now=SUMMER)
        assert {one.severity for one in problems} == {Severity.WARNING}
        assert {one.key.rsplit(".", 1)[1] for one in problems} == {"merged_on"}

    def test_it_has_the_lines_that_the_notice_counts(self):
        plan = load(ROOT / "config/jiayuguan", now=SUMMER).plan
        kinds = Counter(line.kind.value for line in plan.lines.values())
        counted = {"hotline": 1, "retired": 10, "parallel": 6, "sub_centre": 8}
        assert kinds == {**counted, "expert": 3}

    def test_it_says_that_its_numbers_are_illustrative(self):
        for file in (ROOT / "config/jiayuguan").iterdir():
            assert "illustrative" in "".join(file.read_text(encoding="utf-8").split("\n\n")[0])


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
        assert models
        assert silent == []

    def test_every_section_is_in_the_reference(self):
        page = render()
        assert [name for name in Document.model_fields if f"\n## {name}\n" not in page] == []
