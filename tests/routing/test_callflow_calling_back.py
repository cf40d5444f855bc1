"""One try of a callback, as seat, person and record see it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.callbacks import CallbackRules
from routing.callflow import Call, State, Unexpected
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.outgoing import Callback, Reason
from routing.plan import SkillGroup
from routing.record import CallKind, EndedBy, Outcome
from tests.routing.build import NOW, Story, hotline, offer, plan

CALL = "callback-7-1"
CITY = plan(
    hotline(),
    callbacks=CallbackRules(trunk="carrier", ring_seconds=20.0),
    groups={"intake": SkillGroup("intake", "受理", ring_several=2)},
)
CALLBACK = Callback(
    id=7,
    number="13937512345",
    line="12345",
    group="intake",
    language="zh",
    reason=Reason.ASKED,
    asked_at=NOW - 600,
    queued_at=NOW - 725,
)


def begun() -> Story:
    """The seat's phone rings."""
    story = Story(CITY)
    story.call = Call(id=CALL, arrived_at=NOW)
    return story.happens(on.CallBackDue(CALLBACK, offer()), after=0.0)


def calling() -> Story:
    """The seat has picked up, the person's phone rings."""
    return begun().happens(on.SeatAnswered("leg-b"))


def talking() -> Story:
    return calling().happens(on.SeatAnswered(CALL)).happens(on.Bridged("leg-b"))


class TestTheSeat:
    def test_sees_that_it_is_a_callback_for_whom_and_after_how_long(self) -> None:
        (ring,) = begun().asked_for(do.Ring)
        assert isinstance(ring, do.Ring)
        assert ring.title == "回拨 12345 政务服务便民热线 已等候12分钟"
        assert (ring.seat, ring.caller) == ("1001", "13937512345")

    def test_hears_what_will_happen_and_then_the_other_phone_ring(self) -> None:
        story = calling()
        (tell,) = story.asked_for(do.Tell)
        assert isinstance(tell, do.Tell)
        assert tell.prompts == ("callback_preview",)
        story.happens(on.Played(tell.execution))
        (tone,) = story.asked_for(do.RingTone)
        assert isinstance(tone, do.RingTone)
        assert tone.leg == "leg-b"

    def test_one_that_is_busy_goes_to_not_ready_and_nobody_is_called(self) -> None:
        story = begun().happens(on.SeatFailed("leg-b", "USER_BUSY"))
        assert story.asked_for(do.RefuseOffer) == [do.RefuseOffer("leg-b", "busy")]
        assert story.record.outcome is Outcome.SEAT_MISSED
        assert [leg.role for leg in story.record.legs] == ["seat"]

    def test_two_may_ring_and_the_first_that_picks_up_has_it(self) -> None:
        story = begun().happens(on.Offered(offer("leg-c", "1002")))
        assert story.call.state is State.PREVIEW
        story.happens(on.SeatAnswered("leg-c"))
        assert do.StopLeg("leg-b", "LOSE_RACE") in story.todo
        assert do.AcceptOffer("leg-c") in story.todo

    def test_one_whose_lease_is_over_stops_ringing(self) -> None:
        story = begun().happens(on.OfferLost("leg-b"))
        assert story.asked_for(do.StopLeg)
        story.happens(on.SeatGone("leg-b", "NO_ANSWER", by_seat=False))
        assert story.record.outcome is Outcome.SEAT_MISSED


class TestThePerson:
    def test_is_rung_over_the_trunk_and_sees_the_hotlines_number(self) -> None:
        (call,) = calling().asked_for(do.CallBack)
        assert isinstance(call, do.CallBack)
        assert (call.number, call.trunk, call.shown) == ("13937512345", "carrier", "12345")
        assert call.seconds == 20.0
        assert call.facts["switchd_callback"] == "7"

    @pytest.mark.parametrize("told", [on.SeatAnswered(CALL), on.CallerBack()])
    def test_who_picks_up_is_bridged_whichever_event_tells_it(self, told: on.Event) -> None:
        story = calling().happens(told)
        assert story.call.state is State.CONNECTING
        assert do.Bridge("leg-b") in story.todo

    def test_picking_up_is_told_twice_and_hangs_nobody_up(self) -> None:
        story = talking().happens(on.SeatAnswered(CALL))
        assert (story.call.state, story.todo) == (State.TALKING, ())

    @pytest.mark.parametrize(
        "end",
        [on.SeatFailed(CALL, "USER_BUSY"), on.CallerGone("USER_BUSY", EndedBy.SYSTEM)],
    )
    def test_who_is_busy_lets_the_seat_go_to_its_wrap_up(self, end: on.Event) -> None:
        story = calling().happens(end)
        assert story.asked_for(do.ReleaseSeat) == [do.ReleaseSeat("1001", "leg-b", 10.0)]
        assert do.StopLeg("leg-b", "ORIGINATOR_CANCEL") in story.todo
        story.happens(on.SeatGone("leg-b", "ORIGINATOR_CANCEL", by_seat=False))
        record = story.record
        assert (record.outcome, record.cause) == (Outcome.NOT_REACHED, "USER_BUSY")
        assert [leg.role for leg in record.legs] == ["seat", "called"]

    def test_who_never_answers_is_not_rung_for_ever(self) -> None:
        story = calling().happens(on.TimerDue("calling"), after=35.0)
        assert do.Hangup("NO_ANSWER") in story.todo
        assert story.asked_for(do.ReleaseSeat)

    def test_is_not_rung_on_when_the_agent_hangs_up(self) -> None:
        story = calling().happens(on.SeatGone("leg-b", "NORMAL_CLEARING", by_seat=True))
        assert story.asked_for(do.Hangup)
        story.happens(on.CallerGone("ORIGINATOR_CANCEL", EndedBy.SYSTEM))
        record = story.record
        assert (record.outcome, record.ended_by) == (Outcome.NOT_REACHED, EndedBy.SEAT)

    def test_who_cannot_be_bridged_waits_with_the_age_of_the_callback(self) -> None:
        story = calling().happens(on.SeatAnswered(CALL)).happens(on.BridgeFailed("leg-b", "-ERR"))
        assert story.call.state is State.WAITING
        (enqueue,) = story.asked_for(do.Enqueue)
        assert isinstance(enqueue, do.Enqueue)
        assert enqueue.enqueued_at == CALLBACK.queued_at


