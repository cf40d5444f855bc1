"""The writer: everything in the spool arrives in SQL, once, whatever SQL does meanwhile."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from queue import Queue
from typing import Any

import gevent
import pytest
from gevent.monkey import get_original
from structlog.testing import capture_logs

from routing.record import CallRecord
from switchd.records.errors import RecordRefused, StoreUnavailable
from switchd.records.schema import migrate
from switchd.records.segments import Position, read_cursor
from switchd.records.spool import Spool
from switchd.records.store import Store
from switchd.records.writer import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, Writer, backoff
from tests.records.examples import call, calls

PATIENCE = 30.0
"""Seconds after which a test gives up; it never takes that long."""


class FakeSink:
    """Takes a call once, as SQL does; fails as often as it is told, and refuses who it is told."""

    def __init__(self, failures: Sequence[Exception] = (), refuses: Sequence[str] = ()) -> None:
        self.failures, self.refuses = list(failures), refuses
        self.calls: list[str] = []
        self.batches: list[int] = []

    def write(self, records: Sequence[CallRecord]) -> int:
        if self.failures:
            raise self.failures.pop(0)
        for record in records:
            if record.call in self.refuses:
                raise RecordRefused(f"{record.call} is out of range")
        new = [record.call for record in records if record.call not in self.calls]
        self.calls += new
        self.batches.append(len(records))
        return len(new)


@contextmanager
def writing(spool: Spool, sink: Any, **options: Any) -> Iterator[Writer]:
    """Run a writer that gathers nothing and does not pause, unless told otherwise."""
    writer = Writer(spool, sink, **{"gather_seconds": 0, "pause": lambda _: 0.0, **options})
    writer.start()
    try:
        yield writer
    finally:
        assert writer.stop(PATIENCE)


class TestOrdinaryDay:
    def test_an_appended_record_arrives_in_sql(self, spool: Spool, store: Store) -> None:
        with writing(spool, store) as writer:
            spool.append(call("a"))
            assert writer.flush(PATIENCE)
            assert (writer.written, writer.waiting, writer.failures) == (1, 0, 0)
        assert store.get("a") == call("a")

    def test_it_goes_on_after_it_was_idle(self, spool: Spool) -> None:
        sink = FakeSink()
        with writing(spool, sink) as writer:
            for name in ("a", "b", "c"):
                spool.append(call(name))
                assert writer.flush(PATIENCE)
        assert sink.calls == ["a", "b", "c"]

    def test_whoever_counts_is_told_whether_sql_had_some_before(self, spool: Spool) -> None:
        """Another daemon may have written down the same call with other figures."""
        told: list[tuple[int, bool]] = []
        with writing(spool, FakeSink()) as writer:
            writer.on_written = lambda records, are_new: told.append((len(records), are_new))
            for name in ("a", "b", "a"):
                spool.append(call(name))
                assert writer.flush(PATIENCE)
        assert told == [(1, True), (1, True), (1, False)]

    def test_many_records_go_in_batches(self, spool: Spool) -> None:
        sink = FakeSink()
        for record in calls(25):
            spool.append(record)
        with writing(spool, sink, batch=10) as writer:
            assert writer.flush(PATIENCE)
        assert sink.batches == [10, 10, 5]

    def test_records_are_gathered_for_a_while_unless_somebody_is_in_a_hurry(
        self, spool: Spool
    ) -> None:
        sink = FakeSink()
        with writing(spool, sink, gather_seconds=3600) as writer:
            for record in calls(3):
                spool.append(record)
                gevent.idle()
            assert sink.batches == []
            assert writer.flush(PATIENCE)
        assert sink.batches == [3]

    def test_the_spool_forgets_a_record_only_when_sql_has_it(self, spool: Spool) -> None:
        """Otherwise a death in between would lose it."""
        kept_while_writing = []

        class WatchfulSink(FakeSink):
            def write(self, records: Sequence[CallRecord]) -> int:
                kept_while_writing.append((read_cursor(spool.folder), spool.waiting))
                return super().write(records)

        with writing(spool, WatchfulSink()) as writer:
            spool.append(call("a"))
            assert writer.flush(PATIENCE)
        assert kept_while_writing == [(Position(0, 0), 1)]
        assert read_cursor(spool.folder) > Position(0, 0)

    def test_flushing_an_empty_spool_is_done_at_once(self, spool: Spool) -> None:
        with writing(spool, FakeSink()) as writer:
            assert writer.flush(0)

    def test_what_an_earlier_process_left_arrives_first(self, spool: Spool, store: Store) -> None:
        for record in calls(3):
            spool.append(record)
        spool.close()
        spool = Spool(spool.folder)
        with writing(spool, store) as writer:
            assert writer.flush(PATIENCE)
        spool.close()
        assert len(store.recent(10)) == 3

    def test_what_still_waits_at_the_stop_is_kept_for_the_next_process(self, spool: Spool) -> None:
        with writing(spool, FakeSink(), gather_seconds=3600):
            spool.append(call("a"))
        spool.close()
        spool = Spool(spool.folder)
        assert spool.take(10).records == (call("a"),)
        spool.close()


class TestSqlIsDown:
    def test_everything_arrives_once_when_it_is_back(self, spool: Spool) -> None:
        sink = FakeSink(
            failures=[StoreUnavailable("gone"), OSError("odd"), StoreUnavailable("gone")]
        )
        with writing(spool, sink, batch=10) as writer:
            for record in calls(25):
                spool.append(record)
            assert writer.flush(PATIENCE)
            assert (writer.written, writer.failures, writer.down) == (25, 3, False)
        assert sink.calls == [record.call for record in calls(25)]

    def test_a_database_without_its_schema_is_waited_for(self, spool: Spool, url: str) -> None:
        store = Store(url)
        failures: Queue[int] = get_original("queue", "Queue")()

        def pause(count: int) -> float:
            if count == 2:
                migrate(url)
            failures.put(count)
            return 0

        with writing(spool, store, pause=pause) as writer:
            spool.append(call("a"))
            assert writer.flush(PATIENCE)
            assert writer.failures == failures.qsize() == 2
        assert store.get("a") == call("a")
        store.close()

    def test_new_records_do_not_cut_the_pause_short(self, spool: Spool) -> None:
        sink = FakeSink(failures=[StoreUnavailable("gone")])
        paused = gevent.event.Event()

        def pause(_: int) -> float:
            paused.set()
            return 3600

        with writing(spool, sink, pause=pause) as writer:
            spool.append(call("a"))
            assert paused.wait(PATIENCE)
            spool.append(call("b"))
            gevent.idle()
            assert writer.down
            assert sink.calls == []
            assert writer.flush(PATIENCE)
        assert sink.calls == ["a", "b"]

    def test_flush_tells_that_it_was_not_possible(self, spool: Spool) -> None:
        sink = FakeSink(failures=[StoreUnavailable("gone")] * 2)
        with writing(spool, sink, pause=lambda _: 3600) as writer:
            spool.append(call("a"))
            assert not writer.flush(0.01)
            assert writer.waiting == 1

    def test_it_is_told_once_an_attempt_with_the_number_that_waits(self, spool: Spool) -> None:
        sink = FakeSink(failures=[StoreUnavailable("server gone")])
        with capture_logs() as log, writing(spool, sink) as writer:
            spool.append(call("a"))
            assert writer.flush(PATIENCE)
        assert [(line["event"], line["waiting"]) for line in log] == [("records.write_failed", 1)]
        assert "server gone" in log[0]["error"]

    def test_pauses_grow_to_a_limit_and_differ(self) -> None:
        pauses = [[backoff(failures) for _ in range(50)] for failures in (1, 2, 3, 1000)]
        assert all(max(longer) <= LONGEST_PAUSE_SECONDS for longer in pauses)
        assert max(pauses[0]) <= FIRST_PAUSE_SECONDS <= min(pauses[2])
        assert min(pauses[3]) >= LONGEST_PAUSE_SECONDS / 2
        assert all(statistics.stdev(some) > 0 for some in pauses)


class TestRefusedRecord:
    def test_it_is_set_aside_and_reported_and_those_behind_it_go_on(self, spool: Spool) -> None:
        sink = FakeSink(refuses=["call-1", "call-3"])
        with capture_logs() as log, writing(spool, sink) as writer:
            for record in calls(5):
                spool.append(record)
            assert writer.flush(PATIENCE)
            assert (writer.written, writer.waiting, spool.set_aside) == (3, 0, 2)
        assert sink.calls == ["call-0", "call-2", "call-4"]
        assert [line["why"] for line in log if line["event"] == "records.set_aside"] == [
            "call-1 is out of range",
            "call-3 is out of range",
        ]

    def test_one_among_many_costs_few_transactions(self, spool: Spool) -> None:
        sink = FakeSink(refuses=["call-77"])
        for record in calls(128):
            spool.append(record)
        with writing(spool, sink) as writer:
            assert writer.flush(PATIENCE)
        assert len(sink.calls) == 127
        assert len(sink.batches) == 7

    def test_sql_itself_does_not_hold_up_the_others(self, spool: Spool, store: Store) -> None:
        with writing(spool, store) as writer:
            spool.append(call("nul \0 and \ud800"))
            spool.append(call("out of range", ended_at=1e15))
            spool.append(call("good"))
            assert writer.flush(PATIENCE)
        assert {record.call for record in store.recent(10)} == {"nul \ufffd and \ufffd", "good"}
        assert spool.set_aside == 1

    def test_an_outage_in_the_middle_sets_nobody_aside(self, spool: Spool) -> None:
        refusal, outage = RecordRefused("call-0 or call-1"), StoreUnavailable("gone")
        sink = FakeSink(failures=[refusal, outage])
        with writing(spool, sink) as writer:
            for record in calls(2):
                spool.append(record)
            assert writer.flush(PATIENCE)
        assert sink.calls == ["call-0", "call-1"]
        assert spool.set_aside == 0

    def test_a_damaged_line_is_reported(self, spool: Spool) -> None:
        spool.append(call("a"))
        spool.append(call("b"))
        path = next(spool.folder.glob("*.spool"))
        path.write_bytes(b"x" + path.read_bytes()[1:])
        sink = FakeSink()
        with capture_logs() as log, writing(spool, sink) as writer:
            assert writer.flush(PATIENCE)
        assert sink.calls == ["b"]
        assert [line["why"] for line in log if line["log_level"] == "error"] == [
            "the line does not have its checksum"
        ]


class TestRemovedFiles:
    def test_records_that_somebody_removed_are_told_of(self, spool: Spool) -> None:
        spool.append(call("a"))
        next(spool.folder.glob("*.spool")).unlink()
        with capture_logs() as log, writing(spool, FakeSink(), pause=lambda _: 3600) as writer:
            assert not writer.flush(0.01)
            assert not writer.flush(0.01)
        assert "1 records should wait here" in log[-1]["error"]


class TestOtherGreenlets:
    @pytest.mark.timeout(30)
    def test_calls_go_on_while_sql_takes_its_time(self, spool: Spool) -> None:
        """The store returns only when another greenlet has run: blocking the loop would hang."""
        release, started = gevent.event.Event(), gevent.event.Event()

        class SlowSink(FakeSink):
            def write(self, records: Sequence[CallRecord]) -> int:
                started.set()
                release.wait()
                return super().write(records)

        sink = SlowSink()
        with writing(spool, sink) as writer:
            spool.append(call("a"))
            assert started.wait(PATIENCE)
            spool.append(call("b"))
            release.set()
            assert writer.flush(PATIENCE)
        assert sink.calls == ["a", "b"]
