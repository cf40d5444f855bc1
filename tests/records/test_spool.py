"""The spool: what it takes it keeps, and what it cannot keep it tells."""

from __future__ import annotations

import errno
import io
import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import orjson
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from routing.record import CallRecord
from switchd.records import codec, segments
from switchd.records.errors import BadRecord, SpoolFull, SpoolInUse
from switchd.records.spool import Spool
from tests.records.examples import ANSWERED_CALL, call, calls


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


def drain(spool: Spool, limit: int = 100) -> list[CallRecord]:
    """Take everything and mark it as done."""
    found: list[CallRecord] = []
    while batch := spool.take(limit):
        found += batch.records
        spool.done(batch)
    return found


def reopened(spool: Spool, **options: int) -> Spool:
    """Return the spool as the next process finds it."""
    spool.close()
    return Spool(spool.folder, **options)


class TestAppendAndTake:
    def test_records_come_out_in_the_order_in_which_they_went_in(self, spool: Spool) -> None:
        for record in calls(7):
            spool.append(record)
        assert drain(spool, limit=3) == calls(7)
        assert spool.waiting == spool.waiting_bytes == 0

    def test_a_batch_that_is_not_done_is_taken_again(self, spool: Spool) -> None:
        spool.append(call("a"))
        spool.append(call("b"))
        assert spool.take(1).records == spool.take(1).records == (call("a"),)
        assert spool.waiting == 2

    def test_a_record_that_is_being_written_is_not_taken_by_halves(
        self, spool: Spool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Another thread reads; a long write shows page by page."""
        writes, seen = os.write, list[int]()

        def page_by_page(file: int, data: bytes) -> int:
            if len(data) <= 100:
                return writes(file, data)
            seen.append(len(spool.take(10).records))
            return writes(file, data[:100])

        monkeypatch.setattr("switchd.records.spool.os.write", page_by_page)
        spool.append(call("a"))
        spool.append(call("b"))
        assert set(seen) == {0, 1}
        assert spool.waiting == 2
        assert [record.call for record in drain(spool)] == ["a", "b"]

    def test_a_record_is_taken_whole_though_its_end_appears_while_it_is_read(
        self, spool: Spool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        spool.append(call("a"))
        path = segments.path_of(spool.folder, spool.take(1).end.segment)
        line = segments.line_of(call("b"))
        end = os.open(path, os.O_WRONLY | os.O_APPEND)
        os.write(end, line[:100])

        class Growing(io.BufferedReader):
            """At the end of what is there it finds more the next time."""

            def readline(self, size: int | None = -1, /) -> bytes:
                found = super().readline(size)
                if not found.endswith(b"\n"):
                    os.write(end, line[100:])
                return found

            __next__ = readline

        monkeypatch.setattr(Path, "open", lambda path, mode: Growing(io.FileIO(path, mode)))
        batch = spool.take(10)
        monkeypatch.undo()
        os.close(end)
        assert (len(batch.records), batch.bad) == (1, ())

    def test_whoever_listens_is_told_of_every_record(self, spool: Spool) -> None:
        told = []
        spool.on_append = lambda: told.append(spool.waiting)
        for record in calls(2):
            spool.append(record)
        assert told == [1, 2]

    def test_a_record_without_its_end_is_refused_and_leaves_no_trace(self, spool: Spool) -> None:
        with pytest.raises(BadRecord, match="ended_at"):
            spool.append(call("unfinished", ended_at=None))
        spool.append(call("b"))
        assert drain(spool) == [call("b")]


class TestNextProcess:
    def test_it_finds_what_was_not_done(self, spool: Spool) -> None:
        for record in calls(5):
            spool.append(record)
        spool.done(spool.take(2))
        spool = reopened(spool)
        assert spool.waiting == 3
        assert drain(spool) == calls(5)[2:]
        spool.close()

    def test_its_own_records_follow(self, spool: Spool) -> None:
        spool.append(call("before"))
        spool = reopened(spool)
        spool.append(call("after"))
        assert drain(spool) == [call("before"), call("after")]
        spool.close()

    def test_it_takes_records_from_before_calls_had_a_department(self, folder: Path) -> None:
        old = orjson.loads(codec.encode(ANSWERED_CALL))
        del old["department"]
        data = orjson.dumps(old)
        folder.mkdir()
        segments.path_of(folder, 1).write_bytes(b"%08x %b\n" % (crc32(data), data))
        spool = Spool(folder)
        assert drain(spool) == [replace(ANSWERED_CALL, department="")]
        spool.close()

    def test_a_folder_that_is_in_use_is_refused(self, spool: Spool) -> None:
        with pytest.raises(SpoolInUse, match="another process works on this spool"):
            Spool(spool.folder)

    @pytest.mark.parametrize("cursor", [b"", b"\0\0\0", b"[]", b'{"segment": "x"}'])
    def test_a_damaged_cursor_means_from_the_start(self, spool: Spool, cursor: bytes) -> None:
        spool.append(call("a"))
        spool.append(call("b"))
        spool.done(spool.take(1))
        (spool.folder / "cursor.json").write_bytes(cursor)
        spool = reopened(spool)
        assert drain(spool) == [call("a"), call("b")]
        spool.close()

    def test_a_cursor_behind_the_end_of_a_segment_means_its_end(self, spool: Spool) -> None:
        """A power failure took lines that were in SQL already."""
        spool.append(call("a"))
        spool.done(spool.take(1))
        os.truncate(next(spool.folder.glob("*.spool")), 10)
        spool = reopened(spool)
        spool.append(call("b"))
        assert drain(spool) == [call("b")]
        assert spool.waiting_bytes == 0
        spool.close()


class TestSegments:
    def test_a_segment_that_is_done_with_is_deleted(self, folder: Path) -> None:
        spool = Spool(folder, segment_bytes=1)
        for record in calls(5):
            spool.append(record)
        assert len(segments.segments_in(folder)) == 5
        assert drain(spool, limit=2) == calls(5)
        assert len(segments.segments_in(folder)) <= 1
        spool.close()

    def test_segments_from_before_the_cursor_are_tidied_away(self, folder: Path) -> None:
        """The process died between keeping the cursor and deleting."""
        spool = Spool(folder, segment_bytes=1)
        for record in calls(3):
            spool.append(record)
        first = segments.path_of(folder, segments.segments_in(folder)[0])
        kept = first.read_bytes()
        drain(spool)
        first.write_bytes(kept)
        spool = reopened(spool)
        assert not first.exists()
        assert spool.waiting == 0
        spool.close()

    def test_callers_numbers_are_not_for_everybody_on_the_machine(self, spool: Spool) -> None:
        assert spool.folder.stat().st_mode & 0o007 == 0

    def test_an_admin_can_read_a_line(self, spool: Spool) -> None:
        spool.append(ANSWERED_CALL)
        line = next(spool.folder.glob("*.spool")).read_text()
        assert orjson.loads(line.split(" ", 1)[1])["caller"] == "13837500001"


class TestBounds:
    def test_a_full_spool_refuses_and_says_what_to_do(self, folder: Path) -> None:
        spool = Spool(folder, most_bytes=len(segments.line_of(call("a"))))
        spool.append(call("a"))
        with pytest.raises(SpoolFull, match=r"call b was not taken\. Bring SQL back"):
            spool.append(call("b"))
        assert (spool.waiting, spool.refused) == (1, 1)
        drain(spool)
        spool.append(call("b"))
        assert drain(spool) == [call("b")]
        spool.close()

    def test_what_an_earlier_process_left_counts(self, folder: Path) -> None:
        spool = Spool(folder)
        spool.append(call("a"))
        spool = reopened(spool, most_bytes=spool.waiting_bytes + 1)
        with pytest.raises(SpoolFull):
            spool.append(call("b"))
        spool.close()

    def test_a_full_disk_refuses_and_leaves_no_half_line(
        self, spool: Spool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        spool.append(call("a"))
        monkeypatch.setattr(os, "write", _disk_with_room_for(100, os.write))
        with pytest.raises(SpoolFull, match="the disk is full; call b was not taken"):
            spool.append(call("b"))
        monkeypatch.undo()
        spool.append(call("c"))
        assert drain(spool) == [call("a"), call("c")]
        assert (spool.refused, spool.set_aside) == (1, 0)


class TestDamage:
    def test_a_torn_last_line_is_counted_and_set_aside(self, spool: Spool) -> None:
        spool.append(call("a"))
        spool.append(call("b"))
        os.truncate(path := next(spool.folder.glob("*.spool")), path.stat().st_size - 5)
        spool = reopened(spool)
        spool.append(call("c"))
        assert drain(spool) == [call("a"), call("c")]
        assert (spool.torn, spool.set_aside, spool.waiting) == (1, 1, 0)
        spool.close()

    def test_a_damaged_line_is_set_aside_with_the_reason_and_reported(self, spool: Spool) -> None:
        for name in "abc":
            spool.append(call(name))
        path = next(spool.folder.glob("*.spool"))
        path.write_bytes(path.read_bytes().replace(b'"call":"b"', b'"call":"B"'))
        batch = spool.take(10)
        reported = spool.done(batch)
        assert batch.records == (call("a"), call("c"))
        assert [bad.why for bad in reported] == ["the line does not have its checksum"]
        kept = orjson.loads(path.with_suffix(".bad").read_bytes())
        assert '"call":"B"' in kept["line"]
        assert (spool.set_aside, spool.torn, spool.waiting) == (1, 0, 0)

    def test_a_record_that_sql_refuses_is_set_aside_whole(self, spool: Spool) -> None:
        for name in "ab":
            spool.append(call(name))
        reported = spool.done(spool.take(10), {"a": "out of range"})
        assert [(bad.why, segments.record_in(bad.line)) for bad in reported] == [
            ("out of range", call("a"))
        ]
        assert spool.waiting == 0

    def test_a_damaged_line_is_set_aside_once_however_often_sql_fails(self, spool: Spool) -> None:
        spool.append(call("a"))
        path = next(spool.folder.glob("*.spool"))
        path.write_bytes(b"x" + path.read_bytes()[1:])
        spool.take(10)
        spool.done(spool.take(10))
        assert len(path.with_suffix(".bad").read_bytes().splitlines()) == 1

    def test_a_segment_of_rubbish_does_not_hold_up_the_next(self, folder: Path) -> None:
        folder.mkdir()
        segments.path_of(folder, 1).write_bytes(os.urandom(2000) + b"\n" + bytes(4096))
        spool = Spool(folder)
        spool.append(call("a"))
        assert drain(spool, limit=2) == [call("a")]
        assert spool.waiting == 0
        spool.close()


class TestSync:
    def test_everything_appended_is_brought_to_the_disk_once(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        spool = Spool(folder, segment_bytes=1)
        for record in calls(3):
            spool.append(record)
        synced: list[str] = []
        monkeypatch.setattr(
            os, "fsync", lambda fd: synced.append(os.readlink(f"/proc/self/fd/{fd}"))
        )
        spool.sync()
        spool.sync()
        expected = [segments.path_of(folder, number) for number in segments.segments_in(folder)]
        assert synced == [str(path) for path in [*expected, folder]]
        spool.close()


class SpoolMachine(RuleBasedStateMachine):
    """Whatever happens in whatever order, every record comes out once, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="switchd-spool-")
        self.spool = Spool(Path(self.folder.name), segment_bytes=2500)
        self.expected: list[str] = []
        self.count = 0

    @rule()
    def append(self) -> None:
        self.count += 1
        self.spool.append(call(str(self.count)))
        self.expected.append(str(self.count))

    @rule(limit=st.integers(1, 4))
    def take_and_finish(self, limit: int) -> None:
        batch = self.spool.take(limit)
        assert [record.call for record in batch.records] == self.expected[:limit]
        self.spool.done(batch)
        del self.expected[:limit]

    @rule(limit=st.integers(1, 4))
    def take_and_fail(self, limit: int) -> None:
        batch = self.spool.take(limit)
        assert [record.call for record in batch.records] == self.expected[:limit]

    @rule()
    def die_and_come_back(self) -> None:
        self.spool = reopened(self.spool, segment_bytes=2500)

    @invariant()
    def what_waits_is_known(self) -> None:
        assert self.spool.waiting == len(self.expected)
        assert (self.spool.waiting_bytes > 0) == bool(self.expected)

    def teardown(self) -> None:
        self.spool.close()
        self.folder.cleanup()


TestAnyOrder = SpoolMachine.TestCase
TestAnyOrder.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)


def _disk_with_room_for(
    room: int, write: Callable[[int, bytes], int]
) -> Callable[[int, bytes], int]:
    """Return a `write` that takes `room` bytes and then says that the disk is full."""

    def limited(descriptor: int, data: bytes) -> int:
        nonlocal room
        if room == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = write(descriptor, data[:room])
        room -= written
        return written

    return limited
