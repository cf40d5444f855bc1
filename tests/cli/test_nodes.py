"""Commands in a city with several FreeSWITCHes."""

from __future__ import annotations

from pathlib import Path

import pytest

from switchd.cli.common import Exit, settings_or_fail
from tests.cli.test_commands import CITY, switchd

NODES = """
nodes:
  north: {sip: {address: 127.0.0.1}}
  south: {sip: {address: 127.0.0.2, trunk_port: 5066}}
storage: {redis: 'redis://127.0.0.1:6399/0'}
"""


@pytest.fixture
def city(tmp_path: Path) -> Path:
    folder = tmp_path / "testcity"
    folder.mkdir()
    text = CITY + NODES + f"folders: {{state: {tmp_path / 'state'}}}\n"
    (folder / "city.yaml").write_text(text)
    return folder


class TestRender:
    def test_each_node_has_a_configuration_of_its_own(self, city: Path, tmp_path: Path) -> None:
        out = tmp_path / "freeswitch"
        words = ("freeswitch", "render", "--city", city, "--out", out, "--node", "south")
        assert switchd(*words).exit_code == Exit.OK
        assert '"sip-port" value="5066"' in (out / "sip_profiles" / "trunk.xml").read_text()
        peers = (out / "contexts" / "switchd-peers.xml").read_text()
        assert "seat for a caller at north" in peers
        assert "seat for a caller at south" not in peers

    def test_the_phones_have_one_password_for_all_nodes(self, city: Path, tmp_path: Path) -> None:
        for node in ("north", "south"):
            out = tmp_path / node
            words = ("freeswitch", "render", "--city", city, "--out", out, "--node", node)
            assert switchd(*words).exit_code == Exit.OK
        north, south = (
            (tmp_path / node / "directory" / "seats.xml").read_text() for node in ("north", "south")
        )
        assert north == south

    @pytest.mark.parametrize("command", [("freeswitch", "render", "--out", "x"), ("doctor",)])
    def test_without_a_node_it_is_asked_which(self, city: Path, command: tuple[str, ...]) -> None:
        result = switchd(*command, "--city", city)
        assert result.exit_code == Exit.CONFIG
        assert "city.yaml" in result.stderr
        assert "write --node north" in result.stderr


class TestWhichDaemonIsAsked:
    def test_the_one_that_runs_here(self, city: Path, tmp_path: Path) -> None:
        socket = tmp_path / "state" / "nodes" / "south" / "switchd.sock"
        socket.parent.mkdir(parents=True)
        socket.touch()
        assert settings_or_fail(city).node == "south"

    def test_or_the_one_that_is_named(self, city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SWITCHD_NODE", "north")
        assert settings_or_fail(city).node == "north"

    def test_a_wrong_name_is_told(self, city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SWITCHD_NODE", "nrth")
        result = switchd("status", "--city", city)
        assert result.exit_code == Exit.CONFIG
        assert "SWITCHD_NODE=nrth: the city's nodes are north, south" in result.stderr
