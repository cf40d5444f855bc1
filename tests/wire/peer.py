"""A peer that says exactly what a test tells it to, and hears what the client says.

Every wait is bounded: a client that does not do what a test expects fails the test instead of
stopping it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Self

import gevent
from gevent import socket

PATIENCE = 5.0
"""Seconds after which a wait has failed."""
CORE = "50ce5987-478a-4b69-8901-1c35252ef411"


def until(condition: Callable[[], Any], what: str = "the condition") -> None:
    """Let other greenlets run until `condition()` holds."""
    with gevent.Timeout(PATIENCE, AssertionError(f"{what} did not come about")):
        while not condition():
            gevent.sleep(0.001)


def reply(text: str = "+OK", **headers: str) -> bytes:
    """A command/reply."""
    extra = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    return f"Content-Type: command/reply\nReply-Text: {text}\n{extra}\n".encode()


def body(kind: str, content: bytes) -> bytes:
    """Any frame with a body."""
    return b"Content-Type: %s\nContent-Length: %d\n\n%s" % (kind.encode(), len(content), content)


def api_response(text: str) -> bytes:
    """An api/response."""
    return body("api/response", text.encode())


def json_event(name: str, **headers: Any) -> bytes:
    """A text/event-json frame; underscores in header names stand for hyphens."""
    content = {"Event-Name": name, "Core-UUID": CORE}
    content |= {
        key if key == "_body" else key.replace("_", "-"): value for key, value in headers.items()
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))  # as FreeSWITCH does
    return body("text/event-json", text.encode())


def plain_event(name: str, **headers: str) -> bytes:
    """A text/event-plain frame with the values as given."""
    lines = [f"Event-Name: {name}", *(f"{k.replace('_', '-')}: {v}" for k, v in headers.items())]
    return body("text/event-plain", ("\n".join(lines) + "\n\n").encode())


def job_end(job: str, answer: str = "+OK", **headers: Any) -> bytes:
    """A BACKGROUND_JOB event."""
    return json_event("BACKGROUND_JOB", Job_UUID=job, _body=answer + "\n", **headers)


class Conversation:
    """One accepted connection, from FreeSWITCH's side."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._sock.settimeout(PATIENCE)
        self._heard = b""

    def say(self, *data: bytes) -> None:
        """Send bytes as they are."""
        self._sock.sendall(b"".join(data))

    def hear(self) -> str:
        """Return the next command, without the empty line behind it."""
        while b"\n\n" not in self._heard:
            data = self._sock.recv(65536)
            assert data, f"the client closed the connection after {self._heard!r}"
            self._heard += data
        command, _, self._heard = self._heard.partition(b"\n\n")
        return command.decode()

    def expect(self, beginning: str, *answer: bytes) -> str:
        """Hear a command that begins like this, and answer it."""
        command = self.hear()
        assert command.startswith(beginning), command
        self.say(*answer)
        return command

    def log_in(self) -> None:
        """Ask for the password and accept it."""
        self.say(b"Content-Type: auth/request\n\n")
        self.expect("auth ", reply("+OK accepted"))

    def welcome(self, core: str = CORE) -> str:
        """Do everything up to the subscription; return the subscription."""
        self.log_in()
        self.expect("api global_getvar core_uuid", api_response(core))
        return self.expect("event json ", reply("+OK event listener enabled json"))

    def wait_closed(self) -> None:
        """Wait until the client has closed the connection; what it says before is thrown away."""
        while self._read_some():
            pass

    def _read_some(self) -> bytes:
        try:
            return self._sock.recv(65536)
        except ConnectionError:
            return b""

    def close(self) -> None:
        """Close without another word."""
        self._sock.close()


class Peer:
    """Listens on loopback; `accept` returns the next conversation."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.socket(family, socket.SOCK_STREAM)
        self._listener.bind((host, 0))
        self._listener.listen()
        self._listener.settimeout(PATIENCE)
        self._conversations: list[Conversation] = []
        self.host = host
        self.port: int = self._listener.getsockname()[1]

    def accept(self) -> Conversation:
        """Return the next connection of the client."""
        sock, _ = self._listener.accept()
        conversation = Conversation(sock)
        self._conversations.append(conversation)
        return conversation

    def stop_listening(self) -> None:
        """From now on connections are refused."""
        self._listener.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for conversation in self._conversations:
            conversation.close()
        self._listener.close()
