"""Moves records from the spool to SQL, in a greenlet of its own."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Protocol

import gevent
import structlog
from gevent.event import Event

from routing.record import CallRecord
from switchd.records.errors import BadRecord, RecordRefused, RecordsError
from switchd.records.segments import BadLine
from switchd.records.spool import Batch, Spool

_log = structlog.get_logger(__name__)

BATCH = 500
GATHER_SECONDS = 0.2
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 30.0


class Sink(Protocol):
    """Where records end up; `switchd.records.desks.CallsApart` is one."""

    def write(self, records: Sequence[CallRecord], /) -> int:
        """Write all or none, holding up only the greenlet that asks; return how many were new.
        RecordRefused if one of them will never be taken."""


def backoff(failures: int) -> float:
    """Return the seconds to wait after so many failures in a row: doubling, with jitter."""
    longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** min(failures - 1, 16))
    return random.uniform(longest / 2, longest)


class Writer:
    """Empties `spool` into `store`: woken by each append, never polling.

    A batch is gathered for `gather_seconds`, so that a busy hour costs few transactions. The
    spool forgets it after the commit; a death in between writes it again, which SQL takes as the
    same calls. While SQL is down the writer tries again after `pause(failures in a row)` seconds.
    A record that SQL refuses is set aside, and those behind it go on.

    Files are worked on in the hub's threadpool: no greenlet waits for a disk.
    """

    def __init__(
        self,
        spool: Spool,
        store: Sink,
        *,
        batch: int = BATCH,
        gather_seconds: float = GATHER_SECONDS,
        pause: Callable[[int], float] = backoff,
    ) -> None:
        self._spool, self._store = spool, store
        self._batch, self._gather_seconds, self._pause = batch, gather_seconds, pause
        self._woken, self._hurry, self._empty = Event(), Event(), Event()
        self._stopping = False
        self._greenlet: gevent.Greenlet[[], None] | None = None
        self.on_written: Callable[[Sequence[CallRecord], bool], None] = lambda records, are_new: (
            None
        )
        """Told of the records of each batch once they are in SQL, and whether they are what SQL
        has; if not, it had some of the calls before. Must not wait."""
        self.written = 0
        """Records that this writer has brought to SQL."""
        self.failures = 0
        """Attempts that SQL did not take."""
        self.down = False
        """Whether the last attempt failed."""

    @property
    def waiting(self) -> int:
        """Records in the spool that are not in SQL yet."""
        return self._spool.waiting

    def start(self) -> None:
        """Begin with what an earlier process left, then with what is appended."""
        self._spool.on_append = self._wake
        if self._spool.waiting:
            _log.info("records.left_over", waiting=self._spool.waiting)
            self._wake()
        else:
            self._empty.set()
        self._greenlet = gevent.spawn(self._run)

    def flush(self, timeout: float) -> bool:
        """Wait until nothing waits in the spool; False if that takes more than `timeout` seconds.

        Does not wait to gather, and cuts a pause after a failure short.
        """
        self._hurry.set()
        return bool(self._empty.wait(timeout))

    def stop(self, timeout: float = 5.0) -> bool:
        """End after the batch under way; False if it took more than `timeout` seconds.

        What waits stays in the spool for the next process.
        """
        self._stopping = True
        self._hurry.set()
        self._woken.set()
        if self._greenlet is None:
            return True
        self._greenlet.join(timeout)
        return bool(self._greenlet.dead)

    def _wake(self) -> None:
        self._empty.clear()
        self._woken.set()

    def _run(self) -> None:
        failures = 0
        while not self._stopping:
            self._woken.wait()
            self._woken.clear()
            self._wait(self._gather_seconds)
            while self._spool.waiting and not self._stopping:
                try:
                    written, are_new = self._move_batch()
                    failures, self.down = 0, False
                    self.on_written(written, are_new)
                except Exception as error:
                    # Whatever it is, the records are safe where they are.
                    failures, self.down = failures + 1, True
                    self.failures += 1
                    seconds = self._pause(failures)
                    _log.warning(
                        "records.write_failed",
                        error=f"{type(error).__name__}: {error}",
                        waiting=self._spool.waiting,
                        again_in_seconds=round(seconds, 1),
                    )
                    self._wait(seconds)
            if not self._spool.waiting:
                self._empty.set()

    def _wait(self, seconds: float) -> None:
        """Wait, unless somebody is in a hurry."""
        self._hurry.wait(seconds)
        if not self._stopping:
            self._hurry.clear()

    def _move_batch(self) -> tuple[list[CallRecord], bool]:
        """Bring one batch to SQL and forget it; return it, and whether all of it was new."""
        in_thread = gevent.get_hub().threadpool.apply
        batch: Batch = in_thread(self._take)
        if not batch:
            raise RecordsError(
                f"{self._spool.folder}: {self._spool.waiting} records should wait here, and none "
                "is to be found; has somebody removed files?"
            )
        new, refused = self._write(batch.records)
        aside: list[BadLine] = in_thread(self._spool.done, (batch, refused))
        self.written += len(batch.records) - len(refused)
        for bad in aside:
            _log.error(
                "records.set_aside",
                why=bad.why,
                segment=bad.at.segment,
                offset=bad.at.offset,
                line=bad.line[:200].decode(errors="backslashreplace"),
            )
        written = [record for record in batch.records if record.call not in refused]
        return written, new == len(written)

    def _take(self) -> Batch:
        self._spool.sync()
        return self._spool.take(self._batch)

    def _write(self, records: Sequence[CallRecord]) -> tuple[int, dict[str, str]]:
        """Write the records; return how many were new, and the calls that SQL refuses, found by
        halving, with reasons."""
        try:
            return self._store.write(records), {}
        except (RecordRefused, BadRecord) as error:
            if len(records) == 1:
                return 0, {records[0].call: str(error)}
            middle = len(records) // 2
            first, refused = self._write(records[:middle])
            second, refused_too = self._write(records[middle:])
            return first + second, refused | refused_too
