"""The way of a call, as caller, seat and record see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from routing.callflow import State
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.record import CallRecord, EndedBy, Outcome
from tests.routing.build import NOW, Story, hotline, offer, plan, retired

CALLER_HANGS_UP = on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER)


def record_of(story: Story) -> CallRecord:
    (close,) = [action for action in story.done if isinstance(action, do.Close)]
    return close.record


class TestEntry:
    def test_a_caller_of_12345_is_picked_up_and_greeted(self) -> None:
        story = Story().arrives()
        assert story.todo == (do.Answer(),)
        story.happens(on.Answered())
        assert story.todo == (do.Play(("greeting",), "leg-a/1"),)

    def test_after_the_greeting_comes_the_queue_and_no_menu(self) -> None:
        story = Story().waiting()
        enqueue, hold, music, timer, tag, _ = story.todo
        assert isinstance(hold, do.HoldPlace)
        assert isinstance(enqueue, do.Enqueue)
        assert enqueue.group == "intake"
        assert enqueue.enqueued_at == story.now
        assert music == do.PlayMusic("moh", "leg-a/2")
        assert timer == do.SetTimer("busy", 3.0)
        assert isinstance(tag, do.Tag)
        assert tag.facts["switchd_state"] == "waiting"

    def test_an_unknown_number_is_refused_without_being_answered(self) -> None:
        story = Story(called="88888888").arrives()
        assert story.todo[0] == do.Hangup("UNALLOCATED_NUMBER")
        story.happens(on.CallerGone("UNALLOCATED_NUMBER", EndedBy.SYSTEM))
        record = record_of(story)
        assert (record.outcome, record.ended_by) == (Outcome.REFUSED, EndedBy.SYSTEM)

    def test_a_retired_number_in_its_month_hears_the_change_and_reaches_a_seat(self) -> None:
        the_plan = plan(hotline(), retired(date(2027, 1, 10)))
        story = Story(the_plan, called="12319").greeted()
        assert story.todo == (do.Play(("change_announcement", "greeting"), "leg-a/1"),)
        story.happens(on.Played("leg-a/1")).ringing()
        (ring,) = story.todo
        assert isinstance(ring, do.Ring)
        assert ring.title == "12319 市城市管理局"
        assert (story.call.line_dialled, story.call.line_meant) == ("12319", "12345")

    @pytest.mark.parametrize("merged", [date(2027, 1, 10), date(2020, 1, 3)])
    def test_a_retired_number_is_counted_for_its_own_department(self, merged: date) -> None:
        old = replace(retired(merged), department="市城市管理局")
        story = Story(plan(hotline(department="市政府"), old), called="12319").arrives()
        story.happens(on.CallerGone("ORIGINATOR_CANCEL", EndedBy.CALLER))
        assert record_of(story).department == "市城市管理局"

    def test_a_retired_number_that_does_not_connect_says_so_and_hangs_up(self) -> None:
        the_plan = plan(hotline(), retired(date(2027, 1, 10), connects=False))
        story = Story(the_plan, called="12319").greeted()
        story.happens(on.Played("leg-a/1"))
        assert story.todo[0] == do.Hangup("NORMAL_CLEARING")
        story.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.SYSTEM))
        assert record_of(story).outcome is Outcome.REDIRECTED

    def test_after_its_month_a_retired_number_is_changed_for_ever(self) -> None:
        the_plan = plan(hotline(), retired(date(2020, 1, 3)))
        story = Story(the_plan, called="12319").arrives()
        assert story.todo[0] == do.Hangup("NUMBER_CHANGED")

    def test_a_missing_greeting_costs_nobody_the_call(self) -> None:
        story = Story().greeted().happens(on.Played("leg-a/1", failed=True))
        assert story.call.state is State.WAITING
        assert "audio.failed" in [entry.what for entry in story.call.trace]

    def test_the_end_of_something_older_moves_nobody_on(self) -> None:
        story = Story().greeted().happens(on.Played("leg-a/0"))
        assert story.call.state is State.GREETING


class TestWaiting:
    def test_an_offer_interrupts_nothing_and_waits_for_nothing(self) -> None:
        """The phone rings while the announcement is still being spoken."""
        story = Story().waiting().happens(on.TimerDue("busy")).happens(on.Positioned(3)).ringing()
        assert [type(action) for action in story.todo] == [do.Ring]
        story.happens(on.Played(story.call.audio))
        assert story.call.state is State.RINGING
        assert story.asked_for(do.PlayMusic)

    def test_a_queue_that_cannot_be_reached_is_tried_again_while_music_plays(self) -> None:
        story = Story().waiting()
        queued_at = story.call.queued_at
        story.happens(on.QueueFailed("Redis is away"))
        assert story.call.state is State.WAITING
        assert [type(action) for action in story.todo][:2] == [do.PlayMusic, do.SetTimer]
        story.happens(on.TimerDue("again"))
        (enqueue,) = [action for action in story.todo if isinstance(action, do.Enqueue)]
        assert enqueue.enqueued_at == queued_at
        story.happens(on.QueueFailed("Redis is away"))
        assert story.todo == (do.SetTimer("again", 2.0),)

    def test_who_waited_under_an_earlier_owner_keeps_place_and_hears_no_greeting(self) -> None:
        story = Story()
        story.happens(on.Resumed(story.arrival, NOW - 300))
        (enqueue,) = story.asked_for(do.Enqueue)
        assert isinstance(enqueue, do.Enqueue)
        assert enqueue.enqueued_at == NOW - 300
        assert not story.asked_for(do.Answer)


class TestOffer:
    def test_the_seat_is_rung_on_a_leg_named_by_the_offer(self) -> None:
        story = Story().ringing()
        assert story.todo == (
            do.Ring("1001", "leg-b", 15.0, "13937512345", "12345 政务服务便民热线"),
        )

    @pytest.mark.parametrize(
        ("cause", "reason"),
        [
            ("USER_BUSY", "busy"),
            ("NO_ANSWER", "no_answer"),
            ("CALL_REJECTED", "refused"),
            ("USER_NOT_REGISTERED", "unreachable"),
            ("SUBSCRIBER_ABSENT", "unreachable"),
            ("NORMAL_TEMPORARY_FAILURE", "unreachable"),
        ],
    )
    def test_a_seat_that_does_not_take_the_call_is_not_ready_for_that_reason(
        self, cause: str, reason: str
    ) -> None:
        story = Story().ringing().happens(on.SeatFailed("leg-b", cause))
        assert do.RefuseOffer("leg-b", reason) in story.todo
        assert story.call.state is State.WAITING
        assert not story.asked_for(do.Enqueue), "the queue has kept the caller's place"

    def test_the_caller_goes_from_seat_to_seat_until_one_answers(self) -> None:
        story = Story().ringing().happens(on.SeatFailed("leg-b", "USER_BUSY"))
        story.ringing("leg-c", "1002").happens(on.SeatAnswered("leg-c")).happens(
            on.Bridged("leg-c")
        )
        assert (story.call.state, story.call.seat) == (State.TALKING, "1002")
        assert [(leg.seat, leg.cause) for leg in story.call.legs] == [
            ("1001", "USER_BUSY"),
            ("1002", ""),
        ]

    def test_a_lease_that_ran_out_stops_the_phone(self) -> None:
        story = Story().ringing().happens(on.OfferLost("leg-b"))
        assert do.StopLeg("leg-b", "NO_ANSWER") in story.todo
        assert story.call.state is State.WAITING

    def test_the_lease_of_an_older_offer_means_nothing(self) -> None:
        story = Story().ringing().happens(on.OfferLost("leg-x"))
        assert (story.call.state, story.todo) == (State.RINGING, ())

    def test_a_phone_that_answers_too_late_is_stopped(self) -> None:
        story = Story().ringing().happens(on.OfferLost("leg-b"))
        story.happens(on.SeatAnswered("leg-b"))
        assert story.todo == (do.StopLeg("leg-b", "ORIGINATOR_CANCEL"),)

    def test_the_lease_is_taken_before_the_two_are_bridged(self) -> None:
        story = Story().connecting()
        assert [type(action) for action in story.todo] == [do.AcceptOffer, do.Bridge, do.SetTimer]

    @pytest.mark.parametrize(
        "trouble",
        [
            on.SeatGone("leg-b", "NORMAL_CLEARING", by_seat=True),
            on.BridgeFailed("leg-b", "-ERR"),
            on.TimerDue("bridge"),
        ],
    )
    def test_no_bridge_puts_the_caller_back_with_place_and_age(self, trouble: on.Event) -> None:
        story = Story().connecting()
        queued_at = story.call.queued_at
        story.happens(trouble)
        (enqueue,) = story.asked_for(do.Enqueue)
        assert isinstance(enqueue, do.Enqueue)
        assert enqueue.enqueued_at == queued_at
        assert do.ReleaseSeat("1001", "leg-b", 0.0) in story.todo


class TestTalk:
    def test_recording_starts_when_they_hear_each_other(self) -> None:
        assert not [a for a in Story().connecting().done if isinstance(a, do.StartRecording)]
        story = Story().talking()
        assert do.StartRecording("2027/01/15/leg-a.wav") in story.todo

    def test_that_cannot_be_recorded_goes_on_and_its_record_names_no_file(self) -> None:
        story = Story().talking().happens(on.NotRecorded("-ERR Cannot record session!"))
        assert story.call.state is State.TALKING
        assert story.todo == (do.Tag({"switchd_recording": ""}),)
        story.happens(CALLER_HANGS_UP)
        record = record_of(story.happens(on.SeatGone("leg-b", "NORMAL_CLEARING", by_seat=False)))
        assert (record.outcome, record.recording) == (Outcome.ANSWERED, "")
        assert "recording.failed" in [step.what for step in record.trace]

    def test_whose_recording_ends_too_early_keeps_what_there_is(self) -> None:
        story = Story().talking().happens(on.NotRecorded("uri-failure", partly=True))
        story.happens(CALLER_HANGS_UP)
        record = record_of(story.happens(on.SeatGone("leg-b", "NORMAL_CLEARING", by_seat=False)))
        assert record.recording == "2027/01/15/leg-a.wav"
        assert "recording.cut" in [step.what for step in record.trace]

    def test_when_the_seat_hangs_up_the_caller_is_asked_for_satisfaction(self) -> None:
        story = Story().surveyed()
        assert do.ReleaseSeat("1001", "leg-b", 10.0) in story.todo
        assert do.StopRecording("2027/01/15/leg-a.wav") in story.todo
        (ask,) = story.asked_for(do.Collect)
        assert isinstance(ask, do.Collect)
        assert ask.keys == "1234"
        story.happens(on.Collected(ask.execution, "1"))
        story.happens(on.Played(story.call.audio))
        story.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.SYSTEM))
        story.happens(on.SeatGone("leg-b", "NORMAL_CLEARING", by_seat=True))
        record = record_of(story)
        assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.SEAT)
        assert (record.survey_key, record.survey_meaning) == ("1", "very_satisfied")
        assert record.talk_seconds == 60.0

    @pytest.mark.parametrize("key", ["", "9"])
    def test_no_key_or_a_wrong_one_is_no_answer(self, key: str) -> None:
        story = Story().surveyed()
        story.happens(on.Collected(story.call.audio, key))
        assert story.call.survey_key == ""
        assert story.call.state is State.CLOSING

    def test_the_seat_is_released_once_whatever_comes_first(self) -> None:
        for first in (on.CallerBack(), on.SeatGone("leg-b", "NORMAL_CLEARING", True)):
            second = (
                on.SeatGone("leg-b", "NORMAL_CLEARING", True)
                if isinstance(first, on.CallerBack)
                else on.CallerBack()
            )
            story = Story().talking().happens(first).happens(second)
            releases = [a for a in story.done if isinstance(a, do.ReleaseSeat)]
            assert len(releases) == 1
            assert story.call.state is State.SURVEY

    def test_without_a_survey_the_caller_is_thanked(self) -> None:
        story = Story(plan(hotline(survey=False))).talking().happens(on.CallerBack())
        assert do.Play(("thanks",), story.call.audio) in story.todo


class TestCallerHangsUp:
    def test_before_the_queue_it_is_no_request_for_a_person(self) -> None:
        story = Story().greeted().happens(CALLER_HANGS_UP)
        assert record_of(story).outcome is Outcome.ABANDONED_AT_ENTRY

    def test_in_the_queue_the_place_is_given_up(self) -> None:
        story = Story().waiting().happens(CALLER_HANGS_UP, after=40.0)
        assert do.LeaveQueue() in story.todo
        record = record_of(story)
        assert (record.outcome, record.queue_seconds) == (Outcome.ABANDONED, 40.0)

    def test_while_the_phone_rings_it_stops_and_the_seat_is_free(self) -> None:
        story = Story().ringing().happens(CALLER_HANGS_UP)
        assert story.todo[0] == do.StopLeg("leg-b", "ORIGINATOR_CANCEL")
        assert do.LeaveQueue() in story.todo
        story.happens(on.SeatGone("leg-b", "ORIGINATOR_CANCEL", by_seat=False))
        record = record_of(story)
        assert record.outcome is Outcome.ABANDONED
        assert record.legs[1].cause == "ORIGINATOR_CANCEL"

    def test_a_phone_that_never_confirms_does_not_hold_up_the_record(self) -> None:
        story = Story().ringing().happens(CALLER_HANGS_UP).happens(on.TimerDue("clearing"))
        assert record_of(story).legs[1].cause == "UNCONFIRMED"

    def test_in_the_talk_the_seat_goes_to_wrap_up(self) -> None:
        story = Story().talking().happens(CALLER_HANGS_UP, after=30.0)
        assert do.ReleaseSeat("1001", "leg-b", 10.0) in story.todo
        story.happens(on.SeatGone("leg-b", "NORMAL_CLEARING", by_seat=False))
        record = record_of(story)
        assert (record.ended_by, record.talk_seconds) == (EndedBy.CALLER, 30.0)

    def test_an_offer_that_crosses_the_hangup_is_given_back(self) -> None:
        story = Story().ringing().happens(CALLER_HANGS_UP).happens(on.Offered(offer("leg-c")))
        assert story.todo == (do.LeaveQueue(),)


class TestTwoPhonesForOneCaller:
    """A phone that was given up may still answer, fail or end while the next one is rung."""

    def ringing_the_second(self) -> Story:
        story = Story().ringing().happens(on.OfferLost("leg-b"))
        return story.ringing("leg-c", "1002")

    def test_the_first_ones_late_failure_does_not_refuse_the_second_offer(self) -> None:
        story = self.ringing_the_second().happens(on.SeatFailed("leg-b", "NO_ANSWER"))
        assert (story.call.state, story.todo) == (State.RINGING, ())
        assert story.call.open_legs == ("leg-c",)

    def test_the_first_one_answering_late_is_stopped_and_not_bridged(self) -> None:
        story = self.ringing_the_second().happens(on.SeatAnswered("leg-b"))
        assert story.todo == (do.StopLeg("leg-b", "ORIGINATOR_CANCEL"),)
        assert story.call.state is State.RINGING

    def test_the_first_ones_end_ends_no_talk(self) -> None:
        story = self.ringing_the_second().happens(on.SeatAnswered("leg-c"))
        story.happens(on.SeatGone("leg-b", "NO_ANSWER", by_seat=False))
        assert story.call.state is State.CONNECTING
        story.happens(on.Bridged("leg-c")).happens(on.SeatAnswered("leg-b"))
        assert story.todo == (do.StopLeg("leg-b", "ORIGINATOR_CANCEL"),)
        assert story.call.state is State.TALKING

    def test_an_offer_whose_predecessors_end_was_never_told_stops_its_phone(self) -> None:
        story = Story().ringing().happens(on.Offered(offer("leg-c", "1002")))
        assert [type(action) for action in story.todo] == [do.StopLeg, do.Ring]

    def test_who_talks_is_not_offered_to_anybody_else(self) -> None:
        story = Story().talking().happens(on.Offered(offer("leg-c", "1002")))
        assert (story.call.state, story.todo) == (State.TALKING, (do.LeaveQueue(),))

    def test_being_told_twice_that_the_seat_answered_changes_nothing(self) -> None:
        story = Story().connecting().happens(on.SeatAnswered("leg-b"))
        assert (story.call.state, story.todo) == (State.CONNECTING, ())
        story.happens(on.Bridged("leg-b")).happens(on.SeatAnswered("leg-b"))
        assert (story.call.state, story.todo) == (State.TALKING, ())


class TestMusic:
    def test_a_stream_that_does_not_exist_is_tried_again_at_leisure_and_noted_once(self) -> None:
        story = Story().waiting()
        for _ in range(3):
            story.happens(on.Played(story.call.audio, failed=True))
            assert story.todo == (do.SetTimer("music", 2.0),)
            story.happens(on.TimerDue("music"))
            assert story.asked_for(do.PlayMusic)
        assert [step.what for step in story.call.trace].count("music.failed") == 1

    def test_a_bridge_that_was_given_up_has_broken_it_so_it_begins_again(self) -> None:
        story = Story().connecting().happens(on.TimerDue("bridge")).happens(on.Bridged("leg-b"))
        story.happens(on.CallerBack())
        assert story.asked_for(do.PlayMusic)
        assert story.call.state is State.WAITING


class TestTheQueueLostItsData:
    def test_who_waits_goes_back_to_the_same_place(self) -> None:
        story = Story().waiting()
        queued_at = story.call.queued_at
        story.happens(on.QueueForgot(), after=60.0)
        (enqueue,) = story.asked_for(do.Enqueue)
        assert isinstance(enqueue, do.Enqueue)
        assert enqueue.enqueued_at == queued_at

    def test_a_phone_that_rings_without_a_lease_is_stopped(self) -> None:
        story = Story().ringing().happens(on.QueueForgot())
        assert [type(action) for action in story.todo] == [do.StopLeg, do.Enqueue, do.HoldPlace]
        assert story.call.state is State.WAITING


class TestFoundBehindATalk:
    """Another daemon began the talk; the seat hung up while nobody was in charge."""

    def test_the_caller_is_asked_for_satisfaction_and_the_record_has_the_talk(self) -> None:
        story = Story()
        served = on.Served(story.arrival, NOW - 90, NOW - 60, "1001", "8001", "a.wav")
        story.happens(served, after=0.0)
        assert story.asked_for(do.Collect)
        assert not story.asked_for(do.Enqueue)
        story.happens(on.Collected(story.call.audio, "1"))
        story.happens(on.Played(story.call.audio))
        story.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.SYSTEM))
        record = record_of(story)
        assert (record.outcome, record.seat, record.agent) == (Outcome.ANSWERED, "1001", "8001")
        assert (record.queue_seconds, record.talk_seconds) == (30.0, 60.0)
        assert record.survey_key == "1"


class TestFoundInATalk:
    """Another daemon began the talk; this one takes it over while it goes on."""

    def talking_on(self) -> Story:
        story = Story()
        talk = on.Talking(
            story.arrival, NOW - 90, NOW - 60, "leg-b", "1001", "8001", "intake", "a.wav"
        )
        return story.happens(talk, after=0.0)

    def test_neither_side_notices(self) -> None:
        story = self.talking_on()
        assert (story.call.state, story.todo) == (State.TALKING, ())

    def test_a_caller_who_hangs_up_is_written_down_and_the_seat_wraps_up(self) -> None:
        story = self.talking_on().happens(CALLER_HANGS_UP, after=30.0)
        assert do.ReleaseSeat("1001", "leg-b", 10.0) in story.todo
        story.happens(on.SeatGone("leg-b", "NORMAL_CLEARING", by_seat=False))
        record = record_of(story)
        assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.CALLER)
        assert (record.seat, record.agent, record.group) == ("1001", "8001", "intake")
        assert (record.queue_seconds, record.talk_seconds) == (30.0, 90.0)
        assert [leg.leg for leg in record.legs] == ["leg-a", "leg-b"]

    def test_a_seat_that_hangs_up_leads_to_the_survey(self) -> None:
        story = self.talking_on().happens(on.SeatGone("leg-b", "NORMAL_CLEARING", by_seat=True))
        story.happens(on.CallerBack())
        assert story.asked_for(do.Collect)

    def test_a_group_that_the_plan_has_no_more_is_no_obstacle(self) -> None:
        story = Story()
        talk = on.Talking(story.arrival, NOW, NOW, "leg-b", "1001", "8001", "gone", "a.wav")
        assert story.happens(talk).call.group == "intake"


class TestTurnedAway:
    def test_is_not_answered_and_written_down_with_what_was_asked_for(self) -> None:
        story = Story()
        story.happens(on.TurnedAway(story.arrival))
        assert story.todo[0] == do.Hangup("NORMAL_TEMPORARY_FAILURE")
        story.happens(on.CallerGone("NORMAL_TEMPORARY_FAILURE", EndedBy.SYSTEM))
        record = record_of(story)
        assert (record.outcome, record.group) == (Outcome.TURNED_AWAY, "intake")
        assert (record.line_dialled, record.ended_by) == ("12345", EndedBy.SYSTEM)

    def test_who_would_not_have_reached_a_person_asked_for_none(self) -> None:
        told_to_redial = retired(date(2027, 1, 10), connects=False)
        story = Story(plan(hotline(), told_to_redial), called="12319")
        story.happens(on.TurnedAway(story.arrival)).happens(CALLER_HANGS_UP)
        assert (record_of(story).outcome, record_of(story).group) == (Outcome.TURNED_AWAY, "")

    def test_an_unknown_number_is_refused_as_ever(self) -> None:
        story = Story(called="88888888")
        story.happens(on.TurnedAway(story.arrival))
        assert story.todo[0] == do.Hangup("UNALLOCATED_NUMBER")


class TestEnding:
    def test_a_hangup_that_nobody_confirms_is_asked_for_again(self) -> None:
        story = Story(called="88888888").arrives()
        assert story.todo[1] == do.SetTimer("ending", 5.0)
        story.happens(on.TimerDue("ending"))
        assert story.todo[0] == do.Hangup("UNALLOCATED_NUMBER", again=True)

    def test_a_crash_of_the_switch_is_not_the_callers_giving_up(self) -> None:
        story = Story().waiting().happens(on.CallerGone("CRASH", EndedBy.SYSTEM))
        assert record_of(story).outcome is Outcome.FAILED

    def test_a_phone_that_would_not_stop_is_told_once_more(self) -> None:
        story = Story().ringing().happens(CALLER_HANGS_UP).happens(on.TimerDue("clearing"))
        assert story.todo[0] == do.StopLeg("leg-b", "ORIGINATOR_CANCEL")
