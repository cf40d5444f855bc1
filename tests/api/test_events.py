"""Server-sent events over HTTP: who sees what, what happens when a connection is lost, and when
somebody does not read."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gevent
import gevent.socket
import orjson
import pytest

from switchd.api import connection, streams
from switchd.api.streams import Streams
from tests.api.house import FakeHouse
from tests.api.network import Network
from tests.scenarios.hotline import wait_for


@pytest.fixture
def house() -> FakeHouse:
    return FakeHouse()


@pytest.fixture
def network(house: FakeHouse) -> Iterator[Network]:
    with Network(house, streams=Streams(most=5, most_of_one=3)).serving() as network:
        yield network


class Screen:
    """A client that reads events as a browser does."""

    def __init__(self, network: Network, token: str, path: str, **headers: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", network.port)
        self._connection.sock = gevent.socket.create_connection(("127.0.0.1", network.port))
        sent = {"Authorization": f"Bearer {token}", **headers}
        self._connection.request("GET", path, headers=sent)
        self.response = self._connection.getresponse()
        self.position = ""
        self.retry = ""

    def blocks(self) -> Iterator[dict[str, str]]:
        """Give each block of fields until the stream ends."""
        block: dict[str, str] = {}
        while line := self.response.readline().decode():
            name, _, value = line.rstrip("\n").partition(": ")
            if name:
                block[name] = value
            elif block:
                yield block
                block = {}

    def hears(self, count: int) -> list[dict[str, Any]]:
        """Read until there are so many events."""
        found: list[dict[str, Any]] = []
        with gevent.Timeout(20):
            for block in self.blocks():
                self.position = block.get("id", self.position)
                self.retry = block.get("retry", self.retry)
                if "data" in block:
                    found.append(orjson.loads(block["data"]))
                if len(found) >= count:
                    break
        return found

    def close(self) -> None:
        self._connection.close()


@contextmanager
def screen(
    network: Network, token: str = "shift", path: str = "/v1/events", **headers: str
) -> Iterator[Screen]:
    one = Screen(network, token, path, **headers)
    try:
        yield one
    finally:
        one.close()


def seats(events: list[dict[str, Any]]) -> list[str]:
    return [event["seat"] for event in events]


class TestAScreen:
    def test_is_told_at_once_from_where_to_resume(self, network: Network) -> None:
        network.house.tells("1001")
        with screen(network) as one:
            one.hears(0)
            assert (one.position, one.retry) == ("1-0", "1000")

    def test_hears_what_happens(self, network: Network) -> None:
        with screen(network) as one:
            one.hears(0)
            network.house.tells("1001", kind="call.held", state="held")
            (event,) = one.hears(1)
        told = {"id": "1-0", "at": 0.0, "kind": "call.held", "call": "", "seat": "1001"}
        assert event == {**told, "facts": {"state": "held"}}

    def test_is_not_kept_by_caches_and_proxies(self, network: Network) -> None:
        with screen(network) as one:
            assert one.response.headers["Content-Type"] == "text/event-stream"
            assert one.response.headers["Cache-Control"] == "no-store"
            assert one.response.headers["X-Accel-Buffering"] == "no"

    def test_may_choose_what_it_hears(self, network: Network) -> None:
        with screen(network, path="/v1/events?kinds=call.,feed.") as one:
            one.hears(0)
            network.house.tells("1001")
            network.house.tells("1002", kind="call.held")
            assert seats(one.hears(1)) == ["1002"]

    @pytest.mark.parametrize("query", ["since=now", "since=1-2-3", "kinds=CALL", "sinse=0"])
    def test_that_asks_for_nonsense_is_told_so(self, network: Network, query: str) -> None:
        reply = network.asks("GET", f"/v1/events?{query}", "shift")
        assert (reply.status, reply.json["title"]) == (422, "Wrong query")


class TestRights:
    def test_a_seat_hears_of_itself_alone(self, network: Network) -> None:
        with screen(network, "seat-1001") as one:
            one.hears(0)
            network.house.tells("1002", "1001", "1002", "1001")
            assert seats(one.hears(2)) == ["1001", "1001"]

    def test_a_team_lead_hears_of_the_own_groups(self, network: Network) -> None:
        with screen(network, "lead-intake") as one:
            one.hears(0)
            network.house.tells("1002", "1001")
            assert seats(one.hears(1)) == ["1001"]

    def test_nobody_hears_anything_without_a_token(self, network: Network) -> None:
        assert network.asks("GET", "/v1/events").status == 401

    def test_a_token_that_is_revoked_ends_the_stream(
        self, network: Network, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(streams, "QUIET_SECONDS", 0.01)
        with screen(network) as one:
            one.hears(0)
            network.credentials.revoked.add("shift")
            assert one.hears(1) == []
        wait_for(lambda: not network.streams.open, "the stream is closed")


class TestALostConnection:
    def test_misses_nothing(self, network: Network) -> None:
        with screen(network) as one:
            one.hears(0)
            network.house.tells("1001")
            one.hears(1)
            position = one.position
        network.house.tells("1002", "1001")
        with screen(network, path=f"/v1/events?since={position}") as again:
            assert seats(again.hears(2)) == ["1002", "1001"]

    def test_is_resumed_by_a_browser_in_its_own_way(self, network: Network) -> None:
        network.house.tells("1001", "1002", "1001")
        headers = {"Last-Event-ID": "2-0"}
        with screen(network, path="/v1/events?since=0", **headers) as one:
            assert [event["id"] for event in one.hears(1)] == ["3-0"]

    def test_that_was_too_long_is_told(self, network: Network) -> None:
        network.house.stream.length = 1
        network.house.tells("1001")
        with screen(network, path="/v1/events?since=999-0") as one:
            assert [event["kind"] for event in one.hears(1)] == ["feed.gap"]

    def test_gives_its_place_back(self, network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(streams, "QUIET_SECONDS", 0.01)
        with screen(network) as one:
            one.hears(0)
            assert network.streams.open.total() == 1
        wait_for(lambda: not network.streams.open, "the stream is closed")


class TestSomebodyWhoDoesNotRead:
    def test_is_dropped_holds_nobody_up_and_may_resume(
        self, network: Network, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(connection, "TRANSFER_SECONDS", 0.2)
        with screen(network) as slow, screen(network) as other:
            slow.hears(0)
            other.hears(0)
            for _ in range(100):
                network.house.tells("1001", text="长" * 40_000)
                assert len(other.hears(1)) == 1
            wait_for(lambda: network.streams.open.total() == 1, "the slow one is dropped")
        with screen(network, path=f"/v1/events?since={slow.position}&kinds=call.") as again:
            again.hears(0)
            network.house.tells("1001", kind="call.held")
            assert len(again.hears(1)) == 1


class TestLimits:
    def test_one_token_has_so_many_streams(self, network: Network) -> None:
        with screen(network), screen(network), screen(network):
            reply = network.asks("GET", "/v1/events", "shift")
            assert (reply.status, reply.headers["Retry-After"]) == (429, "5")
            with screen(network, "seat-1001") as other:
                assert other.response.status == 200

    def test_all_together_have_so_many(self, network: Network) -> None:
        with (
            screen(network),
            screen(network),
            screen(network, "admin"),
            screen(network, "admin"),
            screen(network, "wallboard"),
        ):
            assert network.asks("GET", "/v1/events", "seat-1001").status == 503
