"""Tells the city's own system of messages, until it has taken each one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import structlog
from gevent.event import Event as Flag

from routing.record import CallRecord, Outcome
from switchd.callbacks.ports import Away, Clock, Mailbox, Message

log = structlog.get_logger(__name__)

WRITTEN_SECONDS = 2.0
"""How long a message takes from the end of its call into SQL, usually."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 5.0, 600.0
MOST_TRIES = 200
"""More than a day at the longest pause; then nobody listens there."""
BATCH = 50


class NotTaken(Exception):
    """The city's system did not take a message; it is tried again."""


Post = Callable[[str, Mapping[str, Any]], None]
"""Sends facts to a URL. Raises `NotTaken`."""


class Notifier:
    """Woken by each message, and after a pause that doubles while the other side does not answer.

    A message that was told and not written down as told, because the daemon died in between, is
    told again: its call id is the same.
    """

    def __init__(
        self, mailbox: Mailbox, post: Post, url: Callable[[], str], city: str, clock: Clock
    ) -> None:
        self._mailbox = mailbox
        self._post = post
        self._url = url
        self._city = city
        self._clock = clock
        self._wake = Flag()
        self._failures = 0
        self._stopped = False

    def closed(self, record: CallRecord) -> None:
        """A call has ended; if it left a message, that will be in SQL soon."""
        if record.outcome is Outcome.VOICEMAIL:
            self._clock.later(WRITTEN_SECONDS, self._wake.set)

    def run(self) -> None:
        """Tell, beginning with what an earlier daemon left, until `stop`; in a greenlet of its
        own."""
        self._wake.set()
        while self._wake.wait() and not self._stopped:
            self._wake.clear()
            if self._url() and not self.tell():
                self._failures += 1
                pause = min(
                    LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** min(self._failures - 1, 16)
                )
                self._clock.later(pause, self._wake.set)
            else:
                self._failures = 0

    def stop(self) -> None:
        """Tell nobody any more; the rest is told by the next daemon."""
        self._stopped = True
        self._wake.set()

    def tell(self) -> bool:
        """Tell of every message that nobody has been told of; False if one was not taken."""
        try:
            while waiting := self._mailbox.unnotified(BATCH, MOST_TRIES):
                for message in waiting:
                    if not self._tell(message):
                        return False
        except Away as error:
            log.warning("messages not told", why=str(error))
            return False
        return True

    def _tell(self, message: Message) -> bool:
        try:
            self._post(self._url(), self._facts(message))
        except NotTaken as error:
            log.warning("message not taken", call_id=message.call, why=str(error))
            self._mailbox.tried(message.call, None)
            return False
        self._mailbox.tried(message.call, self._clock.now())
        log.info("message told", call_id=message.call)
        return True

    def _facts(self, message: Message) -> Mapping[str, Any]:
        facts = asdict(message)
        kept = ("call", "number", "line", "group", "left_at", "seconds", "recording")
        return {"event": "voicemail", "city": self._city, **{name: facts[name] for name in kept}}
