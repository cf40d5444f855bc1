"""What a supervisor does to a caller who waits, and callers whom nobody is left to serve."""

from __future__ import annotations

from routing.callbacks import CallbackRules
from routing.callflow import State
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.lines import Exit, Overflow
from routing.plan import Plan, SkillGroup
from routing.record import EndedBy, Outcome
from tests.routing.build import NOW, Story, hotline, plan

GROUPS = {
    "intake": SkillGroup("intake", "受理"),
    "market": SkillGroup("market", "市场监管"),
    "web": SkillGroup("web", "网络"),
}
STEPS = (Overflow("market", after_seconds=60.0), Overflow("web", after_seconds=90.0))


def city() -> Plan:
    return plan(hotline(overflow=STEPS), groups=GROUPS)


def heard(story: Story) -> tuple[str, ...]:
    plays = story.asked_for(do.Play)
    return tuple(prompt for play in plays for prompt in play.prompts)  # type: ignore[attr-defined]


class TestRank:
    def test_the_new_priority_holds_now_and_when_the_caller_comes_back_into_the_list(self) -> None:
        story = Story(city()).waiting().happens(on.Ranked(600, "8001"))
        assert story.todo[0] == do.Rank(600)
        (again,) = story.happens(on.QueueForgot()).asked_for(do.Enqueue)
        assert again.priority == 600  # type: ignore[attr-defined]

    def test_a_restarted_daemon_finds_it_on_the_channel(self) -> None:
        story = Story(city()).waiting()
        assert story.asked_for(do.Tag)[0].facts["switchd_priority"] == "0"  # type: ignore[attr-defined]
        story.happens(on.Ranked(600, "8001"))
        assert story.asked_for(do.Tag) == [do.Tag({"switchd_priority": "600"})]
        heir = Story(city())
        heir.happens(on.Resumed(heir.arrival, NOW, priority=600))
        assert heir.asked_for(do.Enqueue)[0].priority == 600  # type: ignore[attr-defined]

    def test_a_further_call_of_the_number_goes_on_with_it(self) -> None:
        story = Story(city()).waiting().happens(on.Ranked(600, "8001"))
        (held,) = story.asked_for(do.HoldPlace)
        assert held.place.priority == 600  # type: ignore[attr-defined]

    def test_it_stands_in_the_record_with_who_did_it(self) -> None:
        story = Story(city()).waiting().happens(on.Ranked(600, "8001"))
        (note,) = [step for step in story.call.trace if step.what == "supervisor.ranked"]
        assert note.facts == {"priority": "600", "by": "8001"}


class TestMove:
    def test_the_caller_waits_for_the_other_group_with_place_and_age(self) -> None:
        story = Story(city()).waiting()
        since = story.call.queued_at
        story.happens(on.Moved("market", "8001"))
        (enqueue,) = story.asked_for(do.Enqueue)
        assert (enqueue.group, enqueue.enqueued_at) == ("market", since)  # type: ignore[attr-defined]

    def test_the_steps_of_the_other_group_count_from_the_whole_wait(self) -> None:
        out = Overflow(then=Exit.VOICEMAIL, after_seconds=100.0)
        market = SkillGroup(
            "market", "市场监管", overflow=(Overflow("web", after_seconds=80.0), out)
        )
        story = Story(plan(groups={**GROUPS, "market": market})).waiting()
        story.happens(on.Moved("market", "8001"), after=50.0)
        assert do.SetTimer("overflow", 30.0) in story.todo
        story.happens(on.TimerDue("overflow"), after=30.0)
        assert story.asked_for(do.Widen) == [do.Widen("web")]
        story.happens(on.TimerDue("overflow"), after=20.0)
        assert story.call.state is State.VOICEMAIL_GREETING

    def test_the_steps_of_the_old_group_are_over(self) -> None:
        old = SkillGroup("intake", "受理", overflow=(Overflow("web", after_seconds=60.0),))
        story = Story(plan(groups={**GROUPS, "intake": old})).waiting()
        story.happens(on.Moved("market", "8001"))
        story.happens(on.TimerDue("overflow"), after=60.0)
        assert (story.call.state, story.call.pools) == (State.WAITING, ())

    def test_who_did_not_want_a_callback_is_not_asked_again(self) -> None:
        asks = Overflow(then=Exit.CALLBACK, after_seconds=20.0)
        the_plan = plan(
            hotline(overflow=(asks,)), groups=GROUPS, callbacks=CallbackRules(trunk="carrier")
        )
        story = Story(the_plan).waiting().happens(on.TimerDue("overflow"), after=20.0)
        story.happens(on.Collected(story.call.audio, "0"))
        story.happens(on.Moved("market", "8001"))
        assert not [a for a in story.todo if isinstance(a, do.SetTimer) and a.name == "overflow"]

    def test_a_phone_that_rings_for_the_caller_stops(self) -> None:
        story = Story(city()).ringing("leg-b").happens(on.Moved("market", "8001"))
        assert story.call.state is State.WAITING
        assert story.todo[0] == do.StopLeg("leg-b", "ORIGINATOR_CANCEL")
        assert story.call.offers == ()

    def test_a_restarted_daemon_finds_the_caller_in_the_new_group(self) -> None:
        story = Story(city()).waiting().happens(on.Moved("market", "8001"))
        (tag,) = story.asked_for(do.Tag)
        assert tag.facts["switchd_group"] == "market"  # type: ignore[attr-defined]

    def test_a_group_that_the_calls_own_plan_does_not_know_leaves_the_caller_in_place(self) -> None:
        story = Story(city()).waiting().happens(on.Moved("new", "8001"))
        assert (story.call.group, story.todo) == ("intake", ())


