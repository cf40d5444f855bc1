"""The Unix socket and the command line's client."""

from __future__ import annotations

import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest

from switchd.api.app import build
from switchd.api.client import Answer, Client, NoDaemon
from switchd.api.ports import Refused
from switchd.api.server import Server, SocketInUse
from tests.api.house import FakeHouse


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "switchd.sock"


@pytest.fixture
def house() -> FakeHouse:
    return FakeHouse()


@pytest.fixture
def server(path: Path, house: FakeHouse) -> Iterator[Server]:
    server = Server(path, build(house))
    server.start()
    yield server
    server.stop()


def ask(question: Callable[[], Any]) -> Any:
    """Ask in a thread, as another process would: the client waits without gevent."""
    return gevent.get_hub().threadpool.apply(question)


class TestServer:
    def test_serves_on_a_socket_that_only_owner_and_group_may_open(
        self, server: Server, path: Path
    ) -> None:
        assert ask(lambda: Client(path).get("status"))["waiting"] == 2
        assert stat.S_IMODE(path.stat().st_mode) == 0o660

    def test_takes_over_the_socket_file_of_a_daemon_that_is_dead(
        self, path: Path, house: FakeHouse
    ) -> None:
        path.parent.mkdir()
        dead = socket.socket(socket.AF_UNIX)
        dead.bind(str(path))
        dead.close()
        server = Server(path, build(house))
        server.start()
        assert ask(lambda: Client(path).get("calls"))[0]["call"] == "call-1"
        server.stop()

    def test_leaves_a_living_daemons_socket_alone(
        self, server: Server, path: Path, house: FakeHouse
    ) -> None:
        with pytest.raises(SocketInUse, match="another switchd answers"):
            Server(path, build(house))
        assert ask(lambda: Client(path).get("status"))

    def test_takes_its_socket_away_when_it_stops(self, path: Path, house: FakeHouse) -> None:
        server = Server(path, build(house))
        server.start()
        server.stop()
        assert not path.exists()


class TestClient:
    def test_tells_a_seat_what_to_do(self, server: Server, path: Path, house: FakeHouse) -> None:
        assert ask(lambda: Client(path).seat("1001", "sign-in", agent="8001", reason=""))
        assert house.done == [("1001", "sign-in", "8001", "")]

    def test_a_seat_with_a_strange_name_is_still_one_seat(
        self, server: Server, path: Path, house: FakeHouse
    ) -> None:
        ask(lambda: Client(path).seat("10 01?x=1", "ready"))
        assert house.done == [("10 01?x=1", "ready", "", "")]

    def test_passes_on_why_the_daemon_said_no(
        self, server: Server, path: Path, house: FakeHouse
    ) -> None:
        house.trouble = Refused("sign in first")
        with pytest.raises(Answer, match="sign in first"):
            ask(lambda: Client(path).seat("1001", "ready"))

    def test_a_defect_of_the_daemon_is_told_without_a_traceback(
        self, server: Server, path: Path, house: FakeHouse
    ) -> None:
        house.trouble = RuntimeError("defect")
        with pytest.raises(Answer):
            ask(lambda: Client(path).get("status"))

    def test_without_a_daemon_it_says_where_it_looked(self, path: Path) -> None:
        with pytest.raises(NoDaemon, match=r"switchd\.sock"):
            Client(path).get("status")

    def test_something_else_on_the_socket_is_no_daemon(self, path: Path) -> None:
        path.parent.mkdir()
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            listener.listen()

            def babble() -> None:
                peer, _ = listener.accept()
                peer.recv(4096)
                peer.sendall(b"220 mail.example ESMTP\r\n")
                peer.close()

            babbler = gevent.get_hub().threadpool.spawn(babble)
            with pytest.raises(NoDaemon, match="is no switchd"):
                Client(path).get("status")
            babbler.get()
