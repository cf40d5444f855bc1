"""Callbacks and messages put between the parts: SQL, the list of callers, calls, the interface."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import orjson

from routing.callflow.actions import KeepPlace
from routing.outgoing import Action, Callback, Reason
from routing.plan import Plan
from routing.seats import Offer
from switchd.api.ports import Refused, Unavailable
from switchd.callbacks.desk import CallbackDesk, NotCalledBack
from switchd.callbacks.notifier import NotTaken
from switchd.callbacks.ports import Away, Mailbox, Message
from switchd.calls import ports as calls
from switchd.calls.desk import Desk
from switchd.queues.facts import QueueUnavailable
from switchd.queues.waitlist import Waitlist
from switchd.records.callbacks import Callbacks
from switchd.records.desks import CallbacksApart
from switchd.records.errands import Errand, Errands
from switchd.records.errors import RecordsError
from switchd.records.voicemails import Voicemail, Voicemails
from switchd.threads import in_thread

LEASE_GRACE_SECONDS = 3.0
"""As for callers: the lease outlives the ring time."""
POST_SECONDS = 10.0
LATEST = 200
"""How many callbacks or messages are shown at most."""
_Found = TypeVar("_Found")


def in_sql(question: Callable[[], _Found]) -> _Found:
    """Ask SQL in a thread. Raises `Away`."""
    with _sql_answers():
        return in_thread(question)


@contextmanager
def _sql_answers() -> Iterator[None]:
    try:
        yield
    except RecordsError as error:
        raise Away(str(error)) from error


class SqlRegister(Generic[Errand]):
    """Implements `callbacks.ports.Register`."""

    def __init__(self, errands: Errands[Errand]) -> None:
        self._errands = errands

    def add(self, errand: Errand) -> tuple[Errand, bool]:
        return in_sql(lambda: self._errands.add(errand))

    def change(
        self, id: int, how: Callable[[Errand], tuple[Errand, tuple[Action, ...]]]
    ) -> tuple[Errand, tuple[Action, ...]] | None:
        return in_sql(lambda: self._errands.change(id, how))

    def get(self, id: int) -> Errand | None:
        return in_sql(lambda: self._errands.get(id))

    def open(self) -> list[Errand]:
        return in_sql(self._errands.open)

    def recent(self, limit: int) -> list[Errand]:
        return in_sql(lambda: self._errands.recent(limit))


class SqlCallbacks(SqlRegister[Callback]):
    """Implements `callbacks.ports.CallbackRegister`."""

    def __init__(self, callbacks: Callbacks, looking_up: CallbacksApart) -> None:
        """`looking_up` has the same callbacks, for what calls ask as they end."""
        super().__init__(callbacks)
        self._looking_up = looking_up

    def open_for(self, number: str) -> Callback | None:
        with _sql_answers():
            return self._looking_up.open_for(number)

    def count_open(self) -> int:
        with _sql_answers():
            return self._looking_up.count_open()


class SqlMailbox:
    """Implements `callbacks.ports.Mailbox`."""

    def __init__(self, voicemails: Voicemails) -> None:
        self._voicemails = voicemails

    def latest(self, limit: int, unhandled: bool) -> Sequence[Message]:
        return [_message(one) for one in in_sql(lambda: self._voicemails.latest(limit, unhandled))]

    def unnotified(self, limit: int, most_tries: int) -> Sequence[Message]:
        found = in_sql(lambda: self._voicemails.unnotified(limit, most_tries))
        return [_message(one) for one in found]

    def tried(self, call: str, notified_at: float | None) -> None:
        in_sql(lambda: self._voicemails.tried(call, notified_at))

    def handle(self, call: str, at: float, who: str) -> Message | None:
        found = in_sql(lambda: self._voicemails.handle(call, at, who))
        return None if found is None else _message(found)


def _message(voicemail: Voicemail) -> Message:
    return Message(**asdict(voicemail))


class CallbackLine:
    """The waitlist as callbacks see it. Implements `callbacks.ports.Line`."""

    def __init__(self, waitlist: Waitlist, plan: Callable[[], Plan]) -> None:
        self._waitlist = waitlist
        self._plan = plan

    def enqueue(self, callback: Callback, now: float) -> None:
        plan = self._plan()
        line = plan.lines.get(callback.line)
        known = (callback.group, line.group if line else "", *plan.groups)
        group = next(name for name in known if name in plan.groups)
        slope, since = callback.standing(line.age_slope if line else 1.0, now)
        with _in_redis():
            self._waitlist.enqueue(
                callback.key,
                group,
                priority=callback.priority,
                slope=slope,
                enqueued_at=since,
                ring_seconds=plan.groups[group].ring_seconds + LEASE_GRACE_SECONDS,
                now=now,
            )

    def leave(self, key: str, now: float) -> None:
        with _in_redis():
            self._waitlist.leave(key, now)


@contextmanager
def _in_redis() -> Iterator[None]:
    try:
        yield
    except QueueUnavailable as error:
        raise Away(str(error)) from error


class CallsInProgress:
    """Implements `callbacks.ports.Calls`."""

    def __init__(self, desk: Callable[[], Desk]) -> None:
        self._desk = desk

    def call_back(self, callback: Callback, offer: Offer) -> None:
        self._desk().call_back(callback, offer)

    def offer_more(self, callback: Callback, offer: Offer) -> bool:
        return self._desk().offer_more(callback, offer)

    def is_on_the_line(self, number: str) -> bool:
        return any(call.caller == number for call in self._desk().calls())


class KeptPlaces:
    """Implements `calls.ports.Places`."""

    def __init__(self, desk: Callable[[], CallbackDesk], now: Callable[[], float]) -> None:
        self._desk = desk
        self._now = now

    def keep(self, call: str, wish: KeepPlace) -> calls.Kept:
        callback = Callback(
            id=0,
            number=wish.number,
            line=wish.line,
            group=wish.group,
            language=wish.language,
            reason=Reason.ASKED,
            asked_at=self._now(),
            queued_at=wish.queued_at,
            priority=wish.priority,
            asked_in=call,
        )
        try:
            kept, is_new = self._desk().keep(callback)
        except Away as error:
            raise calls.NotKept(str(error)) from error
        return calls.Kept(str(kept.id), already=not is_new)


WriteDown = Callable[[str, str, Mapping[str, Any], str, str], object]
"""Puts what a person did into the audit: verb, target, facts, who, why."""


class CallbackHouse:
    """Callbacks and messages for the HTTP interface. All raise `Refused` or `Unavailable`; what a
    person does is written down."""

    def __init__(
        self,
        desk: CallbackDesk,
        mailbox: Mailbox,
        now: Callable[[], float],
        write_down: WriteDown,
    ) -> None:
        self._desk = desk
        self._mailbox = mailbox
        self._now = now
        self._write_down = write_down

    def callbacks(self) -> Sequence[Mapping[str, Any]]:
        with answered():
            return [asdict(one) for one in self._desk.latest(LATEST)]

    def add(self, number: str, line: str, who: str) -> Mapping[str, Any]:
        with answered():
            made = self._desk.add(number, line, who)
        self._write_down("call_back", made.key, {"number": made.number, "line": line}, who, "")
        return asdict(made)

    def change(self, id: int, verb: str, who: str) -> Mapping[str, Any]:
        with answered():
            do = self._desk.cancel if verb == "cancel" else self._desk.hurry
            changed = do(id, who)
        self._write_down(verb, changed.key, {}, who, "")
        return asdict(changed)

    def voicemails(self) -> Sequence[Mapping[str, Any]]:
        with answered():
            return [asdict(one) for one in self._mailbox.latest(LATEST, unhandled=False)]

    def handled(self, call: str, who: str) -> Mapping[str, Any]:
        with answered():
            message = self._mailbox.handle(call, self._now(), who)
        if message is None:
            raise Refused(f"there is no message of a call {call[:80]}")
        self._write_down("handled", message.call, {}, who, "")
        return asdict(message)


@contextmanager
def answered() -> Iterator[None]:
    """Tell whoever asked over HTTP why not."""
    try:
        yield
    except NotCalledBack as error:
        raise Refused(str(error)) from error
    except Away as error:
        raise Unavailable(str(error)) from error


def post_json(url: str, facts: Mapping[str, Any]) -> None:
    """POST facts as JSON; any 2xx has taken them. Raises `NotTaken`."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    try:
        connection = kind(parts.hostname or "", parts.port, timeout=POST_SECONDS)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            body = orjson.dumps(facts)
            connection.request("POST", path, body, {"Content-Type": "application/json"})
            status = connection.getresponse().status
        finally:
            connection.close()
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise NotTaken(f"{url}: {error}") from error
    if not 200 <= status < 300:
        raise NotTaken(f"{url} answered {status}")
