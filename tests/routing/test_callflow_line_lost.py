"""A talk that nobody ended: the line of the seat broke, and the caller is served anew at once."""

from __future__ import annotations

import pytest

from routing.callflow import State
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.lines import HIGHEST_PRIORITY
from routing.record import EndedBy, Outcome
from tests.routing.build import Story, hotline, offer, plan

LOST = on.SeatGone("leg-b", "MEDIA_TIMEOUT", by_seat=False, line_lost=True)


def enqueued(story: Story) -> do.Enqueue:
    (found,) = story.asked_for(do.Enqueue)
    assert isinstance(found, do.Enqueue)
    return found


class TestACallerWhoseSeatIsLost:
    def test_is_back_in_the_list_before_everybody_else(self) -> None:
        story = Story().talking()
        queued_at = story.call.queued_at
        story.happens(LOST, after=60.0).happens(on.CallerBack())
        again = enqueued(story)
        assert (again.priority, again.enqueued_at) == (HIGHEST_PRIORITY, queued_at)
        assert story.asked_for(do.PlayMusic)
        assert story.call.state is State.WAITING

    @pytest.mark.parametrize("survey", [True, False])
    def test_is_taken_out_of_the_survey_that_began_before_it_was_known(self, survey: bool) -> None:
        story = Story(plan(hotline(survey=survey))).talking()
        story.happens(on.CallerBack(), after=60.0).happens(LOST)
        assert enqueued(story).priority == HIGHEST_PRIORITY
        (music,) = story.asked_for(do.PlayMusic)
        assert isinstance(music, do.PlayMusic)
        assert music.interrupt
        assert do.Tag({"RECORD_APPEND": "true"}) in story.todo
        assert do.StartRecording(story.call.recording) in story.todo

    def test_talks_on_with_another_seat_in_the_same_recording(self) -> None:
        story = Story().talking()
        began, path = story.call.answered_at, story.call.recording
        story.happens(LOST, after=60.0).happens(on.CallerBack())
        story.happens(on.Offered(offer("leg-c", "1002"))).happens(on.SeatAnswered("leg-c"))
        story.happens(on.Bridged("leg-c"))
        assert not story.asked_for(do.StartRecording)
        assert (story.call.answered_at, story.call.recording) == (began, path)
        story.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER), after=60.0)
        story.happens(on.SeatGone("leg-c", "NORMAL_CLEARING", False))
        record = story.record
        assert (record.outcome, record.seat, record.ended_by) == (
            Outcome.ANSWERED,
            "1002",
            EndedBy.CALLER,
        )
        assert [(leg.seat, leg.cause) for leg in record.legs if leg.role == "seat"] == [
            ("1001", "MEDIA_TIMEOUT"),
            ("1002", "NORMAL_CLEARING"),
        ]

    def test_lets_the_seat_go(self) -> None:
        story = Story().talking().happens(LOST, after=60.0)
        assert do.ReleaseSeat("1001", "leg-b", 10.0) in story.todo

    def test_and_who_hung_up_at_the_same_moment_has_been_answered(self) -> None:
        story = Story().talking().happens(LOST, after=60.0)
        story.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER))
        assert story.record.outcome is Outcome.ANSWERED


def test_an_ordinary_end_of_the_seats_leg_behind_the_callers_return_changes_nothing() -> None:
    story = Story().surveyed().happens(on.SeatGone("leg-b", "NORMAL_CLEARING", True))
    assert (story.call.state, story.todo) == (State.SURVEY, ())
