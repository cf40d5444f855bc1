"""What holds of the transition table, whatever happens in whatever order."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.callflow import ROWS, Call, State, Unexpected, step
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.diagram import mermaid
from routing.callflow.states import LIVE
from routing.entry import Arrival
from routing.introduction import LINE_NAME, HeardBy, Introduction
from routing.lines import Overflow
from routing.plan import Menu, MenuItem, Plan, SkillGroup
from routing.record import EndedBy
from tests.routing.build import NOW, Story, hotline, offer, plan, sub_centre

CALLER_HANGS_UP = on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER)


class TestTheDiagram:
    def test_shows_the_way_from_the_trunk_to_the_end(self) -> None:
        picture = mermaid()
        for arrow in (
            "arrived --> answering: Arrived",
            "greeting --> waiting: Played",
            "waiting --> ringing: Offered",
            "connecting --> talking: Bridged",
            "closing --> ending: Played",
        ):
            assert arrow in picture

    def test_draws_what_may_happen_anywhere_once(self) -> None:
        picture = mermaid()
        assert picture.count("in every state: CallerGone") == 1
        assert picture.count("while a talk is controlled: CallerGone") == 1
        assert picture.count("CallerGone") == 2


class TestTheTable:
    @pytest.mark.parametrize("state", sorted(LIVE))
    def test_the_caller_may_hang_up_in_every_state(self, state: State) -> None:
        assert any(row.state is state and row.event is on.CallerGone for row in ROWS)

    def test_every_state_can_be_reached_and_left(self) -> None:
        reached = {target for row in ROWS for target in row.leads_to}
        left = {row.state for row in ROWS if set(row.leads_to) != {row.state}}
        assert reached == set(State) - {State.ARRIVED}
        assert left == set(State) - {State.ENDED}

    def test_an_event_that_means_nothing_changes_nothing(self) -> None:
        call = Call(id="leg-a", arrived_at=NOW)
        with pytest.raises(Unexpected, match="Bridged in state arrived"):
            step(call, on.Bridged("leg-b"), plan(), NOW)


ANYTHING = st.sampled_from(
    [
        on.Arrived(Arrival("13937512345", "12345", "carrier")),
        on.Answered(),
        on.Offered(offer()),
        on.OfferLost("leg-b"),
        on.SeatAnswered("leg-b"),
        on.SeatFailed("leg-b", "USER_BUSY"),
        on.SeatGone("leg-b", "NORMAL_CLEARING", True),
        on.Bridged("leg-b"),
        on.BridgeFailed("leg-b", "-ERR"),
        on.CallerBack(),
        on.TimerDue("busy"),
        on.TimerDue("comfort"),
        on.TimerDue("position"),
        on.TimerDue("bridge"),
        on.Positioned(2),
        on.TimerDue("music"),
        on.QueueFailed("away"),
        on.QueueForgot(),
        on.SwitchRefused("answer", "-ERR"),
        on.Offered(offer("leg-c", "1002")),
        on.OfferLost("leg-c"),
        on.SeatAnswered("leg-c"),
        on.SeatFailed("leg-c", "NO_ANSWER"),
        on.SeatGone("leg-c", "NORMAL_CLEARING", True),
        on.Bridged("leg-c"),
        on.TimerDue("forward"),
        on.TimerDue("overflow"),
        on.Unstaffed("intake"),
        on.Unstaffed("english"),
        on.Played("leg-b/whisper"),
        on.SeatGone("leg-b", "NORMAL_CLEARING", False, line_lost=True),
        on.TimerDue("introduction"),
        "audio",
        "keys",
        "silence",
        "forward answers",
        "forward fails",
        "forward ends",
        "forward bridged",
    ]
)


def everything() -> Plan:
    """A city in which callers may be passed on, asked and widened."""
    groups = ("intake", "market", "english")
    keys = {"1": MenuItem(group="english", language="en"), "2": MenuItem(menu="main")}
    return plan(
        hotline(menu="main", overflow=(Overflow("market", 30.0),)),
        sub_centre(),
        groups={name: SkillGroup(name, name) for name in groups},
        menus={"main": Menu("main", ("menu",), keys)},
    )


def introduced() -> Story:
    """A seat has picked up and hears who comes; then the caller hears who serves."""
    both = Introduction((LINE_NAME,), HeardBy.BOTH)
    return Story(plan(introduction=both)).connecting()


def simple(tell: Callable[[Story], Story]) -> Callable[[], Story]:
    return lambda: tell(Story())


def varied(tell: Callable[[Story], Story], called: str) -> Callable[[], Story]:
    return lambda: tell(Story(everything(), called))


BEGINNINGS: dict[str, Callable[[], Story]] = {
    "arrived": simple(Story.arrives),
    "greeted": simple(Story.greeted),
    "waiting": simple(Story.waiting),
    "ringing": simple(Story.ringing),
    "connecting": simple(Story.connecting),
    "told of each other": introduced,
    "talking": simple(Story.talking),
    "surveyed": simple(Story.surveyed),
    "in the menu": varied(Story.waiting, "12345"),
    "passed on": varied(Story.forwarding, "12350"),
    "passed on and answered": varied(Story.forwarded, "12350"),
}


def event_of(happening: on.Event | str, story: Story) -> on.Event:
    """What happens; events of audio and of a number on a trunk are about the latest one."""
    if isinstance(happening, on.Event):
        return happening
    return {
        "audio": on.Played(story.call.audio),
        "keys": on.Collected(story.call.audio, "1"),
        "silence": on.Collected(story.call.audio, ""),
        "forward answers": on.SeatAnswered(story.leg),
        "forward fails": on.SeatFailed(story.leg, "USER_BUSY"),
        "forward ends": on.SeatGone(story.leg, "NORMAL_CLEARING", True),
        "forward bridged": on.Bridged(story.leg),
    }[happening]


class TestAnyOrderOfEvents:
    @given(st.sampled_from(sorted(BEGINNINGS)), st.lists(ANYTHING, max_size=30))
    def test_leaves_one_record_no_ringing_phone_and_no_held_seat(
        self, beginning: str, happenings: list[on.Event | str]
    ) -> None:
        story = BEGINNINGS[beginning]()
        held = {"leg-b"} if story.call.offer else set()
        ringing = set(story.call.open_legs)
        ends = [CALLER_HANGS_UP, on.TimerDue("clearing")]
        for happening in [*happenings, *ends]:
            event = event_of(happening, story)
            try:
                story.happens(event)
            except Unexpected:
                continue
            if isinstance(event, on.Offered):
                held.add(event.offer.token)
            if isinstance(event, on.SeatGone | on.SeatFailed):
                ringing.discard(event.leg)
            if isinstance(event, on.OfferLost):
                held.discard(event.token)
            for action in story.todo:
                match action:
                    case do.Ring() | do.Dial():
                        ringing.add(action.leg)
                    case do.StopLeg():
                        ringing.discard(action.leg)
                    case do.RefuseOffer() | do.ReleaseSeat():
                        held.discard(action.token)
                    case do.LeaveQueue():
                        held.clear()
        assert len([a for a in story.done if isinstance(a, do.Close)]) == 1
        assert not held
        assert not ringing
        assert story.call.state is State.ENDED
