"""A stem that is made anew, by an interpreter of its own: `python -m switchd.records.again`.

The daemon, at work, cannot be forked (see `stem`). Another interpreter takes a second to import
what is needed; whoever asks SQL waits for it.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from gevent.monkey import get_original

from switchd.records.clerk import serve
from switchd.records.desks import desks_at
from switchd.records.stem import stand

CONTROL: Final = 3
"""File descriptor of the socket to the daemon."""
_LENGTH_BYTES: Final = 4
_spawn: Callable[..., int] = get_original("os", "posix_spawn")


def start(control: socket.socket, theirs: socket.socket, url: str, city: str) -> int:
    """Start a stem on `theirs`, the other end of `control`; return its process id.

    What it needs to know goes through the socket, not into its command line: the URL may have a
    password. Raises OSError.
    """
    words = json.dumps([url, city]).encode()
    command = [sys.executable, "-m", __name__]
    actions: Sequence[tuple[Any, ...]] = [(os.POSIX_SPAWN_DUP2, theirs.fileno(), CONTROL)]
    environment: Mapping[str, str] = os.environ
    pid = _spawn(sys.executable, command, environment, file_actions=actions)
    control.sendall(len(words).to_bytes(_LENGTH_BYTES, "big") + words)
    return pid


def _told(control: socket.socket) -> tuple[str, str]:
    """What the daemon has said; not one byte more is read, since a socket comes with it."""
    length = int.from_bytes(control.recv(_LENGTH_BYTES, socket.MSG_WAITALL), "big")
    url, city = json.loads(control.recv(length, socket.MSG_WAITALL))
    return url, city


def main() -> None:
    """Be a stem, until the daemon ends."""
    control = socket.socket(fileno=CONTROL)
    url, city = _told(control)
    stand(control, partial(serve, desks=desks_at(url, city)))


if __name__ == "__main__":
    main()