class TestTheTalk:
    def test_is_recorded_and_surveyed_like_every_other(self) -> None:
        story = talking()
        assert story.asked_for(do.StartRecording)
        story.happens(on.SeatGone("leg-b", "NORMAL_CLEARING", by_seat=True))
        story.happens(on.CallerBack())
        assert story.asked_for(do.Collect)
        story.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER))
        record = story.record
        assert (record.kind, record.outcome) == (CallKind.CALLBACK, Outcome.ANSWERED)
        assert (record.callback, record.seat) == ("7", "1001")
        assert record.queued_at == CALLBACK.queued_at

    def test_that_began_under_an_earlier_owner_is_written_down_as_its_try(self) -> None:
        story = Story(CITY)
        served = on.Served(
            story.arrival, NOW - 90, NOW - 60, "1001", "8001", "a.wav", "7", CallKind.CALLBACK
        )
        story.happens(served).happens(on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER))
        assert (story.record.kind, story.record.callback) == (CallKind.CALLBACK, "7")
        assert [leg.role for leg in story.record.legs] == ["called"]

    def test_that_goes_on_under_a_new_owner_is_written_down_as_its_try(self) -> None:
        story = Story(CITY)
        where = ("leg-b", "1001", "8001", "intake", "a.wav", "7", CallKind.CALLBACK)
        story.happens(on.Talking(story.arrival, NOW - 90, NOW - 60, *where))
        story.happens(on.SeatGone("leg-b", "NORMAL_CLEARING", by_seat=True))
        story.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER))
        assert (story.record.kind, story.record.callback) == (CallKind.CALLBACK, "7")
        assert [leg.role for leg in story.record.legs] == ["seat", "called"]


ANYTHING = st.sampled_from(
    [
        on.Offered(offer("leg-c", "1002")),
        on.OfferLost("leg-b"),
        on.OfferLost("leg-c", "withdrawn"),
        on.SeatAnswered("leg-b"),
        on.SeatAnswered("leg-c"),
        on.SeatAnswered(CALL),
        on.CallerBack(),
        on.SeatFailed("leg-b", "NO_ANSWER"),
        on.SeatFailed("leg-c", "USER_BUSY"),
        on.SeatFailed(CALL, "USER_BUSY"),
        on.SeatGone("leg-b", "NORMAL_CLEARING", True),
        on.SeatGone("leg-c", "LOSE_RACE", False),
        on.Bridged("leg-b"),
        on.Bridged("leg-c"),
        on.BridgeFailed("leg-b", "-ERR"),
        on.TimerDue("calling"),
        on.TimerDue("bridge"),
        on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER),
        on.Played("leg-b/1"),
    ]
)
ENDS = [
    on.TimerDue("calling"),
    on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER),
    on.OfferLost("leg-b"),
    on.OfferLost("leg-c"),
    on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER),
    on.TimerDue("clearing"),
]


class TestAnyOrderOfEvents:
    @given(st.lists(ANYTHING, max_size=25))
    def test_leaves_one_record_and_no_ringing_phone(self, happenings: list[on.Event]) -> None:
        story = begun()
        for event in [*happenings, *ENDS]:
            try:
                story.happens(event)
            except Unexpected:
                continue
        closes = [action for action in story.done if isinstance(action, do.Close)]
        assert len(closes) == 1
        record = closes[0].record
        assert record.kind is CallKind.CALLBACK
        assert all(leg.ended_at is not None for leg in record.legs)
        stopped = {a.leg for a in story.done if isinstance(a, do.StopLeg)}
        told = {e.leg for e in happenings if isinstance(e, on.SeatGone | on.SeatFailed)}
        rung = {a.leg for a in story.done if isinstance(a, do.Ring)}
        assert rung <= stopped | told
        if any(isinstance(a, do.CallBack) for a in story.done):
            assert any(isinstance(a, do.AcceptOffer) for a in story.done)
