"""What is done for each wish of a call, and what the call hears if it fails."""

from __future__ import annotations

import pytest

from routing.callflow import Call
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.record import EndedBy
from switchd.calls.performer import RETRY_SECONDS, Performer
from switchd.calls.ports import NoPlaces, Place
from tests.calls.house import FakeClock, FakeQueue, FakeRegister, FakeSwitch, wait_until
from tests.routing.build import NOW

CALL = Call(id="leg-a", arrived_at=NOW)
RING = do.Ring("1001", "leg-b", 15.0, "13937512345", "热线")
COLLECT = do.Collect(("survey",), ("survey_invalid",), "1234", 8.0, 2, "leg-a/9")


@pytest.fixture
def switch() -> FakeSwitch:
    return FakeSwitch()


@pytest.fixture
def queue() -> FakeQueue:
    return FakeQueue()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def performer(switch: FakeSwitch, queue: FakeQueue, clock: FakeClock) -> Performer:
    return Performer(switch, queue, clock, FakeRegister(), NoPlaces())


class TestTheSwitchRefuses:
    @pytest.mark.parametrize(
        ("action", "verb", "outcome"),
        [
            (do.Answer(), "answer", on.SwitchRefused("answer", "-ERR no")),
            (do.Play(("greeting",), "leg-a/1"), "play", on.Played("leg-a/1", failed=True)),
            (COLLECT, "collect", on.Collected("leg-a/9", "")),
            (RING, "ring", on.SeatFailed("leg-b", "DESTINATION_OUT_OF_ORDER")),
            (do.Bridge("leg-b"), "bridge", on.BridgeFailed("leg-b", "-ERR no")),
            (do.PlayMusic("moh", "leg-a/2"), "music", None),
            (do.Tag({"switchd_state": "waiting"}), "tag", None),
            (do.StartRecording("a.wav"), "record", on.NotRecorded("-ERR no")),
            (do.StopRecording("a.wav"), "stop_recording", None),
            (do.StopLeg("leg-b", "NO_ANSWER"), "hang_up", None),
            (do.Hangup("NORMAL_CLEARING"), "hang_up", None),
        ],
    )
    def test_the_call_hears_what_it_cannot_go_on_without(
        self,
        performer: Performer,
        switch: FakeSwitch,
        action: do.Action,
        verb: str,
        outcome: on.Event | None,
    ) -> None:
        switch.trouble = {verb: "refuses"}
        assert performer.perform(CALL, action) == outcome

    @pytest.mark.parametrize(
        ("action", "verb"),
        [
            (do.Answer(), "answer"),
            (do.Play(("greeting",), "leg-a/1"), "play"),
            (COLLECT, "collect"),
            (do.Hangup("NORMAL_CLEARING"), "hang_up"),
        ],
    )
    def test_a_leg_that_is_gone_is_told_by_its_own_event(
        self, performer: Performer, switch: FakeSwitch, action: do.Action, verb: str
    ) -> None:
        switch.trouble = {verb: "gone"}
        assert performer.perform(CALL, action) is None

    def test_a_leg_that_is_gone_at_the_second_hangup_has_ended(
        self, performer: Performer, switch: FakeSwitch
    ) -> None:
        switch.trouble = {"hang_up": "gone"}
        gone = performer.perform(CALL, do.Hangup("NORMAL_CLEARING", again=True))
        assert gone == on.CallerGone("UNCONFIRMED", EndedBy.SYSTEM)

    @pytest.mark.parametrize(("action", "verb"), [(RING, "ring"), (do.Bridge("leg-b"), "bridge")])
    def test_no_phone_is_blamed_for_a_switch_that_is_away(
        self, performer: Performer, switch: FakeSwitch, action: do.Action, verb: str
    ) -> None:
        switch.trouble = {verb: "away"}
        assert performer.perform(CALL, action) is None


class TestTheQueueIsAway:
    def test_nobody_can_be_enqueued(self, performer: Performer, queue: FakeQueue) -> None:
        queue.trouble = {"enqueue": "redis"}
        failed = performer.perform(CALL, do.Enqueue("intake", 0, NOW, 18.0))
        assert failed == on.QueueFailed("Redis is away")
        assert performer.stops(failed)

    def test_a_seat_that_picked_up_is_bridged_all_the_same(
        self, performer: Performer, queue: FakeQueue
    ) -> None:
        queue.trouble = {"accept": "redis"}
        assert performer.perform(CALL, do.AcceptOffer("leg-b")) is None

    def test_the_position_is_not_said(self, performer: Performer, queue: FakeQueue) -> None:
        queue.trouble = {"position": "redis"}
        assert performer.perform(CALL, do.AskPosition()) == on.Positioned(0)

    @pytest.mark.parametrize(
        ("action", "verb"),
        [
            (do.LeaveQueue(), "leave"),
            (do.RefuseOffer("leg-b", "busy"), "refuse"),
            (do.ReleaseSeat("1001", "leg-b", 10.0), "release"),
        ],
    )
    def test_a_place_or_a_seat_is_given_back_as_soon_as_it_returns(
        self,
        performer: Performer,
        queue: FakeQueue,
        clock: FakeClock,
        action: do.Action,
        verb: str,
    ) -> None:
        queue.trouble = {verb: "redis"}
        assert performer.perform(CALL, action) is None
        assert queue.asked == []
        queue.trouble = {}
        clock.passes(RETRY_SECONDS)
        wait_until(lambda: queue.verbs() == [verb])


class TestTheLease:
    def test_that_ran_out_keeps_the_two_from_being_bridged(
        self, performer: Performer, queue: FakeQueue
    ) -> None:
        queue.leases = False
        lost = performer.perform(CALL, do.AcceptOffer("leg-b"))
        assert lost == on.OfferLost("leg-b")
        assert performer.stops(lost)

    def test_the_place_comes_with_the_estimated_wait(
        self, performer: Performer, queue: FakeQueue
    ) -> None:
        queue.place = Place(4, 95.0)
        assert performer.perform(CALL, do.AskPosition()) == on.Positioned(4, 95.0)

    def test_position_is_0_for_who_is_in_no_list(
        self, performer: Performer, queue: FakeQueue
    ) -> None:
        queue.place = None
        assert performer.perform(CALL, do.AskPosition()) == on.Positioned(0)
