"""`switchd pop`: what an admin sees of a seat's screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import gevent
import orjson
import pytest
from click.testing import Result
from typer.testing import CliRunner

from routing.record import Outcome
from routing.screenpop import Earlier, OpenCallback, screen_pop
from switchd.api.app import build
from switchd.api.server import Server
from switchd.cli.app import app
from switchd.cli.common import Exit
from switchd.places import socket_path
from tests.routing.build import NOW, Story
from tests.routing.test_screenpop import WEEK, earlier_call

CITY = """\
city: {{title: 平顶山市12345, area_code: "0375"}}
lines:
  "12345": {{kind: hotline, title: 政务服务便民热线, group: intake}}
groups:
  intake: {{title: 受理}}
seats: {{"1001": intake}}
folders: {{state: {state}}}
"""


class House:
    """A daemon with one call that rings, and one whose caller nobody knows."""

    def pop(self, call: str) -> Mapping[str, Any] | None:
        story = Story(WEEK).ringing()
        waits = OpenCallback(7, "12345", "missed", NOW - 60, 1)
        found = Earlier(5, 3, (earlier_call(1, Outcome.ANSWERED),), (waits,))
        known = {"leg-a": found, "leg-b": None}
        return screen_pop(story.call, WEEK, known[call], story.now) if call in known else None

    def __getattr__(self, name: str) -> Any:
        return dict


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "testcity"
    folder.mkdir()
    (folder / "city.yaml").write_text(CITY.format(state=tmp_path / "state"))
    (tmp_path / "state").mkdir()
    server = Server(socket_path(tmp_path / "state"), build(House()))  # type: ignore[arg-type]
    server.start()
    yield folder
    server.stop()


def pop(city: Path, call: str, *words: str) -> Result:
    """Run it in a thread, as another process would beside the daemon."""
    arguments = ["pop", call, "--city", str(city), *words]
    return gevent.get_hub().threadpool.apply(lambda: CliRunner().invoke(app, arguments))


class TestPop:
    def test_shows_line_wait_earlier_calls_and_callbacks(self, city: Path) -> None:
        said = pop(city, "leg-a").stdout
        assert "12345 政务服务便民热线" in said
        assert "5 in 30 days, 3 answered, calls again" in said
        assert "12345: answered, agent 8002" in said
        assert "7 for 12345, missed" in said

    def test_says_that_the_earlier_calls_are_not_known(self, city: Path) -> None:
        assert "not known" in pop(city, "leg-b").stdout

    def test_gives_everything_as_json(self, city: Path) -> None:
        shown = orjson.loads(pop(city, "leg-a", "--json").stdout)
        assert shown["history"]["repeat_caller"] is True

    def test_of_an_unknown_call_is_an_error(self, city: Path) -> None:
        said = pop(city, "leg-z")
        assert said.exit_code == Exit.FAILED
        assert "no call leg-z" in said.stderr
