"""Whatever is asked for during a call, and whatever people and the switch do meanwhile: nobody is
left behind, every wish is answered, the record has no gap."""

from __future__ import annotations

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from routing.callflow import State
from routing.callflow import actions as do
from routing.callflow.positions import MOVING, At
from routing.record import CallRecord
from tests.routing.control_world import CALLER, SEAT, TARGETS, VERB_NAMES, ControlWorld

WITH_OTHERS = {State.CONSULTING, State.CONFERENCE, State.TRANSFERRING, State.FAREWELL}
"""States in which somebody who was brought in may be up."""


def tiles(record: CallRecord) -> None:
    """The parts follow each other from the answer to the end of the talk."""
    assert record.answered_at is not None
    assert record.segments[0].began_at == record.answered_at
    for one, following in zip(record.segments, record.segments[1:], strict=False):
        assert one.ended_at == following.began_at
    assert record.segments[-1].ended_at == record.talk_ended_at
    total = sum((one.ended_at or 0.0) - one.began_at for one in record.segments)
    assert record.talk_seconds == pytest.approx(total)


def nothing_stands_still(world: ControlWorld) -> None:
    """When all has been told, every leg is where it should be or a timer will look at it."""
    call = world.story.call
    brought_in = {party.leg for party in call.parties if party.answered}
    assert not brought_in or call.state in WITH_OTHERS
    assert brought_in <= set(call.spots)
    if not call.spots or list(world.arriving()):
        return
    moving = any(spot.at in MOVING for spot in call.spots.values())
    assert not moving or world.timers & {"arrange", "farewell"}
    if not moving:
        for leg, spot in call.spots.items():
            where = {At.PARKED: "parked", At.BRIDGED: "bridged", At.ROOM: "room"}[spot.at]
            assert world.switch.at[leg] == where, f"{leg} is {world.switch.at[leg]}, not {where}"


class TestATalkUnderControl:
    @settings(max_examples=300, deadline=None)
    @given(data=st.data())
    def test_leaves_one_record_one_answer_to_each_wish_and_nobody_behind(
        self, data: st.DataObject
    ) -> None:
        world = ControlWorld()
        for _ in range(data.draw(st.integers(0, 40), "how much happens")):
            if world.closed:
                break
            what = data.draw(st.sampled_from(("wire", "wire", "people", "verb")))
            arriving = list(world.arriving())
            if what == "wire" and arriving:
                name, move = arriving[data.draw(st.integers(0, len(arriving) - 1))]
            elif what == "people":
                people = list(world.people())
                if not people:
                    continue
                name, move = people[data.draw(st.integers(0, len(people) - 1))]
            else:
                verb = data.draw(st.sampled_from(VERB_NAMES))
                target = data.draw(st.sampled_from(TARGETS))
                seat = data.draw(st.sampled_from(("", "1001", "1001", "1002")))
                spoken = data.draw(st.booleans())
                note(f"{world.state}: {seat} asks for {verb} {target}")
                world.ask(verb, target, seat, spoken)
                nothing_stands_still(world)
                continue
            note(f"{world.state}: {name}")
            move()
            nothing_stands_still(world)
        world.calm_down()
        assert world.state is State.ENDED
        assert world.closed == 1
        assert all(world.replies[request] == 1 for request in world.asked)
        assert set(world.switch.at.values()) == {"gone"}
        assert not world.leases
        assert not world.listed
        assert {token: world.freed[token] for token in world.talks} == dict.fromkeys(world.talks, 1)
        tiles(world.story.record)

    def test_begins_with_caller_and_seat(self) -> None:
        world = ControlWorld()
        assert world.switch.pairs == {CALLER: SEAT, SEAT: CALLER}
        assert [type(one) for one in world.story.done].count(do.Bridge) == 1
