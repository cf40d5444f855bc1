"""The interface over TCP for a test, and a client that asks as another process would."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import gevent
import orjson

from switchd.api.app import build
from switchd.api.door import TokenDoor
from switchd.api.rates import Rate
from switchd.api.replies import MemoryReplies, Replies
from switchd.api.server import TcpServer
from switchd.api.streams import Streams
from tests.api.house import FakeCredentials, FakeHouse

_Found = TypeVar("_Found")
OFTEN = Rate(1_000_000.0, 1_000_000)


def outside(question: Callable[[], _Found]) -> _Found:
    """Ask in a thread: the clients wait without gevent."""
    found: _Found = gevent.get_hub().threadpool.apply(question)
    return found


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    """In whatever case they were sent."""
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


class Network:
    """A hotline that listens on a free port of this machine."""

    def __init__(
        self,
        house: FakeHouse,
        *,
        rate: Rate = OFTEN,
        origins: tuple[str, ...] = (),
        replies: Replies | None = None,
        streams: Streams | None = None,
        connections: int = 100,
        behind_proxy: bool = False,
        now: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.house = house
        self.credentials = FakeCredentials()
        door = TokenDoor(self.credentials, now, rate, behind_proxy=behind_proxy)
        self.streams = streams or Streams()
        replies = replies or MemoryReplies()
        app = build(house, door, origins=origins, replies=replies, streams=self.streams)
        self.server = TcpServer("127.0.0.1", 0, app, connections)

    @property
    def port(self) -> int:
        return self.server.port

    @contextmanager
    def serving(self) -> Iterator[Network]:
        self.server.start()
        try:
            yield self
        finally:
            self.server.stop()

    def asks(
        self,
        method: str,
        path: str,
        token: str = "",
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Ask once."""
        return outside(lambda: self.at_once([(method, path, token, body, headers or {})])[0])

    def at_once(self, requests: list[tuple[str, str, str, Any, Mapping[str, str]]]) -> list[Reply]:
        """Ask one after another over one connection; call it in a thread."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        replies = []
        for method, path, token, body, more in requests:
            headers = dict(more)
            if token:
                headers["Authorization"] = f"Bearer {token}"
            payload = body if isinstance(body, bytes) or body is None else orjson.dumps(body)
            if payload is not None:
                headers.setdefault("Content-Type", "application/json")
            connection.request(method, path, payload, headers)
            response = connection.getresponse()
            replies.append(Reply(response.status, response.headers, response.read()))
        connection.close()
        return replies

    def says(self, data: bytes, *, then_closes: bool = False) -> bytes:
        """Send bytes as they are and give everything that comes back until the end."""

        def talk() -> bytes:
            with socket.create_connection(("127.0.0.1", self.port), timeout=20) as sock:
                sock.sendall(data)
                if then_closes:
                    sock.shutdown(socket.SHUT_WR)
                heard = b""
                while piece := sock.recv(65536):
                    heard += piece
                return heard

        return outside(talk)
