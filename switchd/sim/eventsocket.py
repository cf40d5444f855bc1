"""The event socket: connections, each with its own subscriptions, replies strictly in order.

Sources: mod_event_socket.c parse_command; recorded traffic 06.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

import gevent
import orjson
from gevent import socket
from gevent.event import AsyncResult, Event
from gevent.server import StreamServer

from switchd.sim.answer import Answer
from switchd.sim.api import Api
from switchd.sim.render import as_plain
from switchd.sim.wire import (
    AUTH_REQUEST,
    Command,
    CommandReader,
    TooLongError,
    disconnect_notice,
    event,
    reply,
    response,
    rude_rejection,
)

if TYPE_CHECKING:
    from switchd.sim.switch import Switch

QUEUE = 100_000
"""Events kept for a slow reader; what comes above it is dropped, and more than 500 drops end it."""
DROPS = 500


class Connection:
    """One client."""

    def __init__(self, sock: socket.socket, switch: Switch, api: Api, password: str) -> None:
        self._socket = sock
        self._switch = switch
        self._api = api
        self._password = password
        self._wants: set[str] = set()
        self._form = b"plain"
        self._filters: list[tuple[str, str]] = []
        self._out: deque[bytes] = deque()
        self._awake = Event()
        self._held: list[bytes] | None = None
        """Events that wait while an `api` runs inline."""
        self._dropped = 0
        self._closing = False
        self._authenticated = False
        self._handlers: dict[str, Callable[[Command], bytes]] = {
            "auth": self._auth,
            "exit": self._exit,
            "...": self._exit,
            "event": self._subscribe,
            "nixevent": self._unsubscribe,
            "noevents": self._no_events,
            "filter": self._filter,
            "api": self._run,
            "bgapi": self._run_in_background,
            "sendmsg": self._message,
            "linger": lambda command: reply("-ERR not controlling a session"),
            "nolog": lambda command: reply("-ERR not loging"),
        }

    # -- as a listener of the switch ----------------------------------------------------------

    def wants(self, name: str) -> bool:
        return name in self._wants or "ALL" in self._wants

    def push(self, body: bytes) -> None:
        if self._filters and not self._passes(orjson.loads(body)):
            return
        if self._form == b"plain":
            body = as_plain(body)
        frame = event(body, self._form)
        if len(self._out) >= QUEUE:
            self._dropped += 1
            if self._dropped > DROPS:
                self.close()
        elif self._held is not None:
            self._held.append(frame)
        else:
            self._write(frame)

    def _passes(self, headers: dict[str, str]) -> bool:
        positive = [(name, value) for name, value in self._filters if not name.startswith("-")]
        negative = [(name[1:], value) for name, value in self._filters if name.startswith("-")]
        if any(value in headers.get(name, "") for name, value in negative if name in headers):
            return False
        return not positive or any(value in headers.get(name, "\0") for name, value in positive)

    # -- its life -----------------------------------------------------------------------------

    def serve(self) -> None:
        """Read and perform commands until either side ends it."""
        self._write(AUTH_REQUEST)
        reader = CommandReader()
        try:
            while not self._closing and (data := self._socket.recv(65536)):
                for command in reader.feed(data):
                    if not self._perform(command):
                        break
        except (OSError, TooLongError):
            self._closing = True
        finally:
            self._wants.clear()
            self._switch.subscriptions_changed()
            self._closing = True
            self._awake.set()

    def drain(self) -> None:
        """Send what was written, until the connection ends; runs in a greenlet of its own."""
        try:
            while not (self._closing and not self._out):
                self._awake.wait()
                self._awake.clear()
                while self._out and not self._switch.faults.silent:
                    batch = b"".join(self._take())
                    self._socket.sendall(batch)
        except OSError:
            self._closing = True
        self._socket.close()

    def wake(self) -> None:
        """Look again whether something can be sent."""
        self._awake.set()

    def close(self) -> None:
        """Drop the connection without a word."""
        self._closing = True
        self._out.clear()
        self._awake.set()
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def _take(self) -> list[bytes]:
        return [self._out.popleft() for _ in range(min(len(self._out), 64))]

    def _write(self, data: bytes) -> None:
        self._out.append(data)
        self._awake.set()

    # -- commands -----------------------------------------------------------------------------

    def _perform(self, command: Command) -> bool:
        """Answer one command; False if it was the last."""
        if not self._authenticated and command.word not in ("auth", "exit"):
            self._write(reply("-ERR command not found"))
            return True
        handler = self._handlers.get(command.word)
        answer = handler(command) if handler else reply("-ERR command not found")
        if answer:
            self._write(answer)
        if self._closing:
            self._write(disconnect_notice())
        return not self._closing

    def _auth(self, command: Command) -> bytes:
        if command.line.partition(" ")[2] == self._password:
            self._authenticated = True
            return reply("+OK accepted")
        self._closing = True
        return reply("-ERR invalid")

    def _exit(self, command: Command) -> bytes:
        self._closing = True
        return reply("+OK bye")

    def _subscribe(self, command: Command) -> bytes:
        words = command.rest.split()
        form = "plain"
        if words and words[0] in ("plain", "json", "xml"):
            form = words.pop(0)
        if not words:
            return reply("-ERR no keywords supplied")
        if form == "xml":
            return reply("-ERR the stand-in has no xml events, use json")
        self._form = form.encode()
        self._wants.update(words)
        self._switch.subscriptions_changed()
        return reply(f"+OK event listener enabled {form}")

    def _unsubscribe(self, command: Command) -> bytes:
        words = command.rest.split()
        if not words:
            return reply("-ERR no keywords supplied")
        self._wants.difference_update(words)
        self._switch.subscriptions_changed()
        return reply("+OK events nixed")

    def _no_events(self, command: Command) -> bytes:
        if not self._wants:
            return reply("-ERR not listening for events")
        self._wants.clear()
        self._switch.subscriptions_changed()
        return reply("+OK no longer listening for events")

    def _filter(self, command: Command) -> bytes:
        words = command.rest.split(" ", 2)
        if words == [""]:
            return reply("-ERR command not found")
        if words[0] == "delete" and len(words) > 1:
            value = words[2] if len(words) > 2 else ""
            self._filters = [
                one
                for one in self._filters
                if words[1] != "all" and (one[0] != words[1] or (value and one[1] != value))
            ]
            return reply(f"+OK filter deleted. [{words[1]}][{value}]")
        if words[0] == "add":
            words = words[1:]
        name, _, value = " ".join(words).partition(" ")
        if not value:
            return reply("-ERR invalid syntax")
        self._filters.append((name, value))
        return reply(f"+OK filter added. [{name}]=[{value}]")

    def _run(self, command: Command) -> bytes:
        if not command.rest:
            return reply("-ERR command not found")
        name, _, args = command.rest.partition(" ")
        self._held = []
        result = self._api.run(name, args)
        if isinstance(result, Answer):
            box: AsyncResult[str] = AsyncResult()
            result.then(box.set)
            text = box.get() or ""
        else:
            text = result
        self._write(response(text or "-ERR no reply\n"))
        held, self._held = self._held, None
        for frame in held:
            self._write(frame)
        return b""

    def _run_in_background(self, command: Command) -> bytes:
        if not command.rest:
            return reply("-ERR command not found")
        job = command.headers.get("job-uuid", "")[:36] or self._switch.new_uuid()
        name, _, args = command.rest.partition(" ")
        self._switch.clock.later(0, self._api.background, job, name, args)
        return reply(f"+OK Job-UUID: {job}", Job_UUID=job)

    def _message(self, command: Command) -> bytes:
        leg = self._switch.channels.get(command.rest)
        if leg is None or not leg.up:
            return reply(f"-ERR invalid session id [{command.rest}]")
        verb = command.headers.get("call-command", "")
        if verb == "execute":
            self._switch.execute(
                leg,
                command.headers.get("execute-app-name", ""),
                command.headers.get("execute-app-arg", "") or command.body.rstrip("\n"),
                command.headers.get("event-uuid", ""),
                command.headers.get("event-lock", "").lower() == "true",
            )
        elif verb == "hangup":
            cause = command.headers.get("hangup-cause", "NORMAL_CLEARING")
            self._switch.clock.later(0.02, self._switch.hang_up, leg, cause)
        return reply("+OK")


class EventSocket:
    """Listens and serves every client that comes."""

    def __init__(self, switch: Switch, host: str, port: int, password: str) -> None:
        self._switch = switch
        self.api = Api(switch)
        self._password = password
        self._connections: set[Connection] = set()
        self._host = host
        self.port = port
        """The port that it listens on; chosen by the system at the first start if it was 0."""
        self._server: StreamServer | None = None

    def start(self) -> None:
        """Begin to listen. Raises OSError if the address is taken."""
        self._server = StreamServer((self._host, self.port), self._serve)
        self._server.start()
        self.port = int(self._server.socket.getsockname()[1])

    def stop(self) -> None:
        """Listen no more and drop every client."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.drop()

    def drop(self) -> None:
        """Drop every client without a word."""
        for connection in list(self._connections):
            connection.close()

    def wake(self) -> None:
        """Let every connection look again whether it can send."""
        for connection in self._connections:
            connection.wake()

    def _serve(self, sock: socket.socket, address: tuple[str, int]) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._switch.faults.reject_connections:
            sock.sendall(rude_rejection() + disconnect_notice())
            return
        connection = Connection(sock, self._switch, self.api, self._password)
        self._connections.add(connection)
        self._switch.listeners.append(connection)
        self._switch.subscriptions_changed()
        writer = gevent.spawn(connection.drain)
        try:
            connection.serve()
        finally:
            self._switch.listeners.remove(connection)
            self._switch.subscriptions_changed()
            self._connections.discard(connection)
            writer.join(timeout=1.0)
            writer.kill()
