"""A controlled call whose owner has died, as its legs and that owner's notes show it."""

from __future__ import annotations

import pytest

from routing.callflow import State
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.positions import At, Spot
from routing.record import EndedBy, Outcome
from tests.routing.build import NOW, Story
from tests.routing.control_world import city

CALLER, SEAT, OTHER = "leg-a", "leg-b", "leg-c"
SECOND_SEAT = on.Third(OTHER, "consult", "1002", "8002")
EXPERT = on.Third(OTHER, "expert", "13900000001")
PARKED = Spot(At.PARKED)
MUSIC = Spot(At.PARKED, hears="playback")


def pair(one: str, other: str) -> dict[str, Spot]:
    return {one: Spot(At.BRIDGED, other), other: Spot(At.BRIDGED, one)}


def found(
    state: State, spots: dict[str, Spot], *thirds: on.Third, seat: str = SEAT, **more: str
) -> Story:
    story = Story(city())
    talk = on.Talking(story.arrival, NOW - 90, NOW - 60, seat, "1001", "8001", "intake", "a.wav")
    event = on.Controlled(talk, state, spots, thirds, parked_by=more.get("parked_by", ""))
    return story.happens(event, after=0.0)


def moved(story: Story) -> list[do.Action]:
    """Commands that move a leg or let it hear something else."""
    kinds = (do.Part, do.Park, do.Bridge, do.Confer, do.PlayMusic, do.StopLeg, do.Ring, do.Dial)
    return [action for action in story.todo if isinstance(action, kinds)]


class TestNothingMoves:
    @pytest.mark.parametrize(
        ("state", "spots", "thirds"),
        [
            (State.CONSULTING, {CALLER: MUSIC, **pair(SEAT, OTHER)}, [EXPERT]),
            (
                State.CONFERENCE,
                dict.fromkeys((CALLER, SEAT, OTHER), Spot(At.ROOM)),
                [SECOND_SEAT],
            ),
        ],
    )
    def test_for_those_who_talk(
        self, state: State, spots: dict[str, Spot], thirds: list[on.Third]
    ) -> None:
        story = found(state, spots, *thirds)
        assert story.call.state is state
        assert [one for one in moved(story) if not isinstance(one, do.PlayMusic)] == []

    def test_who_hears_music_hears_it_from_the_beginning(self) -> None:
        story = found(State.HELD, {CALLER: MUSIC, SEAT: PARKED})
        assert story.call.state is State.HELD
        (music,) = moved(story)
        assert isinstance(music, do.PlayMusic)
        assert music.interrupt


class TestLegsThatWereOnTheirWay:
    def test_caller_and_seat_are_brought_together(self) -> None:
        story = found(State.TALKING, {CALLER: PARKED, SEAT: PARKED})
        assert moved(story) == [do.Bridge(SEAT)]
        story.happens(on.Bridged(SEAT))
        assert (story.call.state, story.call.spots) == (State.TALKING, {})

    def test_whom_the_seat_has_left_the_caller_to_has_the_call(self) -> None:
        story = found(State.TRANSFERRING, pair(CALLER, OTHER), SECOND_SEAT, seat="")
        assert (story.call.state, story.call.seat, story.call.agent) == (
            State.TALKING,
            "1002",
            "8002",
        )
        story.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER))
        assert do.ReleaseSeat("1002", OTHER, 10.0) in story.todo


class TestSomebodyHasGoneMeanwhile:
    def test_seat_and_caller_are_alone_again(self) -> None:
        story = found(State.CONSULTING, {CALLER: MUSIC, SEAT: PARKED})
        assert story.call.state is State.TALKING
        assert story.asked_for(do.Tell)

    def test_the_expert_gets_the_caller(self) -> None:
        story = found(State.CONSULTING, {CALLER: MUSIC, OTHER: PARKED}, EXPERT, seat="")
        assert story.call.state is State.TRANSFERRING
        assert do.Bridge(OTHER) in story.todo

    def test_two_of_a_conference_talk(self) -> None:
        story = found(State.CONFERENCE, dict.fromkeys((CALLER, SEAT), Spot(At.ROOM)))
        assert story.call.state is State.TALKING
        assert moved(story) == [do.Park(CALLER), do.Park(SEAT)]

    def test_nobody_of_a_conference_is_left_for_the_caller(self) -> None:
        story = found(State.CONFERENCE, {CALLER: Spot(At.ROOM)}, seat="")
        assert story.call.state is State.AFTER_TALK


class TestParked:
    def test_is_for_any_seat_to_pick_up_until_it_takes_too_long(self) -> None:
        story = found(State.PARKED, {CALLER: MUSIC}, seat="", parked_by="1001")
        assert (story.call.state, story.call.parked_by) == (State.PARKED, "1001")
        story.happens(on.TimerDue("park"))
        assert story.call.state is State.WAITING


class TestPassedOn:
    @pytest.mark.parametrize(
        ("seat", "outcome"), [("1001", Outcome.ANSWERED), ("", Outcome.FORWARDED)]
    )
    def test_to_another_centre_is_written_down_as_ever(self, seat: str, outcome: Outcome) -> None:
        """By a seat, behind its talk; or by the line, and no seat was in it."""
        story = Story(city())
        talk = on.Talking(story.arrival, NOW - 90, NOW - 60, "", seat, "", "", "a.wav")
        centre = on.Third(OTHER, "", "2970110")
        story.happens(on.Controlled(talk, State.FORWARDED, pair(CALLER, OTHER), (centre,)), 0.0)
        assert story.call.state is State.FORWARDED
        assert moved(story) == []
        story.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER), after=30.0)
        story.happens(on.SeatGone(OTHER, "NORMAL_CLEARING", by_seat=False))
        assert (story.record.outcome, story.record.seat) == (outcome, seat)
        assert [leg.role for leg in story.record.legs] == ["caller", "forward"]


class TestABridgeThatNobodyWroteDown:
    def test_is_followed_by_everything_that_follows_a_bridge(self) -> None:
        story = Story(city())
        talk = on.Talking(story.arrival, NOW - 90, NOW - 5, SEAT, "1001", "8001", "intake", "")
        story.happens(talk, after=0.0)
        assert story.call.state is State.TALKING
        (record,) = story.asked_for(do.StartRecording)
        (tag,) = story.asked_for(do.Tag)
        assert isinstance(record, do.StartRecording)
        assert isinstance(tag, do.Tag)
        assert tag.facts["switchd_recording"] == record.path
        assert tag.facts["switchd_answered_at"] == f"{NOW - 5:.3f}"
