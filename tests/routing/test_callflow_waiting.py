"""What a waiting caller hears and may press."""

from __future__ import annotations

from routing.callbacks import CallbackRules
from routing.callflow import State
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.plan import Waiting
from tests.routing.build import Story, plan

CALLED_BACK = CallbackRules(trunk="carrier")
AS_SHIPPED = Waiting()


def waits(waiting: Waiting = AS_SHIPPED, **changes: object) -> Story:
    return Story(plan(waiting=waiting, **changes)).waiting()


def heard(story: Story) -> tuple[str, ...]:
    """The prompts that the last event made the caller hear."""
    return tuple(
        prompt for action in story.todo if isinstance(action, do.Play) for prompt in action.prompts
    )


def told(story: Story, timer: str, position: int, wait: float | None = None) -> tuple[str, ...]:
    """What the caller hears when an announcement is due."""
    return heard(story.happens(on.TimerDue(timer)).happens(on.Positioned(position, wait)))


def plays_out(story: Story) -> Story:
    """What is being said comes to its end."""
    return story.happens(on.Played(story.call.audio))


def timer(story: Story, name: str) -> float | None:
    found = [a.seconds for a in story.todo if isinstance(a, do.SetTimer) and a.name == name]
    return found[-1] if found else None


class TestTheFirstAnnouncement:
    def test_says_that_all_are_busy_the_position_and_the_estimated_wait(self) -> None:
        story = waits()
        assert timer(story, "busy") == 3.0
        assert told(story, "busy", 3, 150.0) == (
            "all_busy",
            "position_before",
            "num_liang",
            "position_after",
            "wait_about",
            "num_3",
            "minutes",
        )
        assert timer(story, "position") == 30.0
        assert isinstance(plays_out(story).todo[0], do.PlayMusic)

    def test_says_only_what_is_known(self) -> None:
        assert told(waits(), "busy", 1) == ("all_busy", "you_are_next")
        assert told(waits(), "busy", 0) == ("all_busy",), "the place could not be found out"

    def test_names_a_wait_of_more_than_an_hour_without_counting_minutes(self) -> None:
        assert told(waits(), "busy", 1, 3601.0)[-1] == "wait_over_an_hour"

    def test_leaves_the_position_for_later_if_the_city_wants_that(self) -> None:
        story = waits(Waiting(position_at_entry=False)).happens(on.TimerDue("busy"))
        assert heard(story) == ("all_busy",)
        assert not story.asked_for(do.AskPosition)
        assert timer(story, "position") == 30.0


class TestThePosition:
    def test_is_said_again_at_the_interval(self) -> None:
        story = waits()
        assert told(story, "position", 3) == ("position_before", "num_liang", "position_after")
        assert timer(story, "position") == 30.0

    def test_is_never_said_again_without_an_interval(self) -> None:
        story = waits(Waiting(position_every_seconds=0))
        assert told(story, "busy", 3)
        assert timer(story, "position") is None

    def test_that_is_not_known_is_asked_for_later(self) -> None:
        story = waits()
        assert told(story, "position", 0) == ()
        assert timer(story, "position") == 30.0

    def test_waits_for_the_end_of_another_announcement(self) -> None:
        story = waits()
        told(story, "busy", 3)
        story.happens(on.TimerDue("position"))
        assert story.todo == ()
        story.happens(on.Played(story.call.audio))
        assert timer(story, "position") == 0.0


class TestComfortPhrases:
    PHRASES = Waiting(comfort_prompts=("comfort", "website"), comfort_every_seconds=45.0)

    def test_are_said_in_turn(self) -> None:
        story = waits(self.PHRASES)
        assert timer(story, "comfort") == 45.0
        said = []
        for _ in range(3):
            said += heard(story.happens(on.TimerDue("comfort")))
            assert timer(story, "comfort") == 45.0
            plays_out(story)
        assert said == ["comfort", "website", "comfort"]

    def test_are_not_said_unless_the_city_wants_them(self) -> None:
        assert timer(waits(), "comfort") is None
        assert timer(waits(Waiting(comfort_prompts=(), comfort_every_seconds=9)), "comfort") is None

    def test_wait_for_the_end_of_another_announcement(self) -> None:
        story = waits(self.PHRASES)
        told(story, "busy", 3)
        assert heard(story.happens(on.TimerDue("comfort"))) == ()
        story.happens(on.Played(story.call.audio))
        assert timer(story, "comfort") == 0.0

    def test_have_their_turn_however_often_the_position_is_said(self) -> None:
        story = waits(self.PHRASES)
        told(story, "busy", 3)
        story.happens(on.TimerDue("comfort"))
        story.happens(on.TimerDue("position"))
        story.happens(on.Played(story.call.audio))
        assert heard(story.happens(on.TimerDue("comfort"))) == ("comfort",)
        story.happens(on.TimerDue("position"))
        story.happens(on.Played(story.call.audio))
        assert timer(story, "position") == 0.0


