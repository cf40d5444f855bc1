"""One connection to Redis that all greenlets share for the verbs.

Commands go out in the order in which they come, those of one turn of the loop in one piece, and
replies come back in that order. Whoever waits for a reply is switched to from the loop's look at
the socket, so that no turn of the loop lies between the two.

A connection on which a reply is late is given up with everything that waits on it: what was sent
may have run, and only whoever sent it knows what that means.
"""

from __future__ import annotations

import time
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any, Final
from weakref import WeakKeyDictionary

import gevent
import hiredis
import redis
from gevent import monkey
from gevent.hub import Hub, Waiter
from gevent.lock import BoundedSemaphore

REPLY_SECONDS: Final = 5.0
"""How long a command may take before Redis counts as unavailable."""
POLLIN: Final = 1
"""As in poll(2)."""
_poll: Any = monkey.get_original("select", "poll")
ANEW_SECONDS: Final = 1.0
"""A server that takes no writes is not connected to anew more often."""
REFUSES: Final = ("READONLY", "NOREPLICAS")
"""What a server says that takes no writes: it follows another one, or nobody follows it."""
_READ_BYTES: Final = 65536
_READ, _WRITE = 1, 2
"""As in libev."""
_AGAIN = (BlockingIOError, InterruptedError)
_lines: WeakKeyDictionary[redis.ConnectionPool, WeakKeyDictionary[Hub, Line]] = WeakKeyDictionary()


def is_silent(sock: Any) -> bool:
    """Whether nothing can be read from a socket, not even its end; False if that is not sure."""
    if sock.fileno() < 0 or hasattr(sock, "pending"):
        return False
    poll = _poll()
    poll.register(sock.fileno(), POLLIN)
    return not poll.poll(0)


def line_of(client: redis.Redis) -> Line:
    """The line that the greenlets of this hub share for a client, and all who use its pool."""
    pool, hub = client.connection_pool, gevent.get_hub()
    of_pool = _lines.setdefault(pool, WeakKeyDictionary())
    line = of_pool.get(hub)
    if line is None:
        line = of_pool[hub] = own_line(client)
    return line


def own_line(client: redis.Redis) -> Line:
    """A line for one who blocks it: to the client's Redis, on a connection of its own."""
    pool = client.connection_pool
    made_as, kwargs = pool.connection_class, pool.connection_kwargs
    return Line(lambda: made_as(**kwargs))


def refuses_writes(text: str) -> bool:
    """Whether an error that Redis replies, to a verb or inside one, says so."""
    return any(word in text for word in REFUSES)


def _error(text: str) -> redis.RedisError:
    code, _, rest = text.partition(" ")
    if code == "NOSCRIPT":
        return redis.exceptions.NoScriptError(rest)
    return redis.ResponseError(text)


