"""Peers that send too much, too slowly, nonsense, or nothing."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import gevent
import pytest

from switchd.api import connection
from tests.api.house import FakeHouse
from tests.api.network import Network, outside
from tests.scenarios.hotline import wait_for

HEAD = b"POST /v1/seats/1001/ready HTTP/1.1\r\nHost: switchd\r\nAuthorization: Bearer shift\r\n"


@pytest.fixture
def network() -> Iterator[Network]:
    with Network(FakeHouse(), connections=3).serving() as network:
        yield network


class TestTooMuch:
    def test_a_body_that_is_too_long_is_not_read(self, network: Network) -> None:
        heard = network.says(HEAD + b"Content-Length: 99999999999\r\n\r\n")
        assert heard.startswith(b"HTTP/1.1 413 ")
        assert b"application/problem+json" in heard
        assert network.house.done == []

    def test_headers_that_are_too_long_are_not_read_to_the_end(self, network: Network) -> None:
        many = b"".join(b"X-%d: %s\r\n" % (n, b"a" * 1000) for n in range(20))
        assert network.says(HEAD + many).startswith(b"HTTP/1.1 431 ")

    def test_an_address_that_is_too_long_is_refused(self, network: Network) -> None:
        assert network.says(b"GET /" + b"a" * 10_000).startswith(b"HTTP/1.1 414 ")

    def test_connections_beyond_the_limit_are_told_to_come_later(self, network: Network) -> None:
        idle = [_connect(network) for _ in range(3)]
        wait_for(lambda: network.server.open == 3, "they are open")
        assert network.says(b"").startswith(b"HTTP/1.1 503 ")
        for sock in idle:
            sock.close()
        wait_for(lambda: network.server.open == 0, "they are closed")
        assert network.asks("GET", "/v1/health/live").status == 200


class TestTooSlow:
    @pytest.fixture(autouse=True)
    def _impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("IDLE_SECONDS", "HEAD_SECONDS", "TRANSFER_SECONDS"):
            monkeypatch.setattr(connection, name, 0.05)

    def test_a_connection_without_a_request_is_closed(self, network: Network) -> None:
        assert network.says(b"") == b""

    def test_half_a_request_line_does_not_hold_a_place_for_ever(self, network: Network) -> None:
        assert network.says(b"GET /v1/sta") == b""

    def test_headers_that_never_end_do_not_either(self, network: Network) -> None:
        assert network.says(HEAD).startswith(b"HTTP/1.1 408 ")

    def test_nor_does_a_body(self, network: Network) -> None:
        assert network.says(HEAD + b"Content-Length: 100\r\n\r\n{") == b""
        assert network.house.done == []

    def test_others_are_served_meanwhile(self, network: Network) -> None:
        slow = _connect(network)
        slow.sendall(HEAD)
        assert network.asks("GET", "/v1/health/live").status == 200
        slow.close()


class TestNonsense:
    @pytest.mark.parametrize(
        "data",
        [
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
            b"HELO switchd\r\n",
            HEAD + b"Content-Length: -1\r\n\r\n",
            HEAD + b"Content-Length: x\r\n\r\n",
            HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
            b"GET /v1/status HTTP/3.0\r\n\r\n",
        ],
    )
    def test_is_refused_and_the_connection_ends(self, network: Network, data: bytes) -> None:
        assert network.says(data).startswith(b"HTTP/1.1 400 ")
        assert network.house.done == []

    def test_a_body_in_chunks_is_refused(self, network: Network) -> None:
        chunked = HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
        assert network.says(chunked).startswith(b"HTTP/1.1 411 ")

    def test_a_peer_that_leaves_in_the_middle_costs_nothing(self, network: Network) -> None:
        assert network.says(HEAD + b"Content-Length: 10\r\n\r\n{", then_closes=True) == b""
        wait_for(lambda: network.server.open == 0, "the connection is gone")
        assert network.house.done == []


def _connect(network: Network) -> socket.socket:
    sock = outside(lambda: socket.create_connection(("127.0.0.1", network.port)))
    gevent.sleep(0)
    return sock
