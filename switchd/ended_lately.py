"""Calls whose end no daemon has heard, because it died just then.

FreeSWITCH keeps a line for each call that ends (`dialplan/scripts/ended_alone.lua`). The daemon
throws the lines of calls away that it has written down itself. What is left are calls that ended
between the death of one daemon and the first look of the next: they become records as those do that
ended without any daemon (`ended_alone`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import takewhile
from pathlib import Path

import gevent
import orjson
import structlog

from routing.record import CallRecord
from switchd.records.errors import RecordsError

log = structlog.get_logger(__name__)

FILE = "ended_lately.jsonl"
"""Below the recordings folder."""
EVERY_SECONDS = 4.0
SETTLED_SECONDS = 8.0
"""After so long whoever has heard of an end has written it down: a killed daemon, too, that was
started again and has brought its spool to SQL."""
KEPT_SECONDS = 120.0
"""How long a call is remembered that was written down here; longer while its line may wait."""


class EndedLately:
    """Reads the lines that FreeSWITCH has left, now and then."""

    def __init__(
        self,
        recordings: Path,
        make_records: Callable[[Iterable[bytes]], int],
        *,
        in_progress: Callable[[str], bool],
        in_sql: Callable[[Sequence[str]], Collection[str]],
        now: Callable[[], float],
        pause: Callable[[float], None] = gevent.sleep,
    ) -> None:
        """`make_records(lines)` returns when the records are safe, `in_sql(calls)` those of the
        calls that have a record."""
        self._file = recordings / FILE
        self._taken = self._file.with_suffix(".taken")
        self._make_records = make_records
        self._in_progress = in_progress
        self._in_sql = in_sql
        self._now = now
        self._pause = pause
        self._taken_at = now()
        self._closed: dict[str, float] = {}

    def closed(self, record: CallRecord) -> None:
        """A call was written down here."""
        self._closed[record.call] = self._now()

    def run(self) -> None:
        """Look every few seconds; endless."""
        while True:
            self._pause(EVERY_SECONDS)
            self.look()

    def look(self) -> int:
        """Take what has been left, and look what has become of what was taken before; return how
        many records were made."""
        written = 0
        try:
            taken = self._taken.exists()
            if taken and self._now() - self._taken_at >= SETTLED_SECONDS:
                written = self._settle()
                taken = self._taken.exists()
            if not taken:
                self._take()
        except (OSError, RecordsError) as error:
            log.warning("calls that ended lately not read", why=str(error))
        if written:
            log.info("calls written down whose end was not heard", calls=written)
        return written

    def _take(self) -> None:
        if self._file.exists():
            self._file.rename(self._taken)
            self._taken_at = self._now()
        else:
            self._forget(self._now())

    def _settle(self) -> int:
        lines = dict(_calls(self._taken.read_bytes()))
        unheard = [call for call in lines if call not in self._closed]
        if any(self._in_progress(call) for call in unheard):
            return 0  # its end is on its way
        known = frozenset(self._in_sql(unheard)) if unheard else frozenset()
        written = self._make_records([lines[call] for call in unheard if call not in known])
        self._taken.unlink()
        self._forget(self._taken_at)
        return written

    def _forget(self, judged: float) -> None:
        """Every line that was there at that time has been judged."""
        oldest = judged - KEPT_SECONDS
        # Calls were written down one after the other: the first are the oldest.
        for call in list(takewhile(lambda call: self._closed[call] < oldest, self._closed)):
            del self._closed[call]


def _calls(text: bytes) -> Iterable[tuple[str, bytes]]:
    """Give each call that was answered with its line; others nobody needs to know of."""
    for line in text.splitlines():
        try:
            facts = orjson.loads(line)
        except ValueError:
            continue  # cut short
        if isinstance(facts, Mapping) and facts.get("Caller-Channel-Answered-Time", "0") != "0":
            yield str(facts.get("uuid", "")), line
