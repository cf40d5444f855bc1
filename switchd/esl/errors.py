"""What can go wrong on the event socket, sorted by whose fault it is.

`PeerError`: FreeSWITCH (or whatever answers on its port) broke the protocol.
`UnsafeArgument`: something we were about to send must not be sent.
`LinkError`: the command may be fine, but it did not get an answer that says so.
"""

# names say what happened; all of them are EslErrors anyway
from __future__ import annotations

from greenswitch.esl import NotConnectedError


class EslError(Exception):
    """Anything that goes wrong on the event socket."""


class PeerError(EslError):
    """The peer sent something that is not the event socket's protocol."""


class WireError(PeerError):
    """The byte stream cannot be cut into frames any more; the connection is of no use."""


class MalformedHeader(WireError):
    """A header block begins with a line that is no header."""


class HeaderTooLong(WireError):
    """A header block is longer than the reader allows."""


class BadLength(WireError):
    """A Content-Length is missing where a body must follow, or is not a number of bytes."""


class BodyTooLong(WireError):
    """A Content-Length announces more than the reader allows."""


class Truncated(WireError):
    """The stream ended inside a frame."""


class BadEvent(PeerError):
    """The body of an event is no JSON object. The stream itself is intact."""


class UnsafeArgument(EslError, ValueError):
    """A command argument would be understood as something other than itself."""


class LinkError(EslError):
    """A command has no answer, or a refusing one."""


class NotConnected(LinkError, NotConnectedError):  # type: ignore[misc]  # untyped base
    """There is no connection, or it went away before the answer came.

    If it went away, the command may or may not have been performed: reconcile, do not repeat.
    """


class WrongPassword(NotConnected):
    """FreeSWITCH refused our password; retrying quickly cannot help."""


class CommandTimeout(LinkError):
    """No answer in time. The command may still be performed; its late reply is thrown away."""


class CommandFailed(LinkError):
    """FreeSWITCH performed the command and said no; `text` is its answer."""

    def __init__(self, command: str, text: str) -> None:
        super().__init__(f"{command}: {text}")
        self.command = command
        self.text = text
