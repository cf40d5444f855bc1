"""A plain client of the event socket for tests: one thread, everything that arrives is kept."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from typing import Any

Event = dict[str, Any]


class EventSocket:
    """One connection, logged in. Events are asked for with `listen` and kept in `events`."""

    def __init__(
        self,
        host: str,
        port: int,
        password: str,
        connect: Callable[..., Any] = socket.create_connection,
    ) -> None:
        """Connect; raises OSError if there is nobody or the password is wrong."""
        self._socket = connect((host, port), timeout=10)
        self._buffer = b""
        self._replies: list[tuple[dict[str, str], bytes]] = []
        self.events: list[Event] = []
        if self._reply()[0]["Content-Type"] != "auth/request":
            raise ConnectionError("that is no event socket")
        if not self.command(f"auth {password}").startswith("+OK"):
            raise ConnectionError("the password was refused")

    def command(self, line: str) -> str:
        """Send one command and return its reply text."""
        self._socket.sendall(f"{line}\n\n".encode())
        return self._reply()[0].get("Reply-Text", "")

    def api(self, line: str) -> str:
        """Send one api command and return its output."""
        self._socket.sendall(f"api {line}\n\n".encode())
        return self._reply()[1].decode()

    def listen(self, events: str = "ALL") -> None:
        """Ask for events as JSON."""
        self.command(f"event json {events}")

    def execute(self, channel: str, application: str, argument: str = "", mark: str = "") -> str:
        """Execute an application on a channel; `mark` comes back as Application-UUID."""
        lines = [f"sendmsg {channel}", "call-command: execute", f"execute-app-name: {application}"]
        if argument:
            lines.append(f"execute-app-arg: {argument}")
        if mark:
            lines.append(f"Event-UUID: {mark}")
        return self.command("\n".join(lines))

    def wait(
        self, wanted: Callable[[Event], object] | str, seconds: float = 10.0, after: int = 0
    ) -> Event:
        """Return the first event that is wanted (a name or a condition), new or already kept.

        `after` skips that many kept events. Raises TimeoutError with the names that did come.
        """
        deadline = time.monotonic() + seconds
        position = after
        while True:
            while position < len(self.events):
                event = self.events[position]
                position += 1
                if event["Event-Name"] == wanted if isinstance(wanted, str) else wanted(event):
                    return event
            if not self._receive(deadline):
                names = [event["Event-Name"] for event in self.events[after:]]
                raise TimeoutError(f"it did not come; there were {names}")

    def of(self, channel: str) -> list[Event]:
        """Return the kept events of one channel."""
        return [event for event in self.events if event.get("Unique-ID") == channel]

    def close(self) -> None:
        """Leave."""
        self._socket.close()

    def __enter__(self) -> EventSocket:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _reply(self) -> tuple[dict[str, str], bytes]:
        deadline = time.monotonic() + 10
        while not self._replies:
            if not self._receive(deadline):
                raise TimeoutError("no reply")
        return self._replies.pop(0)

    def _receive(self, deadline: float) -> bool:
        """Read one frame; tell whether there was one before the deadline."""
        while (frame := self._take()) is None:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._socket.settimeout(left)
            try:
                received = self._socket.recv(65536)
            except TimeoutError:
                return False
            if not received:
                raise ConnectionError("FreeSWITCH closed the connection")
            self._buffer += received
        headers, body = frame
        if headers.get("Content-Type") == "text/event-json":
            event = json.loads(body)
            # To those who want ALL, FreeSWITCH tells the variables of a hangup hook's channel, too,
            # without a name (switch_loadable_module.c, switch_api_execute).
            if "Event-Name" in event:
                self.events.append(event)
        else:
            self._replies.append(frame)
        return True

    def _take(self) -> tuple[dict[str, str], bytes] | None:
        end = self._buffer.find(b"\n\n")
        if end < 0:
            return None
        lines = self._buffer[:end].decode().splitlines()
        headers = dict(line.split(": ", 1) for line in lines if ": " in line)
        length = int(headers.get("Content-Length", 0))
        if len(self._buffer) < end + 2 + length:
            return None
        body = self._buffer[end + 2 : end + 2 + length]
        self._buffer = self._buffer[end + 2 + length :]
        return headers, body
