"""`switchd replay`: what an admin reads about another plan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from click.testing import Result
from typer.testing import CliRunner

from routing.record import Outcome
from switchd.cli.app import app
from switchd.cli.common import Exit
from switchd.records.schema import migrate
from switchd.records.store import Store
from tests.records.examples import ANSWERED_CALL, ARRIVED

CITY = """\
city: {{title: 平顶山市12345, area_code: "0375"}}
lines:
  "12345": {{kind: hotline, title: 政务服务便民热线, group: intake}}
groups:
  intake: {{title: 受理}}
seats: {{{seats}}}
folders: {{state: {state}}}
"""
DAY = "2025-11-22"


def folder(path: Path, state: Path, seats: int) -> Path:
    path.mkdir()
    known = ", ".join(f'"{1001 + n}": intake' for n in range(seats))
    (path / "city.yaml").write_text(CITY.format(state=state, seats=known))
    return path


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """One seat for calls that come every 20 seconds and last 90: half of them were lost."""
    state = tmp_path / "state"
    state.mkdir()
    url = f"sqlite:///{state}/records.sqlite3"
    migrate(url)
    store = Store(url)
    records = []
    for number in range(40):
        at = ARRIVED + 20 * number
        record = replace(
            ANSWERED_CALL,
            call=f"call-{number:02}",
            dialled="12345",
            line_dialled="12345",
            arrived_at=at,
            queued_at=at + 4,
            offered_at=at + 6,
            answered_at=at + 10,
            talk_ended_at=at + 100,
            ended_at=at + 105,
        )
        if number % 2:
            lost = {"answered_at": None, "offered_at": None, "talk_ended_at": None, "seat": ""}
            record = replace(record, **lost, ended_at=at + 64, outcome=Outcome.ABANDONED)
        records.append(record)
    store.write(records)
    store.close()
    return folder(tmp_path / "testcity", state, seats=1)


def switchd(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


class TestReplay:
    def test_shows_the_day_and_both_plans_side_by_side(self, city: Path, tmp_path: Path) -> None:
        other = folder(tmp_path / "more", tmp_path / "elsewhere", seats=9)
        said = switchd("replay", DAY, "--plan", other, "--city", city)
        assert said.exit_code == Exit.OK
        rows = {line[:22].strip(): line[22:].split() for line in said.stdout.splitlines()[1:]}
        assert rows["answered"][0] == "20"
        assert rows["answered"][-1] == "40"
        assert rows["connect rate"][0] == "50.0%"
        assert rows["connect rate"][-1] == "100.0%"

    def test_gives_programs_the_same_twice(self, city: Path) -> None:
        asked = ("replay", DAY, "--plan", city, "--city", city, "--json", "--seed", "7")
        first, second = (orjson.loads(switchd(*asked).stdout) for _ in range(2))
        assert first == second
        was, own, tried = first.values()
        assert own == tried
        assert was["calls"] == own["calls"] == 40

    def test_of_a_day_without_calls_says_so(self, city: Path) -> None:
        said = switchd("replay", "2024-01-01", "--plan", city, "--city", city)
        assert said.exit_code == Exit.FAILED
        assert "no calls of 2024-01-01" in said.stderr

    def test_of_no_day_at_all_says_how_to_write_one(self, city: Path) -> None:
        said = switchd("replay", "yesterday", "--plan", city, "--city", city)
        assert "write 2026-11-22" in said.output

    def test_of_a_plan_with_errors_tells_them(self, city: Path, tmp_path: Path) -> None:
        broken = tmp_path / "broken"
        broken.mkdir()
        (broken / "city.yaml").write_text("lines: [")
        assert switchd("replay", DAY, "--plan", broken, "--city", city).exit_code == Exit.CONFIG

    def test_without_records_says_where_they_would_be(self, city: Path, tmp_path: Path) -> None:
        (tmp_path / "state/records.sqlite3").unlink()
        said = switchd("replay", DAY, "--plan", city, "--city", city)
        assert said.exit_code == Exit.UNAVAILABLE
