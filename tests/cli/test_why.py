"""`switchd why`: what an admin reads about one call."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import orjson
import pytest
from click.testing import Result
from typer.testing import CliRunner

from switchd.api.app import build
from switchd.api.server import Server
from switchd.cli.app import app
from switchd.cli.common import Exit
from switchd.places import socket_path
from switchd.records import codec
from switchd.records.schema import migrate
from switchd.records.store import Store
from tests.routing.test_story import LONG_WAIT

CITY = """\
city: {{title: 平顶山市12345, area_code: "0375"}}
lines:
  "12345": {{kind: hotline, title: 政务服务便民热线, group: intake}}
groups:
  intake: {{title: 受理}}
seats: {{"1001": intake}}
folders: {{state: {state}}}
"""


@pytest.fixture
def city(tmp_path: Path) -> Path:
    folder = tmp_path / "testcity"
    folder.mkdir()
    (folder / "city.yaml").write_text(CITY.format(state=tmp_path / "state"))
    (tmp_path / "state").mkdir()
    url = f"sqlite:///{tmp_path}/state/records.sqlite3"
    migrate(url)
    store = Store(url)
    store.write([LONG_WAIT])
    store.close()
    return folder


class House:
    """A daemon with one call in progress."""

    def call(self, call: str) -> Any:
        if call != "leg-a":
            return None
        return {"state": "waiting", "record": codec.to_dict(LONG_WAIT)}

    def __getattr__(self, name: str) -> Any:
        return dict


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[None]:
    server = Server(socket_path(tmp_path / "state"), build(House()))  # type: ignore[arg-type]
    server.start()
    yield
    server.stop()


def why(city: Path, call: str, *words: str) -> Result:
    """Run it in a thread, as another process would beside the daemon."""
    arguments = ["why", call, "--city", str(city), *words]
    return gevent.get_hub().threadpool.apply(lambda: CliRunner().invoke(app, arguments))


class TestACallThatHasEnded:
    def test_is_told_in_the_citys_language_with_the_citys_time(self, city: Path) -> None:
        said = why(city, "call-1")
        assert said.exit_code == Exit.OK
        summary, wait, first, *_ = said.stdout.splitlines()
        assert summary.startswith("13837500001 于 2025-11-22 11:00:00 拨打 12319")
        assert wait.startswith("等待 8分40秒：")
        assert first == "  11:00:00  属于热线 12319（retired）"

    def test_is_told_in_english_on_demand(self, city: Path) -> None:
        assert "waited 8 min 40 s: " in why(city, "call-1", "--language", "en").stdout

    def test_is_there_for_programs_as_well(self, city: Path) -> None:
        said = orjson.loads(why(city, "call-1", "--json").stdout)
        assert said["record"]["call"] == "call-1"
        assert len(said["lines"]) == len(LONG_WAIT.trace)


class TestOtherwise:
    def test_a_call_in_progress_is_told_by_the_daemon(self, city: Path, daemon: None) -> None:
        said = why(city, "leg-a", "--language", "en")
        assert said.exit_code == Exit.OK
        assert "and is waiting." in said.stdout

    def test_an_unknown_call_is_an_error_that_says_where_to_look(
        self, city: Path, daemon: None
    ) -> None:
        said = why(city, "leg-b")
        assert said.exit_code == Exit.FAILED
        assert "no call 'leg-b'" in said.stderr
        assert "switchd calls" in said.stderr

    def test_without_records_and_daemon_nothing_is_made_up(self, city: Path) -> None:
        records = city.parent / "state/records.sqlite3"
        records.unlink()
        assert why(city, "call-1").exit_code == Exit.FAILED
        assert not records.exists()

    def test_another_language_is_refused(self, city: Path) -> None:
        assert "zh, en" in why(city, "call-1", "--language", "fr").output
