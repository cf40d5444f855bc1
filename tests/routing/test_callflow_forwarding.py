"""Callers who are passed on to a number outside, as they and that number notice it."""

from __future__ import annotations

import pytest

from routing.callflow import State
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.lines import Forward, LineKind, Otherwise
from routing.numbers import EMERGENCY
from routing.plan import Plan
from routing.record import EndedBy, Outcome
from tests.routing.build import NOW, Story, hotline, plan, sub_centre

CALLER_HANGS_UP = on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER)
HUNG_UP = on.CallerGone("NORMAL_CLEARING", EndedBy.SYSTEM)
OF_THE_QUEUE = (
    do.Enqueue,
    do.LeaveQueue,
    do.AskPosition,
    do.AskStaffed,
    do.Widen,
    do.AcceptOffer,
    do.RefuseOffer,
    do.ReleaseSeat,
)


def calls_sub_centre(otherwise: Otherwise = Otherwise.QUEUE, **changes: object) -> Story:
    return Story(plan(hotline(), sub_centre(otherwise, **changes)), called="12350")


class TestASubCentre:
    def test_rings_behind_the_greeting_while_the_caller_hears_music(self) -> None:
        story = calls_sub_centre().forwarding()
        shown = "12350 市应急管理局"
        assert story.todo == (
            do.Dial("2970110", "carrier", story.leg, 20.0, "13937512345", shown),
            do.SetTimer("forward", 35.0),
            do.PlayMusic("moh", story.call.audio),
        )

    def test_that_picks_up_talks_with_the_caller(self) -> None:
        story = calls_sub_centre().forwarding()
        story.happens(on.SeatAnswered(story.leg))
        assert do.Bridge(story.leg) in story.todo
        story.happens(on.Bridged(story.leg))
        assert story.call.state is State.FORWARDED
        assert do.ClearTimer("bridge") in story.todo

    def test_that_hangs_up_leaves_the_caller_with_thanks_and_a_record(self) -> None:
        story = calls_sub_centre().forwarded()
        story.happens(on.SeatGone(story.leg, "NORMAL_CLEARING", by_seat=True), after=60.0)
        story.happens(on.CallerBack())
        assert story.todo == (do.Play(("thanks",), story.call.audio),)
        story.happens(on.Played(story.call.audio)).happens(HUNG_UP)
        record, forward = story.record, story.record.legs[1]
        assert (record.outcome, record.ended_by) == (Outcome.FORWARDED, EndedBy.SEAT)
        assert (record.talk_seconds, record.queued_at, record.seat) == (60.0, None, "")
        assert (forward.role, forward.seat, forward.cause) == (
            "forward",
            "2970110",
            "NORMAL_CLEARING",
        )
        assert forward.bridged_at == record.answered_at

    def test_is_bridged_once_however_often_it_is_told_to_have_picked_up(self) -> None:
        """The originate tells it, and so does the leg that parks."""
        story = calls_sub_centre().forwarding()
        for _ in range(2):
            story.happens(on.SeatAnswered(story.leg))
        assert len([action for action in story.done if isinstance(action, do.Bridge)]) == 1
        story.happens(on.Bridged(story.leg)).happens(on.SeatAnswered(story.leg))
        assert story.call.state is State.FORWARDED

    def test_that_comes_back_before_its_end_is_told_is_thanked_all_the_same(self) -> None:
        story = calls_sub_centre().forwarded().happens(on.CallerBack())
        story.happens(on.SeatGone(story.leg, "NORMAL_CLEARING", by_seat=True))
        story.happens(on.Played(story.call.audio)).happens(HUNG_UP)
        assert story.record.legs[1].cause == "NORMAL_CLEARING"

    def test_gets_a_leg_of_a_new_name_each_time(self) -> None:
        """Under an earlier owner one of the same name may still ring."""
        earlier, later = calls_sub_centre(), calls_sub_centre()
        later.now += 60
        assert earlier.forwarding().leg != later.forwarding().leg