class TestTakeOut:
    def test_the_caller_hears_why_and_is_hung_up(self) -> None:
        story = Story(city()).waiting().happens(on.TakenOut("goodbye", "8001"))
        assert heard(story) == ("goodbye",)
        assert do.LeaveQueue() in story.todo
        story.happens(on.Played(story.call.audio))
        story.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.SYSTEM))
        assert story.record.outcome is Outcome.REMOVED
        assert story.record.ended_by is EndedBy.SYSTEM

    def test_without_a_prompt_at_once_and_the_phone_stops(self) -> None:
        story = Story(city()).ringing("leg-b").happens(on.TakenOut("", "8001"))
        assert story.call.state is State.ENDING
        assert do.StopLeg("leg-b", "ORIGINATOR_CANCEL") in story.todo

    def test_it_is_too_late_once_the_seat_has_picked_up(self) -> None:
        story = Story(city()).connecting().happens(on.TakenOut("goodbye", "8001"))
        assert (story.call.state, story.todo) == (State.CONNECTING, ())


class TestPaused:
    def test_who_comes_into_a_paused_group_is_told(self) -> None:
        story = Story(city()).waiting()
        assert do.AskNotice("intake") in story.todo
        assert heard(story.happens(on.Noticed("technical_fault"))) == ("technical_fault",)

    def test_it_is_said_again_instead_of_the_position(self) -> None:
        story = Story(city()).waiting().happens(on.Noticed("technical_fault"))
        story.happens(on.Played(story.call.audio))
        assert heard(story.happens(on.TimerDue("position"))) == ("technical_fault",)

    def test_afterwards_the_position_is_said_again(self) -> None:
        story = Story(city()).waiting().happens(on.Noticed("technical_fault"))
        story.happens(on.Played(story.call.audio)).happens(on.Noticed(""))
        assert story.todo == ()
        assert story.happens(on.TimerDue("position")).asked_for(do.AskPosition)

    def test_nothing_is_said_into_another_announcement(self) -> None:
        story = Story(city()).waiting().happens(on.TimerDue("busy")).happens(on.Positioned(1))
        assert heard(story) == ("all_busy", "you_are_next")
        assert story.happens(on.Noticed("technical_fault")).todo == ()


class TestTheLastSeatLeaves:
    """The queue tells it; nobody has to wait for the next step."""

    def test_the_next_group_serves_at_once(self) -> None:
        story = Story(city()).waiting().happens(on.Unstaffed("intake", asked=False))
        assert do.Widen("market") in story.todo
        assert do.AskStaffed("market") in story.todo

    def test_also_while_a_phone_rings(self) -> None:
        story = Story(city()).ringing().happens(on.Unstaffed("intake", asked=False))
        assert do.Widen("market") in story.todo
        assert story.call.state is State.RINGING

    def test_if_only_a_further_group_empties_the_callers_own_is_asked_first(self) -> None:
        story = Story(city()).waiting().happens(on.Unstaffed("intake"))
        story.happens(on.Unstaffed("market", asked=False))
        assert story.todo == (do.AskStaffed("intake"),)

    def test_a_group_that_does_not_serve_the_caller_means_nothing(self) -> None:
        story = Story(city()).waiting().happens(on.Unstaffed("web", asked=False))
        assert story.todo == ()
