"""Serves the interface on a Unix socket: whoever may open the file may control the hotline."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gevent import socket as gsocket
from gevent.pywsgi import WSGIServer

SOCKET_MODE = 0o660


class SocketInUse(Exception):
    """Another daemon answers on the socket."""


class Server:
    """gevent's WSGI server on a Unix socket."""

    def __init__(self, path: Path, app: Callable[..., Any]) -> None:
        self._path = path
        self._server = WSGIServer(_listen(path), app, log=None)

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