class TestASubCentreThatCannotBeReached:
    @pytest.mark.parametrize("cause", ["USER_BUSY", "NO_ANSWER", "DESTINATION_OUT_OF_ORDER"])
    def test_leaves_the_caller_to_the_queue(self, cause: str) -> None:
        story = calls_sub_centre().forwarding()
        story.happens(on.SeatFailed(story.leg, cause))
        (enqueue,) = story.asked_for(do.Enqueue)
        assert isinstance(enqueue, do.Enqueue)
        assert (enqueue.group, enqueue.enqueued_at) == ("intake", story.now)
        assert do.ClearTimer("forward") in story.todo
        assert story.call.legs[0].cause == cause
        story.ringing().happens(on.SeatAnswered("leg-b")).happens(on.Bridged("leg-b"))
        story.happens(CALLER_HANGS_UP).happens(on.SeatGone("leg-b", "NORMAL_CLEARING", False))
        assert [leg.role for leg in story.record.legs] == ["caller", "forward", "seat"]
        assert story.record.outcome is Outcome.ANSWERED

    def test_is_announced_if_the_city_wants_it_so(self) -> None:
        story = calls_sub_centre(Otherwise.ANNOUNCE).forwarding()
        story.happens(on.SeatFailed(story.leg, "NO_ANSWER"))
        (play,) = story.asked_for(do.Play)
        assert play == do.Play(("forward_failed",), story.call.audio, interrupt=True)
        story.happens(on.Played(story.call.audio)).happens(HUNG_UP)
        assert (story.record.outcome, story.record.queued_at) == (Outcome.FAILED, None)

    def test_is_announced_if_there_is_no_queue_to_go_to(self) -> None:
        story = calls_sub_centre(group="").forwarding()
        story.happens(on.SeatFailed(story.leg, "NO_ANSWER"))
        assert story.call.state is State.CLOSING

    @pytest.mark.parametrize("first", [on.SeatFailed, on.SeatGone])
    def test_is_noticed_once_whichever_is_told_first(self, first: type[on.Event]) -> None:
        story = calls_sub_centre().forwarding()
        told = [
            on.SeatFailed(story.leg, "USER_BUSY"),
            on.SeatGone(story.leg, "USER_BUSY", by_seat=True),
        ]
        for event in sorted(told, key=lambda event: not isinstance(event, first)):
            story.happens(event)
        assert len([action for action in story.done if isinstance(action, do.Enqueue)]) == 1
        assert story.call.open_legs == ()

    @pytest.mark.parametrize("timer", ["forward", "bridge"])
    def test_for_want_of_any_news_is_stopped(self, timer: str) -> None:
        story = calls_sub_centre().forwarding()
        if timer == "bridge":
            story.happens(on.SeatAnswered(story.leg))
        story.happens(on.TimerDue(timer))
        assert story.todo[0] == do.StopLeg(story.leg, "NORMAL_TEMPORARY_FAILURE")
        assert story.call.state is State.WAITING

    def test_whose_bridge_is_refused_is_stopped(self) -> None:
        story = calls_sub_centre().forwarding().happens(on.SeatAnswered("nobody's"))
        story.happens(on.SeatAnswered(story.leg)).happens(on.BridgeFailed(story.leg, "-ERR"))
        assert do.StopLeg(story.leg, "NORMAL_TEMPORARY_FAILURE") in story.todo
        assert story.call.state is State.WAITING

    def test_that_hangs_up_before_they_hear_each_other_leaves_the_caller_to_the_queue(self) -> None:
        story = calls_sub_centre().forwarding().happens(on.CallerBack())
        story.happens(on.SeatAnswered(story.leg))
        story.happens(on.SeatGone(story.leg, "NORMAL_CLEARING", by_seat=True))
        assert story.call.state is State.WAITING
        assert story.asked_for(do.PlayMusic)

    def test_that_picks_up_too_late_hears_no_silence(self) -> None:
        story = calls_sub_centre().forwarding().happens(on.TimerDue("forward"))
        story.happens(on.SeatAnswered(story.leg))
        assert story.todo == (do.StopLeg(story.leg, "ORIGINATOR_CANCEL"),)


