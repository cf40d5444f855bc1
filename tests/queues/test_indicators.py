"""Live indicators: each call once, and figure by figure what SQL says of the same calls."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing.indicators import Counts, Dimension, Ended, counted
from routing.record import CallKind, CallRecord, Outcome
from switchd.queues.connection import connect
from switchd.queues.facts import QueueUnavailable
from switchd.queues.indicators import Indicators, Period
from switchd.records.schema import migrate
from switchd.records.store import Store
from tests.records.examples import call

ZONE = ZoneInfo("Asia/Shanghai")
MIDNIGHT = datetime(2026, 11, 22, tzinfo=ZONE).timestamp()
NOON = MIDNIGHT + 12 * 3600
MINUTE, HOUR, DAY = 60, 3600, 86400
CITY = "pingdingshan"
TRIES = (Outcome.NOT_REACHED, Outcome.SEAT_MISSED)
SPANS = (None, 0.0, 0.0004, 4.9996, 5.0, 14.9996, 15.0, 15.001, 47.3, 600.25)


@st.composite
def ended_calls(draw: st.DrawFn, now: float) -> CallRecord:
    """A call of any outcome, line and group, that arrived within two days of `now`."""
    arrived_at = draw(
        st.floats(now - 2 * DAY, now)
        | st.floats(now - HOUR - 2 * MINUTE, now)
        | st.floats(MIDNIGHT - 2, MIDNIGHT + 2)
        | st.sampled_from([MIDNIGHT, MIDNIGHT - 0.001, now - HOUR, now])
    )
    seconds = st.sampled_from(SPANS) | st.floats(0, 900)
    entry, waited, talked, after = (draw(seconds) for _ in range(4))
    queued_at = None if entry is None else arrived_at + entry
    answered_at = None if waited is None else (queued_at or arrived_at) + waited
    talk_ended_at = None if answered_at is None or talked is None else answered_at + talked
    outcome = draw(st.sampled_from(Outcome))
    last = talk_ended_at or answered_at or queued_at or arrived_at
    return call(
        f"call-{draw(st.integers(0, 400))}",
        arrived_at=arrived_at,
        queued_at=queued_at,
        answered_at=answered_at,
        talk_ended_at=talk_ended_at,
        ended_at=last + (after or 0.0),
        outcome=outcome,
        kind=CallKind.CALLBACK if outcome in TRIES else draw(st.sampled_from(CallKind)),
        line_dialled=draw(st.sampled_from(["12345", "12315", "县 12", ""])),
        group=draw(st.sampled_from(["intake", "market", ""])),
        survey_meaning=draw(st.sampled_from(["", "very_satisfied", "not: that good", "满 意"])),
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    url = f"sqlite:///{Path(tmp_path_factory.mktemp('sql'))}/records.db"
    migrate(url)
    store = Store(url)
    yield store
    store.close()


@pytest.fixture
def indicators(client: redis.Redis) -> Indicators:
    return Indicators(client, CITY)


def by_sql(store: Store, shown: Period) -> Period:
    """The same period as SQL tells it."""
    since, until = shown.since, shown.until
    return Period(
        since,
        until,
        store.summary(since, until),
        store.report(since, until, Dimension.LINE, ZONE),
        store.report(since, until, Dimension.GROUP, ZONE),
    )


def one_call(name: str = "one", arrived_at: float = NOON - 30) -> Ended:
    """A call that waited 6.5 s and talked 89.75 s."""
    return counted(
        [
            call(
                name,
                arrived_at=arrived_at,
                queued_at=arrived_at + 4,
                answered_at=arrived_at + 10.5,
                talk_ended_at=arrived_at + 100.25,
                ended_at=arrived_at + 110,
            )
        ]
    )[0]


class TestSameAsSql:
    """The wallboard and the report of the same calls never differ."""

    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(data=st.data(), seed=st.integers(0, 1000), now=st.sampled_from([NOON, MIDNIGHT + 1234]))
    def test_every_figure_of_every_line_and_group(
        self, client: redis.Redis, store: Store, data: st.DataObject, seed: int, now: float
    ) -> None:
        client.flushall()
        _empty(store)
        drawn = data.draw(
            st.lists(ended_calls(now), max_size=120, unique_by=lambda record: record.call)
        )
        store.write(drawn)
        told = [*counted(drawn), *counted(drawn)]
        random.Random(seed).shuffle(told)
        daemons = [Indicators(client, CITY), Indicators(client, CITY)]
        for i in range(0, len(told), 7):
            daemons[i % 2].count(told[i : i + 7], now, ZONE)
        shown = daemons[0].read(now, ZONE)
        assert shown.today == by_sql(store, shown.today)
        assert shown.hour == by_sql(store, shown.hour)

    def test_calls_of_a_whole_day_rebuilt_from_sql(
        self, client: redis.Redis, store: Store, indicators: Indicators
    ) -> None:
        _empty(store)
        dice = random.Random(12345)
        records = [_any_call(dice, number) for number in range(1500)]
        store.write(records)
        indicators.count(counted(records[:1000]), NOON, ZONE)
        client.flushall()
        indicators.count(counted(records[900:]), NOON, ZONE)
        page = store.ended(MIDNIGHT - HOUR, None, 200)
        while page:
            indicators.count(page, NOON, ZONE)
            page = store.ended(MIDNIGHT - HOUR, page[-1], 200)
        shown = indicators.read(NOON, ZONE)
        assert shown.today.total.calls > 500
        assert shown.today == by_sql(store, shown.today)
        assert shown.hour == by_sql(store, shown.hour)


def _any_call(dice: random.Random, number: int) -> CallRecord:
    arrived_at = dice.uniform(MIDNIGHT - 6 * HOUR, NOON)
    queued_at = dice.choice([None, arrived_at + dice.uniform(0, 9)])
    answered_at = dice.choice([None, (queued_at or arrived_at) + dice.uniform(0, 60)])
    outcome = dice.choice(list(Outcome))
    return call(
        f"day-{number}",
        arrived_at=arrived_at,
        queued_at=queued_at,
        answered_at=answered_at,
        talk_ended_at=None,
        ended_at=(answered_at or queued_at or arrived_at) + dice.uniform(0, 300),
        outcome=outcome,
        kind=CallKind.CALLBACK if outcome in TRIES else CallKind.INCOMING,
        line_dialled=dice.choice(["12345", "12315", ""]),
        group=dice.choice(["intake", "market", ""]),
    )


def _empty(store: Store) -> None:
    with store._connect(writes=True) as connection:
        connection.exec_driver_sql("DELETE FROM calls")


class TestCountedOnce:
    def test_a_call_that_is_told_again_changes_nothing(self, indicators: Indicators) -> None:
        assert indicators.count([one_call(), one_call()], NOON, ZONE) == 1
        before = indicators.read(NOON, ZONE)
        assert indicators.count([one_call()], NOON, ZONE) == 0
        assert indicators.read(NOON, ZONE) == before
        assert before.today.total.answered == before.hour.total.answered == 1

    def test_daemons_share_what_is_counted(self, client: redis.Redis) -> None:
        Indicators(client, CITY).count([one_call("a")], NOON, ZONE)
        Indicators(client, CITY).count([one_call("a"), one_call("b")], NOON, ZONE)
        assert Indicators(client, CITY).read(NOON, ZONE).today.total.calls == 2

    def test_who_tells_early_is_put_right_by_what_is_kept(self, indicators: Indicators) -> None:
        early = replace(one_call(), talk_ms=89_935, survey="neutral")
        assert indicators.count([early], NOON, ZONE, early=True) == 1
        assert indicators.read(NOON, ZONE).today.total.talk_ms == 89_935
        assert indicators.count([one_call()], NOON, ZONE) == 0
        shown = indicators.read(NOON, ZONE)
        assert shown.today.total == shown.hour.total == one_call().counts()
        assert shown.today.lines["12319"].surveys == {"very_satisfied": 1}

    def test_what_is_kept_is_not_changed_by_who_tells_early_but_late(
        self, indicators: Indicators
    ) -> None:
        indicators.count([one_call()], NOON, ZONE)
        indicators.count([replace(one_call(), talk_ms=1)], NOON, ZONE, early=True)
        indicators.count([one_call()], NOON, ZONE)
        assert indicators.read(NOON, ZONE).today.total == one_call().counts()

    def test_cities_do_not(self, client: redis.Redis, indicators: Indicators) -> None:
        indicators.count([one_call()], NOON, ZONE)
        assert Indicators(client, "jiayuguan").read(NOON, ZONE).today.total == Counts()


class TestWhatIsShown:
    def test_a_call_is_shown_with_its_line_and_its_group(self, indicators: Indicators) -> None:
        indicators.count([one_call()], NOON, ZONE)
        today = indicators.read(NOON, ZONE).today
        assert today.total == today.lines["12319"] == today.groups["intake"]
        assert (today.total.average_wait, today.total.longest_wait) == (6.5, 6.5)
        assert (today.total.average_talk, today.total.in_time_rate) == (89.75, 1.0)
        assert today.total.surveys == {"very_satisfied": 1}

    def test_nothing_is_shown_before_the_first_call(self, indicators: Indicators) -> None:
        assert indicators.read(NOON, ZONE).today == Period(MIDNIGHT, NOON + MINUTE)

    def test_a_call_over_midnight_belongs_to_the_day_in_which_it_arrived(
        self, indicators: Indicators
    ) -> None:
        indicators.count([one_call(arrived_at=MIDNIGHT - 20)], MIDNIGHT + 90, ZONE)
        shown = indicators.read(MIDNIGHT + 90, ZONE)
        assert (shown.today.total.calls, shown.hour.total.calls) == (0, 1)
        assert indicators.read(MIDNIGHT - 1, ZONE).today.total.calls == 1

    def test_the_day_begins_with_nothing_at_the_citys_midnight(
        self, indicators: Indicators
    ) -> None:
        indicators.count([one_call(arrived_at=MIDNIGHT + DAY - 1)], MIDNIGHT + DAY, ZONE)
        assert indicators.read(MIDNIGHT + DAY - 0.1, ZONE).today.total.calls == 1
        assert indicators.read(MIDNIGHT + DAY, ZONE).today.total.calls == 0

    def test_the_hour_rolls_by_the_minute(self, indicators: Indicators) -> None:
        indicators.count([one_call(arrived_at=NOON)], NOON + MINUTE, ZONE)
        assert indicators.read(NOON + 59 * MINUTE + 59.9, ZONE).hour.total.calls == 1
        assert indicators.read(NOON + 60 * MINUTE, ZONE).hour.total.calls == 0
        assert indicators.read(NOON + 60 * MINUTE, ZONE).today.total.calls == 1


class TestMemory:
    def test_every_key_passes_away(self, client: redis.Redis, indicators: Indicators) -> None:
        indicators.count([one_call()], NOON, ZONE, early=True)
        keys = list(client.scan_iter())
        assert len(keys) == 4
        assert all(0 < client.pttl(key) <= 2 * DAY * 1000 for key in keys)
        indicators.count([one_call()], NOON, ZONE)
        assert len(list(client.scan_iter())) == 3

    def test_calls_of_long_ago_are_left_out(self, indicators: Indicators) -> None:
        old = one_call(arrived_at=MIDNIGHT - DAY - 1)
        assert indicators.count([old], NOON, ZONE) == 0


class TestTrouble:
    def test_without_redis_there_is_a_clear_error(self, tmp_path: Path) -> None:
        away = Indicators(connect(f"unix://{tmp_path}/none"), CITY)
        with pytest.raises(QueueUnavailable, match="count_end: Redis does not answer"):
            away.count([one_call()], NOON, ZONE)
        with pytest.raises(QueueUnavailable, match="indicators: Redis does not answer"):
            away.read(NOON, ZONE)
