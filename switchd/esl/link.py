"""The link to one FreeSWITCH: kept up for as long as it is wanted.

A supervisor greenlet connects, logs in, subscribes, tells `on_up`, waits until the connection ends,
tells `on_down`, waits a little and begins again. A lost connection is never hidden and nothing is
sent twice: commands fail, and `on_up` is the place to compare our picture with FreeSWITCH's.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Self
from uuid import uuid4

import gevent
import structlog
from gevent.event import Event as Flag

from .backoff import Backoff
from .commands import SET_VARIABLE, Api, Auth, BgApi, Command, Execute, Exit, Subscribe, to_wire
from .connection import MAX_WAITING_EVENTS, Connection
from .errors import CommandFailed, EslError, NotConnected, WrongPassword
from .events import Event
from .jobs import Job
from .replies import Reply

_ALWAYS = ("HEARTBEAT", "BACKGROUND_JOB")
"""What the link itself lives on: signs of life, and the ends of jobs."""


class Link(Connection):
    """A connection that is made again whenever it ends.

    `on_event` is called for each event in order, in a greenlet of its own, perhaps while `on_up`
    still runs. `on_up` and `on_down` take turns and never overlap; `on_up` may send commands.
    Exceptions from any of the three are logged and counted. All times are in seconds. Raises
    `UnsafeArgument` for a password or an event name that cannot be sent.
    """

    def __init__(
        self,
        host: str,
        port: int,
        password: str,
        *,
        events: Sequence[str],
        subclasses: Sequence[str] = (),
        on_event: Callable[[Event], None],
        on_up: Callable[[Link], None],
        on_down: Callable[[str], None],
        command_timeout: float = 5.0,
        heartbeat_timeout: float = 40.0,
        backoff: Backoff | None = None,
        max_waiting_events: int = MAX_WAITING_EVENTS,
        log: Any = None,
    ) -> None:
        super().__init__(
            host,
            port,
            password,
            on_event=on_event,
            command_timeout=command_timeout,
            heartbeat_timeout=heartbeat_timeout,
            max_waiting_events=max_waiting_events,
            log=log or structlog.get_logger("switchd.esl").bind(freeswitch=f"{host}:{port}"),
        )
        missing = [name for name in _ALWAYS if name not in events and "ALL" not in events]
        self._subscription = Subscribe((*events, *missing), tuple(subclasses))
        for command in (self._subscription, Auth(password)):
            to_wire(command)
        self._on_up = on_up
        self._on_down = on_down
        self._backoff = backoff or Backoff()
        self._up = Flag()
        self._stopping = Flag()
        self._supervisor: gevent.Greenlet[[], None] | None = None
        self.core: str | None = None
        """Core-UUID of the FreeSWITCH that we are, or were last, connected to."""
        self.restarted = False
        """Whether `core` is another one than at the connection before: no old leg exists."""
        self.trouble = ""
        """Why there is no connection; "" if there is one or none was tried."""

    def start(self) -> None:
        """Begin to connect, and go on until `stop`. A refused connection is no error."""
        if self._supervisor is None:
            self._stopping.clear()
            self._supervisor = gevent.spawn(self._supervise)

    def stop(self, timeout: float = 2.0) -> None:
        """End the connection and all greenlets, within `timeout` seconds even if peers hang.

        May be called from a handler, which then runs to its end.
        """
        self._stopping.set()
        if self.connected:
            with contextlib.suppress(EslError):
                self.send(Exit(), timeout=timeout / 2)
        self._drop("stopped")
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is not None and supervisor is not gevent.getcurrent():
            supervisor.join(timeout=timeout / 2)
            supervisor.kill(block=False)
        self._finish(0.0)

    @property
    def stopping(self) -> bool:
        """Whether `stop` has been called: the connection's end is no trouble."""
        return self._stopping.is_set()

    def wait_connected(self, timeout: float) -> bool:
        """Wait until the link is up, at most `timeout` seconds; return whether it is."""
        return bool(self._up.wait(timeout))

    def api(self, name: str, args: str = "", timeout: float | None = None) -> str:
        """Run an API command and return its answer without the line end after it.

        Raises `CommandFailed` if the answer begins with `-ERR` or `-USAGE`; see `send` for more.
        """
        return self._demand(Api(name, args), name, timeout).text

    def api_each(self, name: str, each: Iterable[str]) -> Iterator[str | None]:
        """Run an API command for each of many arguments, several at once; give the answers in the
        same order, None for -ERR and -USAGE. Raises like `send`."""
        for reply in self.send_each(Api(name, args) for args in each):
            yield reply.text if reply.ok else None

    def execute(
        self,
        uuid: str,
        app: str,
        arg: str = "",
        execution: str | None = None,
        timeout: float | None = None,
    ) -> None:
        """Have a leg run an application; ChannelExecuteComplete with `execution` tells its end.

        Raises `CommandFailed` if the leg does not exist; see `send` for more.
        """
        self._demand(Execute(uuid, app, arg, execution or ""), app, timeout)

    def bgapi(self, name: str, args: str = "", job: str | None = None) -> Job:
        """Run an API command in the background and return the job, which can be waited for.

        Raises `CommandFailed` if FreeSWITCH does not even start it; see `send` for more.
        """
        started = self.jobs.start(name, job)
        reply = self._demand(BgApi(name, args, started.id), name, None)
        confirmed = reply.frame.headers.get("Job-UUID")
        if confirmed != started.id:
            self._drop(f"replies are out of step: job {confirmed!r} for job {started.id!r}")
            raise NotConnected(self._reason)
        return started

    def variable(self, name: str) -> str | None:
        """A global variable of FreeSWITCH, "" if it is not set, None if it cannot be asked.

        This and `set_variable` are possible while commands are not (`may_send`).
        """
        try:
            reply = self._request(Api("global_getvar", name), self.timeout)
        except EslError:
            return None
        return reply.text if reply.ok else ""

    def set_variable(self, name: str, value: str) -> bool:
        """Set a global variable, and let every other client hear of it (`on_variable`); False if
        FreeSWITCH did not confirm it."""
        verb, text = SET_VARIABLE, f"{name}={value}"
        try:
            done = self._request(Api(verb, text), self.timeout).ok
            # The end of a job is told to all clients; the variable has been set by then.
            return done and self._request(BgApi(verb, text, str(uuid4())), self.timeout).ok
        except EslError:
            return False

    def _demand(self, command: Command, name: str, timeout: float | None) -> Reply:
        reply = self.send(command, timeout)
        if not reply.ok:
            raise CommandFailed(name, reply.text)
        return reply

    def _supervise(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            began = self._clock()
            try:
                self._open()
                self._serve()
            except EslError as error:
                failures += 1
                wait = self._after_failure(error, failures)
            except Exception as error:
                failures += 1
                wait = self._after_defect(error, failures)
            else:
                lasted = self._clock() - began
                failures = 1 if lasted > self._backoff.ceiling else failures + 1
                wait = self._backoff.delay(failures)
            self._stopping.wait(wait)

    def _open(self) -> None:
        """Connect, log in, subscribe, and find out which FreeSWITCH this is."""
        try:
            self.connect()
            core = self._subscribe()
            self._open_socket()
        except EslError as error:
            self._drop(str(error))
            self._finish(self.timeout)
            raise
        self._meet(core)
        self.counters.connections += 1
        self.trouble = ""
        self.connected = True
        self._up.set()

    def _subscribe(self) -> str:
        """Ask for the events; return the Core-UUID, "" if it is not told."""
        core = self._request(Api("global_getvar", "core_uuid"), self.timeout)
        subscribed = self._request(self._subscription, self.timeout)
        for name, reply in (("global_getvar", core), ("event", subscribed)):
            if not reply.ok:
                raise CommandFailed(name, reply.text)
        return core.text

    def _meet(self, core: str) -> None:
        self.restarted = bool(self.core and core) and core != self.core
        self.core = core or self.core
        if self.restarted:
            self.counters.restarts += 1
            self.log.warning("freeswitch_restarted", core=core)

    def _serve(self) -> None:
        """Be up until the connection ends."""
        self.log.info("link_up", core=self.core)
        self._safe_exec_handler(self._on_up, self)
        self._ended.wait()
        self.trouble = self._reason
        self._finish(self.timeout)
        level = self.log.info if self.stopping else self.log.warning
        level("link_down", reason=self.trouble)
        self._safe_exec_handler(self._on_down, self.trouble)

    def _after_failure(self, error: EslError, failures: int) -> float:
        """Report a failed attempt, the first of a row loudly; return the wait in seconds."""
        self.trouble = str(error)
        if isinstance(error, WrongPassword):
            self.log.error("password_refused", advice="compare event_socket.conf.xml")
            return self._backoff.wrong_password
        level = self.log.warning if failures == 1 else self.log.debug
        level("connect_failed", reason=self.trouble, failures=failures)
        return self._backoff.delay(failures)

    def _after_defect(self, error: Exception, failures: int) -> float:
        """Begin anew whatever went wrong: without a link nobody is served."""
        self.log.exception("link_broken_off")
        self._drop(f"defect: {error!r}")
        self._finish(self.timeout)
        self.trouble = self._reason
        return self._backoff.delay(failures)

    def _drop(self, reason: str) -> None:
        self._up.clear()
        super()._drop(reason)

    def __enter__(self) -> Self:
        self.start()
        return self


@contextlib.contextmanager
def asking(host: str, port: int, password: str, seconds: float) -> Iterator[Link]:
    """A link for a few commands; raise NotConnected if there is none within `seconds`."""
    link = Link(
        host,
        port,
        password,
        events=("HEARTBEAT",),
        on_event=lambda event: None,
        on_up=lambda link: None,
        on_down=lambda reason: None,
    )
    link.start()
    try:
        if not link.wait_connected(seconds):
            raise NotConnected(link.trouble or "no answer")
        yield link
    finally:
        link.stop()
