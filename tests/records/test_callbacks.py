"""Callbacks in SQL: one open one for each number, changed by one daemon at a time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import insert

from routing.outgoing import Callback, Reason, Status
from switchd.records.callbacks import Callbacks
from switchd.records.errors import RecordRefused, StoreUnavailable
from switchd.records.schema import migrate
from switchd.records.tables import CallbackRow

NOW = 1_800_000_000.0
WISH = Callback(
    id=0,
    number="13937512345",
    line="12345",
    group="intake",
    language="zh",
    reason=Reason.ASKED,
    asked_at=NOW,
    queued_at=NOW - 300.125,
    asked_in="call-1",
    next_at=NOW + 60,
)


@pytest.fixture
def callbacks(url: str) -> Iterator[Callbacks]:
    migrate(url)
    callbacks = Callbacks(url, "pingdingshan")
    yield callbacks
    callbacks.close()


def close(callbacks: Callbacks, id: int) -> None:
    callbacks.change(id, lambda one: (replace(one, status=Status.DONE, closed_at=NOW + 1), None))


class TestAdd:
    def test_it_comes_back_as_it_was_with_an_id(self, callbacks: Callbacks) -> None:
        kept, is_new = callbacks.add(WISH)
        assert is_new
        assert kept == replace(WISH, id=kept.id)
        assert callbacks.get(kept.id) == kept
        assert callbacks.open() == [kept]

    def test_a_number_has_one_open_callback(self, callbacks: Callbacks) -> None:
        first, _ = callbacks.add(WISH)
        second, is_new = callbacks.add(replace(WISH, queued_at=NOW, asked_in="call-2"))
        assert (second, is_new) == (first, False)

    def test_the_database_itself_refuses_a_second_open_one(self, callbacks: Callbacks) -> None:
        kept, _ = callbacks.add(WISH)
        with callbacks._connect() as connection:
            row = dict(connection.execute(CallbackRow.__table__.select()).one()._mapping)
        row["id"] = kept.id + 1
        with pytest.raises(RecordRefused), callbacks._connect(writes=True) as connection:
            connection.execute(insert(CallbackRow).values(row))

    def test_after_it_is_closed_there_may_be_another(self, callbacks: Callbacks) -> None:
        first, _ = callbacks.add(WISH)
        close(callbacks, first.id)
        second, is_new = callbacks.add(WISH)
        assert is_new
        assert second.id != first.id
        assert callbacks.open_for(WISH.number) == second

    def test_daemons_that_add_at_the_same_moment_make_one(self, url: str) -> None:
        migrate(url)
        daemons = [Callbacks(url, "pingdingshan") for _ in range(4)]
        with ThreadPoolExecutor(4) as threads:
            found = list(threads.map(lambda one: one.add(WISH), daemons))
        assert len({callback.id for callback, _ in found}) == 1
        assert sum(is_new for _, is_new in found) == 1
        assert len(daemons[0].open()) == 1
        for daemon in daemons:
            daemon.close()

    def test_cities_that_share_a_database_do_not_see_each_others(
        self, callbacks: Callbacks, url: str
    ) -> None:
        kept, _ = callbacks.add(WISH)
        other = Callbacks(url, "jiayuguan")
        assert other.open() == []
        assert other.get(kept.id) is None
        assert other.add(WISH)[1]
        other.close()


class TestHowManyAreOpen:
    def test_closed_ones_and_other_cities_do_not_count(
        self, callbacks: Callbacks, url: str
    ) -> None:
        assert callbacks.count_open() == 0
        first, _ = callbacks.add(WISH)
        callbacks.add(replace(WISH, number="13800138000"))
        with closing(Callbacks(url, "jiayuguan")) as elsewhere:
            elsewhere.add(WISH)
        close(callbacks, first.id)
        assert callbacks.count_open() == 1


class TestChange:
    def test_what_was_decided_is_kept(self, callbacks: Callbacks) -> None:
        kept, _ = callbacks.add(WISH)
        came = callbacks.change(kept.id, lambda one: (replace(one, tries=one.tries + 1), "x"))
        assert came == (replace(kept, tries=1), "x")
        assert callbacks.get(kept.id) == replace(kept, tries=1)

    def test_one_that_does_not_exist_is_not_changed(self, callbacks: Callbacks) -> None:
        assert callbacks.change(99, lambda one: (one, None)) is None

    def test_changes_at_the_same_moment_are_all_made(self, url: str) -> None:
        migrate(url)
        daemons = [Callbacks(url, "pingdingshan") for _ in range(4)]
        kept, _ = daemons[0].add(WISH)

        def try_once(daemon: Callbacks) -> None:
            for _ in range(5):
                daemon.change(kept.id, lambda one: (replace(one, tries=one.tries + 1), None))

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(try_once, daemons))
        found = daemons[0].get(kept.id)
        assert found is not None
        assert found.tries == 20
        for daemon in daemons:
            daemon.close()


class TestLists:
    def test_who_waits_longest_comes_first(self, callbacks: Callbacks) -> None:
        later, _ = callbacks.add(WISH)
        earlier, _ = callbacks.add(replace(WISH, number="13800138000", queued_at=NOW - 900))
        assert callbacks.open() == [earlier, later]

    def test_the_latest_are_shown_open_or_closed(self, callbacks: Callbacks) -> None:
        first, _ = callbacks.add(WISH)
        close(callbacks, first.id)
        second, _ = callbacks.add(replace(WISH, asked_at=NOW + 5))
        assert [one.id for one in callbacks.recent(10)] == [second.id, first.id]
        assert callbacks.open() == [second]

    def test_a_database_that_is_away_is_told(self, sqlite_url: str) -> None:
        with pytest.raises(StoreUnavailable):
            Callbacks(sqlite_url, "pingdingshan").open()
