"""Several phones that ring at once for one caller."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routing.callflow import State
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.plan import Plan, SkillGroup
from routing.record import EndedBy
from tests.routing.build import Story, offer, plan

LEGS = {"leg-b": "1001", "leg-c": "1002", "leg-d": "1003"}
LOST = "LOSE_RACE"


def three_at_once() -> Plan:
    return plan(groups={"intake": SkillGroup("intake", "受理", ring_several=3)})


def ringing(the_plan: Plan | None = None) -> Story:
    """Three phones ring for the caller."""
    story = Story(the_plan or three_at_once()).waiting()
    for leg, seat in LEGS.items():
        story.happens(on.Offered(offer(leg, seat)))
    return story


def rung(story: Story) -> list[str]:
    return [action.leg for action in story.done if isinstance(action, do.Ring)]


def stopped(story: Story) -> dict[str, str]:
    """The phones that the last event stopped, each with the cause."""
    return {action.leg: action.cause for action in story.todo if isinstance(action, do.StopLeg)}


class TestSeveralOffers:
    def test_ring_several_phones(self) -> None:
        story = ringing()
        assert rung(story) == list(LEGS)
        assert not any(isinstance(action, do.StopLeg) for action in story.done)
        assert story.call.partners == tuple(LEGS)

    def test_the_same_one_told_twice_rings_once(self) -> None:
        story = ringing().happens(on.Offered(offer("leg-b", "1001")))
        assert story.todo == ()

    def test_more_than_the_group_rings_at_once_mean_that_the_oldest_is_over(self) -> None:
        """Its end was never told."""
        story = ringing().happens(on.Offered(offer("leg-e", "1004")))
        assert stopped(story) == {"leg-b": "NO_ANSWER"}
        assert story.call.partners == ("leg-c", "leg-d", "leg-e")

    def test_a_further_one_rings_besides_though_an_older_plan_knew_only_one(self) -> None:
        """The plan was changed while the caller waited."""
        story = Story(plan()).waiting().happens(on.Offered(offer("leg-b", "1001")))
        further = replace(offer("leg-c", "1002"), why={"how": "further"})
        story.happens(on.Offered(further))
        assert stopped(story) == {}
        assert story.call.partners == ("leg-b", "leg-c")

    def test_of_a_group_that_rings_one_phone_never_ring_together(self) -> None:
        story = ringing(plan())
        assert stopped(story) == {"leg-c": "NO_ANSWER"}
        assert story.call.partners == ("leg-d",)


class TestTheFirstAnswer:
    def test_wins_and_the_others_stop_at_once(self) -> None:
        story = ringing().happens(on.SeatAnswered("leg-c"))
        assert story.todo == (
            do.AcceptOffer("leg-c"),
            do.StopLeg("leg-b", LOST),
            do.StopLeg("leg-d", LOST),
            do.Bridge("leg-c"),
            do.SetTimer("bridge", do.BRIDGE_SECONDS),
        )
        story.happens(on.Bridged("leg-c"))
        assert (story.call.state, story.call.seat) == (State.TALKING, "1002")
        assert story.call.partners == ("leg-c",)

    def test_counts_from_when_its_own_phone_began_to_ring(self) -> None:
        story = ringing()
        began = {leg.leg: leg.started_at for leg in story.call.legs}
        story.happens(on.SeatAnswered("leg-b"))
        assert story.call.offered_at == began["leg-b"]

    def test_beats_a_second_one_at_the_same_moment(self) -> None:
        story = ringing().happens(on.SeatAnswered("leg-c")).happens(on.SeatAnswered("leg-b"))
        assert stopped(story) == {"leg-b": "ORIGINATOR_CANCEL"}
        story.happens(on.Bridged("leg-c")).happens(on.SeatAnswered("leg-d"))
        assert stopped(story) == {"leg-d": "ORIGINATOR_CANCEL"}
        assert (story.call.state, story.call.seat) == (State.TALKING, "1002")

    def test_leaves_no_trace_of_blame_on_the_losers(self) -> None:
        story = ringing().happens(on.SeatAnswered("leg-c"))
        story.happens(on.SeatFailed("leg-b", LOST)).happens(on.SeatGone("leg-d", LOST, False))
        assert not [action for action in story.done if isinstance(action, do.RefuseOffer)]
        assert story.call.partners == ("leg-c",)
        assert story.call.open_legs == ("leg-c",)


class TestAnAnswerWhoseLeaseIsGone:
    def test_stops_that_phone_while_the_others_ring_on(self) -> None:
        """The rest of what an answer leads to is not done then."""
        story = ringing().happens(on.SeatAnswered("leg-c")).happens(on.OfferLost("leg-c"))
        assert stopped(story) == {"leg-c": "NO_ANSWER"}
        assert do.ClearTimer("bridge") in story.todo
        assert (story.call.state, story.call.partners) == (State.RINGING, ("leg-b", "leg-d"))
        story.happens(on.SeatAnswered("leg-d")).happens(on.Bridged("leg-d"))
        assert story.call.seat == "1003"

    def test_of_the_only_phone_puts_the_caller_back(self) -> None:
        story = Story().connecting().happens(on.OfferLost("leg-b"))
        assert story.call.state is State.WAITING

    def test_of_a_loser_means_nothing_to_the_winner(self) -> None:
        story = ringing().happens(on.SeatAnswered("leg-c")).happens(on.OfferLost("leg-b"))
        assert stopped(story) == {"leg-b": "NO_ANSWER"}
        assert story.call.state is State.CONNECTING


class TestAPhoneThatFails:
    def test_lets_the_others_ring_on(self) -> None:
        story = ringing().happens(on.SeatFailed("leg-b", "USER_BUSY"))
        assert story.todo == (do.RefuseOffer("leg-b", "busy"),)
        assert (story.call.state, story.call.partners) == (State.RINGING, ("leg-c", "leg-d"))

    def test_as_the_last_of_all_puts_the_caller_back_with_place_and_age(self) -> None:
        story = ringing()
        for leg in LEGS:
            story.happens(on.SeatFailed(leg, "NO_ANSWER"))
        refused = {a.token for a in story.done if isinstance(a, do.RefuseOffer)}
        assert refused == set(LEGS)
        assert story.call.state is State.WAITING
        assert do.Tag({"switchd_state": "waiting"}) in story.todo
        assert not story.asked_for(do.Enqueue), "the queue has kept the caller's place"


class TestAnOfferThatIsWithdrawn:
    """Another caller needs the seat, and this one has others that ring."""

    def test_stops_that_phone_only_and_as_if_answered_elsewhere(self) -> None:
        story = ringing().happens(on.OfferLost("leg-c", "withdrawn"))
        assert stopped(story) == {"leg-c": LOST}
        assert (story.call.state, story.call.partners) == (State.RINGING, ("leg-b", "leg-d"))
        assert story.call.trace[-1].facts == {"seat": "1002", "why": "withdrawn"}

    def test_is_not_refused_when_its_phone_has_stopped(self) -> None:
        story = ringing().happens(on.OfferLost("leg-c", "withdrawn"))
        story.happens(on.SeatFailed("leg-c", LOST))
        assert story.todo == ()


class TestACallerWhoLeaves:
    @pytest.mark.parametrize("answered", [False, True])
    def test_stops_every_phone(self, answered: bool) -> None:
        story = ringing()
        if answered:
            story.happens(on.SeatAnswered("leg-c"))
        story.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER))
        assert set(stopped(story)) == set(LEGS)
        freed = do.ReleaseSeat("1002", "leg-c", 0.0) if answered else do.LeaveQueue()
        assert freed in story.todo
        for leg in LEGS:
            story.happens(on.SeatFailed(leg, "ORIGINATOR_CANCEL"))
        assert story.record.call == "leg-a"


class TestOtherEnds:
    def test_no_bridge_frees_the_seat_that_answered_and_rings_nobody(self) -> None:
        story = ringing().happens(on.SeatAnswered("leg-c")).happens(on.BridgeFailed("leg-c", "-"))
        assert do.ReleaseSeat("1002", "leg-c", 0.0) in story.todo
        assert story.asked_for(do.Enqueue)
        assert (story.call.state, story.call.partners) == (State.WAITING, ())

    def test_a_queue_that_lost_its_data_stops_all_of_them(self) -> None:
        story = ringing().happens(on.QueueForgot())
        assert set(stopped(story)) == set(LEGS)
        assert (story.call.state, story.call.partners) == (State.WAITING, ())

    def test_a_queue_that_cannot_be_reached_stops_all_of_them(self) -> None:
        story = ringing().happens(on.QueueFailed("Redis is away"))
        assert set(stopped(story)) == set(LEGS)
        assert story.call.state is State.WAITING
