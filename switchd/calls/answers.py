"""Wishes about calls that are waiting for their answer, and whom calls tell what has become of
them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import uuid4

import gevent
import structlog
from gevent.event import AsyncResult

from routing.callflow import Call
from routing.callflow import actions as do

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class News:
    """What became of a wish after it was answered, for the seat's application."""

    call: str
    seat: str
    what: str
    facts: Mapping[str, str]


class Answers:
    """Brings each answer to whoever asked."""

    def __init__(self) -> None:
        self._open: dict[str, AsyncResult[do.Reply]] = {}
        self.listeners: list[Callable[[News], None]] = []
        """Told all news of calls."""

    def ask(self, post: Callable[[str], bool], seconds: float, name: str = "") -> do.Reply | None:
        """Let `post` put a wish by the name it is given into a call's mailbox, and wait.

        None if the call did not answer in `seconds`, or `post` says that it has ended.
        """
        request = f"{name}/{uuid4().hex}"
        waiting: AsyncResult[do.Reply] = AsyncResult()
        self._open[request] = waiting
        try:
            return waiting.get(timeout=seconds) if post(request) else None
        except gevent.Timeout:
            return None
        finally:
            del self._open[request]

    def tell(self, reply: do.Reply) -> None:
        """A call answers; whoever asked may have stopped waiting."""
        waiting = self._open.get(reply.request)
        if waiting is not None:
            waiting.set(reply)

    def notify(self, call: Call, action: do.Notify) -> None:
        """A call tells its seat's application something."""
        seat = call.offer.seat if call.offer is not None else call.seat
        news = News(call.id, seat, action.what, action.facts)
        for listener in self.listeners:
            try:
                listener(news)
            except Exception:
                log.exception("news not told", call_id=call.id, what=action.what)
