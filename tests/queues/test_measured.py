"""The estimated wait in the running hotline: measured in Redis, the same for all daemons."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import gevent
import pytest
import redis

from routing.record import CallRecord, Outcome
from switchd.estimates import FRESH_SECONDS, Estimates
from switchd.queues.measured import ENDS_KEPT, TALKS_KEPT, Measured, Outlook, Talk
from tests.queues.hall import CITY, MORNING, Hall
from tests.records.examples import ANSWERED_CALL
from tests.routing.build import plan

NUMBERS = count()


@pytest.fixture
def measured(client: redis.Redis) -> Measured:
    return Measured(client, CITY, "daemon-1")


@pytest.fixture
def estimates(client: redis.Redis) -> Estimates:
    return Estimates(Measured(client, CITY, "daemon-1"), plan)


def ended(waited: float = 30.0, talked: float = 100.0, **changes: object) -> CallRecord:
    """A call for the hotline's group that was answered after `waited` seconds."""
    began = MORNING - 500
    record = replace(
        ANSWERED_CALL,
        call=f"ended-{next(NUMBERS)}",
        group="hotline",
        queued_at=began,
        offered_at=began + waited - 4,
        answered_at=began + waited,
        talk_ended_at=began + waited + talked,
        ended_at=began + waited + talked,
    )
    return replace(record, **changes)  # type: ignore[arg-type]


def gave_up(waited: float) -> CallRecord:
    began = MORNING - 500
    return ended(
        answered_at=None, talk_ended_at=None, ended_at=began + waited, outcome=Outcome.ABANDONED
    )


def estimated(estimates: Estimates, hall: Hall, call: str) -> float | None:
    place = hall.list.position(call, hall.now)
    assert place is not None
    return estimates.wait(call, place, hall.now)


class TestWhatIsMeasured:
    def test_is_seen_by_every_daemon(self, client: redis.Redis, measured: Measured) -> None:
        talk = Talk(rung=4.0, talked=100.5, wrap_up=10.0)
        measured.note_end("hotline", "a", at=MORNING, waited=30.25, gave_up=False, talk=talk)
        measured.note_end("hotline", "b", at=MORNING + 1, waited=7.0, gave_up=True, talk=None)
        seen = Measured(client, CITY, "daemon-2").outlook("hotline", MORNING + 2)
        assert seen.talks == (talk,)
        assert seen.ends == ((MORNING, 30.25, False), (MORNING + 1, 7.0, True))
        assert measured.outlook("market", MORNING).ends == ()

    def test_counts_once_however_often_it_is_noted(self, measured: Measured) -> None:
        for _ in range(3):
            measured.note_end("hotline", "a", at=MORNING, waited=30.0, gave_up=True, talk=None)
        assert len(measured.outlook("hotline", MORNING).ends) == 1

    def test_is_forgotten_for_what_is_newer(self, measured: Measured) -> None:
        talk = Talk(4.0, 60.0, 10.0)
        for number in range(ENDS_KEPT + 20):
            measured.note_end(
                "hotline", f"c{number}", at=MORNING + number, waited=1.0, gave_up=False, talk=talk
            )
        seen = measured.outlook("hotline", MORNING)
        assert (len(seen.ends), len(seen.talks)) == (ENDS_KEPT, TALKS_KEPT)
        assert seen.ends[0].at == MORNING + 20

    def test_leaves_out_seats_that_will_take_no_further_caller(
        self, hall: Hall, measured: Measured
    ) -> None:
        for seat in ("1001", "1002", "1003", "1004"):
            hall.seat(seat)
        hall.talk("1001", "a")
        hall.list.sign_out("1001", hall.now)
        hall.list.not_ready("1002", "break", hall.now)
        hall.list.phone("1003", False, hall.now)
        (seat,) = measured.seats_on(hall.now + 5)
        assert seat[1] == {"hotline"}

    def test_has_a_few_callers_stand_for_all(self, hall: Hall, measured: Measured) -> None:
        for number in range(100):
            hall.after(1)
            hall.call(f"c{number:02}")
        seen = measured.outlook("hotline", hall.now)
        assert seen.waiting == 100
        assert sum(waiter.many for waiter in seen.waiters) == pytest.approx(100)
        waits = [waiter.waited for waiter in seen.waiters]
        assert waits == sorted(waits, reverse=True)
        assert waits[0] == 99


