"""What a supervisor types about talks, and what is said about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest
from typer.testing import CliRunner, Result

from switchd.api.app import build
from switchd.api.ports import Refused
from switchd.api.server import Server
from switchd.cli.app import app
from switchd.cli.common import Exit
from switchd.places import socket_path
from tests.api.house import FakeHouse

CITY = """\
city: {title: 平顶山市12345, area_code: "0375"}
lines:
  "12345": {kind: hotline, title: 政务服务便民热线, group: intake}
groups:
  intake: {title: 受理}
seats: {"1001": intake}
"""


class House(FakeHouse):
    """Notes the whole wish."""

    def supervise(self, verb: str, who: str, why: str, **wanted: str) -> Any:
        done = super().supervise(verb, who, why, **wanted)
        self.done[-1] = (verb, {name: value for name, value in wanted.items() if value}, who, why)
        trouble = "" if self.trouble_to_write is None else self.trouble_to_write
        return {**done, "facts": {"seat": "1001"}, "target": "call-1", "trouble": trouble}

    trouble_to_write: str | None = None


@pytest.fixture
def city(tmp_path: Path) -> Path:
    folder = tmp_path / "testcity"
    folder.mkdir()
    (folder / "city.yaml").write_text(CITY + f"folders: {{state: {tmp_path / 'state'}}}\n")
    return folder


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House()
    (tmp_path / "state").mkdir()
    server = Server(socket_path(tmp_path / "state"), build(house))
    server.start()
    yield house
    server.stop()


def types(city: Path, *words: str) -> Result:
    arguments = ["supervise", *words, "-c", str(city)]
    return gevent.get_hub().threadpool.apply(CliRunner().invoke, (app, arguments))


class TestATalk:
    @pytest.mark.parametrize("verb", ["listen", "whisper", "barge"])
    def test_is_named_by_its_seat(self, house: House, city: Path, verb: str) -> None:
        said = types(city, verb, "1001", "--at", "1009", "--by", "8009", "--why", "drill")
        assert said.exit_code == 0, said.output
        wanted = {"target": "1001", "at": "1009"}
        assert house.done == [(verb, wanted, "8009", "drill")]
        assert "seat 1001 in call call-1" in said.output

    def test_or_by_its_call(self, house: House, city: Path) -> None:
        types(city, "release", "call-1", "--by", "8009")
        assert house.done == [("release", {"target": "call-1"}, "8009", "")]

    @pytest.mark.parametrize("verb", ["take-over", "stop"])
    def test_that_is_listened_to_need_not_be_named(
        self, house: House, city: Path, verb: str
    ) -> None:
        types(city, verb, "--at", "1009", "--by", "8009")
        assert house.done == [(verb, {"target": "1001", "at": "1009"}, "8009", "")]

    def test_that_nobody_listens_to_is_not_guessed(self, house: House, city: Path) -> None:
        said = types(city, "stop", "--at", "1008")
        assert (said.exit_code, house.done) == (Exit.FAILED, [])
        assert "seat 1008 listens to nobody" in said.output


class TestAState:
    def test_is_forced_with_a_reason(self, house: House, city: Path) -> None:
        said = types(city, "state", "1001", "not-ready", "--reason", "meeting", "--by", "8009")
        wanted = {"target": "1001", "state": "not-ready", "reason": "meeting"}
        assert house.done == [("force", wanted, "8009", "")]
        assert said.output == "seat 1001: ready\n"


class TestTheList:
    def test_says_who_listens_to_whom(self, house: House, city: Path) -> None:
        said = types(city, "list")
        for word in ("1009", "8009", "1001", "1002", "listen"):
            assert word in said.output

    def test_for_programs(self, house: House, city: Path) -> None:
        assert '"over": "1001"' in types(city, "list", "--json").output


class TestWhatGoesWrong:
    def test_a_refusal_is_said_with_its_reason(self, house: House, city: Path) -> None:
        said = types(city, "state", "1001", "asleep")
        assert said.exit_code == Exit.FAILED
        assert "'ready', 'not-ready' or 'sign-out'" in said.output

    def test_a_talk_that_is_over(self, house: House, city: Path) -> None:
        def refuses(*asked: Any, **more: Any) -> Any:
            raise Refused("seat 1001 talks with nobody here")

        house.supervise = refuses  # type: ignore[method-assign]
        said = types(city, "release", "1001")
        assert "seat 1001 talks with nobody here" in said.output

    def test_what_could_not_be_written_down_is_said_besides(self, house: House, city: Path) -> None:
        house.trouble_to_write = "done, but it could not be written down: no SQL"
        said = types(city, "release", "1001")
        assert said.exit_code == 0
        assert "could not be written down" in said.output
