"""The running hotline counts every call that ended, whatever dies meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from pathlib import Path

import gevent
import pytest
import redis

from routing.indicators import Ended
from routing.record import CallRecord, Outcome
from switchd.indicators import BATCH, IndicatorDesk
from switchd.queues.connection import connect
from switchd.queues.facts import QueueUnavailable
from switchd.queues.indicators import Indicators, LiveIndicators
from switchd.records.errors import StoreUnavailable
from switchd.records.schema import migrate
from switchd.records.store import Store
from tests.records.examples import call
from tests.routing.build import ZONE, plan

NOON = datetime(2026, 11, 22, 12, tzinfo=ZONE).timestamp()
PATIENCE = 20.0
"""Seconds after which a test gives up; it never takes that long."""


def ended(name: str, arrived_at: float = NOON - 300) -> CallRecord:
    times = {"arrived_at": arrived_at, "queued_at": arrived_at + 1, "answered_at": arrived_at + 9}
    return call(name, **times, talk_ended_at=arrived_at + 60, ended_at=arrived_at + 70)


class BrokenRecords:
    """SQL that is away for the first questions."""

    def __init__(self, store: Store, failures: int) -> None:
        self._store = store
        self.failures = failures

    def ended_of(self, calls: Sequence[str]) -> list[Ended]:
        self._fail()
        return self._store.ended_of(calls)

    def ended(self, since: float, after: object, limit: int) -> object:
        self._fail()
        return self._store.ended(since, after, limit)  # type: ignore[arg-type]

    def _fail(self) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("records.db: away")


class Unsteady(Indicators):
    """Redis that is away for as long as a test wants."""

    away = False

    def count(
        self, ended: Sequence[Ended], now: float, zone: tzinfo, *, early: bool = False
    ) -> int:
        if self.away:
            raise QueueUnavailable("away")
        return super().count(ended, now, zone, early=early)

    def read(self, now: float, zone: tzinfo) -> LiveIndicators:
        if self.away:
            raise QueueUnavailable("away")
        return super().read(now, zone)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path}/records.db"
    migrate(url)
    store = Store(url)
    yield store
    store.close()


@pytest.fixture
def open_desk(client: redis.Redis, store: Store) -> Iterator[Callable[..., IndicatorDesk]]:
    opened: list[IndicatorDesk] = []

    def make(records: object = store, indicators: Indicators | None = None) -> IndicatorDesk:
        clock = iter(range(10**9))  # each look at the clock finds it a second later
        desk = IndicatorDesk(
            indicators or Indicators(client, "pingdingshan"),
            records,  # type: ignore[arg-type]
            plan,
            lambda: NOON + next(clock) / 1e6,
            pause=lambda seconds: gevent.sleep(0.001),
        )
        desk.start()
        opened.append(desk)
        return desk

    yield make
    for desk in opened:
        desk.stop()


def answered(desk: IndicatorDesk) -> int:
    """What is shown once everything told has been counted."""
    assert desk.wait_idle(PATIENCE)
    desk._answer = None
    return desk.today().answered


class TestCounting:
    def test_a_call_is_shown_as_soon_as_it_has_ended(
        self, open_desk: Callable[..., IndicatorDesk]
    ) -> None:
        desk = open_desk()
        desk.ended(ended("a"))
        assert answered(desk) == 1

    def test_being_written_down_does_not_count_it_again(
        self, open_desk: Callable[..., IndicatorDesk]
    ) -> None:
        desk = open_desk()
        desk.ended(ended("a"))
        desk.written([ended("a"), ended("b")], are_new=True)
        assert answered(desk) == 2

    def test_several_daemons_show_the_same(self, open_desk: Callable[..., IndicatorDesk]) -> None:
        one, other = open_desk(), open_desk()
        one.ended(ended("a"))
        other.ended(ended("b"))
        other.written([ended("a")], are_new=True)
        assert answered(other) == answered(one) == 2


class TestTwoDaemonsHeardTheSameEnd:
    """One is about to lose its FreeSWITCH to the other; each has a record of its own."""

    LOSER, WINNER = ended("a"), replace(ended("a"), talk_ended_at=NOON - 239.8)

    def agree(self, desk: IndicatorDesk, store: Store) -> None:
        assert answered(desk) == 1
        today = desk._read().today
        assert today.total == store.summary(today.since, today.until)

    def test_the_figures_are_those_of_the_record_that_is_kept(
        self, store: Store, open_desk: Callable[..., IndicatorDesk]
    ) -> None:
        """The loser's record comes to SQL first, the winner tells Redis first."""
        loser, winner = open_desk(), open_desk()
        winner.ended(self.WINNER)
        assert answered(winner) == 1
        assert store.write([self.LOSER]) == 1
        loser.written([self.LOSER], are_new=True)
        assert loser.wait_idle(PATIENCE)
        assert store.write([self.WINNER]) == 0
        winner.written([self.WINNER], are_new=False)
        self.agree(winner, store)

    def test_also_if_only_the_winner_is_left_to_tell(
        self, store: Store, open_desk: Callable[..., IndicatorDesk]
    ) -> None:
        """Redis is away for the loser, which ends soon after."""
        winner = open_desk()
        winner.ended(self.WINNER)
        assert answered(winner) == 1
        store.write([self.LOSER])
        winner.written([self.WINNER], are_new=False)
        self.agree(winner, store)

    def test_sql_that_is_away_just_then_is_asked_again(
        self, store: Store, open_desk: Callable[..., IndicatorDesk]
    ) -> None:
        records = BrokenRecords(store, failures=0)
        winner = open_desk(records)
        winner.ended(self.WINNER)
        assert answered(winner) == 1
        store.write([self.LOSER])
        records.failures = 2
        winner.written([self.WINNER], are_new=False)
        self.agree(winner, store)


