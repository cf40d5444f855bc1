"""What a supervisor types, and what is said about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import orjson
import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from switchd.api.app import build
from switchd.api.ports import Refused
from switchd.api.server import Server
from switchd.cli.app import app
from switchd.cli.common import Exit
from switchd.cli.operators import change
from switchd.places import socket_path
from switchd.records.audit import Audit, OperatorAction
from switchd.records.schema import migrate

CITY = """\
city: {title: 平顶山市12345, area_code: "0375"}
lines:
  "12345": {kind: hotline, title: 政务服务便民热线, group: intake}
groups:
  intake: {title: 受理}
seats: {"1001": intake}
"""


class FakeHouse:
    """Does everything, and notes what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.trouble: Exception | None = None

    def status(self) -> Any:
        return {}

    calls = call = queues = seats = blocked = callbacks = voicemails = indicators = status

    def _done(self, *asked: Any, **more: Any) -> Any:
        if self.trouble is not None:
            raise self.trouble
        self.asked.append(asked)
        return {"target": "5f0c9a52", "facts": {"waiting": 3}, "trouble": "", **more}

    def rank(self, *asked: Any) -> Any:
        return self._done("rank", *asked)

    def move(self, *asked: Any) -> Any:
        return self._done("move", *asked)

    def remove(self, *asked: Any) -> Any:
        return self._done("remove", *asked)

    def pause(self, *asked: Any) -> Any:
        return self._done("pause", *asked)

    def resume(self, *asked: Any) -> Any:
        return self._done("resume", *asked)

    def change_skills(self, *asked: Any) -> Any:
        brings = {"english": 5}
        return self._done("skill", *asked, brings=brings, seat="1001", serves=["english"])


@pytest.fixture
def city(tmp_path: Path) -> Path:
    folder = tmp_path / "testcity"
    folder.mkdir()
    (folder / "city.yaml").write_text(CITY + f"folders: {{state: {tmp_path / 'state'}}}\n")
    return folder


@pytest.fixture
def house(tmp_path: Path) -> Iterator[FakeHouse]:
    house = FakeHouse()
    server = Server(socket_path(tmp_path / "state"), build(house))  # type: ignore[arg-type]
    server.start()
    yield house
    server.stop()


def switchd(*words: str | Path) -> Result:
    """Run a command in a thread, as another process would beside the daemon."""
    arguments = [str(word) for word in words]
    return gevent.get_hub().threadpool.apply(lambda: CliRunner().invoke(app, arguments))


class TestCommands:
    @pytest.mark.parametrize(
        ("words", "asked", "said"),
        [
            (("queue", "rank", "5f0c", "600"), ("rank", "5f0c", 600), "priority 600"),
            (("queue", "rank", "5f0c", "-600"), ("rank", "5f0c", -600), "priority -600"),
            (("queue", "move", "5f0c", "intake"), ("move", "5f0c", "intake"), "waits for intake"),
            (("queue", "remove", "5f0c"), ("remove", "5f0c", "goodbye"), "hears goodbye"),
            (
                ("queue", "pause", "intake", "--prompt", "technical_fault"),
                ("pause", "intake", "technical_fault"),
                "paused, 3 callers wait, who hear technical_fault",
            ),
            (("queue", "resume", "intake"), ("resume", "intake"), "goes on, 3 callers waited"),
            (
                ("agent", "skill", "A017", "+english:5", "-intake", "=web"),
                ("skill", "A017", {"english": 5, "intake": 0, "web": None}),
                "agent A017: brings english:5, at seat 1001, serves english",
            ),
        ],
    )
    def test_reach_the_daemon_with_who_and_why(
        self,
        city: Path,
        house: FakeHouse,
        words: tuple[str, ...],
        asked: tuple[Any, ...],
        said: str,
    ) -> None:
        result = switchd(*words, "--by", "8001", "--why", "外语", "--city", city)
        assert result.exit_code == Exit.OK, result.output
        assert house.asked == [(*asked, "8001", "外语")]
        assert said in result.stdout

    def test_what_is_not_possible_is_said(self, city: Path, house: FakeHouse) -> None:
        house.trouble = Refused("there is no group intak; did you mean intake?")
        result = switchd("queue", "pause", "intak", "--city", city)
        assert result.exit_code == Exit.FAILED
        assert "did you mean intake?" in result.stderr

    @pytest.mark.parametrize(
        "words",
        [
            ("queue", "rank", "5f0c", "high"),
            ("queue", "rank", "5f0c", "90000"),
            ("queue", "rank", "5f0c"),
            ("queue", "move", "5f0c"),
            ("queue", "stop", "intake"),
            ("agent", "skill", "A017"),
            ("agent", "skill", "A017", "english:5"),
            ("agent", "skill", "A017", "--why", "x", "+english:0"),
        ],
    )
    def test_mistyped_ones_reach_nobody(
        self, city: Path, house: FakeHouse, words: tuple[str, ...]
    ) -> None:
        result = switchd(*words, "--city", city)
        assert result.exit_code == 2
        assert house.asked == []

    @pytest.mark.parametrize(
        "words", [("queue", "pause", "intake"), ("queue", "rank", "5f0c", "1")]
    )
    def test_without_a_daemon_that_is_said(self, city: Path, words: tuple[str, ...]) -> None:
        assert switchd(*words, "--city", city).exit_code == Exit.UNAVAILABLE


class TestChange:
    @pytest.mark.parametrize(
        ("text", "meant"),
        [
            ("+english:5", ("english", 5)),
            ("+english", ("english", 5)),
            ("-intake", ("intake", 0)),
            ("=web", ("web", None)),
        ],
    )
    def test_a_sign_a_skill_and_a_level(self, text: str, meant: tuple[str, int | None]) -> None:
        assert change(text) == meant

    @pytest.mark.parametrize(
        "text", ["english", "+", "+english:", "+english:10", "-intake:3", "=web:1", "+a b", "+x:-1"]
    )
    def test_anything_else_is_refused(self, text: str) -> None:
        with pytest.raises(typer.BadParameter):
            change(text)


class TestAudit:
    def test_lists_what_was_done_the_latest_first(self, city: Path, tmp_path: Path) -> None:
        (tmp_path / "state").mkdir()
        url = f"sqlite:///{tmp_path / 'state' / 'records.sqlite3'}"
        migrate(url)
        audit = Audit(url)
        skills = {"skills": {"english": 5, "web": None}}
        audit.add(OperatorAction("testcity", 1e9, "8001", "skill", "A017", skills, "[外语]"))
        audit.add(OperatorAction("testcity", 1e9 + 60, "8001", "pause", "web", {"prompt": ""}))
        audit.close()
        _, pause, skill = switchd("audit", "--city", city).stdout.splitlines()
        assert "2001-09-09 09:47:40  8001  pause" in pause, "the city's time, not the machine's"
        assert "english:5 web:as planned" in skill
        assert "[外语]" in skill
        said = orjson.loads(switchd("audit", "--of", "A017", "--json", "--city", city).stdout)
        assert [action["verb"] for action in said] == ["skill"]

    def test_before_anything_was_written_it_makes_no_database(
        self, city: Path, tmp_path: Path
    ) -> None:
        result = switchd("audit", "--city", city)
        assert result.exit_code == Exit.FAILED
        assert not (tmp_path / "state").exists()
