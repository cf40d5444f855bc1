"""What we tell FreeSWITCH: typed commands, and the one function that turns them into bytes.

An empty line ends a command, so a line end inside an argument would begin a command of the
caller's choice. `to_wire` is the only way to the socket, and refuses it; the arguments that
FreeSWITCH itself takes apart again are built by `arguments`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from .errors import UnsafeArgument

MAX_COMMAND_BYTES = 1024 * 1024
"""FreeSWITCH closes the connection at 16 MB; nothing that we say is anywhere near."""

_LINE_ENDS = re.compile(r"[\r\n\0]")
_WORD = re.compile(r"[^\s\x00-\x1f\x7f]+")
MAX_JOB_CHARACTERS = 36
"""mod_event_socket.c cuts a longer Job-UUID off, and its result would never be recognised."""


class Command(Protocol):
    """Anything that can be sent: its lines, without line ends."""

    def lines(self) -> Sequence[str]:
        """Return the command's lines, checked for the words in it but not for line ends."""


def to_wire(command: Command) -> bytes:
    """Return the bytes to send. Raises `UnsafeArgument` for what must not be sent."""
    lines = command.lines()
    for line in lines:
        if _LINE_ENDS.search(line):
            raise UnsafeArgument(f"{_name(command)}: CR, LF or NUL in {line[:120]!r}")
        if not line.strip():
            raise UnsafeArgument(f"{_name(command)}: an empty line would end the command early")
    try:
        data = "\n".join((*lines, "", "")).encode("utf-8")
    except UnicodeEncodeError as error:
        raise UnsafeArgument(f"{_name(command)}: text that has no UTF-8 form: {error}") from error
    if len(data) > MAX_COMMAND_BYTES:
        raise UnsafeArgument(
            f"{_name(command)}: {len(data)} bytes; at most {MAX_COMMAND_BYTES} are sent"
        )
    return data


def _name(command: Command) -> str:
    return type(command).__name__


def label(command: Command) -> str:
    """What is to be done, in one word of few: for logs and figures."""
    match command:
        case Api(name=word) | BgApi(name=word) | Execute(app=word):
            return word
        case _:
            return _name(command).lower()


def _word(what: str, value: str) -> str:
    """Return `value` if it is one word: FreeSWITCH takes what stands behind a space as the next."""
    if not _WORD.fullmatch(value):
        raise UnsafeArgument(f"{what} must be one word, not {value[:120]!r}")
    return value


@dataclass(frozen=True, slots=True)
class Auth:
    """Log in. The password is not shown in the representation."""

    password: str

    def lines(self) -> Sequence[str]:
        """See `Command`."""
        if _LINE_ENDS.search(self.password):
            raise UnsafeArgument("Auth: CR, LF or NUL in the password")
        return (f"auth {self.password}",)

    def __repr__(self) -> str:
        return "Auth(...)"


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Ask for events as JSON. Event names come first: all words behind CUSTOM are subclasses."""

    events: Sequence[str]
    subclasses: Sequence[str] = ()

    def lines(self) -> Sequence[str]:
        """See `Command`."""
        words = [_word("an event name", name) for name in self.events if name != "CUSTOM"]
        if self.subclasses:
            words += ["CUSTOM", *(_word("an event subclass", name) for name in self.subclasses)]
        return (" ".join(["event json", *words]),)


@dataclass(frozen=True, slots=True)
class NoEvents:
    """Ask for no events any more."""

    def lines(self) -> Sequence[str]:
        """See `Command`."""
        return ("noevents",)


@dataclass(frozen=True, slots=True)
class Exit:
    """Say goodbye; FreeSWITCH closes the connection."""

    def lines(self) -> Sequence[str]:
        """See `Command`."""
        return ("exit",)


@dataclass(frozen=True, slots=True)
class Api:
    """Run an API command at once. FreeSWITCH sends nothing else on the connection meanwhile."""

    name: str
    args: str = ""

    def lines(self) -> Sequence[str]:
        """See `Command`."""
        return (f"api {_word('an API name', self.name)} {self.args}".rstrip(" "),)


SET_VARIABLE = "global_setvar"
"""The API command that sets a global variable."""


@dataclass(frozen=True, slots=True)
class BgApi:
    """Run an API command in the background; BACKGROUND_JOB brings its answer under `job`."""

    name: str
    args: str
    job: str

    def lines(self) -> Sequence[str]:
        """See `Command`."""
        if len(self.job) > MAX_JOB_CHARACTERS:
            raise UnsafeArgument(
                f"a job id has at most {MAX_JOB_CHARACTERS} characters: {self.job[:80]!r}"
            )
        return (
            f"bgapi {_word('an API name', self.name)} {self.args}".rstrip(" "),
            f"Job-UUID: {_word('a job id', self.job)}",
        )


@dataclass(frozen=True, slots=True)
class Execute:
    """Run a dialplan application on a leg.

    `execution` comes back as Application-UUID in CHANNEL_EXECUTE_COMPLETE. Without `event_lock`
    the application nests in the one that runs. FreeSWITCH expands `${…}` in `arg`, so `arg` is for
    text from the plan, never from a caller.
    """

    uuid: str
    app: str
    arg: str = ""
    execution: str = ""
    event_lock: bool = False

    def lines(self) -> Sequence[str]:
        """See `Command`."""
        lines = [
            f"sendmsg {_word('a Unique-ID', self.uuid)}",
            "call-command: execute",
            f"execute-app-name: {_word('an application name', self.app)}",
        ]
        if self.arg:
            lines.append(f"execute-app-arg: {self.arg}")
        if self.execution:
            lines.append(f"Event-UUID: {_word('an execution id', self.execution)}")
        if self.event_lock:
            lines.append("event-lock: true")
        return lines


@dataclass(frozen=True, slots=True)
class Hangup:
    """End a leg with a cause, by FreeSWITCH's name."""

    uuid: str
    cause: str = "NORMAL_CLEARING"

    def lines(self) -> Sequence[str]:
        """See `Command`."""
        return (
            f"sendmsg {_word('a Unique-ID', self.uuid)}",
            "call-command: hangup",
            f"hangup-cause: {_word('a hangup cause', self.cause)}",
        )
