"""What SQL knows of a number when it calls again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from routing.outgoing import Callback, Reason, Status
from routing.record import Outcome
from routing.screenpop import Earlier
from switchd.records.callbacks import Callbacks
from switchd.records.earlier import EarlierCalls
from switchd.records.errors import StoreUnavailable
from switchd.records.schema import migrate
from switchd.records.store import Store
from tests.records.examples import ANSWERED_CALL, ARRIVED

NUMBER = ANSWERED_CALL.caller
DAY = 86400.0


@pytest.fixture
def earlier(url: str) -> Iterator[EarlierCalls]:
    migrate(url)
    earlier = EarlierCalls(url, "pingdingshan")
    yield earlier
    earlier.close()


@pytest.fixture
def callbacks(url: str, earlier: EarlierCalls) -> Iterator[Callbacks]:
    callbacks = Callbacks(url, "pingdingshan")
    yield callbacks
    callbacks.close()


def calls(store: Store, *days_ago: float, outcome: Outcome = Outcome.ANSWERED) -> None:
    store.write(
        [
            replace(
                ANSWERED_CALL,
                call=f"call-{outcome}-{days}",
                arrived_at=ARRIVED - days * DAY,
                outcome=outcome,
            )
            for days in days_ago
        ]
    )


class TestCallsOfANumber:
    def test_are_listed_the_latest_first(self, store: Store, earlier: EarlierCalls) -> None:
        calls(store, 3, 1, 2)
        found = earlier.of(NUMBER, ARRIVED - 30 * DAY, 10)
        days = [round((ARRIVED - one.arrived_at) / DAY) for one in found.last]
        assert days == [1, 2, 3]
        first = found.last[0]
        assert (first.line_dialled, first.line_meant) == ("12319", "12345")
        assert (first.agent, first.survey_meaning) == ("8012", "very_satisfied")
        assert first.talk_seconds == 89.75

    def test_are_counted_beyond_those_that_are_listed(
        self, store: Store, earlier: EarlierCalls
    ) -> None:
        calls(store, *range(5))
        calls(store, 1.5, outcome=Outcome.ABANDONED)
        found = earlier.of(NUMBER, ARRIVED - 30 * DAY, 2)
        assert (found.calls, found.answered, len(found.last)) == (6, 5, 2)

    def test_end_with_the_period(self, store: Store, earlier: EarlierCalls) -> None:
        calls(store, 29, 31)
        assert earlier.of(NUMBER, ARRIVED - 30 * DAY, 10).calls == 1

    def test_are_nobody_elses(self, store: Store, earlier: EarlierCalls) -> None:
        calls(store, 1)
        assert earlier.of("13900000000", ARRIVED - 30 * DAY, 10) == Earlier()


class TestCallbacks:
    def test_are_told_as_long_as_they_are_open(
        self, callbacks: Callbacks, earlier: EarlierCalls
    ) -> None:
        wish = Callback(
            id=0,
            number=NUMBER,
            line="12345",
            group="intake",
            language="zh",
            reason=Reason.MISSED,
            asked_at=ARRIVED,
            queued_at=ARRIVED,
            asked_in="call-1",
            next_at=ARRIVED,
        )
        kept, _ = callbacks.add(wish)
        (found,) = earlier.of(NUMBER, ARRIVED, 10).callbacks
        assert (found.id, found.line, found.reason) == (kept.id, "12345", "missed")
        assert found.asked_at == ARRIVED
        done = {"status": Status.DONE, "closed_at": ARRIVED + 60}
        callbacks.change(kept.id, lambda one: (replace(one, **done), None))  # type: ignore[arg-type]
        assert earlier.of(NUMBER, ARRIVED, 10).callbacks == ()


def test_a_database_that_cannot_answer_is_told(sqlite_url: str) -> None:
    without_tables = EarlierCalls(sqlite_url, "pingdingshan")
    with pytest.raises(StoreUnavailable):
        without_tables.of(NUMBER, ARRIVED, 10)
    without_tables.close()
