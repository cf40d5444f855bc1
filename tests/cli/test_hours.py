"""Hours by agent and day, as they are shown and written for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest
from click.testing import Result
from typer.testing import CliRunner

from routing.sessions import Change
from switchd.cli.app import app
from switchd.records.schema import migrate
from switchd.records.sessions import Reader, Sessions

CITY = """\
city: {title: 平顶山市12345, area_code: "0375"}
lines:
  "12345": {kind: hotline, title: 政务服务便民热线, group: intake}
groups:
  intake: {title: 受理}
seats: {"1001": intake, "1002": intake}
calendars:
  office: {week: {mon-sun: "08:00-18:00"}}
shifts:
  day: {crews: [长白], calendar: office}
agents:
  A017: {title: 小王, shift: day}
"""
ZONE = ZoneInfo("Asia/Shanghai")
DAY = "2026-03-02"
Type = Callable[..., Result]


def at(clock: str) -> float:
    return datetime.fromisoformat(f"{DAY}T{clock}").replace(tzinfo=ZONE).timestamp()


WORKED = [
    Change(at("07:50"), "1001", "A017", "not_ready", "signed_in"),
    Change(at("07:55"), "1001", "A017", "talking", "", "c1"),
    Change(at("08:05"), "1001", "A017", "wrap_up"),
    Change(at("08:06"), "1001", "A017", "not_ready", "=1+1"),
    Change(at("08:26"), "1001", "A017", "signed_out"),
    Change(at("09:00"), "1002", "8001", "ready"),
    Change(at("09:30"), "1002", "8001", "signed_out", "moved"),
]


@pytest.fixture
def typed(tmp_path: Path) -> Type:
    """Type a command for a city where two agents have worked on one day."""
    folder, state = tmp_path / "testcity", tmp_path / "state"
    folder.mkdir()
    state.mkdir()
    (folder / "city.yaml").write_text(CITY + f"folders: {{state: {state}}}\n")
    sql = f"sqlite:///{state / 'records.sqlite3'}"
    migrate(sql)
    sessions = Sessions(sql, "testcity")
    begun = Reader("life", "0-0", at("07:00"))
    sessions.mend(None, begun, [])
    sessions.write(begun, Reader("life", "9-0", at("10:00")), WORKED)
    sessions.close()
    return lambda *words: CliRunner().invoke(app, [*words, "-c", str(folder)])


class TestHours:
    def test_each_agent_and_day_has_a_row_and_all_have_one(self, typed: Type) -> None:
        shown = typed("hours", "--from", DAY, "--to", DAY).stdout.splitlines()
        heads = shown[0].split()
        assert heads[:4] == ["day", "agent", "name", "calls"]
        assert [row.split()[:2] for row in shown[1:3]] == [[DAY, "8001"], [DAY, "A017"]]
        assert shown[3].split()[0] == "all"
        assert "1:06:00" in shown[3]

    def test_figures_for_programs_are_in_seconds(self, typed: Type) -> None:
        done = typed("hours", "--agent", "A017", "--from", DAY, "--to", DAY, "--json")
        (row,) = orjson.loads(done.stdout)
        assert (row["calls"], row["on_calls"], row["signed_in"]) == (1, 600, 2160)
        assert row["not_ready"] == {"signed_in": 300, "=1+1": 1200}
        assert (row["overtime"], row["overtime_on_calls"]) == (600, 300)

    def test_the_csv_file_has_the_same_and_no_formula(self, typed: Type, tmp_path: Path) -> None:
        file = tmp_path / "hours.csv"
        done = typed("hours", "--from", DAY, "--to", DAY, "--csv", str(file))
        assert done.exit_code == 0
        rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
        assert [row["agent"] for row in rows] == ["8001", "A017"]
        assert (rows[1]["on calls"], rows[1]["overtime"], rows[1]["not ready: =1+1"]) == (
            "600",
            "600",
            "1200",
        )
        assert rows[0]["overtime"] == ""

    def test_it_can_be_piped(self, typed: Type) -> None:
        done = typed("hours", "--from", DAY, "--to", DAY, "--csv", "-")
        assert done.stdout.startswith("day,agent,calls,signed in,on calls,")

    def test_other_days_are_other_days(self, typed: Type) -> None:
        done = typed("hours", "--from", "2026-03-03", "--to", "2026-03-04")
        assert done.stdout == "nobody was signed in\n"

    @pytest.mark.parametrize("days", [("yesterday", DAY), (DAY, "2026-03-01")])
    def test_days_that_are_none_are_refused(self, typed: Type, days: tuple[str, str]) -> None:
        assert typed("hours", "--from", days[0], "--to", days[1]).exit_code == 2


class TestSessions:
    def test_who_sat_where_is_listed_with_how_it_ended(self, typed: Type) -> None:
        shown = typed("agents", "sessions").stdout.splitlines()
        assert shown[1].split() == ["8001", "1002", DAY, "09:00", DAY, "09:30", "moved"]
        assert shown[2].split() == ["A017", "1001", DAY, "07:50", DAY, "08:26", "signed_out"]

    def test_one_agent_may_be_asked_for(self, typed: Type) -> None:
        rows = orjson.loads(typed("agents", "sessions", "--agent", "A017", "--json").stdout)
        assert [row["agent"] for row in rows] == ["A017"]
        assert typed("agents", "sessions", "--agent", "X").stdout == "no sessions\n"
