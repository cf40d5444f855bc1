"""Connections, at whose other end anybody may be: how long and how large a request may be, how
slowly it may come, how slowly an answer may be taken, and how many there may be at once."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import gevent
import orjson
import structlog
from gevent.pywsgi import WSGIHandler, WSGIServer

from switchd.api.bodies import LARGEST_BODY
from switchd.api.problems import MEDIA_TYPE, Problem

log = structlog.get_logger(__name__)

LARGEST_HEAD: Final = 16384
"""Bytes of all headers together."""
IDLE_SECONDS: Final = 75.0
"""How long a connection may stay open without a request."""
HEAD_SECONDS: Final = 10.0
"""How long a request's headers may take to arrive."""
TRANSFER_SECONDS: Final = 10.0
"""How long a body, or one piece of an answer, may take."""


class Connection(WSGIHandler):
    """One connection: its requests one after another."""

    ignored_socket_errors = (*WSGIHandler.ignored_socket_errors, "timed out")  # type: ignore[arg-type]
    """Errors of the peer's, "timed out" for one that does not take its answer."""

    def handle(self) -> None:
        """Answer until the peer has had enough."""
        if self.socket.family != socket.AF_UNIX:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(IDLE_SECONDS)
        with suppress(OSError):
            super().handle()

    def read_requestline(self) -> str:
        """Wait for the next request; TimeoutError if none comes."""
        self.socket.settimeout(IDLE_SECONDS)
        with _at_most(IDLE_SECONDS, TimeoutError("no request")):
            line = super().read_requestline()
        self.socket.settimeout(TRANSFER_SECONDS)
        return line

    def read_request(self, raw_requestline: str) -> Any:
        """Read the headers. Raises `Problem` for those that are not taken."""
        with _at_most(HEAD_SECONDS, Problem(408, "Too slow", "the headers came too slowly")):
            read = super().read_request(raw_requestline)
        if "transfer-encoding" in self.headers:
            raise Problem(
                411, "Length needed", "send the body with a Content-Length, not in chunks"
            )
        if len(self.headers.get_all("content-length", ())) > 1:
            raise Problem(400, "Bad request", "there is more than one Content-Length")
        if (self.content_length or 0) > LARGEST_BODY:
            raise Problem(413, "Too large", f"a body may have {LARGEST_BODY} bytes")
        return read

    def MessageClass(self, fp: Any, *more: Any) -> Any:  # noqa: N802 - gevent's name
        """Read headers from `fp`, so many and no more."""
        return super().MessageClass(_Limited(fp, LARGEST_HEAD), *more)  # type: ignore[arg-type]

    def get_environ(self) -> Any:
        """Take the whole body in, so that nothing waits for it later."""
        environ = super().get_environ()
        assert self.wsgi_input is not None
        with _at_most(TRANSFER_SECONDS, TimeoutError("the body came too slowly")):
            environ["wsgi.input"] = io.BytesIO(self.wsgi_input.read())
        return environ

    def _handle_client_error(self, error: Exception) -> tuple[str, bytes]:
        problem = error
        if not isinstance(problem, Problem):
            problem = Problem(400, "Bad request", "this is no HTTP that switchd understands")
        return str(problem.status), alone(problem)

    def handle_error(self, t: Any, v: Any, tb: Any) -> None:
        """Write a defect down and say so, if nothing has been said yet."""
        if not isinstance(v, gevent.GreenletExit):
            log.error("a request failed", exc_info=(t, v, tb))
        self._send_error_response_if_possible(500)  # type: ignore[attr-defined]


class Listener(WSGIServer):
    """Takes connections, `most` at once; further ones are told to come later."""

    handler_class = Connection

    def __init__(self, listener: Any, app: Callable[..., Any], most: int) -> None:
        super().__init__(listener, app, log=None, error_log=None)
        self._most = most
        self.open = 0

    def handle(self, sock: Any, address: Any) -> None:
        """Serve a connection until it ends."""
        if self.open >= self._most:
            _turn_away(sock)
            return
        self.open += 1
        try:
            super().handle(sock, address)
        finally:
            self.open -= 1


def alone(problem: Problem) -> bytes:
    """Give a whole answer after which the connection ends."""
    body = orjson.dumps(problem.plain())
    head = (
        f"HTTP/1.1 {problem.status} {problem.title}\r\nContent-Type: {MEDIA_TYPE}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


def _turn_away(sock: Any) -> None:
    problem = Problem(503, "Busy", "there are too many connections; try again later")
    sock.settimeout(1.0)
    with suppress(OSError):
        sock.sendall(alone(problem))
        sock.shutdown(socket.SHUT_WR)
    sock.close()


@contextmanager
def _at_most(seconds: float, error: Exception) -> Iterator[None]:
    with gevent.Timeout(seconds, error):
        yield


class _Limited:
    """Lines of a stream, so many bytes of them."""

    def __init__(self, stream: Any, most: int) -> None:
        self._stream = stream
        self._left = most

    def readline(self, size: int = -1) -> bytes:
        """Give the next line. Raises `Problem` when there have been too many bytes."""
        line: bytes = self._stream.readline(size)
        self._left -= len(line)
        if self._left < 0:
            detail = f"the headers may have {LARGEST_HEAD} bytes together"
            raise Problem(431, "Headers too large", detail)
        return line
