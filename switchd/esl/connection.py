"""One connection to FreeSWITCH, hardened: greenswitch's `InboundESL` with its defects overridden.

Two greenlets belong to a connection. The reader (`receive_events`) only drains: it cuts bytes into
frames, hands replies to their commands and puts event bodies on a queue. FreeSWITCH holds a global
lock while it writes to a slow client, so nothing of ours may keep the reader from reading. The
dispatcher (`process_events`) reads the events and calls the handler; what the handler raises is
logged and counted and harms nobody else.

A connection ends once, for one reason (`_drop`): waiting commands and jobs fail at that moment, the
events that had arrived are still handled, and `connect` may be called again.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import gevent
import greenswitch
from gevent import socket
from gevent.event import Event as Flag
from gevent.queue import SimpleQueue

from .commands import SET_VARIABLE, Api, Auth, Command, label, to_wire
from .counters import Counters
from .errors import (
    BadEvent,
    CommandTimeout,
    EslError,
    NotConnected,
    WireError,
    WrongPassword,
)
from .events import BackgroundJob, Event, EventsLost, UnknownEvent, parse_event
from .jobs import Jobs
from .outgoing import Outgoing
from .replies import Reply, ReplyQueue, Slot
from .wire import Frame, WireReader

MAX_WAITING_EVENTS = 20_000
"""Events that may wait for a slow handler: some 120 MB."""

PROBE_SECONDS = 2.0
"""How long FreeSWITCH, which has not replied in time, has to say anything at all."""

AT_ONCE = 32
"""So many commands of one sender go out together, and the next as many before all of them have been
answered."""
_ANYTHING = Api("global_getvar", "core_uuid")
_READ_BYTES = 256 * 1024
_EVENTS_IN_A_ROW = 64
"""After so many the dispatcher lets the reader and the senders run."""
_JOB_MARK = b'"Event-Name":"BACKGROUND_JOB"'


class Connection(greenswitch.InboundESL):  # type: ignore[misc]  # greenswitch has no types
    """A connection that can be made again after it has ended.

    Times are in seconds. `command_timeout` bounds every step of connecting too; a peer that says
    nothing for `heartbeat_timeout` counts as gone.
    """

    def __init__(
        self,
        host: str,
        port: int,
        password: str,
        *,
        on_event: Callable[[Event], None],
        command_timeout: float,
        heartbeat_timeout: float,
        max_waiting_events: int,
        log: Any,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(host, port, password, timeout=command_timeout)
        self.counters = Counters()
        self.jobs = Jobs(self.counters)
        self.log = log
        self._on_event = on_event
        self._heartbeat_timeout = heartbeat_timeout
        self._max_waiting_events = max_waiting_events
        self._clock = clock
        self.may_send: Callable[[], bool] = lambda: True
        """Whether this process may command the FreeSWITCH at all, asked before each command."""
        self.on_answered: Callable[[str, float, bool], None] = lambda name, seconds, answered: None
        """Told of each command, of how long its reply took and whether there was one in time."""
        self.on_variable: Callable[[str, str], None] = lambda name, value: None
        """Told at once, before events that came earlier are handled, of a global variable that a
        client has set in a job, this one or another (`Link.set_variable`): name and value. Must
        not wait."""
        self.handling_since: float | None = None
        """When the handler of an event began that has not come back, by the clock."""
        self.on_handling: Callable[[Event], None] = lambda event: None
        """Told of each event before its handler."""
        self._begin()

    def _begin(self) -> None:
        """Forget the connection before: nothing of it may reach the next one."""
        self.connected = False
        self.sock: socket.socket | None = None
        self._auth_request_event = Flag()
        self._commands_sent = ReplyQueue()
        self._commands_sent.on_late = self._late
        self._esl_event_queue: SimpleQueue[bytes | Event | None] = SimpleQueue()
        self._outgoing: Outgoing
        self._ended = Flag()
        self._reason = ""
        self._doubting: gevent.Greenlet[..., None] | None = None
        self._lost = 0
        self._sequence = 0
        self._heard_at = self._clock()

    @property
    def silent_seconds(self) -> float:
        """For how long nothing has come from FreeSWITCH, or had come when the connection ended."""
        return self._clock() - self._heard_at

    @property
    def unanswered(self) -> int:
        """How many commands wait for their replies."""
        return len(self._commands_sent)

    @property
    def waiting_events(self) -> int:
        """How many events were read and are not handled yet."""
        return self._esl_event_queue.qsize()

    def connect(self) -> None:
        """Connect and log in, or raise `NotConnected` (`WrongPassword`) with the reason."""
        if self.sock is not None and not self._ended.is_set():
            raise RuntimeError("connected already; stop first")
        self._begin()
        where = f"{self.host}:{self.port}"
        timeout: float = self.timeout
        try:
            sock = socket.create_connection((self.host, self.port), timeout=timeout)
        except (OSError, UnicodeError) as error:
            self._drop(f"cannot connect to {where}: {error}")
            raise NotConnected(self._reason) from error
        if self._ended.is_set():  # stopped meanwhile
            sock.close()
            raise NotConnected(self._reason)
        sock.settimeout(self._heartbeat_timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = sock
        self._outgoing = Outgoing(
            sock,
            may_send=lambda: self.may_send(),
            refused=self._turn_back,
            failed=self._drop,
        )
        self.start_event_handlers()
        if not self._auth_request_event.wait(timeout):
            self._drop(f"{where} asked for no password within {timeout:g} s")
        self._open_socket()
        try:
            self.authenticate()
        except (CommandTimeout, WrongPassword) as error:
            self._drop(str(error))
            raise

    def authenticate(self) -> None:
        """Log in. Raises `WrongPassword`."""
        reply = self._request(Auth(self.password), self.timeout)
        if not reply.ok:
            raise WrongPassword(f"{self.host}:{self.port} refused the password: {reply.text}")

    def send(self, command: Command, timeout: float | None = None) -> Reply:
        """Send a command and wait for its reply, which may be a refusal.

        Raises `UnsafeArgument` before anything is sent, `NotConnected` (also while `may_send` says
        no), and `CommandTimeout` after `timeout` seconds (the link's default if None); a reply
        after that is thrown away.
        """
        self._check(command)
        return self._request(command, self.timeout if timeout is None else timeout, fenced=True)

    def send_each(self, commands: Iterable[Command]) -> Iterator[Reply]:
        """Send commands, and give their replies in the same order, without waiting for one before
        the next goes out.

        Raises like `send`; then the replies to come are thrown away.
        """
        left = iter(commands)
        posted: deque[tuple[Command, Slot]] = deque()
        while True:
            for command in islice(left, AT_ONCE):
                self._check(command)
                posted.append((command, self._post(command, self.timeout, fenced=True)))
            if not posted:
                return
            for _ in range(max(1, len(posted) - AT_ONCE)):
                yield self._await(*posted.popleft())

    def _check(self, command: Command) -> None:
        if not self.connected:
            raise NotConnected(f"{type(command).__name__}: not connected")
        if not self.may_send():
            raise NotConnected(f"{type(command).__name__}: another may command this FreeSWITCH")

    def _request(self, command: Command, timeout: float, fenced: bool = False) -> Reply:
        return self._await(command, self._post(command, timeout, fenced))

    def _post(self, command: Command, timeout: float, fenced: bool) -> Slot:
        return self._write(type(command).__name__, to_wire(command), timeout, fenced)

    def _await(self, command: Command, slot: Slot) -> Reply:
        answered = False
        try:
            reply = slot.wait()
            answered = True
            return reply
        finally:
            self.on_answered(label(command), self._clock() - slot.sent_at, answered)

    def _doubt(self) -> None:
        """A reply did not come: ask for a sign of life, unless that is being done."""
        if self._doubting is None or self._doubting.ready():
            self._doubting = gevent.spawn(self._probe, self.sock, self.counters.frames)

    def _probe(self, sock: socket.socket | None, frames: int) -> None:
        """End the connection if FreeSWITCH says nothing at all.

        The reply that did not come is no proof: after this process has stood still, what came
        meanwhile is unread.
        """
        with contextlib.suppress(EslError):
            self._request(_ANYTHING, min(PROBE_SECONDS, self.timeout))
        if self.sock is sock and self.counters.frames == frames:
            self._drop("FreeSWITCH hangs: it says nothing to commands, nor anything else")

    def _write(self, name: str, data: bytes, timeout: float, fenced: bool) -> Slot:
        """Have a whole command written; its slot waits for the reply."""
        self._open_socket()
        now = self._clock()
        late = self._commands_sent.overdue(now, self._heartbeat_timeout)
        if late is not None:
            self._drop(f"no reply to {late.command} for {self._heartbeat_timeout:g} s")
            self._open_socket()
        slot = Slot(name, now, timeout)
        self._commands_sent.add(slot)
        self._outgoing.put(data, slot, fenced)
        return slot

    def _turn_back(self, slots: Sequence[Slot]) -> None:
        """The right to command ended before these went out."""
        for slot in slots:
            self._commands_sent.remove(slot)
            slot.fail(NotConnected(f"{slot.command}: another may command this FreeSWITCH"))

    def _late(self, slot: Slot) -> None:
        self.counters.timeouts += 1
        if slot.timeout >= self.timeout:
            self._doubt()

    def _open_socket(self) -> socket.socket:
        """Return the socket of a connection that has not ended, or raise `NotConnected`."""
        if self.sock is None or self._ended.is_set():
            raise NotConnected(self._reason or "not connected")
        return self.sock

    def receive_events(self) -> None:
        """Read until the connection ends. Runs in the reader greenlet."""
        reader = WireReader()
        try:
            sock = self._open_socket()
            while not self._ended.is_set():
                data = sock.recv(_READ_BYTES)
                if not data:
                    reader.eof()
                    self._drop("FreeSWITCH closed the connection")
                    break
                self._heard_at = self._clock()
                reader.feed(data)
                for frame in reader.frames():
                    self.handle_event(frame)
                gevent.sleep(0)
        except TimeoutError:
            self._drop(f"FreeSWITCH said nothing for {self._heartbeat_timeout:g} s")
        except OSError as error:
            self._drop(f"cannot read: {error}")
        except WireError as error:
            self._drop(f"FreeSWITCH broke the protocol: {error}")
        except NotConnected:
            return

    def handle_event(self, frame: Frame) -> None:
        """Take one frame to where it belongs, without waiting for anything."""
        self.counters.frames += 1
        kind = frame.kind
        if kind == "text/event-json":
            self._enqueue(frame.body)
        elif kind in {"command/reply", "api/response"}:
            if not self._commands_sent.settle(frame):
                self.counters.orphans += 1
        elif kind == "auth/request":
            self._auth_request_event.set()
        elif kind == "text/disconnect-notice":
            self._drop(f"FreeSWITCH closes the connection: {_first_line(frame.text)}")
        elif kind == "text/rude-rejection":
            self._drop(f"FreeSWITCH does not let us in (apply-inbound-acl): {frame.text.strip()}")
        else:
            self.counters.unknown += 1

    def _enqueue(self, body: bytes) -> None:
        """Queue an event; a job's end goes to its waiter now, however slow the handler is."""
        item: bytes | Event | None = body
        if body.find(_JOB_MARK, 0, 256) >= 0 and (item := self._read_event(body)) is None:
            return
        if self._esl_event_queue.qsize() >= self._max_waiting_events:
            self._lost += 1
            self.counters.dropped += 1
            return
        if self._lost:
            self._esl_event_queue.put(EventsLost(self._lost))
            self._lost = 0
        self._esl_event_queue.put(item)

    def process_events(self) -> None:
        """Handle events until the connection has ended and none is left: the dispatcher."""
        for number, event in enumerate(self._events(self._esl_event_queue)):
            self.handling_since = self._clock()
            self._safe_exec_handler(self.on_handling, event)
            self._safe_exec_handler(self._on_event, event)
            self.handling_since = None
            if number % _EVENTS_IN_A_ROW == 0:
                gevent.sleep(0)

    def _events(self, queue: SimpleQueue[bytes | Event | None]) -> Iterable[Event]:
        while (item := queue.get()) is not None:
            if isinstance(item, EventsLost):
                yield item
                continue
            event = self._read_event(item) if isinstance(item, bytes) else item
            if event is not None and self._note(event):
                yield event

    def _read_event(self, body: bytes) -> Event | None:
        try:
            event = parse_event(body)
            if isinstance(event, BackgroundJob):
                self.jobs.settle(event)
                if event.command == SET_VARIABLE:
                    name, _, value = event.arguments.partition("=")
                    self.on_variable(name, value)
        except BadEvent as error:
            self._complain(error)
            return None
        return event

    def _complain(self, error: BadEvent) -> None:
        self.counters.bad_events += 1
        self.log.warning("event_unreadable", error=str(error))

    def _note(self, event: Event) -> bool:
        """Count an event; return whether its place in the order could be read."""
        try:
            sequence = event.sequence
        except BadEvent as error:
            self._complain(error)
            return False
        self.counters.events += 1
        if type(event) is UnknownEvent:
            self.counters.unknown += 1
        if sequence > self._sequence:
            self._sequence = sequence
        elif sequence:
            self.counters.reordered += 1
        return True

    def _safe_exec_handler(self, handler: Callable[[Any], object], argument: Any) -> None:
        try:
            handler(argument)
        except Exception:
            self.counters.handler_errors += 1
            self.log.exception("handler_failed", about=repr(argument))

    def _drop(self, reason: str) -> None:
        """End the connection, once; whoever waits for an answer is told `reason`."""
        if self._ended.is_set():
            return
        self.connected = False
        self._reason = reason
        self._ended.set()
        self._auth_request_event.set()
        self._commands_sent.fail_all(lambda command: NotConnected(f"{command}: {reason}"))
        self.jobs.fail_all(NotConnected(reason))
        if self._lost:
            self._esl_event_queue.put(EventsLost(self._lost))
        self._esl_event_queue.put(None)
        if self.sock is not None:
            self._outgoing.close()
            self.sock.close()

    def _finish(self, timeout: float) -> None:
        """Wait until both greenlets have ended, at most `timeout` seconds; then end them."""
        greenlets = [
            greenlet
            for greenlet in (self._receive_events_greenlet, self._process_events_greenlet)
            if greenlet is not None and greenlet is not gevent.getcurrent()
        ]
        gevent.joinall(greenlets, timeout=timeout)
        gevent.killall(greenlets, block=False)


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]
