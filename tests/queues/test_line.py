"""The connection that all greenlets share: replies reach whoever asked, all are told its end."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Thread

import gevent
import pytest
import redis

from switchd.queues import line as line_module
from switchd.queues.connection import connect
from switchd.queues.line import Line, line_of, own_line
from tests.queues.hall import wait_until


@pytest.fixture
def line(client: redis.Redis) -> Iterator[Line]:
    line = own_line(client)
    yield line
    line.close()


class TestAsking:
    def test_a_reply_is_what_redis_says(self, line: Line) -> None:
        assert line.ask("SET", "key", "市民") == "OK"
        assert line.ask("GET", "key") == "市民"
        assert line.ask("GET", "nothing") is None

    def test_many_greenlets_get_each_their_own(self, line: Line) -> None:
        asking = [gevent.spawn(line.ask, "ECHO", str(n)) for n in range(200)]
        gevent.joinall(asking, timeout=30, raise_error=True)
        assert [one.value for one in asking] == [str(n) for n in range(200)]

    def test_several_commands_may_be_under_way_for_one(self, line: Line) -> None:
        sent = [line.send("INCR", "n") for _ in range(5)]
        assert [line.read(one) for one in sent] == [1, 2, 3, 4, 5]

    def test_an_error_reaches_only_whoever_asked(self, line: Line) -> None:
        wrong, right = line.send("INCR"), line.send("PING")
        with pytest.raises(redis.ResponseError, match="wrong number"):
            line.read(wrong)
        assert line.read(right) == "PONG"

    def test_a_script_that_is_not_known_is_told_from_other_errors(self, line: Line) -> None:
        with pytest.raises(redis.exceptions.NoScriptError):
            line.ask("EVALSHA", "0" * 40, 0)

    def test_what_is_longer_than_a_packet_comes_back_whole(self, line: Line) -> None:
        text = "一二三四" * 500_000
        assert line.ask("ECHO", text) == text

    def test_who_is_ended_while_waiting_leaves_the_reply_to_nobody(self, line: Line) -> None:
        line.ask("PING")
        given_up = gevent.spawn(line.ask, "ECHO", "first")
        gevent.sleep(0)
        given_up.kill()
        assert line.ask("ECHO", "second") == "second"

    def test_all_who_use_a_pool_share_one_line(self, client: redis.Redis) -> None:
        assert line_of(client) is line_of(client)
        assert line_of(client) is not own_line(client)


class Peer:
    """Takes connections as Redis does, in threads, and says what a test wants."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._listener.getsockname()[1]}"
        self.heard, self.connections = b"", 0
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                self.sock, _ = self._listener.accept()
                self.connections += 1
                Thread(target=self._hear, args=(self.sock,), daemon=True).start()

    def _hear(self, sock: socket.socket) -> None:
        with suppress(OSError):
            while data := sock.recv(65536):
                if b"SETINFO" in data:  # as every client begins
                    sock.sendall(b"+OK\r\n" * data.count(b"SETINFO"))
                else:
                    self.heard += data

    def hangs_up(self) -> None:
        self.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.close()


def until(condition: Callable[[], object]) -> None:
    """Let the loop run until the condition holds."""
    with gevent.Timeout(30):
        while not condition():
            gevent.sleep(0.001)


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer()
    yield peer
    peer.close()


class TestTheEnd:
    def test_is_told_to_everybody_who_waits(self, peer: Peer) -> None:
        line = own_line(connect(peer.url))
        waiting = [gevent.spawn(line.ask, "PING") for _ in range(3)]
        until(lambda: peer.heard.count(b"PING") == 3)
        peer.hangs_up()
        gevent.joinall(waiting, timeout=30)
        assert {type(one.exception) for one in waiting} == {redis.ConnectionError}

    def test_does_not_keep_the_next_from_asking(self, peer: Peer) -> None:
        line = own_line(connect(peer.url))
        waiting = gevent.spawn(line.ask, "PING")
        until(lambda: b"PING" in peer.heard)
        peer.hangs_up()
        waiting.join(30)
        again = gevent.spawn(line.ask, "ECHO", "x")
        until(lambda: b"ECHO" in peer.heard)
        assert peer.connections == 2
        peer.sock.sendall(b"$1\r\nx\r\n")
        assert again.get(timeout=30) == "x"

    def test_a_late_reply_ends_it_so_that_no_other_takes_it_for_its_own(
        self, peer: Peer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(line_module, "REPLY_SECONDS", 0.02)
        line = own_line(connect(peer.url))
        with pytest.raises(redis.ConnectionError, match="no reply within"):
            line.ask("PING")

    def test_a_reply_that_nobody_asked_for_ends_it(self, peer: Peer) -> None:
        line = own_line(connect(peer.url))
        waiting = gevent.spawn(line.ask, "PING")
        until(lambda: b"PING" in peer.heard)
        peer.sock.sendall(b"+PONG\r\n+PONG\r\n")
        assert waiting.get(timeout=30) == "PONG"
        after = gevent.spawn(line.ask, "PING")
        until(lambda: peer.heard.count(b"PING") == 2)
        peer.sock.sendall(b"+PONG\r\n")
        assert after.get(timeout=30) == "PONG"

    def test_nonsense_ends_it(self, peer: Peer) -> None:
        line = own_line(connect(peer.url))
        waiting = gevent.spawn(line.ask, "PING")
        until(lambda: b"PING" in peer.heard)
        peer.sock.sendall(b"!nonsense\r\n")
        with pytest.raises(redis.ConnectionError):
            waiting.get(timeout=30)

    def test_without_redis_the_reason_is_told(self) -> None:
        with pytest.raises(redis.ConnectionError):
            own_line(connect("redis://127.0.0.1:1")).ask("PING")


class TestAProcessThatStoodStill:
    def test_takes_a_reply_that_has_been_there_all_the_time(
        self, peer: Peer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(line_module, "REPLY_SECONDS", 0.02)
        line = own_line(connect(peer.url))
        sent = line.send("PING")
        gevent.sleep(0)
        wait_until(lambda: b"PING" in peer.heard)
        peer.sock.sendall(b"+PONG\r\n")
        late = time.monotonic() + 0.03
        wait_until(lambda: time.monotonic() > late)
        assert line.read(sent) == "PONG"


class TestARedisThatTakesNoWrites:
    """It may be a former master: whoever connects again is told where the new one is."""

    def test_is_connected_to_anew(
        self, client: redis.Redis, line: Line, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(line_module, "ANEW_SECONDS", 0.0)
        before = line.ask("CLIENT", "ID")
        client.config_set("min-replicas-to-write", 1)
        try:
            write, read = line.send("SET", "key", "1"), line.send("GET", "key")
            with pytest.raises(redis.ResponseError, match="NOREPLICAS"):
                line.read(write)
            assert line.ask("CLIENT", "ID") != before
            assert line.read(read) is None, "what was asked with it is answered"
        finally:
            client.config_set("min-replicas-to-write", 0)
        assert line.ask("SET", "key", "1") == "OK"
