"""Whatever queue, switch, seats and caller do, in whatever order: nothing is left behind."""

from __future__ import annotations

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from routing.callbacks import CallbackRules
from routing.callflow import State
from routing.introduction import HeardBy, Introduction
from routing.lines import Exit, Overflow
from routing.plan import Plan, SkillGroup
from tests.routing.build import hotline, plan
from tests.routing.world import World

STEPS = (
    Overflow("market", 30.0),
    Overflow("english", wait_above_seconds=300.0),
    Overflow(then=Exit.CALLBACK, after_seconds=60.0),
)
ENDS = {
    "for ever": (),
    "until a message is left": (Overflow(then=Exit.VOICEMAIL, after_seconds=300.0),),
    "until an announcement": (
        Overflow(then=Exit.ANNOUNCE, after_seconds=300.0, announcement="try_later"),
    ),
    "until nothing more is said": (Overflow(then=Exit.HANG_UP, after_seconds=300.0),),
}


def city(several: int, end: str, introduction: Introduction) -> Plan:
    groups = {
        "intake": SkillGroup("intake", "受理", ring_several=several, overflow=ENDS[end]),
        "market": SkillGroup("market", "市监"),
        "english": SkillGroup("english", "英语"),
    }
    return plan(
        hotline(overflow=STEPS),
        groups=groups,
        callbacks=CallbackRules(trunk="carrier"),
        introduction=introduction,
    )


INTRODUCTIONS = st.builds(
    Introduction, st.sampled_from([(), ("wait",)]), st.sampled_from(HeardBy), st.just(8.0)
)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("several", [1, 3])
class TestACallerWhoWaits:
    @settings(max_examples=60, deadline=None)
    @given(data=st.data())
    def test_leaves_one_record_no_ringing_phone_and_no_held_seat(
        self, several: int, end: str, data: st.DataObject
    ) -> None:
        world = World(city(several, end, data.draw(INTRODUCTIONS, "introduction")))
        world.ring(data.draw(st.integers(0, several), "phones that ring"))
        for _ in range(data.draw(st.integers(0, 60), "how much happens")):
            arriving = list(world.arriving())
            moves = arriving if arriving and data.draw(st.booleans()) else list(world.moves())
            if not moves:
                break
            name, move = moves[data.draw(st.integers(0, len(moves) - 1))]
            note(f"{world.story.call.state}: {name}")
            move()
            assert not world.forgotten()
            if world.closed:
                break
        world.calm_down()
        if world.timers:
            assert world.story.call.state is State.CLEARING
            world.be_due("clearing")
            world.calm_down()
        assert world.story.call.state is State.ENDED
        assert world.closed == 1
        assert set(world.legs.values()) <= {"ended"}
        assert (world.offers, world.talk, world.listed) == ({}, "", False)
