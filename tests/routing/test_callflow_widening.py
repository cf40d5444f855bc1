"""The steps of a wait: further seats may serve a caller, and in the end there is a way out."""

from __future__ import annotations

import pytest

from routing.callbacks import CallbackRules
from routing.callflow import State
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.lines import Exit, LineKind, Overflow
from routing.plan import Plan, SkillGroup
from routing.record import EndedBy, Outcome
from routing.seats import Seat
from tests.routing.build import NOW, Story, hotline, plan

GENERAL = Overflow("intake", 30.0)
NEIGHBOURS = Overflow("neighbours", 90.0)
LOWER = Overflow(after_seconds=60.0, level=1)
MESSAGE = Overflow(then=Exit.VOICEMAIL, after_seconds=600.0)
LATER = Overflow(then=Exit.ANNOUNCE, after_seconds=600.0, announcement="try_later")
HANG_UP = Overflow(then=Exit.HANG_UP, after_seconds=600.0)
CALLBACK = Overflow(then=Exit.CALLBACK, after_seconds=120.0)
LONG_ESTIMATE = Overflow("neighbours", wait_above_seconds=300.0)
BRIDGE_FAILED = on.BridgeFailed("leg-b", "-ERR")


def market_plan(*overflow: Overflow, of_group: tuple[Overflow, ...] = ()) -> Plan:
    market = hotline(
        name="12315",
        kind=LineKind.PARALLEL,
        title="市市场监督管理局",
        numbers=frozenset({"12315"}),
        group="market",
        overflow=overflow,
    )
    groups = {name: SkillGroup(name, name) for name in ("intake", "neighbours")}
    groups["market"] = SkillGroup("market", "market", overflow=of_group)
    return plan(
        hotline(),
        market,
        groups=groups,
        seats={"1001": Seat("1001", ("market",)), "1002": Seat("1002", ("intake",))},
        callbacks=CallbackRules(trunk="carrier"),
    )


def calls_market(*overflow: Overflow, of_group: tuple[Overflow, ...] = ()) -> Story:
    return Story(market_plan(*overflow, of_group=of_group), called="12315")


def next_step(story: Story) -> float | None:
    """In how many seconds the last event lets the next step come due."""
    for action in reversed(story.todo):
        if isinstance(action, do.SetTimer) and action.name == "overflow":
            return action.seconds
    return None


def waits(story: Story, seconds: float) -> Story:
    """The caller has waited so long when the next step is due."""
    assert story.call.queued_at is not None
    story.now = story.call.queued_at
    return story.happens(on.TimerDue("overflow"), after=seconds)


def widened(story: Story) -> list[str]:
    return [action.group for action in story.done if isinstance(action, do.Widen)]


def noted(story: Story, what: str) -> list[dict[str, str]]:
    return [step.facts for step in story.call.trace if step.what == what]


class TestALineWithOverflow:
    def test_lets_further_groups_serve_after_the_wait_of_each(self) -> None:
        story = calls_market(GENERAL, NEIGHBOURS).waiting()
        assert next_step(story) == 30.0
        assert next_step(waits(story, 30.0)) == 60.0
        assert widened(story) == ["intake"]
        assert next_step(waits(story, 90.0)) is None
        assert widened(story) == ["intake", "neighbours"]
        assert story.call.state is State.WAITING
        assert story.call.group == "market", "the statistics stay with the line's own group"

    def test_writes_down_which_step_was_taken_and_why(self) -> None:
        story = waits(calls_market(GENERAL).waiting(), 30.0)
        assert noted(story, "queue.widened") == [{"group": "intake", "why": "waited"}]

    def test_takes_every_step_that_is_due_at_once(self) -> None:
        story = waits(calls_market(GENERAL, NEIGHBOURS).waiting(), 100.0)
        assert widened(story) == ["intake", "neighbours"]

    def test_takes_none_before_its_time(self) -> None:
        """A timer may be a little early by the wall clock."""
        story = waits(calls_market(GENERAL).waiting(), 29.5)
        assert widened(story) == []
        assert next_step(story) == 0.5

    def test_goes_on_counting_while_a_phone_rings(self) -> None:
        story = waits(calls_market(GENERAL).ringing(), 30.0)
        assert widened(story) == ["intake"]
        assert story.call.state is State.RINGING
        story.happens(on.SeatFailed("leg-b", "USER_BUSY"))
        assert next_step(story) is None, "the queue has kept what may serve the caller"

    def test_stops_counting_when_somebody_talks_with_the_caller(self) -> None:
        assert do.ClearTimer("overflow") in calls_market(GENERAL).talking().todo

    def test_without_overflow_asks_nothing(self) -> None:
        story = Story().waiting()
        assert not story.asked_for(do.AskStaffed)
        assert next_step(story) is None


