"""An admin who brings a retired number back is refused, with the place where it stands."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from switchd.city import load_city, read_again
from switchd.config import render_problem

NOW = datetime(2026, 6, 1, 12, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
RETIRED = """
city: {title: "12345", area_code: "0375"}
groups: {intake: {title: intake}}
seats: {1001: intake}
lines:
  12345: {kind: hotline, title: "12345"}
"""


def read(folder: Path, line: str) -> list[str]:
    """Load a city in which 12319 is retired, write `line` instead, and read it again."""
    folder = folder / "city"
    folder.mkdir()
    file = folder / "city.yaml"
    file.write_text(RETIRED + "  12319: {kind: retired, title: old, merged_on: 2026-01-03}\n")
    in_force = load_city(folder, NOW).plan
    file.write_text(RETIRED + line)
    reading = read_again(folder, in_force, NOW)
    return [] if reading.loaded else [render_problem(problem) for problem in reading.problems]


class TestARetiredNumberInAChangedFolder:
    def test_that_is_in_service_again_is_refused_at_its_line(self, tmp_path: Path) -> None:
        problems = read(tmp_path, '  12319: {kind: hotline, title: "again"}\n')
        assert len(problems) == 1
        assert f"{tmp_path / 'city' / 'city.yaml'}:7:lines.12319: 12319 was retired" in problems[0]
        assert "a retired number is never restored" in problems[0]

    def test_that_has_been_deleted_is_refused(self, tmp_path: Path) -> None:
        (problem,) = read(tmp_path, "")
        assert "12319 was retired (old) and is missing now" in problem

    def test_that_stays_is_accepted(self, tmp_path: Path) -> None:
        line = "  12319: {kind: retired, title: renamed, merged_on: 2026-01-03}\n"
        assert read(tmp_path, line) == []