class TestAnOffer:
    def test_is_not_delayed_by_an_announcement(self) -> None:
        """The phone rings while the announcement is still being spoken, and the bridge cuts it."""
        story = waits()
        told(story, "busy", 3)
        story.ringing()
        assert [type(action) for action in story.todo] == [do.Ring]
        story.happens(on.SeatAnswered("leg-b"))
        assert do.Bridge("leg-b") in story.todo

    def test_is_not_talked_over_by_one_that_is_due_now(self) -> None:
        story = waits().ringing()
        for name in ("busy", "position", "comfort"):
            story.happens(on.TimerDue(name))
            assert story.todo == (do.SetTimer(name, 2.0),)

    def test_ends_every_announcement_to_come_once_they_talk(self) -> None:
        story = waits().talking()
        cleared = {action.name for action in story.todo if isinstance(action, do.ClearTimer)}
        assert {"busy", "position", "comfort", "music", "overflow"} <= cleared


class TestTheKeyForACallback:
    def city(self, **changes: object) -> Story:
        return waits(Waiting(**changes), callbacks=CALLED_BACK)  # type: ignore[arg-type]

    def test_is_told_behind_the_position(self) -> None:
        assert told(self.city(), "position", 3)[-1] == "callback_offer"
        assert told(self.city(callback_prompt="ours"), "position", 3)[-1] == "ours"

    def test_is_not_told_where_nobody_is_called_back(self) -> None:
        assert "callback_offer" not in told(waits(), "position", 3)
        assert "callback_offer" not in told(self.city(callback_key=""), "position", 3)

    def test_leads_to_the_question_while_the_place_is_kept(self) -> None:
        story = self.city().happens(on.Pressed("1"))
        assert story.call.state is State.CALLBACK_QUESTION
        assert story.asked_for(do.Collect)
        assert not story.asked_for(do.LeaveQueue)
        cleared = {action.name for action in story.todo if isinstance(action, do.ClearTimer)}
        assert {"busy", "position", "comfort"} <= cleared

    def test_may_be_pressed_while_something_is_said(self) -> None:
        story = self.city()
        told(story, "busy", 3)
        assert story.happens(on.Pressed("1")).call.state is State.CALLBACK_QUESTION

    def test_may_be_pressed_again_by_who_waited_on(self) -> None:
        story = self.city().happens(on.Pressed("1"))
        story.happens(on.Collected(story.call.audio, "0"))
        assert timer(story, "position") == 30.0
        assert story.happens(on.Pressed("1")).call.state is State.CALLBACK_QUESTION

    def test_may_be_another_one(self) -> None:
        story = self.city(callback_key="*").happens(on.Pressed("1"))
        assert (story.call.state, story.todo) == (State.WAITING, ())
        assert story.happens(on.Pressed("*")).call.state is State.CALLBACK_QUESTION

    def test_means_nothing_where_nobody_is_called_back(self) -> None:
        assert waits().happens(on.Pressed("1")).call.state is State.WAITING

    def test_means_nothing_while_somebody_talks(self) -> None:
        story = Story(plan(callbacks=CALLED_BACK)).talking().happens(on.Pressed("1"))
        assert (story.call.state, story.todo) == (State.TALKING, ())


class TestTheKeyWhileAPhoneRings:
    """The caller cannot know that one rings. A person now is better than a callback."""

    def pressed(self, key: str = "1", **changes: object) -> Story:
        return Story(plan(callbacks=CALLED_BACK, **changes)).ringing().happens(on.Pressed(key))

    def test_lets_it_ring(self) -> None:
        story = self.pressed()
        assert (story.call.state, story.todo) == (State.RINGING, ())
        story.happens(on.SeatAnswered("leg-b")).happens(on.Bridged("leg-b"))
        assert story.call.state is State.TALKING

    def test_leads_to_the_question_if_nobody_answers(self) -> None:
        story = self.pressed().happens(on.SeatFailed("leg-b", "NO_ANSWER"))
        assert story.call.state is State.CALLBACK_QUESTION
        assert story.asked_for(do.Collect)
        assert not story.asked_for(do.LeaveQueue)

    def test_or_if_the_seat_is_needed_for_somebody_else(self) -> None:
        story = self.pressed().happens(on.OfferLost("leg-b", "withdrawn"))
        assert story.call.state is State.CALLBACK_QUESTION

    def test_or_if_the_seat_hangs_up_before_a_word(self) -> None:
        story = self.pressed().happens(on.SeatAnswered("leg-b"))
        story.happens(on.SeatGone("leg-b", "NORMAL_CLEARING", by_seat=True))
        assert story.call.state is State.CALLBACK_QUESTION

    def test_is_asked_once(self) -> None:
        story = self.pressed().happens(on.SeatFailed("leg-b", "NO_ANSWER"))
        story.happens(on.Collected(story.call.audio, "0")).ringing("leg-c")
        assert story.happens(on.SeatFailed("leg-c", "NO_ANSWER")).call.state is State.WAITING

    def test_a_question_cut_off_by_a_phone_that_nobody_answers_is_asked_again(self) -> None:
        story = Story(plan(callbacks=CALLED_BACK)).waiting().happens(on.Pressed("1")).ringing()
        story.happens(on.SeatFailed("leg-b", "NO_ANSWER"))
        assert story.call.state is State.CALLBACK_QUESTION

    def test_another_key_means_nothing(self) -> None:
        story = self.pressed("7").happens(on.SeatFailed("leg-b", "NO_ANSWER"))
        assert story.call.state is State.WAITING

    def test_nor_where_nobody_is_called_back(self) -> None:
        story = Story(plan()).ringing().happens(on.Pressed("1"))
        assert story.happens(on.SeatFailed("leg-b", "NO_ANSWER")).call.state is State.WAITING
