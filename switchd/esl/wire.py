"""Bytes in, frames out: the event socket's framing, without a socket.

A frame is a block of `Name: value` lines, an empty line, and as many bytes of body as the block's
Content-Length says. Rules:

- The first value of a repeated header counts, so nothing later in a block can change its length.
- A line without a colon continues the value above it (replies of several lines). As the first line
  of a block it means that the stream is no longer in step, which is an error.
- Values are not url-decoded: FreeSWITCH encodes none of those that reach this layer.
- A body is opaque: what looks like a frame inside it stays inside it.
- Header blocks and bodies are bounded; what a peer announces is never allocated in advance.

After a `WireError` the reader is of no further use, as is the connection.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .errors import BadLength, BodyTooLong, HeaderTooLong, MalformedHeader, Truncated

MAX_HEADER_BYTES = 64 * 1024
MAX_BODY_BYTES = 32 * 1024 * 1024
"""Room for `show channels as json` with some 20,000 channels."""

_MUST_HAVE_LENGTH = frozenset(
    {"api/response", "text/event-json", "text/event-plain", "text/event-xml", "log/data"}
)
_USUAL_BLOCK = re.compile(rb"Content-Length: ([0-9]{1,18})\nContent-Type: ([a-z/-]+)\n\n")
"""The block in front of an event, which nearly every frame is: read in one step for speed."""


class Frame(NamedTuple):
    """One frame: the outer headers and the body, whose bytes are untouched."""

    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def kind(self) -> str:
        """The Content-Type, such as `command/reply`; "" if there is none."""
        return self.headers.get("Content-Type", "")

    @property
    def text(self) -> str:
        """The body as text; bytes that are no UTF-8 become U+FFFD."""
        return self.body.decode("utf-8", "replace")


class WireReader:
    """Cuts a stream of bytes into frames, however the bytes arrive."""

    def __init__(
        self, *, max_header: int = MAX_HEADER_BYTES, max_body: int = MAX_BODY_BYTES
    ) -> None:
        self._max_header = max_header
        self._max_body = max_body
        self._buffer = bytearray()
        self._position = 0
        self._searched = 0
        self._headers: Mapping[str, str] | None = None
        self._body_length = 0

    def feed(self, data: bytes) -> None:
        """Take in bytes as they come; `frames` returns what they complete."""
        self._buffer += data

    def frames(self) -> Iterator[Frame]:
        """Return the frames that are complete by now, in order.

        Raises a `WireError` behind the last good frame if the stream breaks the protocol.
        """
        while self._headers is not None or self._read_headers():
            end = self._position + self._body_length
            if len(self._buffer) < end:
                break
            frame = Frame(self._headers or {}, bytes(self._buffer[self._position : end]))
            self._headers = None
            self._position = self._searched = end
            yield frame
        del self._buffer[: self._position]
        self._searched = max(0, self._searched - self._position)
        self._position = 0

    def eof(self) -> None:
        """Say that the stream has ended. Raises `Truncated` if that was inside a frame."""
        have = len(self._buffer) - self._position
        if self._headers is not None:
            raise Truncated(
                f"the stream ended after {have} of {self._body_length} bytes of a "
                f"{self._headers.get('Content-Type', '')!r} body"
            )
        if self._buffer[self._position :].strip(b"\n"):
            raise Truncated(f"the stream ended after {have} bytes of a header block")

    def _read_headers(self) -> bool:
        """Read the next header block; return False if it is not complete yet."""
        buffer = self._buffer
        usual = _USUAL_BLOCK.match(buffer, self._position)
        if usual is not None:
            length, kind = usual.groups()
            self._body_length = self._bounded(length.decode())
            self._headers = {"Content-Length": length.decode(), "Content-Type": kind.decode()}
            self._position = usual.end()
            return True
        while buffer.startswith(b"\n", self._position):
            self._position += 1
        end = buffer.find(b"\n\n", max(self._position, self._searched))
        if (len(buffer) if end < 0 else end) - self._position > self._max_header:
            raise HeaderTooLong(f"a header block of more than {self._max_header} bytes")
        if end < 0:
            self._searched = max(self._position, len(buffer) - 1)
            return False
        headers = _parse_headers(buffer[self._position : end].decode("utf-8", "replace"))
        self._body_length = self._length_of_body(headers)
        self._headers = headers
        self._position = end + 2
        return True

    def _length_of_body(self, headers: Mapping[str, str]) -> int:
        given = headers.get("Content-Length")
        if given is None:
            kind = headers.get("Content-Type", "")
            if kind in _MUST_HAVE_LENGTH:
                raise BadLength(f"a {kind} frame without Content-Length")
            return 0
        if not (given.isascii() and given.isdigit()):
            raise BadLength(f"Content-Length is {given[:40]!r}, not a number of bytes")
        return self._bounded(given)

    def _bounded(self, digits: str) -> int:
        length = int(digits) if len(digits) < 19 else sys.maxsize
        if length > self._max_body:
            raise BodyTooLong(
                f"a body of {digits[:40]} bytes was announced; at most {self._max_body} are read"
            )
        return length


def _parse_headers(block: str) -> dict[str, str]:
    headers: dict[str, str] = {}
    last = ""
    for line in block.split("\n"):
        name, colon, value = line.partition(":")
        if colon:
            last = name
            headers.setdefault(name, value.strip(" "))
        elif last:
            headers[last] += "\n" + line
        else:
            raise MalformedHeader(f"{line[:80]!r} where a header was expected")
    return headers
