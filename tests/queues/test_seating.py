"""Whom each seat serves: by the plan, by who sits there, and while calls of an older plan wait."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routing.callflow import Call
from routing.plan import Plan, SkillGroup
from routing.queueing import Strategy
from routing.seats import Agent, Seat
from routing.skills import Need
from switchd.seating import Seating
from tests.queues.hall import Hall
from tests.routing.build import plan

CITY = plan(
    groups={
        "intake": SkillGroup("intake", "受理"),
        "english": SkillGroup(
            "english",
            "英语",
            needs=Need.parse("intake & english>=3"),
            strategy=Strategy.LEVEL_FIRST,
            ring_several=2,
        ),
    },
    agents={"A017": Agent("A017", skills={"english": 5})},
)


class Room:
    """A hall whose seats are arranged by a plan."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.calls: list[Call] = []
        self.seating = Seating(hall.list, lambda: hall.now, lambda: self.calls)
        self.seating.arrange(CITY)

    def signs_in(self, seat: str, agent: str) -> None:
        self.hall.list.sign_in(seat, agent, self.hall.now)
        self.seating.seated(seat, agent)

    def groups(self, seat: str) -> tuple[str, ...]:
        return self.hall.view(seat).groups


@pytest.fixture
def room(hall: Hall) -> Room:
    return Room(hall)


class TestSkills:
    def test_an_empty_seat_serves_what_the_plan_writes_for_it(self, room: Room) -> None:
        assert room.groups("1001") == ("intake",)

    def test_an_agent_brings_skills(self, room: Room) -> None:
        room.signs_in("1001", "A017")
        assert room.groups("1001") == ("english", "intake")
        assert room.groups("1002") == ("intake",)

    def test_the_next_agent_does_not_inherit_them(self, room: Room) -> None:
        room.signs_in("1001", "A017")
        room.hall.list.sign_out("1001", room.hall.now)
        room.signs_in("1001", "stranger")
        assert room.groups("1001") == ("intake",)

    def test_a_skill_given_while_running_counts_at_once_and_stays(self, room: Room) -> None:
        room.signs_in("1001", "A018")
        assert room.seating.change_skill("A018", "english", 4) == "1001"
        assert room.groups("1001") == ("english", "intake")
        room.seating.arrange(replace(CITY, version="next"))
        assert room.groups("1001") == ("english", "intake")
        room.seating.change_skill("A018", "english", None)
        assert room.groups("1001") == ("intake",)

    def test_one_taken_away_is_gone(self, room: Room) -> None:
        room.signs_in("1001", "A017")
        room.seating.change_skill("A017", "english", 0)
        assert room.groups("1001") == ("intake",)

    def test_an_agent_who_is_not_there_has_it_at_the_next_sign_in(self, room: Room) -> None:
        assert room.seating.change_skill("A018", "english", 9) == ""
        room.signs_in("1002", "A018")
        assert room.groups("1002") == ("english", "intake")


class TestPlans:
    def test_strategy_and_phones_at_once_are_told(self, room: Room) -> None:
        found = room.hall.list.counts("english")
        assert (found.strategy, found.ring_several) == (Strategy.LEVEL_FIRST, 2)

    def test_a_new_plan_keeps_who_sits_where_and_what_they_bring(self, room: Room) -> None:
        room.signs_in("1001", "A017")
        seats = {"1001": Seat("1001", ("intake",)), "1003": Seat("1003", ("intake",))}
        room.seating.arrange(replace(CITY, seats=seats))
        assert room.groups("1001") == ("english", "intake")
        assert room.hall.view("1001").agent == "A017"
        assert room.hall.list.seat("1002") is None
        assert room.groups("1003") == ("intake",)

    def test_callers_of_a_group_that_is_gone_are_served_until_they_have_left(
        self, room: Room
    ) -> None:
        """Also by somebody who signs in meanwhile."""
        without = _without_english(CITY)
        room.signs_in("1001", "A017")
        room.calls = [replace(Call("c1", 0.0), group="english")]
        room.seating.arrange(without)
        assert room.groups("1001") == ("english", "intake")
        room.hall.list.sign_out("1001", room.hall.now)
        room.signs_in("1001", "A018")
        assert room.groups("1001") == ("english", "intake")
        room.calls = []
        room.seating.tidy()
        assert room.groups("1001") == ("intake",)


def _without_english(city: Plan) -> Plan:
    return replace(city, groups={"intake": city.groups["intake"]})
