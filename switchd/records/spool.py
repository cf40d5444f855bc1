"""The spool: finished calls on their way to SQL, in a folder that survives the process.

What is promised: a record for which `append` has returned is with the operating system, so it
survives the death of this process, kill -9 included. It survives a power failure from the next
`sync` on; the writer syncs before it tries SQL. Nothing is dropped: a full spool refuses
(SpoolFull), and what cannot be kept in SQL is set aside in a .bad file and reported.

One thread or greenlet appends, while another thread may take, sync and mark as done: the two
sides share only numbers that one of them writes. `segments` describes the files.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from routing.record import CallRecord
from switchd.records import segments
from switchd.records.errors import BadRecord, SpoolFull, SpoolInUse
from switchd.records.segments import BadLine, Position

SEGMENT_BYTES = 8 * 2**20
MOST_BYTES = 2**30
"""About 300,000 calls: weeks of a city's calls without SQL."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The next records in the spool, in the order in which they were appended."""

    records: tuple[CallRecord, ...]
    bad: tuple[BadLine, ...]
    """Damaged lines among them."""
    end: Position
    places: tuple[Position, ...] = field(repr=False)
    """Where each record begins."""

    def __len__(self) -> int:
        return len(self.records) + len(self.bad)


class Spool:
    """The spool in `folder`, which is created if need be and belongs to one process at a time.

    At most about `most_bytes` wait in it; a segment is closed at `segment_bytes`. Raises
    SpoolInUse if another process works on the folder, OSError if it cannot be used.
    """

    def __init__(
        self,
        folder: Path,
        *,
        most_bytes: int = MOST_BYTES,
        segment_bytes: int = SEGMENT_BYTES,
    ) -> None:
        self.folder = folder
        self._most_bytes, self._segment_bytes = most_bytes, segment_bytes
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        self._lock: int | None = _lock(folder)
        self._cursor = segments.read_cursor(folder)
        # A new process begins a new segment, so that what an earlier one left is finished.
        self._end = Position(max([self._cursor.segment, *segments.segments_in(folder)]) + 1, 0)
        self._end_file: int | None = None
        self._synced = Position(self._cursor.segment, 0)
        self._appended, self._appended_bytes = self._left_over()
        self._done, self._done_bytes = 0, 0
        self.refused = 0
        """Records that were not taken because the spool was full."""
        self.set_aside = 0
        """Lines and records that went to a .bad file."""
        self.torn = 0
        """Those of them whose writing was interrupted."""
        self.on_append: Callable[[], None] = lambda: None
        """Called after every record, by the one who appends."""

    @property
    def waiting(self) -> int:
        """Records that are not marked as done."""
        return self._appended - self._done

    @property
    def waiting_bytes(self) -> int:
        """Their size on disk."""
        return self._appended_bytes - self._done_bytes

    def append(self, record: CallRecord) -> None:
        """Take a record: when this returns, the operating system has it.

        Raises SpoolFull if there is no room, BadRecord if a field has no kept form, and OSError
        if the disk fails; the spool is then as it was before.
        """
        line = segments.line_of(record)
        if self.waiting_bytes + len(line) > self._most_bytes:
            self.refused += 1
            raise SpoolFull(
                f"{self.folder}: {self.waiting} records wait for SQL and fill the spool "
                f"({self._most_bytes} bytes); call {record.call} was not taken. Bring SQL back, "
                "or allow the spool more room"
            )
        self._write(self._segment_with_room(), line, record)
        self._end = Position(self._end.segment, self._end.offset + len(line))
        self._appended_bytes += len(line)
        self._appended += 1
        self.on_append()

    def take(self, limit: int) -> Batch:
        """Return up to `limit` records from the cursor on; the same ones until they are done."""
        upto = self._end
        records: list[CallRecord] = []
        places: list[Position] = []
        bad: list[BadLine] = []
        end = self._cursor
        while len(records) + len(bad) < limit:
            for line in self._lines(end, limit - len(records) - len(bad), upto):
                try:
                    records.append(_read(line))
                    places.append(end)
                except BadRecord as error:
                    torn = not line.endswith(b"\n")
                    bad.append(BadLine(end, line.rstrip(b"\n"), str(error), torn))
                end = Position(end.segment, end.offset + len(line))
            if len(records) + len(bad) == limit or end.segment >= upto.segment:
                break
            end = Position(end.segment + 1, 0)
        return Batch(tuple(records), tuple(bad), end, tuple(places))

    def done(self, batch: Batch, refused: Mapping[str, str] | None = None) -> list[BadLine]:
        """Forget a batch that is in SQL; return what was set aside instead.

        `refused` has the calls of the batch that SQL does not take, each with the reason. The
        .bad file and the cursor are on disk when this returns.
        """
        aside = list(batch.bad)
        for record, place in zip(batch.records, batch.places, strict=True):
            if refused and record.call in refused:
                line = segments.line_of(record).rstrip(b"\n")
                aside.append(BadLine(place, line, refused[record.call]))
        for bad in aside:
            segments.set_aside(self.folder, bad)
        segments.write_cursor(self.folder, batch.end)
        size = self._size_between(self._cursor, batch.end)
        finished = range(self._cursor.segment, batch.end.segment)
        self._cursor = batch.end
        self._done_bytes += size
        self._done += len(batch)
        self.set_aside += len(aside)
        self.torn += sum(bad.torn for bad in aside)
        for segment in finished:
            segments.path_of(self.folder, segment).unlink(missing_ok=True)
        return aside

    def sync(self) -> None:
        """Have everything appended so far on disk, so that it survives a power failure."""
        upto = self._end
        if upto <= self._synced:
            return
        for segment in range(self._synced.segment, upto.segment + 1):
            try:
                with segments.path_of(self.folder, segment).open("rb") as file:
                    os.fsync(file.fileno())
            except FileNotFoundError:  # it is done with, or was never begun
                continue
        segments.sync_folder(self.folder)
        self._synced = upto

    def close(self) -> None:
        """Give the folder back; what waits in it is for the next process. Twice is as good."""
        if self._lock is None:
            return
        self.sync()
        if self._end_file is not None:
            os.close(self._end_file)
            self._end_file = None
        os.close(self._lock)
        self._lock = None

    def _segment_with_room(self) -> int:
        """Return the descriptor to append to, of a new segment if the last one is long enough."""
        if self._end_file is not None:
            if self._end.offset < self._segment_bytes:
                return self._end_file
            os.close(self._end_file)
            self._end_file, self._end = None, Position(self._end.segment + 1, 0)
        path = segments.path_of(self.folder, self._end.segment)
        self._end_file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o640)
        return self._end_file

    def _write(self, file: int, line: bytes, record: CallRecord) -> None:
        written = 0
        try:
            while written < len(line):
                written += os.write(file, line[written:])
        except OSError as error:
            os.ftruncate(file, self._end.offset)
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            self.refused += 1
            raise SpoolFull(
                f"{self.folder}: the disk is full; call {record.call} was not taken. "
                "Make room on it"
            ) from error

    def _lines(self, start: Position, limit: int, upto: Position) -> list[bytes]:
        """Return the lines from `start` to the end of its segment, at most `limit`.

        What lies behind `upto` is being written, and may be there by halves.
        """
        lines: list[bytes] = []
        offset = start.offset
        try:
            with segments.path_of(self.folder, start.segment).open("rb") as file:
                file.seek(offset)
                while len(lines) < limit and (start.segment, offset) < (upto.segment, upto.offset):
                    line = file.readline()
                    if not line:
                        break
                    lines.append(line)
                    offset += len(line)
        except FileNotFoundError:
            return []
        return lines

    def _size_between(self, start: Position, end: Position) -> int:
        size = end.offset - start.offset
        for segment in range(start.segment, end.segment):
            size += segments.size_of(self.folder, segment)
        return size

    def _left_over(self) -> tuple[int, int]:
        """Count the records and the bytes that an earlier process left."""
        for segment in segments.segments_in(self.folder):
            if segment < self._cursor.segment:
                segments.path_of(self.folder, segment).unlink()
        count = size = 0
        for segment in segments.segments_in(self.folder):
            offset = self._cursor.offset if segment == self._cursor.segment else 0
            with segments.path_of(self.folder, segment).open("rb") as file:
                file.seek(offset)
                for line in file:
                    count += 1
                    size += len(line)
        return count, size


def _read(line: bytes) -> CallRecord:
    if not line.endswith(b"\n"):
        raise BadRecord("the line has no end")
    return segments.record_in(line)


def _lock(folder: Path) -> int:
    """Return a descriptor that holds the folder until it is closed or the process ends."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise SpoolInUse(
            f"{folder}: another process works on this spool; end it, or give this one a folder "
            "of its own"
        ) from error
    return descriptor
