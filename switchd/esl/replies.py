"""Which reply belongs to which command.

FreeSWITCH answers a connection's commands strictly in order and with nothing but the order to tell
them apart. So each command that was sent owns a slot until its reply has come, whether or not
somebody still waits for it: a late reply ends in its own slot and never in the next one.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import gevent
from gevent.hub import Waiter

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

    __slots__ = (
        "_ended",
        "_loop",
        "_waiter",
        "abandoned",
        "command",
        "deadline",
        "sent_at",
        "timeout",
    )

    def __init__(self, command: str, sent_at: float, timeout: float) -> None:
        """`timeout` is how many seconds from now the reply is waited for."""
        self.command = command
        self.sent_at = sent_at
        self.timeout = timeout
        self.deadline = time.monotonic() + timeout
        self.abandoned = False
        hub = gevent.get_hub()
        self._loop = hub.loop
        self._waiter: Waiter[Reply | Exception] = Waiter(hub)
        self._ended = False

    def wait(self) -> Reply:
        """Wait for the reply, once. Raises what the slot was ended with instead."""
        try:
            outcome = self._waiter.get()
        except BaseException:
            self.abandoned = True
            raise
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def resolve(self, reply: Reply) -> None:
        """Hand over the reply."""
        self._end(reply)

    def fail(self, error: Exception) -> None:
        """Tell whoever waits that no reply will come."""
        self._end(error)

    def give_up(self) -> None:
        """Tell whoever waits that the reply is too late; the slot waits on for it."""
        self.abandoned = True
        self._end(CommandTimeout(f"{self.command}: no reply within {self.timeout:g} s"))

    @property
    def is_waited_for(self) -> bool:
        """Whether somebody still wants the reply."""
        return not (self._ended or self.abandoned)

    def _end(self, outcome: Reply | Exception) -> None:
        if not self._ended:
            self._ended = True
            self._loop.run_callback(self._waiter.switch, outcome)


class ReplyQueue(deque[Slot]):
    """The commands without a reply yet, oldest first."""

    def __init__(self) -> None:
        super().__init__()
        self._timer: Any = gevent.get_hub().loop.timer(0.0)
        self._next = math.inf
        """When the timer is due."""
        self.on_late: Callable[[Slot], None] = lambda slot: None
        """Told of each command whose reply did not come in time."""

    def add(self, slot: Slot) -> None:
        """The next command was sent."""
        self.append(slot)
        if slot.deadline < self._next:
            self._wake_at(slot.deadline)

    def settle(self, frame: Frame) -> bool:
        """Give a reply to the oldest command; return whether anybody waited for it."""
        if not self:
            return False
        slot = self.popleft()
        slot.resolve(Reply(frame))
        return not slot.abandoned

    def fail_all(self, error: Callable[[str], Exception]) -> None:
        """End every wait with an error made from the command's name, and wait for nothing more."""
        while self:
            slot = self.popleft()
            slot.fail(error(slot.command))
        self._timer.close()

    def overdue(self, now: float, limit: float) -> Slot | None:
        """Return the oldest command if its reply is missing for more than `limit` seconds."""
        return self[0] if self and now - self[0].sent_at > limit else None

    def _wake_at(self, deadline: float) -> None:
        """One timer is for all: it is set anew only when an earlier deadline comes."""
        self._next = deadline
        self._timer.stop()
        self._timer = gevent.get_hub().loop.timer(max(0.0, deadline - time.monotonic()))
        self._timer.start(self._look_for_late)

    def _look_for_late(self) -> None:
        self._next = math.inf
        now = time.monotonic()
        waited_for = [slot for slot in self if slot.is_waited_for]
        for slot in waited_for:
            if slot.deadline <= now:
                slot.give_up()
                self.on_late(slot)
        left = [slot.deadline for slot in waited_for if slot.deadline > now]
        if left:
            self._wake_at(min(left))
