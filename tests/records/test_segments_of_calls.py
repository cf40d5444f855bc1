"""The parts of a call in SQL."""

from __future__ import annotations

from dataclasses import replace

from routing.record import Activity, Segment
from switchd.records import codec
from switchd.records.schema import migrate
from switchd.records.store import Store
from tests.records.examples import ANSWERED_CALL

PARTS = (
    Segment(Activity.TALK, 1_795_000_000.0, 1_795_000_010.5, "caller,1001"),
    Segment(Activity.CONSULT, 1_795_000_010.5, 1_795_000_020.0, "caller,1001,1002"),
    Segment(Activity.TALK, 1_795_000_020.0, 1_795_000_030.0, "caller,1002"),
)


class TestParts:
    def test_come_back_in_their_order(self, url: str) -> None:
        migrate(url)
        store = Store(url)
        record = replace(ANSWERED_CALL, segments=PARTS)
        store.write([record])
        assert store.get(record.call) == record
        store.close()

    def test_are_kept_by_the_spool(self) -> None:
        record = replace(ANSWERED_CALL, segments=PARTS)
        assert codec.decode(codec.encode(record)) == record