class TestALowerLevel:
    def test_of_the_callers_own_group_will_do_after_a_while(self) -> None:
        assert widened(waits(calls_market(LOWER).waiting(), 60.0)) == ["market@1"]

    def test_of_another_group_will_do_as_well(self) -> None:
        step = Overflow("neighbours", 60.0, level=3)
        assert widened(waits(calls_market(step).waiting(), 60.0)) == ["neighbours@3"]

    def test_is_asked_for_at_once_if_nobody_with_the_level_is_signed_in(self) -> None:
        story = calls_market(LOWER, NEIGHBOURS).waiting().happens(on.Unstaffed("market"))
        assert widened(story) == ["market@1"]
        assert do.AskStaffed("market@1") in story.todo


class TestStepsOfTheGroup:
    def test_hold_besides_those_of_the_line_in_the_order_of_their_time(self) -> None:
        story = calls_market(NEIGHBOURS, of_group=(GENERAL, MESSAGE)).waiting()
        assert next_step(story) == 30.0
        assert next_step(waits(story, 30.0)) == 60.0
        assert next_step(waits(story, 90.0)) == 510.0
        assert waits(story, 600.0).call.state is State.VOICEMAIL_GREETING

    def test_that_stand_at_the_line_as_well_are_taken_once(self) -> None:
        story = calls_market(GENERAL, of_group=(GENERAL,)).waiting()
        assert widened(waits(story, 30.0)) == ["intake"]


class TestTheEstimatedWait:
    def test_is_asked_for_at_once_where_a_step_depends_on_it(self) -> None:
        story = calls_market(LONG_ESTIMATE).waiting()
        assert story.asked_for(do.AskPosition)
        story.happens(on.Positioned(9, 420.0))
        assert widened(story) == ["neighbours"]
        assert not story.asked_for(do.Play), "nobody said that it is time for an announcement"

    @pytest.mark.parametrize("wait", [None, 299.0, 300.0])
    def test_that_is_unknown_or_short_enough_changes_nothing(self, wait: float | None) -> None:
        story = calls_market(LONG_ESTIMATE).waiting().happens(on.Positioned(9, wait))
        assert widened(story) == []

    def test_counts_whenever_it_is_told(self) -> None:
        story = calls_market(LONG_ESTIMATE).waiting().happens(on.Positioned(9, 200.0))
        story.happens(on.TimerDue("position")).happens(on.Positioned(9, 301.0))
        assert widened(story) == ["neighbours"]
        assert story.asked_for(do.Play), "and is announced all the same"

    def test_may_lead_out_before_anything_is_said(self) -> None:
        ask = Overflow(then=Exit.CALLBACK, wait_above_seconds=300.0)
        story = calls_market(ask).waiting().happens(on.TimerDue("busy"))
        story.happens(on.Positioned(9, 420.0))
        assert story.call.state is State.CALLBACK_QUESTION
        assert not story.asked_for(do.Play)

    def test_is_not_asked_for_where_none_does(self) -> None:
        assert not calls_market(GENERAL).waiting().asked_for(do.AskPosition)


class TestTheLongestWait:
    def test_ends_with_an_announcement(self) -> None:
        story = waits(calls_market(LATER).waiting(), 600.0)
        assert story.asked_for(do.LeaveQueue)
        assert do.Play(("try_later",), story.call.audio, interrupt=True) in story.todo
        story.happens(on.Played(story.call.audio))
        assert story.todo[0] == do.Hangup("NORMAL_CLEARING")
        story.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.SYSTEM))
        assert (story.record.outcome, story.record.ended_by) == (
            Outcome.TIMED_OUT,
            EndedBy.SYSTEM,
        )
        assert noted(story, "queue.way_out") == [{"then": "announce", "why": "waited"}]

    def test_ends_without_a_word(self) -> None:
        story = waits(calls_market(HANG_UP).waiting(), 600.0)
        assert story.asked_for(do.LeaveQueue)
        assert do.Hangup("NORMAL_CLEARING") in story.todo
        story.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.SYSTEM))
        assert story.record.outcome is Outcome.TIMED_OUT

    def test_ends_with_an_invitation_to_leave_a_message(self) -> None:
        story = waits(calls_market(MESSAGE).waiting(), 600.0)
        assert story.call.state is State.VOICEMAIL_GREETING

    def test_takes_further_seats_that_are_due_at_the_same_time_along(self) -> None:
        story = waits(calls_market(NEIGHBOURS, MESSAGE).waiting(), 700.0)
        assert widened(story) == ["neighbours"]
        assert story.call.state is State.VOICEMAIL_GREETING

    def test_takes_nobody_away_from_a_phone_that_rings(self) -> None:
        story = waits(calls_market(LATER).ringing(), 600.0)
        assert story.call.state is State.RINGING
        assert next_step(story) is None

    @pytest.mark.parametrize(
        "trouble", [on.SeatFailed("leg-b", "NO_ANSWER"), on.OfferLost("leg-b")]
    )
    def test_comes_as_soon_as_that_phone_was_not_picked_up(self, trouble: on.Event) -> None:
        story = waits(calls_market(LATER).ringing(), 600.0).happens(trouble)
        assert next_step(story) == 0.0
        story.happens(on.TimerDue("overflow"))
        assert story.call.state is State.CLOSING

    def test_gives_a_seat_back_that_was_found_at_the_same_moment(self) -> None:
        story = waits(calls_market(LATER).waiting(), 600.0)
        story.happens(on.Offered(Story().ringing().call.offers[0]))
        assert story.todo == (do.LeaveQueue(),)


