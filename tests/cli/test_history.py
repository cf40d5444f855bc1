"""A retired number stays retired over restarts: the last plan in force is remembered."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from switchd.bootstrap import build
from switchd.city import load_city
from switchd.cli.common import Exit
from switchd.config import Loaded
from switchd.history import RetiredForEver, against_history
from switchd.records.plans import NewPlan, PlanVersions
from switchd.records.schema import migrate
from tests.cli.test_commands import switchd

RETIRED = "  12319: {kind: retired, title: old, merged_on: 2026-01-03}\n"
NOW = time.time()
ROOT = Path(__file__).resolve().parents[2]


class City:
    """A folder, and the plans that its hotline has had in force."""

    def __init__(self, parent: Path) -> None:
        self.folder = parent / "testcity"
        self.folder.mkdir()
        (parent / "state").mkdir()
        self.state = parent / "state"
        self.sql = f"sqlite:///{self.state / 'records.sqlite3'}"
        self.now_says(RETIRED)

    def now_says(self, line: str) -> Loaded:
        """The admin writes this line into the plan."""
        text = (
            'city: {title: "12345", area_code: "0375"}\n'
            "groups: {intake: {title: intake}}\n"
            "seats: {1001: intake}\n"
            f"folders: {{state: {self.state}}}\n"
            "lines:\n"
            '  12345: {kind: hotline, title: "12345"}\n'
        )
        (self.folder / "city.yaml").write_text(text + line, encoding="utf-8")
        return load_city(self.folder, NOW)

    def was_in_force(self, files: dict[str, str] | None = None) -> None:
        """What the folder says now was the plan of a running daemon."""
        loaded = load_city(self.folder, NOW)
        migrate(self.sql)
        plan = loaded.plan
        versions = PlanVersions(self.sql)
        versions.add(
            NewPlan(plan.city, plan.version, NOW, "me", "start", files or loaded.files, ())
        )
        versions.close()

    def forbids(self, loaded: Loaded) -> list[str]:
        versions = PlanVersions(self.sql)
        try:
            return [problem.what for problem in against_history(loaded, versions, NOW)]
        finally:
            versions.close()


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path)


class TestThePlanBefore:
    @pytest.mark.parametrize(
        ("line", "complaint"),
        [
            ('  12319: {kind: hotline, title: "again"}\n', "is a hotline line now"),
            ("", "is missing now"),
            (
                "  12399: {kind: parallel, title: other, numbers: [12319]}\n",
                "leads to the line 12399 now",
            ),
            (
                "  12319: {kind: retired, title: old, merged_on: 2099-01-03}\n",
                "is in_service again by its new date",
            ),
        ],
    )
    def test_forbids_to_bring_a_retired_number_back(
        self, city: City, line: str, complaint: str
    ) -> None:
        city.was_in_force()
        (told,) = city.forbids(city.now_says(line))
        assert complaint in told

    def test_allows_everything_else(self, city: City) -> None:
        city.was_in_force()
        assert city.forbids(city.now_says(RETIRED.replace("old", "renamed"))) == []
        assert city.forbids(city.now_says(RETIRED)) == []

    def test_is_the_last_one_and_that_of_this_city(self, city: City) -> None:
        city.was_in_force()
        loaded = city.now_says("")
        elsewhere = replace(loaded, plan=replace(loaded.plan, city="elsewhere"))
        assert city.forbids(elsewhere) == []

    def test_that_cannot_be_read_any_more_keeps_nobody_from_starting(self, city: City) -> None:
        city.was_in_force(files={"city.yaml": "lines: {12345: {kind: telegraph}}\n"})
        with capture_logs() as logs:
            assert city.forbids(city.now_says("")) == []
        assert logs[0]["event"] == "plan not compared with the last one"


class TestStarting:
    def test_is_refused_and_nothing_is_left_open(self, city: City) -> None:
        city.was_in_force()
        loaded = city.now_says("")
        for _ in range(2):
            with pytest.raises(RetiredForEver) as refused:
                build(loaded, password="secret", serve=False)
            assert "12319 was retired" in refused.value.problems[0].what

    def test_the_admin_is_told_where_and_what_to_write(self, city: City) -> None:
        city.was_in_force()
        city.now_says('  12319: {kind: hotline, title: "again"}\n')
        (city.state / "event-socket.password").write_text("secret\n")
        command = [sys.executable, "-m", "switchd", "run", "-c", str(city.folder)]
        told = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT)
        assert told.returncode == Exit.CONFIG
        assert f"{city.folder / 'city.yaml'}:7:lines.12319: 12319 was retired" in told.stderr
        assert "a retired number is never restored" in told.stderr


class TestCheckAgainstHistory:
    def test_tells_what_the_start_would_refuse(self, city: City) -> None:
        city.was_in_force()
        city.now_says("")
        assert switchd("check", city.folder).exit_code == Exit.OK
        told = switchd("check", city.folder, "--against-history")
        assert told.exit_code == Exit.CONFIG
        assert "12319 was retired (old) and is missing now" in told.output

    def test_without_a_database_there_is_nothing_to_compare(self, city: City) -> None:
        told = switchd("check", city.folder, "--against-history")
        assert told.exit_code == Exit.OK
        assert "no plan has been in force yet" in told.output
        assert not list(city.state.iterdir())

    def test_a_database_that_does_not_answer_is_told(self, city: City) -> None:
        (city.state / "records.sqlite3").write_bytes(b"no database at all" * 100)
        told = switchd("check", city.folder, "--against-history")
        assert told.exit_code == Exit.UNAVAILABLE
