"""One call's mailbox and timers."""

from __future__ import annotations

from typing import Any

import pytest

from routing.callflow import Call, State, step
from routing.callflow import events as on
from routing.entry import Arrival
from routing.record import CallRecord, EndedBy, Outcome
from switchd.calls import worker
from switchd.calls.performer import Performer
from switchd.calls.ports import NoPlaces
from switchd.calls.worker import Worker
from tests.calls.house import FakeClock, FakeQueue, FakeRegister, FakeSwitch, wait_until
from tests.routing.build import NOW, offer, plan

HANGS_UP = on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER)


def fails_on(
    monkeypatch: pytest.MonkeyPatch, kind: type[on.Event], state: State | None = None
) -> None:
    """Let there be a defect in what the flow does about an event, in one state or in all."""

    def broken_step(call: Call, event: on.Event, *words: Any) -> Any:
        if isinstance(event, kind) and state in (None, call.state):
            raise KeyError("priority")
        return step(call, event, *words)

    monkeypatch.setattr(worker, "step", broken_step)


class Desk:
    """Starts one worker and hears what becomes of it."""

    def __init__(self) -> None:
        self.switch, self.queue, self.clock = FakeSwitch(), FakeQueue(), FakeClock()
        self.records: list[CallRecord] = []
        self.unexpected: list[str] = []
        self.states: list[State] = []
        self.worker = Worker(
            Call(id="leg-a", arrived_at=NOW),
            plan(),
            Performer(self.switch, self.queue, self.clock, FakeRegister(), NoPlaces()),
            self.clock,
            on_leg=lambda leg, worker: None,
            on_closed=lambda worker, record: self.records.append(record),
            on_unexpected=lambda call, event: self.unexpected.append(type(event).__name__),
            on_changed=lambda before, after: self.states.append(after.state),
        )
        self.worker.start()

    def happens(self, *events: on.Event) -> Desk:
        for event in events:
            self.worker.post(event)
        return self

    def waits(self) -> Desk:
        arrived = on.Arrived(Arrival("13937512345", "12345", "carrier"))
        self.happens(arrived, on.Answered(), on.Played("leg-a/1"))
        wait_until(lambda: self.worker.call.state is State.WAITING)
        wait_until(lambda: self.clock.timers)
        return self


class TestADefect:
    def test_when_the_caller_goes_leaves_no_call_open(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk = Desk().waits()
        fails_on(monkeypatch, on.CallerGone)
        desk.happens(HANGS_UP)
        wait_until(lambda: desk.records)
        (record,) = desk.records
        assert (record.outcome, record.cause) == (Outcome.FAILED, "NORMAL_CLEARING")
        assert record.ended_by is EndedBy.CALLER
        assert record.trace[-1].what == "call.broken"
        assert desk.worker.call.state is State.ENDED
        assert "leave" in desk.queue.verbs()
        assert desk.clock.timers == []

    def test_while_a_seat_rings_stops_its_phone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        desk = Desk().waits().happens(on.Offered(offer()))
        wait_until(lambda: desk.worker.call.state is State.RINGING)
        fails_on(monkeypatch, on.CallerGone)
        desk.happens(HANGS_UP)
        wait_until(lambda: desk.records)
        assert [leg.cause for leg in desk.records[0].legs] == ["NORMAL_CLEARING", "UNCONFIRMED"]
        assert ("hang_up", "leg-b") in [asked[:2] for asked in desk.switch.asked]

    def test_while_the_last_phones_stop_is_no_way_to_stay_either(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk = Desk().waits().happens(on.Offered(offer()), HANGS_UP)
        wait_until(lambda: desk.worker.call.state is State.CLEARING)
        fails_on(monkeypatch, on.SeatFailed)
        desk.happens(on.SeatFailed("leg-b", "ORIGINATOR_CANCEL"))
        wait_until(lambda: desk.records)
        assert desk.records[0].outcome is Outcome.ABANDONED

    def test_in_the_middle_of_a_call_costs_only_the_step(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk = Desk().waits()
        fails_on(monkeypatch, on.Pressed)
        desk.happens(on.Pressed("1"), HANGS_UP)
        wait_until(lambda: desk.records)
        assert desk.records[0].outcome is Outcome.ABANDONED


class TestWorker:
    def test_events_are_taken_in_their_order(self) -> None:
        desk = Desk().waits()
        assert desk.switch.verbs() == ["answer", "play", "music", "tag"]
        assert desk.queue.verbs() == ["enqueue", "notice"]

    def test_a_timer_comes_back_as_an_event(self) -> None:
        desk = Desk().waits()
        desk.clock.passes(3.0)
        wait_until(lambda: ("play", "leg-a", ("all_busy", "you_are_next")) in desk.switch.asked)

    def test_no_timer_outlives_the_call(self) -> None:
        desk = Desk().waits().happens(HANGS_UP)
        wait_until(lambda: desk.records)
        assert desk.clock.timers == []

    def test_it_ends_with_one_record_whatever_is_still_in_the_mailbox(self) -> None:
        desk = Desk().waits().happens(HANGS_UP, HANGS_UP, on.TimerDue("busy"))
        wait_until(lambda: desk.records)
        assert len(desk.records) == 1

    def test_what_means_nothing_is_reported_and_forgotten(self) -> None:
        desk = Desk().waits().happens(on.Answered(), on.TimerDue("busy"))
        wait_until(lambda: ("play", "leg-a", ("all_busy", "you_are_next")) in desk.switch.asked)
        assert desk.unexpected == ["Answered"]

    def test_a_queue_that_fails_does_not_keep_the_caller_from_music(self) -> None:
        desk = Desk()
        desk.queue.trouble = {"enqueue": "redis"}
        arrived = on.Arrived(Arrival("13937512345", "12345", "carrier"))
        desk.happens(arrived, on.Answered(), on.Played("leg-a/1"))
        wait_until(lambda: "music" in desk.switch.verbs())
        assert not desk.records

    def test_one_that_is_let_go_does_nothing_more_on_the_switch(self) -> None:
        desk = Desk().waits()
        asked = list(desk.switch.asked)
        desk.worker.stop()
        desk.happens(HANGS_UP)
        desk.clock.passes(60.0)
        assert (desk.switch.asked, desk.records) == (asked, [])
