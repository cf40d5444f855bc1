"""A call to which a supervisor listens, or that one takes over."""

from __future__ import annotations

import pytest

from routing.callflow import State
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.monitoring import Mode
from routing.record import EndedBy
from tests.routing.build import NOW, Story

LISTENED = on.Listened("watch-1", "1009", "1001", Mode.LISTEN, "8009", NOW)
TAKEN = on.TakenOver("watch-1", "1009", "8009", "8009", NOW)


def listeners(story: Story) -> list[tuple[str, str, str]]:
    story.happens(on.SeatGone("leg-b", "NORMAL_CLEARING", by_seat=False))
    story.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER))
    return [(leg.leg, leg.role, leg.agent) for leg in story.record.legs if leg.leg == "watch-1"]


class TestListening:
    def test_changes_nothing_about_the_call(self) -> None:
        story = Story().talking().happens(LISTENED)
        assert (story.call.state, story.todo) == (State.TALKING, ())

    def test_stands_in_the_record_with_who_it_was(self) -> None:
        assert listeners(Story().talking().happens(LISTENED)) == [("watch-1", "supervisor", "8009")]

    def test_by_the_same_person_in_another_way_is_one_leg_and_two_steps(self) -> None:
        story = Story().talking().happens(LISTENED)
        story.happens(on.Listened("watch-1", "1009", "1001", Mode.BARGE, "8009", NOW))
        notes = [step.facts["mode"] for step in story.call.trace if step.what.endswith("listens")]
        assert notes == ["listen", "barge"]
        assert len(listeners(story)) == 1

    def test_ends_with_the_call_at_the_latest(self) -> None:
        story = Story().talking().happens(LISTENED)
        listeners(story)
        record = story.record
        (leg,) = [leg for leg in record.legs if leg.leg == "watch-1"]
        assert leg.ended_at == record.ended_at

    def test_may_end_before(self) -> None:
        story = Story().talking().happens(LISTENED)
        story.happens(on.ListenedNoMore("watch-1", "8009"))
        listeners(story)
        record = story.record
        (leg,) = [leg for leg in record.legs if leg.leg == "watch-1"]
        assert leg.ended_at is not None
        assert leg.ended_at < record.ended_at


class TestTakingOver:
    def test_frees_the_seat_and_ends_its_leg(self) -> None:
        story = Story().talking().happens(TAKEN)
        assert do.StopLeg("leg-b", "NORMAL_CLEARING") in story.todo
        (released,) = story.asked_for(do.ReleaseSeat)
        assert released.seat == "1001"  # type: ignore[attr-defined]

    def test_the_caller_is_bridged_with_the_supervisor_as_soon_as_it_is_parked(self) -> None:
        story = Story().talking().happens(TAKEN).happens(on.CallerBack())
        assert story.asked_for(do.Bridge) == [do.Bridge("watch-1")]
        story.happens(on.Bridged("watch-1"))
        assert story.call.state is State.TALKING
        assert (story.call.seat, story.call.agent) == ("1009", "8009")

    def test_the_old_seats_end_is_no_end_of_the_talk(self) -> None:
        story = Story().talking().happens(TAKEN)
        story.happens(on.SeatGone("leg-b", "NORMAL_CLEARING", by_seat=False))
        story.happens(on.CallerBack()).happens(on.Bridged("watch-1"))
        assert story.call.state is State.TALKING
        (old,) = [leg for leg in story.call.legs if leg.leg == "leg-b"]
        assert old.ended_at is not None

    def test_the_survey_follows_the_supervisors_talk(self) -> None:
        story = Story().talking().happens(TAKEN)
        story.happens(on.CallerBack()).happens(on.Bridged("watch-1"))
        story.happens(on.SeatGone("watch-1", "NORMAL_CLEARING", by_seat=True))
        story.happens(on.CallerBack())
        assert story.call.state is State.SURVEY

    def test_a_supervisor_who_hangs_up_before_leads_to_the_survey(self) -> None:
        story = Story().talking().happens(TAKEN)
        story.happens(on.SeatGone("watch-1", "NORMAL_CLEARING", by_seat=True))
        story.happens(on.CallerBack())
        assert story.call.state is State.SURVEY

    @pytest.mark.parametrize("moment", ["waiting", "surveyed"])
    def test_of_a_talk_that_is_over_lets_the_supervisor_go(self, moment: str) -> None:
        story = getattr(Story(), moment)()
        state = story.call.state
        story.happens(TAKEN)
        assert story.call.state is state
        assert do.StopLeg("watch-1", "NORMAL_CLEARING") in story.todo
