"""Finished calls in SQL, on SQLite and on PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select, text

from routing.indicators import Dimension, Ended
from routing.record import CallKind, CallRecord, Outcome
from switchd.records import codec
from switchd.records.engine import open_engine
from switchd.records.errors import BadRecord, RecordRefused, StoreUnavailable
from switchd.records.schema import migrate
from switchd.records.store import Store
from switchd.records.tables import CallRow
from tests.records.examples import ANSWERED_CALL, ARRIVED, call, calls, hostile_records

ZONE = ZoneInfo("Asia/Shanghai")
one_database_for_all = settings(
    max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


class TestWriteAndGet:
    def test_a_call_comes_back_with_its_legs_and_its_trace(self, store: Store) -> None:
        assert store.write([ANSWERED_CALL]) == 1
        assert store.get("call-1") == ANSWERED_CALL

    def test_an_unknown_call_is_none(self, store: Store) -> None:
        assert store.get("nobody") is None

    def test_nothing_to_write_is_no_error(self, store: Store) -> None:
        assert store.write([]) == 0

    @one_database_for_all
    @given(hostile_records)
    def test_whatever_a_caller_sends_comes_back_as_it_was_kept(
        self, store: Store, record: CallRecord
    ) -> None:
        record = replace(record, call=record.call[:20] + uuid4().hex)
        kept = codec.decode(codec.encode(record))
        store.write([record])
        assert store.get(kept.call) == kept

    @pytest.mark.parametrize("milliseconds", [0, 1, 499, 500, 999])
    def test_times_come_back_to_the_millisecond(self, store: Store, milliseconds: int) -> None:
        moment = (1_763_780_400_000 + milliseconds) / 1000
        store.write([call("precise", answered_at=moment)])
        found = store.get("precise")
        assert found is not None
        assert found.answered_at == moment

    def test_an_admin_reads_points_in_time_and_seconds(self, url: str, store: Store) -> None:
        store.write([ANSWERED_CALL])
        engine = open_engine(url)
        query = "SELECT arrived_at, queue_seconds, answer_seconds, talk_seconds FROM calls"
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SET TIME ZONE 'Asia/Shanghai'"))
                query = query.replace("arrived_at", "arrived_at::text")
            row = connection.execute(text(query)).one()
        engine.dispose()
        assert row[0] in ("2025-11-22 11:00:00.125+08", "2025-11-22 03:00:00.125000")
        assert tuple(row[1:]) == (6.5, 10.5, 89.75)


class TestTheSameCallTwice:
    def test_it_is_written_once(self, store: Store) -> None:
        assert store.write([ANSWERED_CALL, ANSWERED_CALL]) == 1
        assert store.write([ANSWERED_CALL, call("call-2")]) == 1
        assert len(store.recent(10)) == 2

    def test_the_first_record_stays_with_its_own_legs(self, store: Store) -> None:
        later = replace(ANSWERED_CALL, seat="1002", legs=ANSWERED_CALL.legs * 2)
        store.write([replace(ANSWERED_CALL, legs=()), later])
        store.write([later])
        assert store.get("call-1") == replace(ANSWERED_CALL, legs=())

    def test_ids_that_are_the_same_after_cleaning_are_the_same_call(self, store: Store) -> None:
        assert store.write([call("x\0"), call("x\ufffd")]) == 1

    def test_two_daemons_that_write_the_same_calls_write_them_once(self, url: str) -> None:
        migrate(url)
        stores = [Store(url) for _ in range(4)]
        with ThreadPoolExecutor(4) as threads:
            written = list(threads.map(lambda store: store.write(calls(100)), stores))
        assert sum(written) == 100
        assert stores[0].get("call-99") == calls(100)[99]
        for store in stores:
            store.close()

    def test_is_known_by_its_record(self, store: Store) -> None:
        store.write([ANSWERED_CALL, call("call-2")])
        assert sorted(store.known(["call-1", "call-2", "call-3"])) == ["call-1", "call-2"]
        assert store.known([]) == []


class TestRecent:
    def test_the_latest_come_first(self, store: Store) -> None:
        store.write(calls(5))
        assert store.recent(2) == [calls(5)[4], calls(5)[3]]


class TestRefusal:
    """What is the record's fault is told from what is the database's."""

    def test_a_time_that_sql_does_not_know_is_the_records_fault(self, store: Store) -> None:
        with pytest.raises(RecordRefused):
            store.write([call("good"), call("late", ended_at=1e15)])
        assert store.get("good") is None

    def test_a_field_that_is_no_text_is_the_records_fault(self, store: Store) -> None:
        with pytest.raises(BadRecord, match=r"CallRecord\.caller"):
            store.write([call("good"), call("bad", caller=7)])

    def test_a_schema_that_is_not_there_is_the_databases_fault(self, url: str) -> None:
        store = Store(url)
        with pytest.raises(StoreUnavailable, match="calls"):
            store.write([ANSWERED_CALL])
        store.close()

    def test_a_file_that_is_no_database_is_the_databases_fault(self, tmp_path: Path) -> None:
        (tmp_path / "records.db").write_bytes(b"x" * 4096)
        with pytest.raises(StoreUnavailable, match="not a database"):
            Store(f"sqlite:///{tmp_path}/records.db").get("call-1")

    @pytest.mark.postgresql
    def test_a_server_that_is_gone_is_the_databases_fault(
        self, postgresql_url: str, tmp_path: Path
    ) -> None:
        store = Store(f"postgresql+psycopg://switchd@/records?host={tmp_path}")
        with pytest.raises(StoreUnavailable, match="connection"):
            store.write([ANSWERED_CALL])

    @pytest.mark.postgresql
    def test_a_value_too_large_for_an_index_is_the_records_fault(self, postgresql_url: str) -> None:
        migrate(postgresql_url)
        store = Store(postgresql_url)
        engine = open_engine(postgresql_url)
        with engine.begin() as connection:
            connection.execute(text("CREATE INDEX ON calls ((trace::text))"))
        engine.dispose()
        facts = {str(i): codec.encode(call(f"{i * 7919}")).hex() for i in range(100)}
        step = replace(ANSWERED_CALL.trace[0], facts=facts)
        with pytest.raises(RecordRefused, match="index row"):
            store.write([call("large", trace=(step,))])
        store.close()

    def test_a_store_serves_again_once_the_database_is_back(self, url: str) -> None:
        store = Store(url)
        with pytest.raises(StoreUnavailable):
            store.write([ANSWERED_CALL])
        migrate(url)
        assert store.write([ANSWERED_CALL]) == 1
        store.close()


class TestSummary:
    def test_a_day_in_the_terms_of_the_standard(self, store: Store) -> None:
        waits = {
            "answered at once": {"answered_at": ARRIVED + 4},
            "answered in time": {"answered_at": ARRIVED + 4 + 15},
            "answered late": {"answered_at": ARRIVED + 4 + 15.001},
        }
        unanswered = {"answered_at": None, "talk_ended_at": None}
        waiting = {**unanswered, "queued_at": ARRIVED + 4}
        others = {
            "short abandon": {**waiting, "outcome": Outcome.ABANDONED, "ended_at": ARRIVED + 8.9},
            "abandoned": {**waiting, "outcome": Outcome.ABANDONED, "ended_at": ARRIVED + 44},
            "failed waiting": {**waiting, "outcome": Outcome.FAILED, "ended_at": ARRIVED + 5},
            "timed out": {**waiting, "outcome": Outcome.TIMED_OUT, "ended_at": ARRIVED + 34},
            "removed": {**waiting, "outcome": Outcome.REMOVED, "ended_at": ARRIVED + 34},
            "called back": {**waiting, "outcome": Outcome.CALLBACK, "ended_at": ARRIVED + 24},
            "left a message": {**waiting, "outcome": Outcome.VOICEMAIL, "ended_at": ARRIVED + 24},
            "list full": {**unanswered, "queued_at": None, "outcome": Outcome.CONGESTED},
            "drain": {**unanswered, "queued_at": None, "outcome": Outcome.TURNED_AWAY},
            "drain, unknown": {
                **unanswered,
                "queued_at": None,
                "group": "",
                "outcome": Outcome.TURNED_AWAY,
            },
            "queue was down": {**unanswered, "queued_at": None, "outcome": Outcome.FAILED},
            "unknown number": {
                **unanswered,
                "queued_at": None,
                "group": "",
                "outcome": Outcome.FAILED,
            },
            "at entry": {**unanswered, "queued_at": None, "outcome": Outcome.ABANDONED_AT_ENTRY},
            "redirected": {**unanswered, "queued_at": None, "outcome": Outcome.REDIRECTED},
            "closed": {**unanswered, "queued_at": None, "outcome": Outcome.CLOSED},
            "refused": {**unanswered, "queued_at": None, "outcome": Outcome.REFUSED},
        }
        store.write([call(name, **changes) for name, changes in (waits | others).items()])
        summary = store.summary(ARRIVED, ARRIVED + 1)
        assert summary.calls == 19
        assert summary.offered == 13
        assert (summary.timed_out, summary.removed) == (1, 1)
        assert (summary.callbacks, summary.voicemails) == (1, 1)
        assert summary.could_not_enter == 2
        assert summary.answered == 3
        assert summary.answered_in_time == 2
        assert summary.abandoned == 2
        assert summary.short_abandons == 1
        assert summary.failed == 2
        assert (summary.abandoned_at_entry, summary.redirected, summary.refused) == (1, 1, 1)
        assert summary.closed == 1
        assert summary.connect_rate == 3 / 13
        assert summary.in_time_rate == 2 / 13
        assert summary.longest_wait == 40
        assert summary.average_wait == pytest.approx(
            (0 + 15 + 15.001 + 4.9 + 40 + 1 + 30 + 30 + 20 + 20) / 10
        )
        assert (summary.talked, summary.talk_seconds) == (3, 96.25 + 81.25 + 81.249)
        assert summary.surveys == {"very_satisfied": 19}

    def test_a_period_has_its_beginning_and_not_its_end(self, store: Store) -> None:
        store.write(calls(3))
        assert store.summary(ARRIVED, ARRIVED + 2).calls == 2

    def test_lines_groups_and_departments_have_figures_of_their_own(self, store: Store) -> None:
        own = {"line_dialled": "12315", "line_meant": "12315", "department": "市场监督"}
        store.write([call("a"), call("b"), call("c", **own, group="market")])
        found = {
            by: {key: one.answered for key, one in store.report(0, 4e9, by, ZONE).items()}
            for by in Dimension
        }
        assert found == {
            Dimension.LINE: {"12315": 1, "12319": 2},
            Dimension.MEANT: {"12315": 1, "12345": 2},
            Dimension.GROUP: {"intake": 2, "market": 1},
            Dimension.DEPARTMENT: {"市场监督": 1, "市城市管理局": 2},
            Dimension.HOUR: {"2025-11-22 11:00": 3},
        }

    @pytest.mark.parametrize(
        ("zone", "hours"),
        [
            ("Asia/Shanghai", ["2025-11-22 10:00", "2025-11-22 11:00"]),
            ("Asia/Kathmandu", ["2025-11-22 08:00"]),
        ],
    )
    def test_hours_are_those_of_the_city(self, store: Store, zone: str, hours: list[str]) -> None:
        store.write([call("a", arrived_at=ARRIVED - 0.126), call("b")])
        assert list(store.report(0, 4e9, Dimension.HOUR, ZoneInfo(zone))) == hours

    def test_what_is_counted_comes_in_pages_with_nothing_left_out(self, store: Store) -> None:
        store.write([*calls(3), call("twin", arrived_at=ARRIVED + 1), call("old", arrived_at=1.0)])
        pages = [store.ended(ARRIVED, None, 2)]
        while pages[-1]:
            pages.append(store.ended(ARRIVED, pages[-1][-1], 2))
        assert [[ended.call for ended in page] for page in pages] == [
            ["call-0", "call-1"],
            ["twin", "call-2"],
            [],
        ]
        assert pages[0][0] == Ended.of(call("call-0"))

    def test_a_quiet_period_has_no_rates(self, store: Store) -> None:
        summary = store.summary(ARRIVED, ARRIVED + 1)
        assert summary.calls == summary.offered == 0
        assert summary.connect_rate is None
        assert summary.in_time_rate is None
        assert summary.average_wait is None


class TestIndexes:
    """The questions of every day do not read the whole table."""

    @pytest.mark.parametrize("column", ["line_meant", "caller", "agent"])
    def test_a_day_of_one_line_caller_or_agent_uses_an_index(
        self, sqlite_url: str, column: str
    ) -> None:
        migrate(sqlite_url)
        engine = open_engine(sqlite_url)
        query = select(CallRow.call).where(
            getattr(CallRow, column) == "12345", CallRow.arrived_at >= ARRIVED
        )
        compiled = query.compile(engine, compile_kwargs={"literal_binds": False})
        with engine.connect() as connection:
            plan = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {compiled}", ("12345", "2025-11-22 00:00:00.000000")
            ).all()
        engine.dispose()
        assert f"({column}=? AND arrived_at>?)" in plan[0][3]


class TestADay:
    def test_is_every_caller_in_order_as_a_replay_needs_them(self, store: Store) -> None:
        later = replace(ANSWERED_CALL, call="call-2", arrived_at=ARRIVED + 60)
        calling_back = replace(ANSWERED_CALL, call="call-3", kind=CallKind.CALLBACK)
        store.write([later, ANSWERED_CALL, calling_back])
        first, second = store.day(ARRIVED, ARRIVED + 61)
        assert (first.call, second.call) == ("call-1", "call-2")
        assert (first.group, first.outcome) == ("intake", Outcome.ANSWERED)
        assert first.waited == pytest.approx(6.5)
        assert first.talked == pytest.approx(89.75)
        assert store.day(ARRIVED + 61, ARRIVED + 99) == []
