"""Where the interface is served: on a Unix socket, for whoever may open the file, and over TCP."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gevent
import structlog
from gevent import socket as gsocket

from switchd.api.connection import Listener

log = structlog.get_logger(__name__)

SOCKET_MODE = 0o660
AGAIN_SECONDS = 5.0
"""How long to wait for a port that is taken."""
LOCAL_CONNECTIONS = 256
"""How many commands may be at work at once."""


class SocketInUse(Exception):
    """Another daemon answers on the socket."""


class TcpServer:
    """Serves on an address and a port; anybody may come, so the app must ask for tokens.

    What listens there already is waited for: an earlier daemon may still be about to end, and calls
    are not to wait for that.
    """

    def __init__(self, host: str, port: int, app: Callable[..., Any], connections: int) -> None:
        """Port 0: any that is free."""
        self._host = host
        self._port = port
        self._app = app
        self._connections = connections
        self._listener: Listener | None = None
        self._later: gevent.Greenlet[..., None] | None = None

    @property
    def port(self) -> int:
        """Where it serves; 0 while it does not."""
        return (self._listener.server_port or 0) if self._listener else 0

    @property
    def open(self) -> int:
        """How many connections there are."""
        return self._listener.open if self._listener else 0

    def start(self) -> None:
        """Begin to serve, as soon as the port is free."""
        try:
            listener = self._bind()
        except OSError as error:
            where = f"{self._host}:{self._port}"
            log.error("cannot listen", where=where, why=error.strerror, change="api.listen")
            self._later = gevent.spawn_later(AGAIN_SECONDS, self.start)
            return
        self._listener = Listener(listener, self._app, self._connections)
        self._listener.start()

    def stop(self) -> None:
        """Stop serving; whoever is being answered has a second."""
        if self._later is not None:
            self._later.kill()
        if self._listener is not None:
            self._listener.stop(timeout=1)
            self._listener = None

    def _bind(self) -> Any:
        family = gsocket.AF_INET6 if ":" in self._host else gsocket.AF_INET
        listener = gsocket.socket(family)
        listener.setsockopt(gsocket.SOL_SOCKET, gsocket.SO_REUSEADDR, 1)
        try:
            listener.bind((self._host, self._port))
        except OSError:
            listener.close()
            raise
        listener.listen(128)
        return listener


class Server:
    """Serves on a Unix socket."""

    def __init__(self, path: Path, app: Callable[..., Any]) -> None:
        self._path = path
        self._server = Listener(_listen(path), app, LOCAL_CONNECTIONS)

    def start(self) -> None:
        """Begin to serve."""
        self._server.start()

    def stop(self) -> None:
        """Stop serving and take the socket away."""
        self._server.stop(timeout=1)
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()


def _listen(path: Path) -> Any:
    """Bind the socket, taking over the file of a daemon that is dead.

    Raises `SocketInUse` if somebody answers there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    probe = socket.socket(socket.AF_UNIX)
    try:
        probe.connect(str(path))
    except (FileNotFoundError, ConnectionRefusedError):
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
    else:
        raise SocketInUse(
            f"another switchd answers on {path}: stop it, or give this one another folders.state"
        )
    finally:
        probe.close()
    listener = gsocket.socket(gsocket.AF_UNIX)
    before = os.umask(0o777 & ~SOCKET_MODE)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    listener.listen(64)
    return listener


class Interface:
    """Where one daemon serves: on its socket at all times, over TCP while it has the calls."""

    def __init__(self, local: Server, network: TcpServer | None) -> None:
        self._local = local
        self._network = network

    def start(self) -> None:
        """Begin to serve on the socket."""
        self._local.start()

    def open(self) -> None:
        """Begin to serve over TCP, where that is wanted."""
        if self._network is not None:
            self._network.start()

    def stop(self) -> None:
        """Stop serving."""
        if self._network is not None:
            self._network.stop()
        self._local.stop()
