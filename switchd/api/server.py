"""Where the interface is served: on a Unix socket, for whoever may open the file, and over TCP."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from gevent import socket as gsocket

from switchd.api.connection import Listener

SOCKET_MODE = 0o660
LOCAL_CONNECTIONS = 256
"""How many commands may be at work at once."""


class SocketInUse(Exception):
    """Another daemon answers on the socket, or something else on the port."""


class Serving(Protocol):
    """Something that listens."""

    def start(self) -> None: ...
    def stop(self) -> None: ...


class Servers:
    """Several of them as one."""

    def __init__(self, *servers: Serving) -> None:
        self._servers = servers

    def start(self) -> None:
        """Begin to serve."""
        for server in self._servers:
            server.start()

    def stop(self) -> None:
        """Stop serving."""
        for server in self._servers:
            server.stop()


class TcpServer:
    """Serves on an address and a port; anybody may come, so the app must ask for tokens."""

    def __init__(self, host: str, port: int, app: Callable[..., Any], connections: int) -> None:
        """Raises `SocketInUse` if something else listens there. Port 0: any that is free."""
        family = gsocket.AF_INET6 if ":" in host else gsocket.AF_INET
        listener = gsocket.socket(family)
        listener.setsockopt(gsocket.SOL_SOCKET, gsocket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            listener.close()
            what = f"cannot listen on {host}:{port} ({error.strerror}): change api.listen"
            raise SocketInUse(what) from error
        listener.listen(128)
        self.port: int = listener.getsockname()[1]
        self._server = Listener(listener, app, connections)

    @property
    def open(self) -> int:
        """How many connections there are."""
        return self._server.open

    def start(self) -> None:
        """Begin to serve."""
        self._server.start()

    def stop(self) -> None:
        """Stop serving; whoever is being answered has a second."""
        self._server.stop(timeout=1)


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
