"""Overflow: when the seats of further groups may serve a caller too."""

from __future__ import annotations

import pytest

from routing.callflow import State
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.lines import LineKind, Overflow
from routing.plan import Plan, SkillGroup
from routing.seats import Seat
from tests.routing.build import NOW, Story, hotline, plan

GENERAL = Overflow("intake", 30.0)
NEIGHBOURS = Overflow("neighbours", 90.0)


def market_plan(*overflow: Overflow) -> Plan:
    market = hotline(
        name="12315",
        kind=LineKind.PARALLEL,
        title="市市场监督管理局",
        numbers=frozenset({"12315"}),
        group="market",
        overflow=overflow,
    )
    groups = ("intake", "market", "neighbours")
    return plan(
        hotline(),
        market,
        groups={name: SkillGroup(name, name, ring_seconds=15) for name in groups},
        seats={"1001": Seat("1001", ("market",)), "1002": Seat("1002", ("intake",))},
    )


def calls_market(*overflow: Overflow) -> Story:
    return Story(market_plan(*(overflow or (GENERAL,))), called="12315")


def timers(story: Story) -> dict[str, float]:
    """The overflow steps that the last event has set going, with their seconds."""
    return {
        action.name.removeprefix("overflow:"): action.seconds
        for action in story.todo
        if isinstance(action, do.SetTimer) and action.name.startswith("overflow:")
    }


def widened(story: Story) -> list[str]:
    return [action.group for action in story.done if isinstance(action, do.Widen)]


class TestALineWithOverflow:
    def test_lets_further_groups_serve_after_the_wait_of_each(self) -> None:
        story = calls_market(GENERAL, NEIGHBOURS).waiting()
        assert timers(story) == {"intake": 30.0, "neighbours": 90.0}
        story.happens(on.TimerDue("overflow:intake"), after=30.0)
        assert widened(story) == ["intake"]
        story.happens(on.TimerDue("overflow:neighbours"), after=60.0)
        assert widened(story) == ["intake", "neighbours"]
        assert story.call.state is State.WAITING
        assert story.call.group == "market", "the statistics stay with the line's own group"

    def test_goes_on_counting_while_a_phone_rings(self) -> None:
        story = calls_market().waiting().ringing().happens(on.TimerDue("overflow:intake"))
        assert widened(story) == ["intake"]
        assert story.call.state is State.RINGING
        story.happens(on.SeatFailed("leg-b", "USER_BUSY"))
        assert timers(story) == {}, "the queue has kept what may serve the caller"

    def test_stops_counting_when_somebody_talks_with_the_caller(self) -> None:
        story = calls_market().talking()
        assert do.ClearTimer("overflow:intake") in story.todo

    def test_without_overflow_asks_nothing(self) -> None:
        story = Story().waiting()
        assert not story.asked_for(do.AskStaffed)
        assert timers(story) == {}


class TestTheWaitThatIsOverAlready:
    def test_counts_when_the_bridge_fails(self) -> None:
        story = calls_market().connecting()
        assert story.call.queued_at is not None
        story.now = story.call.queued_at + 9.0
        story.happens(on.BridgeFailed("leg-b", "-ERR"))
        assert timers(story) == {"intake": 20.0}

    def test_counts_when_the_queue_has_lost_its_data(self) -> None:
        story = calls_market().waiting().happens(on.QueueForgot(), after=50.0)
        assert timers(story) == {"intake": 0.0}

    def test_counts_behind_a_restart(self) -> None:
        story = calls_market()
        story.happens(on.Resumed(story.arrival, NOW - 20), after=0.0)
        assert timers(story) == {"intake": 10.0}


class TestAGroupWithNobodySignedIn:
    def test_is_not_waited_for(self) -> None:
        story = calls_market().waiting()
        assert do.AskStaffed("market") in story.todo
        story.happens(on.Unstaffed("market"))
        assert do.Widen("intake") in story.todo
        assert do.ClearTimer("overflow:intake") in story.todo

    def test_is_asked_about_before_any_step_may_be_due(self) -> None:
        """Both at once would let the steps overtake the groups' order."""
        kinds = [type(action) for action in calls_market().waiting().todo]
        assert kinds.index(do.Enqueue) < kinds.index(do.AskStaffed) < kinds.index(do.SetTimer)

    def test_is_passed_over_for_the_next_and_so_on(self) -> None:
        story = calls_market(GENERAL, NEIGHBOURS).waiting().happens(on.Unstaffed("market"))
        assert do.AskStaffed("intake") in story.todo
        story.happens(on.Unstaffed("intake"))
        assert widened(story) == ["intake", "neighbours"]

    @pytest.mark.parametrize("group", ["neighbours", "elsewhere"])
    def test_and_none_behind_it_leaves_the_caller_waiting(self, group: str) -> None:
        story = calls_market(GENERAL, NEIGHBOURS).waiting().happens(on.Unstaffed(group))
        assert (story.todo, story.call.state) == ((), State.WAITING)
