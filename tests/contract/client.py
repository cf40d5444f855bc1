"""A blocking client of the event socket, small enough to be trusted: what it sees is what came."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import gevent
from gevent import socket
from gevent.event import AsyncResult, Event

PATIENCE = 10.0
"""Seconds; longer than anything a test waits for should take."""

EVENTS = (
    "CHANNEL_CREATE CHANNEL_PARK CHANNEL_UNPARK CHANNEL_ANSWER CHANNEL_PROGRESS CHANNEL_BRIDGE "
    "CHANNEL_UNBRIDGE CHANNEL_HOLD CHANNEL_UNHOLD CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE "
    "CHANNEL_DESTROY CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE CHANNEL_ORIGINATE PLAYBACK_START "
    "PLAYBACK_STOP DTMF RECORD_START RECORD_STOP BACKGROUND_JOB HEARTBEAT CUSTOM sofia::register "
    "sofia::unregister conference::maintenance"
)

Heard = Mapping[str, Any]
"""An event: header names and values."""


@dataclass(frozen=True)
class Reply:
    """What a command was answered with."""

    headers: Mapping[str, str]
    body: str
    after: int
    """How many events had come before it."""

    @property
    def text(self) -> str:
        """Reply-Text, or "" for an api/response."""
        return self.headers.get("Reply-Text", "")


class Client:
    """One connection; the events it has heard stay in `seen`, in the order of their coming."""

    def __init__(self, host: str, port: int, password: str, events: str = EVENTS) -> None:
        self.seen: list[Heard] = []
        self.closed = Event()
        self.goodbye = ""
        self._replies: deque[AsyncResult[Reply]] = deque()
        self._news = Event()
        self._buffer = b""
        self._greeted: AsyncResult[bool] = AsyncResult()
        self._socket = socket.create_connection((host, port), timeout=PATIENCE)
        self._socket.settimeout(None)
        self._reader = gevent.spawn(self._read)
        self._greeted.get(timeout=PATIENCE)
        self.welcome = self.send(f"auth {password}")
        if events and self.welcome.text == "+OK accepted":
            self.send(f"event json {events}")

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave without a word."""
        self._reader.kill()
        self._socket.close()

    # -- commands -----------------------------------------------------------------------------

    def send(self, command: str) -> Reply:
        """Send one command, of one or more lines, and wait for its reply."""
        return self._send_at_once(command)[0]

    def api(self, command: str) -> str:
        """Perform an api command and return the body of its response."""
        return self.send(f"api {command}").body

    def api_at_once(self, *commands: str) -> list[str]:
        """Perform api commands without waiting in between."""
        return [reply.body for reply in self._send_at_once(*(f"api {each}" for each in commands))]

    def bgapi(self, command: str, job: str) -> Reply:
        """Start a job."""
        return self.send(f"bgapi {command}\nJob-UUID: {job}")

    def execute(self, leg: str, app: str, arg: str = "", execution: str = "") -> Reply:
        """Execute an application on a leg."""
        lines = [f"sendmsg {leg}", "call-command: execute", f"execute-app-name: {app}"]
        if arg:
            lines.append(f"execute-app-arg: {arg}")
        if execution:
            lines.append(f"Event-UUID: {execution}")
        return self.send("\n".join(lines))

    def rows(self, what: str, wanted: Callable[[dict[str, str]], bool]) -> list[dict[str, str]]:
        """Rows of `show WHAT as json` that are wanted, once there are any: lists lag behind."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            shown = json.loads(self.api(f"show {what} as json")).get("rows", [])
            if found := [row for row in shown if wanted(row)]:
                return found
            gevent.sleep(0.02)
        raise AssertionError(f"no such row of {what} in {PATIENCE} s; the last were: {shown}")

    # -- events -------------------------------------------------------------------------------

    def wait_for(self, wanted: Callable[[Heard], bool], what: str = "an event") -> Heard:
        """The first event for which `wanted` holds, of all heard so far and those to come."""
        looked_at = 0
        deadline = time.monotonic() + PATIENCE
        while True:
            self._news.clear()
            for event in self.seen[looked_at:]:
                looked_at += 1
                if wanted(event):
                    return event
            left = deadline - time.monotonic()
            if left <= 0 or not self._news.wait(left):
                heard = ", ".join(event["Event-Name"] for event in self.seen[-20:])
                raise AssertionError(f"no {what} in {PATIENCE} s; the last were: {heard}")

    def event(self, name: str, leg: str = "", **headers: str) -> Heard:
        """The first event of that name, about that leg, with those headers (`_` for `-`)."""
        wanted = {key.replace("_", "-"): value for key, value in headers.items()}

        def matches(event: Heard) -> bool:
            return (
                event["Event-Name"] == name
                and (not leg or event.get("Unique-ID") == leg)
                and all(event.get(key) == value for key, value in wanted.items())
            )

        return self.wait_for(matches, f"{name} {leg} {wanted or ''}")

    def job(self, job: str) -> str:
        """The result of a job."""
        return str(self.event("BACKGROUND_JOB", Job_UUID=job)["_body"])

    def story(self, *legs: str, of: str = "") -> list[str]:
        """Names of the events heard about some legs, in order; only those in `of`, if given."""
        names = of.split()
        return [
            event["Event-Name"]
            for event in self.seen
            if event.get("Unique-ID") in legs and (not names or event["Event-Name"] in names)
        ]

    def _send_at_once(self, *commands: str) -> list[Reply]:
        waiting: list[AsyncResult[Reply]] = [AsyncResult() for _ in commands]
        self._replies.extend(waiting)
        self._socket.sendall(b"".join(command.encode() + b"\n\n" for command in commands))
        return [each.get(timeout=PATIENCE) for each in waiting]

    # -- reading ------------------------------------------------------------------------------

    def _read(self) -> None:
        try:
            while data := self._socket.recv(65536):
                self._buffer += data
                while self._frame():
                    pass
        except OSError:
            pass
        self.closed.set()
        self._news.set()

    def _frame(self) -> bool:
        block, separator, rest = self._buffer.partition(b"\n\n")
        if not separator:
            return False
        headers = dict(line.split(": ", 1) for line in block.decode().splitlines() if ": " in line)
        length = int(headers.get("Content-Length", 0))
        if len(rest) < length:
            return False
        body, self._buffer = rest[:length].decode(), rest[length:]
        kind = headers["Content-Type"]
        if kind == "auth/request":
            self._greeted.set(True)
        elif kind == "text/event-json":
            self.seen.append(json.loads(body))
            self._news.set()
        elif kind == "text/disconnect-notice":
            self.goodbye = body
        else:
            self._replies.popleft().set(Reply(headers, body, len(self.seen)))
        return True
