"""Messages that callers left: written with their calls, listed, notified, marked as handled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select, update

from routing.record import CallRecord, Outcome
from switchd.records.database import Database
from switchd.records.tables import CallRow, VoicemailRow

_MESSAGES, _CALLS = VoicemailRow.__table__, CallRow.__table__
LEFT = "voicemail.left"
"""The step of a call's trace that tells how long its message is."""


LONGEST_SECONDS = 86400.0


@dataclass(frozen=True, slots=True)
class Voicemail:
    """One message. Times are seconds since the epoch."""

    call: str
    number: str
    line: str
    group: str
    left_at: float
    seconds: float
    recording: str
    """Path below the recordings folder."""
    notified_at: float | None
    notify_tries: int
    handled_at: float | None
    handled_by: str


class Voicemails(Database):
    """The messages at `url`, whose schema `migrate` has brought up to date.

    What `Database` says of threads, errors and gevent holds here.
    """

    def __init__(self, url: str, city: str) -> None:
        super().__init__(url)
        self._city = city

    def latest(self, limit: int, unhandled: bool = False) -> list[Voicemail]:
        """Return the latest messages, or the latest that nobody has seen to."""
        wanted = self._all().order_by(_MESSAGES.c.left_at.desc(), _MESSAGES.c.call)
        if unhandled:
            wanted = wanted.where(_MESSAGES.c.handled_at.is_(None))
        return self._read(wanted.limit(limit))

    def unnotified(self, limit: int, most_tries: int) -> list[Voicemail]:
        """Return the oldest messages of which nobody was told in so many tries."""
        wanted = self._all().where(
            _MESSAGES.c.notified_at.is_(None), _MESSAGES.c.notify_tries < most_tries
        )
        return self._read(wanted.order_by(_MESSAGES.c.left_at, _MESSAGES.c.call).limit(limit))

    def tried(self, call: str, notified_at: float | None) -> None:
        """Write down one try to tell of a message; `notified_at` None if it was in vain."""
        tries = _MESSAGES.c.notify_tries + 1
        with self._connect(writes=True) as connection:
            connection.execute(
                update(VoicemailRow)
                .where(_MESSAGES.c.call == call)
                .values(notify_tries=tries, notified_at=notified_at)
            )

    def handle(self, call: str, at: float, who: str) -> Voicemail | None:
        """Mark a message as seen to; one that is marked already stays as it is. None if there is
        no such message."""
        with self._connect(writes=True) as connection:
            connection.execute(
                update(VoicemailRow)
                .where(_MESSAGES.c.call == call, _MESSAGES.c.handled_at.is_(None))
                .values(handled_at=at, handled_by=who)
            )
            row = connection.execute(self._all().where(_MESSAGES.c.call == call)).one_or_none()
            return None if row is None else Voicemail(*row)

    def _all(self) -> Select[Any]:
        return (
            select(
                _MESSAGES.c.call,
                _CALLS.c.caller,
                _CALLS.c.line_dialled,
                _CALLS.c.skill_group,
                _MESSAGES.c.left_at,
                _MESSAGES.c.seconds,
                _CALLS.c.recording,
                _MESSAGES.c.notified_at,
                _MESSAGES.c.notify_tries,
                _MESSAGES.c.handled_at,
                _MESSAGES.c.handled_by,
            )
            .join(CallRow, _CALLS.c.call == _MESSAGES.c.call)
            .where(_CALLS.c.city == self._city)
        )

    def _read(self, query: Select[Any]) -> list[Voicemail]:
        with self._connect() as connection:
            return [Voicemail(*row) for row in connection.execute(query)]


def rows_of(records: Mapping[str, CallRecord]) -> list[Mapping[str, Any]]:
    """Return the rows of `voicemails` that belong to records, by the key that each has in SQL: one
    for each message."""
    return [
        {
            "call": call,
            "left_at": record.ended_at,
            "seconds": _seconds(record),
            "notified_at": None,
            "notify_tries": 0,
            "handled_at": None,
            "handled_by": "",
        }
        for call, record in records.items()
        if record.outcome is Outcome.VOICEMAIL and record.recording
    ]


def _seconds(record: CallRecord) -> float:
    told = (step.facts.get("seconds", "") for step in record.trace if step.what == LEFT)
    try:
        return min(max(0.0, float(next(told, "0"))), LONGEST_SECONDS)
    except ValueError:
        return 0.0
