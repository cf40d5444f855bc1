"""A proxy between two processes that makes the way between them as bad as a test wants it."""

from __future__ import annotations

import contextlib
import math
import socket as plain
import time
from pathlib import Path

import gevent
from gevent import socket
from gevent.event import Event
from gevent.queue import Queue
from gevent.server import StreamServer

CHUNK = 65536
UNDER_WAY = 64
"""Chunks between the two sides; then the sender has to wait."""

Address = tuple[str, int] | Path
"""A TCP address or a Unix socket."""


class Proxy:
    """Listens at `listen`, a TCP port of its own choice if None, and passes all on to `upstream`.

    What changes holds for the connections that exist and for new ones.
    """

    def __init__(self, upstream: Address, listen: Path | None = None) -> None:
        self.delay = 0.0
        """Seconds that each piece takes, either way."""
        self.bytes_per_second = math.inf
        self.refuses = False
        """Whether new connections are ended at once."""
        self._upstream = upstream
        self._clear = Event()
        self._clear.set()
        self._sockets: set[socket.socket] = set()
        listener = _listening(listen)
        self.port = 0 if listen else int(listener.getsockname()[1])
        self._server = StreamServer(listener, self._carry)
        self._server.start()

    def stop(self) -> None:
        """End everything."""
        self._server.stop()
        self.cut()

    def cut(self) -> None:
        """End every connection; new ones are taken unless `refuses`."""
        for sock in list(self._sockets):
            with contextlib.suppress(OSError):
                sock.shutdown(plain.SHUT_RDWR)

    def swallow(self, on: bool = True) -> None:
        """Nothing comes through, and nobody is told; what was sent comes when this ends."""
        self._clear.clear() if on else self._clear.set()

    def heal(self) -> None:
        """Be as good as none again."""
        self.delay, self.bytes_per_second, self.refuses = 0.0, math.inf, False
        self.swallow(False)

    def _carry(self, near: socket.socket, _: object) -> None:
        if self.refuses:
            near.close()
            return
        self._clear.wait()
        family = socket.AF_UNIX if isinstance(self._upstream, Path) else socket.AF_INET
        far = socket.socket(family, socket.SOCK_STREAM)
        try:
            far.connect(str(self._upstream) if isinstance(self._upstream, Path) else self._upstream)
        except OSError:
            far.close()
            near.close()
            return
        both = {near, far}
        self._sockets |= both
        try:
            gevent.joinall([gevent.spawn(self._pump, *way) for way in ((near, far), (far, near))])
        finally:
            self._sockets -= both
            near.close()
            far.close()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        """Carry one way; its end is the end of both."""
        queue: Queue[tuple[float, bytes]] = Queue(UNDER_WAY)
        writing = gevent.spawn(self._write, queue, sink)
        try:
            while data := source.recv(CHUNK):
                queue.put((time.monotonic() + self.delay, data))
        except OSError:
            pass
        queue.put((0.0, b""))
        writing.join()
        for sock in (source, sink):
            with contextlib.suppress(OSError):
                sock.shutdown(plain.SHUT_RDWR)

    def _write(self, queue: Queue[tuple[float, bytes]], sink: socket.socket) -> None:
        whole = True
        while data := (item := queue.get())[1]:
            if not whole:
                continue
            gevent.sleep(max(0.0, item[0] - time.monotonic(), len(data) / self.bytes_per_second))
            self._clear.wait()
            try:
                sink.sendall(data)
            except OSError:
                whole = False


def _listening(path: Path | None) -> socket.socket:
    if path is None:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.bind(("127.0.0.1", 0))
    else:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(path))
    listener.listen(128)
    return listener
