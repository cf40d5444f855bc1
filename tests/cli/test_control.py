"""What is typed about a seat's call, and what the daemon is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gevent
import orjson
import pytest
from click.testing import Result
from typer.testing import CliRunner

from routing.keys import KeyVerb
from switchd.api.server import Server
from switchd.cli.app import app
from switchd.cli.control import PERHAPS_TARGET, WITH_TARGET, WITHOUT_TARGET
from switchd.places import socket_path

CITY = """\
city: {title: 平顶山市12345, area_code: "0375"}
lines:
  "12345": {kind: hotline, title: 政务服务便民热线, group: intake}
groups:
  intake: {title: 受理}
seats: {"1001": intake}
"""


class Daemon:
    """Answers every request the same, and notes what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.status = "200 OK"
        self.answer: Any = {}

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        self.asked.append((environ["PATH_INFO"], orjson.loads(body)))
        start(self.status, [("Content-Type", "application/json")])
        return [orjson.dumps(self.answer)]


@pytest.fixture
def city(tmp_path: Path) -> Path:
    folder = tmp_path / "testcity"
    folder.mkdir()
    (folder / "city.yaml").write_text(CITY + f"folders: {{state: {tmp_path / 'state'}}}\n")
    return folder


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon()
    server = Server(socket_path(tmp_path / "state"), daemon)  # type: ignore[arg-type]
    server.start()
    yield daemon
    server.stop()


def switchd(*words: str | Path) -> Result:
    """Run a command in a thread, as another process would beside the daemon."""
    arguments = [str(word) for word in words]
    return gevent.get_hub().threadpool.apply(lambda: CliRunner().invoke(app, arguments))


class TestSeat:
    @pytest.mark.parametrize(
        ("words", "verb", "body"),
        [
            (("hold", "1001"), "hold", {}),
            (("consult", "1001", "expert:medical"), "consult", {"target": "expert:medical"}),
            (("transfer", "1001", "1002"), "transfer", {"target": "1002"}),
            (("three-way", "1001"), "three-way", {}),
            (("three-way", "1001", "line:12350"), "three-way", {"target": "line:12350"}),
            (("drop", "1001", "seat:1002"), "drop", {"target": "seat:1002"}),
            (("pick-up", "1001"), "pick-up", {}),
            (("emergency", "1001", "110"), "emergency", {"target": "110"}),
            (("park", "1001", "--why", "dispute"), "park", {"why": "dispute"}),
        ],
    )
    def test_asks_for_a_verb_of_the_seats_call(
        self, city: Path, daemon: Daemon, words: tuple[str, ...], verb: str, body: dict[str, str]
    ) -> None:
        result = switchd("seat", *words, "--by", "lead", "-c", city)
        assert result.exit_code == 0, result.output
        assert daemon.asked == [(f"/v1/seats/1001/call/{verb}", {"who": "lead", **body})]

    def test_says_what_was_begun(self, city: Path, daemon: Daemon) -> None:
        daemon.answer = {
            "call": "5f0c",
            "verb": "consult",
            "target": "expert:medical",
            "title": "医疗卫生",
        }
        result = switchd("seat", "consult", "1001", "expert:medical", "-c", city)
        assert result.output == "seat 1001: consult, target expert:medical, title 医疗卫生\n"

    def test_gives_the_answer_as_json(self, city: Path, daemon: Daemon) -> None:
        daemon.answer = {"muted": "yes"}
        result = switchd("seat", "mute", "1001", "--json", "-c", city)
        assert orjson.loads(result.output) == {"muted": "yes"}

    def test_tells_why_it_was_refused(self, city: Path, daemon: Daemon) -> None:
        daemon.status = "409 Conflict"
        daemon.answer = {"title": "Not now", "detail": "seat 1001 has no call"}
        result = switchd("seat", "hold", "1001", "-c", city)
        assert result.exit_code == 1
        assert "seat 1001 has no call" in result.output

    def test_has_a_verb_for_every_key(self) -> None:
        verbs = {*WITHOUT_TARGET, *WITH_TARGET, *PERHAPS_TARGET, "emergency"}
        for key in KeyVerb:
            assert set(key.value.split("-or-")) <= verbs
