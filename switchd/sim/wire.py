"""The event socket's frames from the server's side: commands in, replies out, no socket.

A command is lines up to an empty line, and a body if it says Content-Length; line ends are LF,
and a CR before it is tolerated as FreeSWITCH does (mod_event_socket.c, read_packet).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

MAX_COMMAND = 16 * 1024 * 1024
"""Bytes; FreeSWITCH closes the connection above it."""

AUTH_REQUEST = b"Content-Type: auth/request\n\n"
GO_AWAY = b"Access Denied, go away.\n"
GOODBYE = b"Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"


class TooLongError(Exception):
    """The client sent a command that FreeSWITCH would not read either."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its first line, the headers below it and its body."""

    line: str
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: str = ""

    @property
    def word(self) -> str:
        """The command itself: `api`, `sendmsg`, …"""
        return self.line.split(" ", 1)[0]

    @property
    def rest(self) -> str:
        """What follows the word."""
        return self.line.partition(" ")[2].strip()


class CommandReader:
    """Turns received bytes into commands."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Command]:
        """Take in bytes and yield each command that they complete.

        Raises TooLongError for a command above MAX_COMMAND.
        """
        self._buffer += data
        while (command := self._next()) is not None:
            yield command
        if len(self._buffer) > MAX_COMMAND:
            raise TooLongError(f"a command of more than {MAX_COMMAND} bytes")

    def _next(self) -> Command | None:
        while self._buffer and self._buffer[0] in b"\r\n":
            del self._buffer[0]
        end = self._buffer.find(b"\n\n")
        if end < 0:
            return None
        lines = self._buffer[:end].decode("utf-8", "replace").replace("\r", "").split("\n")
        headers: dict[str, str] = {}
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if colon:
                headers.setdefault(name.strip().lower(), value.strip())
        length = headers.get("content-length", "0")
        size = int(length) if length.isdecimal() else 0
        if len(self._buffer) < end + 2 + size:
            return None
        body = bytes(self._buffer[end + 2 : end + 2 + size]).decode("utf-8", "replace")
        del self._buffer[: end + 2 + size]
        return Command(lines[0].strip(), headers, body)


def reply(text: str, **headers: str) -> bytes:
    """A command/reply."""
    more = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    return f"Content-Type: command/reply\nReply-Text: {text}\n{more}\n".encode()


def response(body: str) -> bytes:
    """An api/response."""
    data = body.encode()
    return b"Content-Type: api/response\nContent-Length: %d\n\n%b" % (len(data), data)


def event(body: bytes, form: bytes = b"json") -> bytes:
    """A frame around a rendered event."""
    return b"Content-Length: %d\nContent-Type: text/event-%b\n\n%b" % (len(body), form, body)


def disconnect_notice() -> bytes:
    """What is said before the connection is closed."""
    return _notice(b"disconnect-notice", GOODBYE)


def rude_rejection() -> bytes:
    """What a client hears whose address is not allowed; a disconnect notice follows."""
    return _notice(b"rude-rejection", GO_AWAY)


def _notice(kind: bytes, body: bytes) -> bytes:
    return b"Content-Type: text/%b\nContent-Length: %d\n\n%b" % (kind, len(body), body)
