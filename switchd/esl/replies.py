"""Which reply belongs to which command.

FreeSWITCH answers a connection's commands strictly in order and with nothing but the order to tell
them apart. So each command that was sent owns a slot until its reply has come, whether or not
somebody still waits for it: a late reply ends in its own slot and never in the next one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import cast

from gevent.event import AsyncResult

from .errors import CommandTimeout
from .wire import Frame

_REFUSALS = ("-ERR", "-USAGE")


class Reply:
    """FreeSWITCH's answer to one command."""

    __slots__ = ("frame",)

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    @property
    def ok(self) -> bool:
        """Whether FreeSWITCH did what it was asked."""
        return not self.text.startswith(_REFUSALS)

    @property
    def text(self) -> str:
        """The answer without the line end after it.

        The body of an API command's answer; the Reply-Text of any other, which can be the answer to
        an API command too.
        """
        if self.frame.kind == "api/response":
            return self.body.rstrip("\n")
        return self.frame.headers.get("Reply-Text", "")

    @property
    def body(self) -> str:
        """The body as it came."""
        return self.frame.text

    def __repr__(self) -> str:
        return f"<Reply {self.text[:60]!r}>"


class Slot:
    """One command's place in the order of replies."""

    __slots__ = ("_result", "abandoned", "command", "sent_at")

    def __init__(self, command: str, sent_at: float) -> None:
        self.command = command
        self.sent_at = sent_at
        self.abandoned = False
        self._result: AsyncResult[Reply] = AsyncResult()

    def wait(self, timeout: float) -> Reply:
        """Wait for the reply. Raises `CommandTimeout` after `timeout` seconds."""
        try:
            self._result.wait(timeout=timeout)
        finally:
            self.abandoned = not self._result.ready()
        if self.abandoned:
            raise CommandTimeout(f"{self.command}: no reply within {timeout:g} s")
        return cast(Reply, self._result.get())

    def resolve(self, reply: Reply) -> None:
        """Hand over the reply."""
        self._result.set(reply)

    def fail(self, error: Exception) -> None:
        """Tell whoever waits that no reply will come."""
        self._result.set_exception(error)


class ReplyQueue(deque[Slot]):
    """The commands without a reply yet, oldest first."""

    def settle(self, frame: Frame) -> bool:
        """Give a reply to the oldest command; return whether anybody waited for it."""
        if not self:
            return False
        slot = self.popleft()
        slot.resolve(Reply(frame))
        return not slot.abandoned

    def fail_all(self, error: Callable[[str], Exception]) -> None:
        """End every wait with an error made from the command's name."""
        while self:
            slot = self.popleft()
            slot.fail(error(slot.command))

    def overdue(self, now: float, limit: float) -> Slot | None:
        """Return the oldest command if its reply is missing for more than `limit` seconds."""
        return self[0] if self and now - self[0].sent_at > limit else None
