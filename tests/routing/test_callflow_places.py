"""One place for a number, and the place of a caller who was cut off, as callers notice them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing import entry
from routing.admission import Admission, HeldPlace, Instead, Limits, Overload, Room
from routing.callflow import TABLE, Call, State
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.refused import refused_call
from routing.entry import Refusal
from routing.record import EndedBy, Outcome
from routing.standing import Standing
from tests.routing.build import NOW, Story, hotline, plan

EARLIER = HeldPlace(
    "leg-0",
    waits=True,
    owner="daemon-2",
    group="intake",
    language="en",
    priority=3,
    enqueued_at=NOW - 300,
)
DROPPED = replace(EARLIER, waits=False, agent="8017", seat="1002")
HANGS_UP = on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER)
SEAT_TOO = on.SeatGone("leg-b", "NORMAL_CLEARING", by_seat=False)
CALLED_AGAIN = on.Superseded("leg-z")


def arrives_with(place: HeldPlace, story: Story | None = None) -> Story:
    story = story or Story()
    return story.happens(on.Arrived(story.arrival, Standing(place=place)))


def kept_by(story: Story) -> HeldPlace | None:
    """The place that is kept when the call has ended."""
    leaves = [action for action in story.done if isinstance(action, do.LeavePlace)]
    return leaves[-1].kept if leaves else None


class TestCallingAgainWhileWaiting:
    def test_the_new_call_is_in_the_list_at_once_at_the_old_place(self) -> None:
        story = arrives_with(EARLIER)
        assert story.todo == (do.Answer(), do.TakeOver(EARLIER))
        story.happens(on.Answered())
        (enqueue,) = story.asked_for(do.Enqueue)
        assert isinstance(enqueue, do.Enqueue)
        assert (enqueue.enqueued_at, enqueue.priority) == (NOW - 300, 3)
        assert (story.call.state, story.call.language) == (State.WAITING, "en")

    @pytest.mark.parametrize("stage", ["greeted", "waiting", "ringing"])
    def test_the_earlier_call_says_so_and_ends(self, stage: str) -> None:
        story = getattr(Story(), stage)().happens(CALLED_AGAIN)
        assert story.call.state is State.CLOSING
        (said,) = story.asked_for(do.Play)
        assert said == do.Play(("called_again",), story.call.audio, interrupt=True)
        story.happens(on.Played(story.call.audio))
        assert story.asked_for(do.Hangup) == [do.Hangup("NORMAL_CLEARING")]
        story.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.SYSTEM))
        if story.call.state is State.CLEARING:
            story.happens(on.SeatFailed("leg-b", "ORIGINATOR_CANCEL"))
        assert story.record.outcome is Outcome.REPEATED

    def test_no_phone_rings_on_for_the_earlier_call(self) -> None:
        story = Story().ringing().happens(CALLED_AGAIN)
        assert do.StopLeg("leg-b", "ORIGINATOR_CANCEL") in story.todo
        assert do.LeaveQueue() in story.todo

    def test_a_call_that_is_not_answered_yet_ends_without_a_word(self) -> None:
        story = Story().arrives().happens(CALLED_AGAIN)
        assert story.todo[0] == do.Hangup("NORMAL_CLEARING")

    @pytest.mark.parametrize("stage", ["connecting", "talking", "surveyed"])
    def test_whoever_has_found_a_person_is_left_alone(self, stage: str) -> None:
        story = getattr(Story(), stage)()
        before = story.call
        assert story.happens(CALLED_AGAIN).call == before

    def test_the_earlier_call_takes_no_place_with_it(self) -> None:
        story = Story().waiting().happens(CALLED_AGAIN).happens(HANGS_UP)
        assert kept_by(story) is None


class TestACallerWhoWasCutOff:
    def test_while_waiting_the_place_is_kept(self) -> None:
        story = Story().waiting()
        since = story.call.queued_at
        place = kept_by(story.happens(HANGS_UP))
        assert place == HeldPlace("leg-a", False, "", "intake", "zh", 0, since)

    @pytest.mark.parametrize(
        "gone",
        [
            on.CallerGone("MEDIA_TIMEOUT", EndedBy.SYSTEM),
            on.CallerGone("NETWORK_OUT_OF_ORDER", EndedBy.CALLER),
        ],
    )
    def test_while_talking_the_agent_is_remembered_as_well(self, gone: on.CallerGone) -> None:
        story = Story().talking()
        since = story.call.queued_at
        place = kept_by(story.happens(gone).happens(SEAT_TOO))
        assert place == HeldPlace(
            "leg-a", False, "", "intake", "zh", 0, since, agent="8001", seat="1001"
        )

    def test_not_before_asking_for_a_person(self) -> None:
        assert kept_by(Story().greeted().happens(HANGS_UP)) is None

    def test_not_if_the_city_does_not_want_it(self) -> None:
        strict = plan(admission=Admission(dropped_seconds=0))
        assert kept_by(Story(strict).waiting().happens(HANGS_UP)) is None

    def test_a_number_that_is_withheld_has_no_place(self) -> None:
        story = Story()
        story.arrival = replace(story.arrival, privacy=True)
        assert kept_by(story.waiting().happens(HANGS_UP)) is None

    def test_goes_on_with_music_at_the_old_place_in_the_old_language(self) -> None:
        story = arrives_with(DROPPED)
        assert story.todo == (do.Answer(),)
        story.happens(on.Answered())
        assert [type(action) for action in story.todo][:1] == [do.Enqueue]
        assert (story.call.queued_at, story.call.prefer) == (NOW - 300, "8017")

    def test_keeps_the_place_however_often_the_line_is_cut(self) -> None:
        place = DROPPED
        for _ in range(3):
            story = arrives_with(place).happens(on.Answered()).happens(HANGS_UP)
            kept = kept_by(story)
            assert kept is not None
            assert kept.enqueued_at == NOW - 300
            place = kept


class TestBehindAGoodBye:
    GOODBYE = HeldPlace("leg-a", False, agent="8001", seat="1001", said_goodbye=True)

    def test_of_the_caller_only_the_agent_is_remembered(self) -> None:
        assert kept_by(Story().talking().happens(HANGS_UP).happens(SEAT_TOO)) == self.GOODBYE

    def test_of_the_seat_as_well(self) -> None:
        story = Story().talking().happens(on.SeatGone("leg-b", "NORMAL_CLEARING", by_seat=True))
        story.happens(on.CallerBack()).happens(HANGS_UP)
        assert kept_by(story) == self.GOODBYE

    def test_a_line_that_drops_in_the_survey_has_cut_nothing_off(self) -> None:
        story = Story().surveyed().happens(on.CallerGone("MEDIA_TIMEOUT", EndedBy.SYSTEM))
        story.happens(SEAT_TOO)
        assert kept_by(story) == self.GOODBYE

    def test_for_as_long_as_the_city_wants(self) -> None:
        story = Story().talking().happens(HANGS_UP).happens(SEAT_TOO)
        assert story.asked_for(do.LeavePlace) == [do.LeavePlace(self.GOODBYE, 600.0)]
        never = plan(admission=Admission(same_agent_seconds=0))
        assert kept_by(Story(never).talking().happens(HANGS_UP).happens(SEAT_TOO)) is None

    def test_the_next_call_is_greeted_and_asks_for_that_agent(self) -> None:
        story = Story()
        story.happens(on.Arrived(story.arrival, Standing(talked_with="8001")))
        story.happens(on.Answered())
        assert [type(action) for action in story.todo] == [do.Play]
        story.happens(on.Played(story.call.audio))
        (enqueue,) = story.asked_for(do.Enqueue)
        assert enqueue.prefer == "8001"  # type: ignore[attr-defined]
        assert enqueue.enqueued_at == story.call.queued_at  # type: ignore[attr-defined]


class TestWhoTalksWaitsNoMore:
    def test_the_number_may_call_again(self) -> None:
        assert do.LeavePlace() in Story().talking().todo


class TestNoRoom:
    def test_who_hears_why_could_not_enter(self) -> None:
        announced = Limits(waiting=1, then=Instead.ANNOUNCE)
        story = Story(plan(hotline(limits=announced)))
        story.happens(on.Arrived(story.arrival, Standing(room=Room(1, 1))))
        story.happens(on.Answered())
        assert story.todo == (do.Play(("try_later",), "leg-a/1"),)
        story.happens(HANGS_UP)
        assert story.record.outcome is Outcome.CONGESTED
        assert kept_by(story) is None


REFUSED = [
    ("88888888", Standing()),
    ("12345", Standing(overload=Overload.RATE)),
    ("12345", Standing(room=Room(9, 9))),
    ("12345", Standing(barred_until=NOW + 60, barred_for="threats")),
]


class TestRefusedAtOnce:
    @pytest.mark.parametrize(("called", "standing"), REFUSED)
    def test_is_written_down_as_if_every_step_had_been_taken(
        self, called: str, standing: Standing
    ) -> None:
        the_plan = plan(hotline(limits=Limits(waiting=1)))
        story = Story(the_plan, called=called)
        story.happens(on.Arrived(story.arrival, standing), after=0.0)
        refusal = entry.decide(story.arrival, the_plan, NOW, standing)
        assert isinstance(refusal, Refusal)
        story.happens(on.CallerGone(refusal.cause, EndedBy.SYSTEM), after=0.0)
        call = refused_call("leg-a", story.arrival, refusal, the_plan, NOW, NOW)
        assert call.record(the_plan.city, the_plan.version, {}) == story.record


steps = st.lists(st.sampled_from(["again", "dropped", "answered", "played", "leaves"]), max_size=8)


class TestWhateverHappens:
    @given(steps)
    def test_a_call_gives_its_place_up_exactly_once_at_its_end(self, names: list[str]) -> None:
        story = Story()
        story.happens(on.Arrived(story.arrival, Standing()))
        for name in names:
            if story.call.state is State.ENDED:
                break
            event: on.Event = {
                "again": CALLED_AGAIN,
                "dropped": on.CallerGone("MEDIA_TIMEOUT", EndedBy.SYSTEM),
                "answered": on.Answered(),
                "played": on.Played(story.call.audio),
                "leaves": HANGS_UP,
            }[name]
            if (story.call.state, type(event)) in TABLE:
                story.happens(event)
        if story.call.state is not State.ENDED:
            story.happens(HANGS_UP)
        given_up = [action for action in story.done if isinstance(action, do.LeavePlace)]
        taken_over = story.record.outcome is Outcome.REPEATED
        assert len(given_up) == (0 if taken_over else 1)


def test_a_new_call_counts_nowhere_before_it_is_let_in() -> None:
    assert not Call("leg-a", NOW).counted
