"""The spool's files: how a record lies in them, and how the folder is read and tidied.

    0000000001.spool   one record a line: CRC-32 of the JSON as 8 hex digits, a space, the JSON
    0000000002.spool   the next segment, once the first has reached its size
    cursor.json        {"segment": 1, "offset": 20480}: everything before it is in SQL
    0000000001.bad     lines of segment 1 that could not be kept, each with the reason
    lock               held by the process that works on the folder

A line is complete once its line end is there. A fragment without one at the end of a segment is
what a power failure leaves of a line; it is set aside like a line whose checksum is wrong.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import orjson

from routing.record import CallRecord
from switchd.records import codec
from switchd.records.errors import BadRecord

_CURSOR = "cursor.json"


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place between two lines."""

    segment: int
    offset: int
    """Bytes from the start of the segment."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that could not be kept, and where it was."""

    at: Position
    line: bytes
    why: str
    torn: bool = False
    """Whether it is a fragment whose writing was interrupted."""


def line_of(record: CallRecord) -> bytes:
    """Return the line that keeps `record`; raise BadRecord if it has no such form."""
    data = codec.encode(record)
    return b"%08x %b\n" % (crc32(data), data)


def record_in(line: bytes) -> CallRecord:
    """Return the record that a complete line keeps; raise BadRecord if it is damaged."""
    checksum, _, data = line.rstrip(b"\n").partition(b" ")
    if checksum != b"%08x" % crc32(data):
        raise BadRecord("the line does not have its checksum")
    return codec.decode(data)


def path_of(folder: Path, segment: int) -> Path:
    """Return the file of a segment."""
    return folder / f"{segment:010d}.spool"


def size_of(folder: Path, segment: int) -> int:
    """Return the size of a segment in bytes, 0 if it is not there."""
    try:
        return path_of(folder, segment).stat().st_size
    except FileNotFoundError:
        return 0


def segments_in(folder: Path) -> list[int]:
    """Return the numbers of the segments that are there, oldest first."""
    return sorted(int(path.stem) for path in folder.glob("*.spool") if path.stem.isdigit())


def read_cursor(folder: Path) -> Position:
    """Return where reading goes on: the very start if there is no readable cursor.

    Starting too early is harmless, since SQL takes a call once. A power failure may have taken
    the end of a segment that was read already; then it is the end of what there is.
    """
    try:
        kept = orjson.loads((folder / _CURSOR).read_bytes())
        segment, offset = int(kept["segment"]), int(kept["offset"])
        return Position(max(segment, 0), max(min(offset, size_of(folder, segment)), 0))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return Position(0, 0)


def write_cursor(folder: Path, position: Position) -> None:
    """Keep `position`: after a power failure there is the old one or the new one."""
    data = orjson.dumps({"segment": position.segment, "offset": position.offset})
    fresh = folder / f"{_CURSOR}.new"
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / _CURSOR)


def set_aside(folder: Path, bad: BadLine) -> Path:
    """Append a line to its segment's .bad file, on disk when this returns; give the file."""
    path = path_of(folder, bad.at.segment).with_suffix(".bad")
    entry = orjson.dumps(
        {
            "why": bad.why,
            "offset": bad.at.offset,
            "line": bad.line.decode(errors="backslashreplace"),
        }
    )
    with path.open("ab") as file:
        file.write(entry + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return path


def sync_folder(folder: Path) -> None:
    """Have the folder's entries, such as a new segment's name, on disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
