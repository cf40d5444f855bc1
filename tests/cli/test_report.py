"""`switchd report` and `switchd indicators`: the same columns, from SQL and from the daemon."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest

from routing.indicators import Counts
from routing.record import Outcome
from switchd.api.app import build
from switchd.api.server import Server
from switchd.cli.common import Exit
from switchd.places import socket_path
from switchd.records.schema import migrate
from switchd.records.store import Store
from tests.cli.test_commands import FakeHouse, city, switchd
from tests.records.examples import call

__all__ = ["city"]
MIDNIGHT = datetime(2026, 11, 22, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()


@pytest.fixture
def records(city: Path) -> Path:
    """A city with calls of a day: two lines, before and after midnight."""
    state = city.parent / "state"
    state.mkdir()
    url = f"sqlite:///{state / 'records.sqlite3'}"
    migrate(url)
    store = Store(url)
    store.write(
        [
            _call("yesterday", MIDNIGHT - 0.001),
            _call("first", MIDNIGHT),
            _call("second", MIDNIGHT + 9 * 3600, outcome=Outcome.ABANDONED),
            _call("own", MIDNIGHT + 10 * 3600, line_dialled="12345", department="市政府"),
        ]
    )
    store.close()
    return city


def _call(name: str, at: float, **changes: object) -> object:
    times = {"arrived_at": at, "queued_at": at + 4, "answered_at": at + 10}
    return call(name, **times, talk_ended_at=at + 70, ended_at=at + 80, **changes)


class TestReport:
    def test_a_day_has_its_lines_and_the_whole(self, records: Path) -> None:
        result = switchd("report", "--day", "2026-11-22", "-c", records)
        assert result.exit_code == Exit.OK, result.output
        rows = {line.split()[0]: line.split() for line in result.output.splitlines()}
        assert rows["2026-11-22"][:5] == ["2026-11-22", "00:00", "to", "2026-11-23", "00:00"]
        assert rows["12319"][1:5] == ["2", "2", "1", "1"]
        assert rows["12345"][1:6] == ["政务服务便民热线", "1", "1", "1", "0"]
        assert rows["all"][1:4] == ["3", "3", "2"]
        assert "66.7%" in rows["all"]

    def test_a_program_gets_every_figure(self, records: Path) -> None:
        words = ("report", "--since", "2026-11-21", "--until", "2026-11-22T00:00:01")
        answer = orjson.loads(switchd(*words, "--by", "hour", "--json", "-c", records).stdout)
        assert [row["hour"] for row in answer["rows"]] == ["2026-11-21 23:00", "2026-11-22 00:00"]
        assert answer["total"]["answered"] == 2
        assert answer["total"]["average_wait"] == 6.0
        assert (answer["since"], answer["until"]) == (MIDNIGHT - 86400, MIDNIGHT + 1)

    def test_departments_are_told_apart(self, records: Path) -> None:
        words = ("report", "--day", "2026-11-22", "--by", "department", "--json")
        answer = orjson.loads(switchd(*words, "-c", records).stdout)
        assert {row["department"]: row["calls"] for row in answer["rows"]} == {
            "市城市管理局": 2,
            "市政府": 1,
        }

    @pytest.mark.parametrize(
        ("words", "complaint"),
        [
            (("--day", "2026-11-22", "--since", "2026-11-21"), "either --day, or --since"),
            (("--until", "2026-11-22"), "--until needs --since"),
            (("--since", "2026-11-22", "--until", "2026-11-21"), "ends before it begins"),
            (("--day", "yesterday"), "is no time"),
        ],
    )
    def test_a_period_that_is_none_is_refused(
        self, records: Path, words: tuple[str, ...], complaint: str
    ) -> None:
        result = switchd("report", *words, "-c", records)
        assert result.exit_code != Exit.OK
        assert complaint in result.output

    def test_before_the_first_call_there_is_no_database(self, city: Path) -> None:
        result = switchd("report", "-c", city)
        assert result.exit_code == Exit.FAILED
        assert "no call has been written down yet" in result.output
        assert not list(city.parent.glob("**/records.sqlite3"))


class TestIndicators:
    def test_lines_and_groups_of_both_periods(self, city: Path) -> None:
        today = {"total": _plain(9), "lines": [{"line": "12315", "title": "市场", **_plain(4)}]}
        hour = {"total": _plain(2), "lines": [{"line": "", "title": "", **_plain(1)}]}
        groups = {"groups": [{"group": "intake", "title": "受理", **_plain(3)}]}
        house = FakeHouse()
        house.shown["indicators"] = {"today": {**today, **groups}, "hour": {**hour, **groups}}
        server = Server(socket_path(city.parent / "state"), build(house))
        server.start()
        try:
            text = switchd("indicators", "-c", city).output
            answer = orjson.loads(switchd("indicators", "--json", "-c", city).stdout)
        finally:
            server.stop()
        since_midnight, last_hour = text.split("last 60 minutes")
        assert "line 12315 市场" in since_midnight
        assert "group intake 受理" in last_hour
        assert "no line" in last_hour
        assert answer["today"]["total"]["answered"] == 9


def _plain(answered: int) -> dict[str, object]:
    return Counts(calls=answered, answered=answered).plain()