class TestRestoring:
    def test_a_daemon_that_starts_finds_the_day_in_sql(
        self, store: Store, open_desk: Callable[..., IndicatorDesk]
    ) -> None:
        store.write([ended(f"call-{i}", NOON - i) for i in range(2 * BATCH + 1)])
        store.write([ended("yesterday", NOON - 20 * 3600)])
        assert answered(open_desk()) == 2 * BATCH + 1

    def test_a_redis_that_lost_everything_is_told_again(
        self, client: redis.Redis, store: Store, open_desk: Callable[..., IndicatorDesk]
    ) -> None:
        desk = open_desk()
        for name in "abc":
            desk.ended(ended(name))
        store.write([ended("a"), ended("b")])
        assert answered(desk) == 3
        client.flushall()
        desk.restore()
        assert answered(desk) == 2
        desk.written([ended("c")], are_new=True)
        assert answered(desk) == 3

    def test_calls_that_ended_while_redis_was_away_are_counted_when_it_is_back(
        self, client: redis.Redis, store: Store, open_desk: Callable[..., IndicatorDesk]
    ) -> None:
        indicators = Unsteady(client, "pingdingshan")
        desk = open_desk(indicators=indicators)
        assert answered(desk) == 0
        indicators.away = True
        desk.ended(ended("a"))
        store.write([ended("a")])
        desk.written([ended("a")], are_new=True)
        assert not desk.wait_idle(0.02)
        indicators.away = False
        assert answered(desk) == 1

    def test_without_sql_the_live_figures_come_late_and_whole(
        self, store: Store, open_desk: Callable[..., IndicatorDesk]
    ) -> None:
        store.write([ended("before")])
        desk = open_desk(BrokenRecords(store, failures=3))
        desk.ended(ended("now"))
        assert answered(desk) == 2


class TestShowing:
    def test_lines_and_groups_have_their_titles(
        self, open_desk: Callable[..., IndicatorDesk]
    ) -> None:
        desk = open_desk()
        desk.ended(replace(ended("a"), line_dialled="12345"))
        desk.ended(replace(ended("b"), line_dialled="", group="", outcome=Outcome.REFUSED))
        assert answered(desk) == 1
        shown = desk.show()
        assert [(row["line"], row["title"]) for row in shown["today"]["lines"]] == [
            ("", ""),
            ("12345", "政务服务便民热线"),
        ]
        assert [row["group"] for row in shown["hour"]["groups"]] == ["", "intake"]
        assert shown["hour"]["total"]["refused"] == 1
        assert desk.groups_today()["intake"].answered == 1


class TestEnding:
    def test_what_was_told_is_counted_before_it_stops(
        self, client: redis.Redis, open_desk: Callable[..., IndicatorDesk]
    ) -> None:
        desk = open_desk()
        for i in range(5):
            desk.ended(ended(f"call-{i}"))
        desk.stop(PATIENCE)
        shown = Indicators(client, "pingdingshan").read(NOON, ZONE)
        assert shown.today.total.answered == 5

    def test_it_stops_without_redis_too(self, tmp_path: Path, store: Store) -> None:
        away = Indicators(connect(f"unix://{tmp_path}/none"), "pingdingshan")
        desk = IndicatorDesk(away, store, plan, lambda: NOON, pause=lambda s: gevent.sleep(0.001))
        store.write([ended("a")])
        desk.start()
        desk.stop(0.01)
        assert not desk.wait_idle(0)
