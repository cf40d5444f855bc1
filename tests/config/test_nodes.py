"""A city with several FreeSWITCHes: what each takes over, and what cannot work together."""

from __future__ import annotations

from pathlib import Path

import pytest

from switchd.config import Loaded, Severity, UnknownNode, choose_node, load
from switchd.config.changes import needs
from tests.config.conftest import NOW, Judge, Write

REDIS = "storage:\n  redis: redis://10.20.0.10:6379/0\n  sql: postgresql://db/switchd\n"
NODES = """
nodes:
  north:
    sip: {address: 10.20.0.11}
  south:
    sip: {address: 10.20.0.12, peers_port: 5090}
    event_socket: {port: 8031}
    state: /srv/south
"""
RIGHT = f"{REDIS}freeswitch:\n  event_socket: {{host: localhost}}\n{NODES}"


def city(write: Write, extra: str = RIGHT) -> Loaded:
    return load(write(extra=extra), now=NOW)


class TestANode:
    def test_has_what_it_writes_and_the_rest_from_the_city(self, write: Write) -> None:
        server = choose_node(city(write), "south").server
        assert server.node == "south"
        assert (server.freeswitch.event_socket.host, server.freeswitch.event_socket.port) == (
            "localhost",
            8031,
        )
        assert (server.freeswitch.sip.address, server.freeswitch.sip.trunk_port) == (
            "10.20.0.12",
            5060,
        )
        assert server.folders.state == Path("/srv/south")
        assert server.password_file == Path("/srv/south/event-socket.password")

    def test_has_a_folder_of_its_own_and_shares_the_phones_passwords(self, write: Write) -> None:
        loaded = city(write)
        server = choose_node(loaded, "north").server
        assert server.folders.state == loaded.server.folders.state / "nodes" / "north"
        assert server.seat_passwords_file == loaded.server.folders.state / "seat-passwords.json"
        assert server.folders.recordings == loaded.server.folders.recordings

    def test_knows_the_others(self, write: Write) -> None:
        server = choose_node(city(write), "north").server
        assert {name: peer.sip.address for name, peer in server.peers.items()} == {
            "south": "10.20.0.12"
        }

    def test_a_city_without_nodes_has_neither(self, write: Write) -> None:
        loaded = load(write(), now=NOW)
        assert choose_node(loaded, "") is loaded
        assert (loaded.server.node, dict(loaded.server.peers)) == ("", {})

    def test_the_only_one_need_not_be_named(self, write: Write) -> None:
        loaded = city(write, "nodes:\n  here:\n    state: /srv/here\n")
        assert choose_node(loaded, "").server.node == "here"


class TestWhichNode:
    def test_must_be_said_if_there_are_several(self, write: Write) -> None:
        with pytest.raises(UnknownNode) as told:
            choose_node(city(write), "")
        assert "extra.yaml:7:nodes: the city has the nodes north, south" in str(told.value)
        assert "write --node north" in str(told.value)

    def test_must_be_one_of_them(self, write: Write) -> None:
        with pytest.raises(UnknownNode, match=r"no node 'noth'\. Write north, if that is meant"):
            choose_node(city(write), "noth")

    def test_means_nothing_in_a_city_with_one_freeswitch(self, write: Write) -> None:
        with pytest.raises(UnknownNode, match="there is no section `nodes`"):
            choose_node(load(write(), now=NOW), "north")


class TestNodesTogether:
    def test_the_right_ones_have_no_problem(self, judge: Judge) -> None:
        assert judge(extra=RIGHT) == []

    def test_need_one_redis(self, judge: Judge) -> None:
        found = [problem for problem in judge(extra=NODES) if problem.severity is Severity.ERROR]
        assert [problem.what for problem in found] == [
            "the nodes share one queue, but each switchd would start a Redis of its own"
        ]

    def test_are_warned_of_a_file_of_records_on_each_machine(self, judge: Judge) -> None:
        (problem,) = judge(extra=f"storage: {{redis: 'redis://10.20.0.10:6379/0'}}\n{NODES}")
        assert problem.severity is Severity.WARNING
        assert problem.key == "storage.sql"

    def test_must_say_their_addresses(self, judge: Judge) -> None:
        (problem,) = judge(extra=RIGHT.replace("{address: 10.20.0.11}", "{trunk_port: 5062}"))
        assert problem.key == "nodes.north.sip.address"
        assert "cannot know which address `auto` is" in problem.what

    def test_on_one_machine_share_no_port_and_no_media_port(self, judge: Judge) -> None:
        found = judge(extra=RIGHT.replace("10.20.0.12", "10.20.0.11"))
        assert {problem.key for problem in found} == {
            "nodes.south.sip.trunk_port",
            "nodes.south.sip.seats_port",
            "nodes.south.rtp",
        }
        assert any("is used by nodes.north.sip.trunk_port" in each.what for each in found)

    def test_on_one_machine_share_no_folder(self, judge: Judge) -> None:
        same = RIGHT.replace("10.20.0.12", "10.20.0.11").replace(
            "  south:", "    state: /srv/south\n  south:"
        )
        keys = {problem.key for problem in judge(extra=same)}
        assert "nodes.south.state" in keys

    def test_each_one_is_checked_by_itself(self, judge: Judge) -> None:
        (problem,) = judge(extra=RIGHT.replace("peers_port: 5090", "peers_port: 5060"))
        assert problem.key == "nodes.south.sip.peers_port"
        assert "port 5060 is used by nodes.south.sip.trunk_port already" in problem.what

    def test_a_reload_says_what_another_neighbour_needs(self, write: Write) -> None:
        before = choose_node(city(write), "north")
        moved = RIGHT.replace("10.20.0.12", "10.20.0.13")
        (need,) = needs(before, before, choose_node(city(write, moved), "north"))
        assert need.startswith("nodes needs a new `switchd freeswitch render`")