class TestTheOfferOfACallback:
    def test_is_made_once_and_the_caller_may_wait_on(self) -> None:
        story = waits(calls_market(CALLBACK, MESSAGE).waiting(), 120.0)
        assert story.call.state is State.CALLBACK_QUESTION
        story.happens(on.Collected(story.call.audio, "0"))
        assert story.call.state is State.WAITING
        assert next_step(story) is not None
        assert waits(story, 300.0).call.state is State.WAITING, "not asked again"
        assert waits(story, 600.0).call.state is State.VOICEMAIL_GREETING

    def test_lets_further_seats_help_meanwhile(self) -> None:
        late = Overflow("neighbours", 125.0)
        story = waits(calls_market(CALLBACK, late).waiting(), 120.0)
        assert do.ClearTimer("overflow") not in story.todo
        assert widened(waits(story, 125.0)) == ["neighbours"]
        assert story.call.state is State.CALLBACK_QUESTION

    def test_is_passed_over_where_nobody_is_called_back(self) -> None:
        story = calls_market(CALLBACK, MESSAGE)
        story.plan = plan(
            *story.plan.lines.values(), groups=story.plan.groups, callbacks=CallbackRules()
        )
        waits(story.waiting(), 120.0)
        assert story.call.state is State.WAITING
        assert next_step(story) == 480.0


class TestTheWaitThatIsOverAlready:
    def test_counts_when_the_bridge_fails(self) -> None:
        story = calls_market(GENERAL).connecting()
        assert story.call.queued_at is not None
        story.now = story.call.queued_at + 9.0
        story.happens(BRIDGE_FAILED)
        assert next_step(story) == 20.0

    def test_counts_behind_a_restart(self) -> None:
        story = calls_market(GENERAL)
        story.happens(on.Resumed(story.arrival, NOW - 20), after=0.0)
        assert next_step(story) == 10.0

    def test_makes_steps_due_at_once_behind_a_restart(self) -> None:
        story = calls_market(GENERAL)
        story.happens(on.Resumed(story.arrival, NOW - 50), after=0.0)
        assert next_step(story) == 0.0

    @pytest.mark.parametrize("trouble", [BRIDGE_FAILED, on.QueueForgot()])
    def test_keeps_open_what_was_open_when_the_caller_enters_again(self, trouble: on.Event) -> None:
        story = waits(calls_market(GENERAL, NEIGHBOURS).waiting(), 30.0)
        if isinstance(trouble, on.BridgeFailed):
            story.connecting()
        story.happens(trouble)
        kinds = [type(action) for action in story.todo]
        assert do.Widen("intake") in story.todo
        assert kinds.index(do.Enqueue) < kinds.index(do.Widen)


class TestAGroupWithNobodySignedIn:
    def test_is_not_waited_for(self) -> None:
        story = calls_market(GENERAL).waiting()
        assert do.AskStaffed("market") in story.todo
        story.happens(on.Unstaffed("market"))
        assert do.Widen("intake") in story.todo
        assert do.ClearTimer("overflow") in story.todo

    def test_is_asked_about_before_any_step_may_be_due(self) -> None:
        """Both at once would let the steps overtake the groups' order."""
        kinds = [type(action) for action in calls_market(GENERAL).waiting().todo]
        assert kinds.index(do.Enqueue) < kinds.index(do.AskStaffed) < kinds.index(do.SetTimer)

    def test_is_passed_over_for_the_next_and_so_on(self) -> None:
        story = calls_market(GENERAL, NEIGHBOURS).waiting().happens(on.Unstaffed("market"))
        assert do.AskStaffed("intake") in story.todo
        assert next_step(story) is not None, "the neighbours' turn comes all the same"
        story.happens(on.Unstaffed("intake"))
        assert widened(story) == ["intake", "neighbours"]

    @pytest.mark.parametrize("group", ["neighbours", "elsewhere"])
    def test_and_none_behind_it_leaves_the_caller_waiting(self, group: str) -> None:
        story = calls_market(GENERAL, NEIGHBOURS).waiting().happens(on.Unstaffed(group))
        assert (story.todo, story.call.state) == ((), State.WAITING)

    def test_does_not_keep_the_ways_out_from_coming_due(self) -> None:
        story = calls_market(GENERAL, LATER).waiting().happens(on.Unstaffed("market"))
        assert waits(story, 600.0).call.state is State.CLOSING
