"""Whom a seat reaches that dials a number while it is in no call."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routing.control_rules import ControlRules
from routing.dialling import Dialling
from routing.experts import Expert, Member, Ring
from routing.lines import Forward, LineKind
from routing.outside import INSIDE, SUPERVISOR, Outside, called
from routing.plan import Plan, SkillGroup, Trunk
from routing.seats import Seat
from tests.routing.build import NOW, hotline, plan

CENTRE = Forward("4001", "carrier", 45.0)
PLAN = plan(
    hotline(),
    hotline(
        name="12366",
        kind=LineKind.EXPERT,
        numbers=frozenset({"12366"}),
        transfer_to=CENTRE,
    ),
    groups={"intake": SkillGroup("intake", "受理"), "lead": SkillGroup("lead", "班长席")},
    seats={
        "1001": Seat("1001", ("intake",)),
        "1002": Seat("1002", ("intake",)),
        "1201": Seat("1201", ("intake",), phone="13900000009", trunk="carrier"),
        "1301": Seat("1301", ("lead",)),
        "1302": Seat("1302", ("lead",)),
    },
    trunks={"carrier": Trunk("carrier", proxy="192.0.2.1")},
    experts={
        "medical": Expert(
            "medical",
            "医疗卫生",
            (Member("驻场", seat="1002"), Member("值班", number="13900000001", trunk="carrier")),
            Ring.TOGETHER,
        )
    },
    dialling=Dialling(
        trunk="carrier",
        barred=frozenset({"168"}),
        short_numbers={"81": "expert:medical", "77": "group:lead", "99": "agent:A017"},
    ),
    control=ControlRules(supervisor_group="lead", supervisor_seats=("1302",)),
)


def dial(written: str, seat: str = "1001", city: Plan = PLAN) -> Outside:
    return called(written, seat, "12345", city, NOW)


class TestASeatThatDials:
    def test_a_seats_number_rings_that_seat_and_shows_its_own(self) -> None:
        assert dial("1002") == Outside("1002", (Forward("1002", INSIDE, 20.0),), "1001")

    def test_a_seat_with_a_telephone_is_rung_there(self) -> None:
        assert dial("1201").ways == (Forward("13900000009", "carrier", 20.0),)
        assert dial("1201").shown == "12345"

    def test_a_short_number_rings_the_experts_people_in_turn(self) -> None:
        assert dial("81").ways == (
            Forward("1002", INSIDE, 20.0),
            Forward("13900000001", "carrier", 20.0),
        )

    def test_a_short_number_of_a_group_rings_its_seats(self) -> None:
        assert [way.number for way in dial("77").ways] == ["1301", "1302"]
        assert [way.number for way in dial("77", seat="1301").ways] == ["1302"]

    def test_a_supervisor_is_one_of_the_seats_named_or_else_of_the_group(self) -> None:
        assert [way.number for way in dial(SUPERVISOR).ways] == ["1302", "1301", "1302"]

    def test_the_line_of_an_expert_reaches_the_department(self) -> None:
        assert dial("12366").ways == (CENTRE,)

    def test_a_number_outside_is_called_as_the_plan_allows(self) -> None:
        assert dial("13900000000").ways == (Forward("13900000000", "carrier", 30.0),)
        assert dial("16812345").ways == ()

    def test_an_emergency_number_always(self) -> None:
        assert dial("110").ways == (Forward("110", "carrier", 60.0),)
        assert dial("110").is_emergency

    @pytest.mark.parametrize("written", ["1001", "99", "12345", "1999", "", "81 ", "a\r\nb"])
    def test_nobody_is_behind_other_numbers(self, written: str) -> None:
        """Oneself, an agent wherever that one sits, the hotline, no seat, no number."""
        assert dial(written, city=replace(PLAN, dialling=_only_short())).ways == ()

    def test_without_supervisors_in_the_plan_there_are_none(self) -> None:
        city = replace(PLAN, control=ControlRules())
        assert dial(SUPERVISOR, city=city) == Outside("", (), "12345")


def _only_short() -> Dialling:
    return replace(PLAN.dialling, trunk="")
