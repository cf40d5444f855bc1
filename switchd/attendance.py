"""Who sits where and does what, from Redis' stream into SQL: all of it, and nothing twice.

How far it has been read stands in SQL beside what was read. Where the stream has broken off,
because it was cut or because Redis has lost it, SQL is compared with who sits where now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

import gevent
import structlog

from routing.sessions import Change, Sitting
from switchd.queues.facts import QueueUnavailable
from switchd.queues.stream import Life, Read, Sat, came_before
from switchd.records.errors import RecordsError
from switchd.records.sessions import Reader

MOST: Final = 500
"""Entries that are written at once."""
LOOK_SECONDS: Final = 1.0
"""How long one reading waits for something new; also how long `close` takes to be noticed."""
GATHER_SECONDS: Final = 1.0
"""Pause between two readings, so that many changes are one transaction."""
AGAIN_SECONDS: Final = 2.0
"""Pause after Redis or SQL could not be asked."""
UP_TO_DATE_SECONDS: Final = 30.0
"""How exactly it is known until when nothing was missed."""
log = structlog.get_logger(__name__)


class Ledger(Protocol):
    """`switchd.records.desks.SessionsApart` is one. Holds up only the greenlet that asks. Raises
    `RecordsError`."""

    def reader(self) -> Reader | None: ...
    def write(self, before: Reader, after: Reader, changes: Sequence[Change], /) -> bool: ...
    def mend(self, before: Reader | None, after: Reader, sitting: Sequence[Sitting], /) -> bool: ...


class Source(Protocol):
    """`switchd.queues.stream.SeatStream` is one. Raises `QueueUnavailable`."""

    def read(self, after: str, most: int, seconds: float, /) -> Read: ...
    def life(self, read: str, /) -> Life: ...
    def sat(self) -> Sat: ...


def has_lost(reader: Reader, life: Life) -> bool:
    """Tell whether Redis knows less than SQL: it was emptied, or went back to an earlier day."""
    if life.name != reader.life:
        return True
    return not life.has_entry and came_before(life.first_id, reader.last_id)


class Attendance:
    """`run` in a greenlet of its own."""

    def __init__(
        self,
        source: Source,
        ledger: Ledger,
        now: Callable[[], float],
        pause: Callable[[float], None] = gevent.sleep,
    ) -> None:
        self._source = source
        self._ledger = ledger
        self._now = now
        self._pause = pause
        self._closed = False
        self._reader: Reader | None = None
        self.on_lost: Callable[[], None] = lambda: None
        """Told that Redis has lost what it knew, and nobody has restored it yet."""

    def close(self) -> None:
        """Let `run` end soon."""
        self._closed = True

    def run(self) -> None:
        """Read and write until `close`."""
        while not self._closed:
            try:
                self._pause(GATHER_SECONDS if self.step(LOOK_SECONDS) else 0.0)
            except (QueueUnavailable, RecordsError) as error:
                log.warning("attendance not written down", why=str(error))
                self._reader = None
                self._pause(AGAIN_SECONDS)

    def step(self, seconds: float) -> bool:
        """Read once, waiting up to `seconds` for something new; False if there was nothing."""
        reader = self._reader or self._ledger.reader()
        if reader is None:
            return self._mend(None, "begun")
        read = self._source.read(reader.last_id, MOST, seconds)
        life = self._source.life(reader.last_id)
        if not life.name:
            self.on_lost()
            self._pause(AGAIN_SECONDS)
            return False
        if life.name != reader.life or not life.has_entry:
            return self._mend(reader, "lost" if has_lost(reader, life) else "cut")
        return self._write(reader, read)

    def _write(self, reader: Reader, read: Read) -> bool:
        now = self._now()
        after = Reader(reader.life, read.last_id, now)
        if read.last_id == reader.last_id and now - reader.read_at < UP_TO_DATE_SECONDS:
            self._reader = reader
            return False
        written = self._ledger.write(reader, after, read.changes)
        self._reader = after if written else None
        return read.last_id != reader.last_id

    def _mend(self, reader: Reader | None, how: str) -> bool:
        sat = self._source.sat()
        after = Reader(sat.life, sat.last_id, self._now())
        written = self._ledger.mend(reader, after, sat.seats)
        self._reader = after if written else None
        if written:
            log.info("attendance compared", stream=how, sitting=len(sat.seats))
        return True
