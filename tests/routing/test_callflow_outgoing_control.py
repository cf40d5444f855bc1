"""What a seat can do with a call that it has made itself: the same as with a caller's."""

from __future__ import annotations

from itertools import groupby

import pytest

from routing.callflow import State
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.entry import Arrival
from routing.record import CallKind, CallRecord, EndedBy, Outcome
from tests.routing.build import NOW, Story
from tests.routing.control_world import CALLER, SEAT, ControlWorld, city

PERSON, CENTRE = "13937512345", "2660110"


@pytest.fixture
def world() -> ControlWorld:
    """Seat 1001 has called somebody, and the two talk."""
    story = Story(city())
    story.happens(on.DialledOut("1001", PERSON, SEAT)).happens(on.Occupied("8001"))
    story.happens(on.SeatAnswered(CALLER)).happens(on.Bridged(SEAT))
    assert story.call.state is State.TALKING
    return ControlWorld(story)


def consulting(world: ControlWorld, target: str = "seat:1002", name: str = "1002") -> str:
    """1001 talks with whom it consults; returns that leg."""
    assert world.asks("consult", target) == ""
    world.picks_up(name)
    assert world.state is State.CONSULTING
    return world.leg_of(name)


def record_of(world: ControlWorld) -> CallRecord:
    world.calm_down()
    record = world.story.record
    seconds = sum((part.ended_at or 0.0) - part.began_at for part in record.segments)
    assert seconds == pytest.approx(record.talk_seconds)
    assert (record.kind, record.outcome, record.caller) == (
        CallKind.OUTGOING,
        Outcome.ANSWERED,
        PERSON,
    )
    return record


def did(record: CallRecord) -> list[str]:
    """What went on, one after the other, whoever was in it."""
    return [what for what, _ in groupby(str(part.what) for part in record.segments)]


class TestConsult:
    def test_lets_the_two_seats_talk_while_the_person_hears_music(
        self, world: ControlWorld
    ) -> None:
        other = consulting(world)
        assert world.talk() == {SEAT, other}
        assert any(isinstance(action, do.PlayMusic) for action in world.done)

    def test_is_over_and_the_seat_is_back_with_the_person(self, world: ControlWorld) -> None:
        other = consulting(world)
        assert world.asks("cancel") == ""
        assert world.talk() == {CALLER, SEAT}
        assert world.freed[other] == 1
        assert did(record_of(world)) == ["talk", "consult", "talk"]

    def test_hands_the_person_over_when_the_seat_hangs_up(self, world: ControlWorld) -> None:
        other = consulting(world)
        world.hangs_up(SEAT)
        assert world.talk() == {CALLER, other}
        assert world.freed[SEAT] == 1
        assert world.story.call.seat == "1002"
        world.hangs_up(other)
        assert world.state is State.ENDED
        record = record_of(world)
        assert [leg.role for leg in record.legs] == ["seat", "consult", "called"]
        assert record.ended_by is EndedBy.SEAT

    def test_with_an_expert_who_is_busy_brings_the_two_back_and_says_why(
        self, world: ControlWorld
    ) -> None:
        world.asks("consult", "expert:legal")
        for leg in [leg for leg, at in world.switch.at.items() if at == "ringing"]:
            world.hangs_up(leg, "USER_BUSY")
        assert any(
            "transfer_busy" in action.prompts
            for action in world.done
            if isinstance(action, do.Tell)
        )

    def test_ends_for_both_seats_when_the_person_hangs_up(self, world: ControlWorld) -> None:
        other = consulting(world)
        record = record_of(world)
        assert (world.freed[SEAT], world.freed[other]) == (1, 1)
        assert record.ended_by is EndedBy.CALLER

    def test_the_seat_that_loses_power_leaves_nobody_in_a_list_of_callers(
        self, world: ControlWorld
    ) -> None:
        other = consulting(world)
        world.hangs_up(SEAT, "MEDIA_TIMEOUT", by_itself=False)
        assert not world.listed
        assert world.freed[other] == 1
        assert world.state is State.ENDED


