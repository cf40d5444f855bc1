"""Agents' roles and shifts, and how they sign in: what the plan has of them, and each mistake."""

from __future__ import annotations

import pytest

from routing.credentials import SignInRules
from routing.rights import Role
from switchd.config import load
from tests.config.conftest import Judge, Write

SHIFTS = """\
shifts:
  four:
    crews: [甲, 乙, 丙, 丁]
    times: {early: "07:00-15:00", late: "15:00-23:00", night: "23:00-07:00+1"}
    pattern: [early, late, night, rest]
    starts_on: 2020-01-01
  day: {crews: [长白], calendar: office}
calendars:
  office: {week: {mon-fri: "08:00-18:00"}}
"""


class TestPlan:
    def test_role_groups_and_crew_of_an_agent_are_in_the_plan(self, write: Write) -> None:
        agents = "agents:\n  B01: {role: team_lead, leads: [intake], shift: four, crew: 乙}\n"
        lead = load(write(agents=agents, shifts=SHIFTS)).plan.agents["B01"]
        assert (lead.role, lead.leads) == (Role.TEAM_LEAD, ("intake",))
        assert (lead.shift, lead.crew) == ("four", "乙")

    def test_a_day_shift_has_one_crew_which_need_not_be_written(self, write: Write) -> None:
        agent = load(write(agents="agents:\n  A017: {shift: day}\n", shifts=SHIFTS)).plan.agents
        assert agent["A017"].crew == "长白"

    def test_an_agent_is_a_seat_without_hours_unless_more_is_written(self, write: Write) -> None:
        agent = load(write(agents="agents:\n  A017: {}\n")).plan.agents["A017"]
        assert (agent.role, agent.leads, agent.shift, agent.crew) == (Role.SEAT, (), None, None)

    def test_nobody_needs_a_pin_unless_the_city_wants_one(self, write: Write) -> None:
        assert load(write()).plan.sign_in == SignInRules()
        written = "sign_in: {pin_required: yes, wrong_pins: 3, locked_minutes: 5}\n"
        plan = load(write(sign_in=written)).plan
        assert plan.sign_in == SignInRules(True, 3, 300.0)


ERRORS = [
    # the agent, the key, a part of what is wrong, a part of what to write
    ("{role: admin}", "role", "has the role admin", "Write one of"),
    ("{role: team_lead}", "role", "no groups to supervise", "Write `leads:`"),
    ("{leads: [intake]}", "leads", "the role is seat", "Write `role: team_lead`"),
    ("{role: team_lead, leads: [intak]}", "leads.0", "no group intak", "Write intake"),
    ("{crew: 甲}", "crew", "without its shift", "Write `shift:`"),
    ("{shift: for}", "shift", "no shift for", "Write four"),
    ("{shift: four}", "shift", "several crews", "Write `crew:`"),
    ("{shift: four, crew: 戊}", "crew", "no crew 戊", "Write one of"),
]


class TestMistakes:
    @pytest.mark.parametrize(("agent", "key", "what", "instead"), ERRORS)
    def test_what_leads_nowhere_is_told_with_its_place(
        self, judge: Judge, agent: str, key: str, what: str, instead: str
    ) -> None:
        (problem,) = judge(agents=f"agents:\n  A017: {agent}\n", shifts=SHIFTS)
        assert (problem.file, problem.line) == ("agents.yaml", 2)
        assert problem.key == f"agents.A017.{key}"
        assert what in problem.what
        assert instead in problem.instead
