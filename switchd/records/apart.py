"""SQL apart from the daemon: asked in a process of its own, which is started again if it ends.

SQLAlchemy computes more than it waits. In a thread of the daemon that keeps the event loop from
the interpreter, and callers from their first answer, when many calls are written down.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from itertools import count
from typing import Any

import gevent
import gevent.socket
import structlog
from gevent.event import AsyncResult, Event
from gevent.lock import BoundedSemaphore

from switchd.records.clerk import HELLO
from switchd.records.errors import RecordsError, StoreUnavailable
from switchd.records.frames import Frames, pack

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 60.0
"""How long a process may leave questions without an answer: longer than a statement, a lock and a
connection are waited for (see `engine`)."""
CLOSE_SECONDS = 1.0
"""How long a process may take to end when it is told to."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 30.0


def pause(failures: int) -> float:
    """Seconds before another start when so many in a row came to nothing."""
    return min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** min(failures - 1, 16))


class Apart:
    """Puts questions to a process; several greenlets may ask at once, none holds up another.

    `fork` starts one. It is started at the first question, and again at the next one after its
    end. One that does not answer for `patience` seconds is killed.
    """

    def __init__(
        self,
        fork: Callable[[], gevent.socket.socket],
        *,
        patience: float = PATIENCE_SECONDS,
        pause: Callable[[int], float] = pause,
    ) -> None:
        self._fork = fork
        self._patience = patience
        self._pause = pause
        self._process: _Process | None = None
        self._failures = 0
        """Processes in a row that ended before they had answered anything."""
        self._not_before = 0.0
        self._closed = False

    def ask(self, desk: str, method: str, *arguments: object) -> Any:
        """Wait for what a desk's method returns.

        Raises the `RecordsError` that it raises; StoreUnavailable for any other, and if the
        process ends meanwhile. Then it may have been done or not.
        """
        return self._working().ask(desk, method, arguments)

    def close(self) -> None:
        """End the process when it has done what it is about to do, or by force."""
        self._closed = True
        if self._process is not None:
            self._process.close()

    def _working(self) -> _Process:
        if self._closed:
            raise StoreUnavailable("switchd ends and asks SQL no more")
        process = self._process
        if process is not None and not process.ended.is_set():
            return process
        if process is not None:
            self._process = None
            self._failures = 0 if process.answered else self._failures + 1
            if self._failures:
                self._not_before = time.monotonic() + self._pause(self._failures)
        seconds = self._not_before - time.monotonic()
        if seconds > 0:
            raise StoreUnavailable(
                f"the process that works on SQL ended {self._failures} times without an answer; "
                f"it is started again in {seconds:.1f} s"
            )
        self._process = _Process(self._fork(), self._patience)
        return self._process


class _Process:
    """One process, the questions that it has not answered yet, and a greenlet that reads."""

    def __init__(self, connection: gevent.socket.socket, patience: float) -> None:
        self._connection = connection
        self._patience = patience
        connection.settimeout(patience)
        self._numbers = count(HELLO + 1)
        self._asked: dict[int, AsyncResult[Any]] = {}
        """Number → who waits, the oldest question first."""
        self._busy_since = 0.0
        """Since when the oldest question could have been answered."""
        self._sending = BoundedSemaphore()
        self._pid = 0
        self._why = "it ended"
        self._closing = False
        self.answered = 0
        self.ended = Event()
        gevent.spawn(self._read)

    def ask(self, desk: str, method: str, arguments: tuple[object, ...]) -> Any:
        number = next(self._numbers)
        frame = pack((number, desk, method, arguments))
        if not self._asked:
            self._busy_since = time.monotonic()
        answer = self._asked[number] = AsyncResult()
        self._send(frame)
        return answer.get()

    def close(self) -> None:
        self._closing = True
        with contextlib.suppress(OSError):
            self._connection.shutdown(gevent.socket.SHUT_WR)
        if not self.ended.wait(CLOSE_SECONDS):
            self._kill("it was told to end")

    def _send(self, frame: bytes) -> None:
        try:
            with self._sending:
                sent = self._connection.send(frame)  # nearly always all of it, and cheaper
                if sent < len(frame):
                    self._connection.sendall(frame[sent:])
        except OSError:
            self._kill("it takes no questions")
        except BaseException:
            self._kill("a question broke off")  # who asked was killed: nobody can go on behind it
            raise

    def _read(self) -> None:
        frames = Frames()
        try:
            while self._receive(frames):
                pass
        except Exception as error:
            self._kill(f"{type(error).__name__}: {error}")
        self.ended.set()
        self._connection.close()
        asked, self._asked = self._asked, {}
        if not self._closing:
            log.warning("sql process ended", pid=self._pid, why=self._why, questions=len(asked))
        for answer in asked.values():
            text = f"the process that works on SQL is gone: {self._why}"
            answer.set_exception(StoreUnavailable(text))

    def _receive(self, frames: Frames) -> bool:
        """Read what is there, waiting for it; False at the end."""
        try:
            data = self._connection.recv(65536)
        except TimeoutError:
            if self._asked and time.monotonic() - self._busy_since >= self._patience:
                self._kill(f"it did not answer within {self._patience:g} s")
            return True
        for number, value, error in frames.feed(data):
            if number == HELLO:
                self._pid = value
            else:
                self._tell(self._asked.pop(number), value, error)
        return bool(data)

    def _tell(self, answer: AsyncResult[Any], value: object, error: RecordsError | None) -> None:
        self.answered += 1
        self._busy_since = time.monotonic()
        if error is None:
            answer.set(value)
        else:
            answer.set_exception(error)

    def _kill(self, why: str) -> None:
        """End it by force; the greenlet that reads tells everybody who waits."""
        if self.ended.is_set():
            return
        self._why = why
        if self._pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            self._connection.shutdown(gevent.socket.SHUT_RDWR)