class TestWhoIsAhead:
    def test_are_those_with_a_higher_score_of_any_group(
        self, hall: Hall, measured: Measured
    ) -> None:
        hall.call("a")
        hall.call("b", "market", priority=60)
        hall.call("c", "market")
        hall.after(1)
        hall.call("d", "hotline")
        found = measured.ahead("d", ["hotline", "market"], hall.now)
        assert found == {"hotline": 1, "market": 2}
        hall.list.pause("market", True, hall.now)
        assert measured.ahead("d", ["hotline", "market"], hall.now) == {"hotline": 1, "market": 0}

    def test_is_nobodys_question_while_being_offered(self, hall: Hall, measured: Measured) -> None:
        hall.seat("1001")
        hall.call("a")
        assert measured.ahead("a", ["hotline"], hall.now) is None


class TestTheEstimate:
    def busy(self, hall: Hall, seats: int, waiting: int) -> None:
        for number in range(seats):
            hall.seat(f"{1001 + number}")
            hall.talk(f"{1001 + number}", f"talking-{number}")
        for number in range(waiting):
            hall.call(f"c{number:02}")

    def test_is_unknown_before_anything_was_measured(
        self, hall: Hall, estimates: Estimates
    ) -> None:
        self.busy(hall, seats=1, waiting=1)
        assert estimated(estimates, hall, "c00") is None

    def test_is_unknown_while_nobody_serves(self, hall: Hall, estimates: Estimates) -> None:
        for _ in range(20):
            estimates.ended(ended())
        hall.call("c00")
        assert estimated(estimates, hall, "c00") is None

    def test_grows_with_the_callers_ahead(self, hall: Hall, estimates: Estimates) -> None:
        for number in range(40):
            estimates.ended(ended(talked=80 + number))
        self.busy(hall, seats=5, waiting=41)
        told = [estimated(estimates, hall, call) for call in ("c00", "c20", "c40")]
        first, middle, last = (wait for wait in told if wait is not None)
        assert 0 < first < 120
        assert middle == pytest.approx(21 * 104 / 5, rel=0.15)
        assert last == pytest.approx(41 * 104 / 5, rel=0.15)

    def test_is_shorter_where_callers_give_up(self, hall: Hall, estimates: Estimates) -> None:
        for number in range(40):
            estimates.ended(ended(talked=80 + number))
        self.busy(hall, seats=5, waiting=41)
        patient = estimated(estimates, hall, "c40")
        for _ in range(40):
            estimates.ended(gave_up(waited=60))
        hall.after(FRESH_SECONDS)
        impatient = estimated(estimates, hall, "c40")
        assert patient is not None
        assert impatient is not None
        assert impatient < patient / 1.5

    def test_counts_other_groups_callers_by_the_seats_that_are_shared(
        self, hall: Hall, estimates: Estimates
    ) -> None:
        for _ in range(40):
            estimates.ended(ended())
        hall.seat("1001", "hotline", "market")
        hall.talk("1001", "talking")
        for number in range(10):
            hall.call(f"m{number}", "market")
        hall.after(1)
        hall.call("c00")
        among_others = estimated(estimates, hall, "c00")
        assert among_others is not None
        assert among_others > 9 * 100

    def test_learns_nothing_from_a_call_that_never_waited(
        self, estimates: Estimates, measured: Measured
    ) -> None:
        estimates.ended(ended(queued_at=None))
        assert measured.outlook("hotline", MORNING).ends == ()

    def test_does_not_take_a_callback_for_somebody_who_gave_up(
        self, estimates: Estimates, measured: Measured
    ) -> None:
        estimates.ended(replace(gave_up(30.0), outcome=Outcome.CALLBACK))
        (end,) = measured.outlook("hotline", MORNING).ends
        assert not end.gave_up


class TestManyWhoAskAtOnce:
    def test_share_one_look_when_the_last_one_is_old(
        self, measured: Measured, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        estimates = Estimates(measured, plan)
        for _ in range(20):
            estimates.ended(ended())
        estimates.arriving("hotline", 0, MORNING)
        looks = []
        outlook = measured.outlook

        def slow(group: str, now: float) -> Outlook:
            looks.append(group)
            gevent.sleep(0.001)
            return outlook(group, now)

        monkeypatch.setattr(measured, "outlook", slow)
        later = MORNING + FRESH_SECONDS
        asking = [gevent.spawn(estimates.arriving, "hotline", 0, later) for _ in range(20)]
        gevent.joinall(asking, timeout=30, raise_error=True)
        assert looks == ["hotline"]
