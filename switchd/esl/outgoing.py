"""Commands on their way to FreeSWITCH: those of one turn of the loop go out in one piece.

A packet costs more than what is in it, for both sides; on a busy daemon a turn of the loop has
commands of many calls. Nobody waits here, and nothing is cut in two by a sender that is ended.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import gevent

from .replies import Slot

MOST_UNSENT_BYTES: Final = 32 * 2**20
"""A FreeSWITCH that has not read so much will not read the rest."""
_WRITE = 2
"""As in libev."""


class Outgoing:
    """What is to be written to one socket, which is closed by somebody else."""

    def __init__(
        self,
        sock: Any,
        *,
        may_send: Callable[[], bool],
        refused: Callable[[Sequence[Slot]], None],
        failed: Callable[[str], None],
    ) -> None:
        """`may_send()` is asked for all fenced commands right before they go out; if it says no,
        they do not, and `refused` is told. `failed(why)` hears that the socket takes no more."""
        self._sock = sock
        self._may_send = may_send
        self._refused = refused
        self._failed = failed
        self._commands: list[tuple[bytes, Slot, bool]] = []
        self._size = 0
        self._unsent = b""
        """The rest of what went out in part."""
        self._loop = gevent.get_hub().loop
        self._writable: Any = self._loop.io(sock.fileno(), _WRITE)
        self._due = False
        """Whether writing comes next, or is waited for."""
        self._closed = False

    def put(self, data: bytes, slot: Slot, fenced: bool) -> None:
        """Take a whole command."""
        self._commands.append((data, slot, fenced))
        self._size += len(data)
        if self._size > MOST_UNSENT_BYTES:
            self._failed("FreeSWITCH reads no more commands")
        elif not self._due:
            self._due = True
            self._loop.run_callback(self._write)

    def close(self) -> None:
        """Write nothing more."""
        self._closed = True
        self._commands.clear()
        self._writable.stop()
        self._writable.close()

    def _write(self) -> None:
        if self._closed:
            return
        data = self._unsent + b"".join(self._taken())
        try:
            sent = self._sock.send(data, 0, 0.0) if data else 0
        except BlockingIOError:
            sent = 0
        except OSError as error:
            self._failed(f"cannot write: {error}")
            return
        self._unsent = data[sent:]
        self._size -= sent
        if not self._unsent:
            self._due = False
            self._writable.stop()
        elif not self._writable.active:
            self._writable.start(self._write)

    def _taken(self) -> list[bytes]:
        """Take the commands that may go out, and turn back the others."""
        commands, self._commands = self._commands, []
        if any(fenced for _, _, fenced in commands) and not self._may_send():
            late = [command for command in commands if command[2]]
            self._size -= sum(len(data) for data, _, _ in late)
            self._refused([slot for _, slot, _ in late])
            commands = [command for command in commands if not command[2]]
        return [data for data, _, _ in commands]
