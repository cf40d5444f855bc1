"""What a process that works on SQL does: it answers questions, one after the other."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from functools import partial

from switchd.records.database import Database
from switchd.records.errors import RecordsError, StoreUnavailable
from switchd.records.frames import Frames, pack

Desks = Mapping[str, Callable[[], Database]]
"""Name → what opens it, when it is first asked."""
HELLO = 0
"""Number of the message with the process's id, which nobody has asked for."""


def serve(connection: socket.socket, desks: Desks) -> None:
    """Answer what comes from `connection` until its end.

    A question is (number, desk, method, arguments), an answer (number, value, error). Errors of
    the records are told as what they are, others as StoreUnavailable.
    """
    frames = Frames()
    opened: dict[str, Database] = {}
    try:
        connection.sendall(pack((HELLO, os.getpid(), None)))
        while data := connection.recv(65536):
            for number, *question in frames.feed(data):
                connection.sendall(_answer(number, partial(_do, desks, opened, *question)))
    except (BrokenPipeError, ConnectionResetError):
        pass  # nobody waits for it any more
    finally:
        for database in opened.values():
            database.close()


def _do(
    desks: Desks,
    opened: dict[str, Database],
    desk: str,
    method: str,
    arguments: tuple[object, ...],
) -> object:
    if desk not in opened:
        opened[desk] = desks[desk]()
    return getattr(opened[desk], method)(*arguments)


def _answer(number: int, do: Callable[[], object]) -> bytes:
    try:
        return pack((number, do(), None))
    except RecordsError as error:
        return pack((number, None, error))
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        return pack((number, None, StoreUnavailable(text)))