class TestThreeWay:
    def test_all_talk_and_the_others_talk_on_when_the_seat_leaves(
        self, world: ControlWorld
    ) -> None:
        other = consulting(world)
        assert world.asks("three-way") == ""
        assert world.talk() == {CALLER, SEAT, other}
        assert world.asks("leave") == ""
        assert world.talk() == {CALLER, other}
        assert world.freed[SEAT] == 1
        record = record_of(world)
        assert did(record)[:3] == ["talk", "consult", "conference"]
        assert record.seat == "1002"

    def test_with_a_sub_centre_goes_on_without_the_seat(self, world: ControlWorld) -> None:
        assert world.asks("three-way", "line:12350") == ""
        (centre,) = [leg for leg, at in world.switch.at.items() if at == "ringing"]
        world.switch.pick_up(centre)
        world.all_is_told()
        assert world.talk() == {CALLER, SEAT, centre}
        assert world.asks("leave") == ""
        assert world.talk() == {CALLER, centre}
        assert world.state is State.FORWARDED
        record = record_of(world)
        assert [leg.role for leg in record.legs] == ["seat", "sub_centre", "called"]
        assert record.seat == "1001"


class TestTransferToAGroup:
    def test_puts_the_person_first_in_its_list_and_frees_the_seat(
        self, world: ControlWorld
    ) -> None:
        assert world.asks("transfer", "group:market") == ""
        assert world.state is State.WAITING
        (enqueue,) = [action for action in world.done if isinstance(action, do.Enqueue)]
        assert (enqueue.group, enqueue.priority) == ("market", 86_400)
        assert world.freed[SEAT] == 1
        assert world.switch.at[SEAT] == "gone"
        assert world.switch.at[CALLER] == "parked"

    def test_is_served_by_who_is_free_there_and_asked_for_nothing_afterwards(
        self, world: ControlWorld
    ) -> None:
        world.asks("transfer", "group:market")
        world.find_seat()
        (token,) = world.leases
        world.switch.pick_up(token)
        world.all_is_told()
        world.happens(on.Bridged(token))
        assert (world.state, world.story.call.seat) == (State.TALKING, "1004")
        world.happens(on.SeatGone(token, "NORMAL_CLEARING", by_seat=True))
        world.happens(on.CallerBack())
        assert world.state is State.ENDING
        assert not any(isinstance(action, do.Collect) for action in world.done)
        world.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.SYSTEM))
        record = world.story.record
        assert (record.kind, record.seat) == (CallKind.OUTGOING, "1004")
        assert record.queued_at is not None
        assert did(record) == ["talk", "wait", "talk"]

    def test_who_hangs_up_while_waiting_there_is_in_no_list_any_more(
        self, world: ControlWorld
    ) -> None:
        world.asks("transfer", "group:market")
        record_of(world)
        assert not world.listed
        assert any(isinstance(action, do.LeavePlace) for action in world.done)


class TestOneWhoWaitsForAGroupWhileTheDaemonRestarts:
    def test_waits_on_and_the_record_still_tells_who_called_whom(self) -> None:
        story = Story(city())
        arrival = Arrival(PERSON, "12345", "carrier")
        story.happens(on.Resumed(arrival, NOW - 60.0, "market", "zh", 86_400, CallKind.OUTGOING))
        assert (story.call.state, story.call.group) == (State.WAITING, "market")
        story.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER))
        assert (story.record.kind, story.record.caller) == (CallKind.OUTGOING, PERSON)


class TestABlindTransferThatFails:
    def test_gives_the_person_to_another_seat_of_the_group(self, world: ControlWorld) -> None:
        assert world.asks("transfer", "seat:1002") == ""
        world.hangs_up(world.leg_of("1002"), "NO_ANSWER")
        assert world.state is State.WAITING
        assert world.listed == "intake"