class Line:
    """Opens a connection that `make` makes when it is needed.

    For the greenlets of one hub. Every method raises `redis.RedisError`.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._opening = BoundedSemaphore(1)
        self._open: _Open | None = None
        self._leaving: list[_Open] = []
        """Nothing is sent there any more, and replies are still to come."""

    def ask(self, *words: str | int) -> Any:
        """Send a command and wait for its reply; an error that Redis replies is raised."""
        return self.read(self.send(*words))

    def send(self, *words: str | int) -> Waiter[Any]:
        """Send a command; `read` waits for what comes of it."""
        data = hiredis.pack_command(words)  # type: ignore[arg-type]
        open = self._open
        if open is None or not open.is_good():
            open = self._opened()
        return open.send(data)

    @staticmethod
    def read(sent: Waiter[Any]) -> Any:
        """Wait for the reply to what was sent; an error that Redis replies is raised."""
        reply = sent.get()
        if isinstance(reply, Exception):
            raise reply
        return reply

    def close(self) -> None:
        """End the connection; the next command opens another one."""
        for open in (self._open, *self._leaving):
            if open is not None:
                open.end("the connection was closed")

    def _opened(self) -> _Open:
        with self._opening:
            if self._open is None or self._open.ended or self._open.refused:
                opened = _Open(self._make())
                if self._open is not None:
                    self._leaving = [one for one in (*self._leaving, self._open) if not one.ended]
                self._open = opened
            return self._open

    def __del__(self) -> None:
        self.close()


class _Open:
    """An open connection and those who wait for replies on it."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        connection.connect()
        self._sock = connection._sock
        self._sock.settimeout(0)
        self.ended = False
        self._replies = hiredis.Reader(
            encoding="utf-8",
            errors="replace",
            replyError=_error,
            protocolError=redis.InvalidResponse,
        )
        self._waiting: deque[tuple[Waiter[Any], float]] = deque()
        """Who waits, and since when, by `time.monotonic`."""
        self._unsent = bytearray()
        self.refused = False
        """Redis takes no writes: it may have become a replica, and another one the master."""
        self._opened_at = time.monotonic()
        self._due = False
        """Whether writing comes next, or is waited for."""
        self._hub: Hub = gevent.get_hub()
        loop = self._hub.loop
        # The loop must not keep alive what nobody uses any more.
        myself = weakref.ref(self)
        self._readable = loop.io(self._sock.fileno(), _READ)
        self._writable: Any = loop.io(self._sock.fileno(), _WRITE)
        self._late = loop.timer(REPLY_SECONDS, REPLY_SECONDS, ref=False)
        self._readable.start(_called, myself, _Open._read)
        self._late.start(_called, myself, _Open._look_for_late)

    def is_good(self) -> bool:
        """Look, if nobody waits here, whether Redis has closed it meanwhile."""
        if not self._waiting and not self.ended and not is_silent(self._sock):
            self._read()
        return not self.ended and not self.refused

    def send(self, data: bytes) -> Waiter[Any]:
        if self.ended:
            raise redis.ConnectionError("the connection to Redis has just ended")
        waiter: Waiter[Any] = Waiter(self._hub)
        self._waiting.append((waiter, time.monotonic()))
        self._unsent += data
        if not self._due:
            self._due = True
            self._hub.loop.run_callback(self._write)
        return waiter

    def end(self, why: str) -> None:
        """End it, once; whoever waits is told why."""
        if self.ended:
            return
        self.ended = True
        for watcher in (self._readable, self._writable, self._late):
            watcher.stop()
            watcher.close()
        self._connection.disconnect()
        while self._waiting:
            waiter, _ = self._waiting.popleft()
            self._hub.loop.run_callback(waiter.switch, redis.ConnectionError(why))

    # called by the loop

    def _read(self) -> None:
        try:
            data = self._sock.recv(_READ_BYTES)
        except _AGAIN:
            return
        except OSError as error:
            self.end(f"cannot read: {error}")
            return
        if not data:
            self.end("Redis closed the connection")
            return
        try:
            self._replies.feed(data)
            while not self.ended and (reply := self._replies.gets()) is not False:
                if isinstance(reply, Exception) and refuses_writes(str(reply)):
                    self.refused |= time.monotonic() - self._opened_at >= ANEW_SECONDS
                self._waiting.popleft()[0].switch(reply)
        except (redis.InvalidResponse, IndexError) as error:
            self.end(f"Redis said what nobody asked for: {error}")
        if self.refused and not self._waiting:
            self.end("Redis takes no writes")

    def _write(self) -> None:
        """Write what was asked in this turn of the loop, in one piece."""
        if self.ended:
            return
        try:
            del self._unsent[: self._sock.send(self._unsent)]
        except _AGAIN:
            pass
        except OSError as error:
            self.end(f"cannot write: {error}")
            return
        if not self._unsent:
            self._due = False
            self._writable.stop()
        elif not self._writable.active:
            self._writable.start(_called, weakref.ref(self), _Open._write)

    def _look_for_late(self) -> None:
        if not self._waiting or time.monotonic() - self._waiting[0][1] < REPLY_SECONDS:
            return
        if is_silent(self._sock):
            self.end(f"no reply within {REPLY_SECONDS:g} s")
        else:
            self._read()  # it is this process that is late, after it has stood still


def _called(myself: weakref.ref[_Open], do: Any) -> None:
    open = myself()
    if open is not None:
        do(open)