class TestTheCallerHangsUp:
    def test_while_it_rings_and_it_rings_no_longer(self) -> None:
        story = calls_sub_centre().forwarding().happens(CALLER_HANGS_UP)
        assert story.todo[0] == do.StopLeg(story.leg, "ORIGINATOR_CANCEL")
        story.happens(on.SeatFailed(story.leg, "ORIGINATOR_CANCEL"))
        assert story.record.outcome is Outcome.ABANDONED_AT_ENTRY
        assert story.record.legs[1].cause == "ORIGINATOR_CANCEL"

    def test_in_the_talk_and_that_was_a_call_passed_on(self) -> None:
        story = calls_sub_centre().forwarded().happens(CALLER_HANGS_UP, after=30.0)
        story.happens(on.SeatGone(story.leg, "NORMAL_CLEARING", by_seat=False), after=2.0)
        record = story.record
        assert (record.outcome, record.ended_by) == (Outcome.FORWARDED, EndedBy.CALLER)
        assert record.talk_seconds == 30.0


class TestARestartBehindATalk:
    def test_thanks_the_caller_and_passes_nobody_on_again(self) -> None:
        story = calls_sub_centre()
        story.happens(on.PassedOn(story.arrival, NOW - 60), after=0.0)
        assert story.todo == (do.Play(("thanks",), story.call.audio),)
        story.happens(on.Played(story.call.audio), after=0.0).happens(HUNG_UP, after=0.0)
        assert story.leg == ""
        record = story.record
        assert (record.outcome, record.talk_seconds) == (Outcome.FORWARDED, 60.0)

    def test_is_told_by_what_was_written_on_the_caller(self) -> None:
        story = calls_sub_centre().forwarded()
        (tag,) = story.asked_for(do.Tag)
        assert isinstance(tag, do.Tag)
        assert tag.facts == {
            "switchd_state": "forwarded",
            "switchd_answered_at": f"{story.now:.3f}",
        }


def with_police(**changes: object) -> Plan:
    police = Forward("110", "police", ring_seconds=60.0, otherwise=Otherwise.ANNOUNCE)
    return plan(hotline(), emergency=dict.fromkeys(EMERGENCY, police), **changes)


class TestAnEmergencyNumberDialledHere:
    @pytest.mark.parametrize("number", sorted(EMERGENCY))
    def test_is_passed_on_at_once_without_greeting_or_queue(self, number: str) -> None:
        story = Story(with_police(), called=number).greeted()
        (dial,) = story.asked_for(do.Dial)
        assert isinstance(dial, do.Dial)
        assert (dial.number, dial.trunk) == ("110", "police")
        assert not [action for action in story.done if isinstance(action, do.Play)]

    @pytest.mark.parametrize("ends_by", ["caller", "police", "nobody answers"])
    def test_never_needs_the_queue_so_that_its_loss_blocks_nobody(self, ends_by: str) -> None:
        story = Story(with_police(groups={}, seats={}), called="110").forwarding()
        if ends_by == "nobody answers":
            story.happens(on.SeatFailed(story.leg, "NO_ANSWER"))
            assert do.Play(("forward_failed",), story.call.audio, interrupt=True) in story.todo
        else:
            story.happens(on.SeatAnswered(story.leg)).happens(on.Bridged(story.leg))
        if ends_by == "police":
            story.happens(on.SeatGone(story.leg, "NORMAL_CLEARING", by_seat=True))
            story.happens(on.CallerBack())
        if ends_by == "caller":
            story.happens(CALLER_HANGS_UP)
            story.happens(on.SeatGone(story.leg, "NORMAL_CLEARING", by_seat=False))
        else:
            story.happens(on.Played(story.call.audio)).happens(HUNG_UP)
        assert story.record.outcome in (Outcome.FORWARDED, Outcome.FAILED)
        assert not [action for action in story.done if isinstance(action, OF_THE_QUEUE)]


class TestADeferredLine:
    def test_whose_callers_are_told_the_number_says_it_and_hangs_up(self) -> None:
        tax = hotline(
            name="12366",
            kind=LineKind.DEFERRED,
            numbers=frozenset({"12366"}),
            group="",
            dial_instead="12366",
        )
        story = Story(plan(hotline(), tax), called="12366").greeted()
        number = ("num_yao", "num_2", "num_3", "num_6", "num_6")
        assert story.todo == (do.Play(("please_dial", *number), story.call.audio),)
        story.happens(on.Played(story.call.audio))
        assert story.todo[0] == do.Hangup("NORMAL_CLEARING")
        story.happens(HUNG_UP)
        assert story.record.outcome is Outcome.REDIRECTED

    def test_whose_callers_are_passed_on_is_rung(self) -> None:
        story = calls_sub_centre(kind=LineKind.DEFERRED).forwarding()
        assert story.leg
