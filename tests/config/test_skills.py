"""Needs of groups and skills of agents: what the plan has of them, and each mistake."""

from __future__ import annotations

import pytest

from routing.queueing import Strategy
from routing.seats import Agent
from switchd.config import Severity, load
from tests.config.conftest import Judge, Write

LINES = (
    "lines:\n"
    "  12345: {kind: hotline, title: 热线, group: intake}\n"
    "  12346: {kind: parallel, title: English, group: english, priority: -60, age_slope: 1.5}\n"
)
GROUPS = "groups:\n  intake: {title: 受理}\n  english: {title: 英语, needs: %s}\n"
AGENTS = "agents:\n  A017: {title: 小王, skills: {english: 4}}\n  A018: {}\n"


class TestPlan:
    def test_needs_strategy_and_agents_are_in_the_plan(self, write: Write) -> None:
        groups = GROUPS % "intake & english>=2, strategy: level_first, ring_several: 3"
        plan = load(write(lines=LINES, groups=groups, agents=AGENTS)).plan
        english = plan.groups["english"]
        assert str(english.need) == "intake & english>=2"
        assert (english.strategy, english.ring_several) == (Strategy.LEVEL_FIRST, 3)
        assert plan.agents["A017"] == Agent("A017", "小王", {"english": 4})
        assert plan.agents["A018"].skills == {}

    def test_without_them_a_group_needs_the_skill_of_its_name(self, write: Write) -> None:
        intake = load(write()).plan.groups["intake"]
        assert str(intake.need) == "intake"
        assert (intake.strategy, intake.ring_several) == (Strategy.LONGEST_IDLE, 1)

    def test_priority_and_slope_belong_to_the_line(self, write: Write) -> None:
        plan = load(write(lines=LINES, groups=GROUPS % "english", agents=AGENTS)).plan
        line = plan.lines["12346"]
        assert (line.priority, line.age_slope) == (-60, 1.5)
        assert plan.lines["12345"].age_slope == 1.0


ERRORS = [
    # what the group english needs, its key, a part of what is wrong, a part of what to write
    ("intake & english>=5", "no agent at any seat has all of", "Give an agent"),
    ("intake & english>=5", "english reaches level 4", "need less"),
    ("intake & german", "nobody has the skill german", "Write one of"),
    ("intake & englich", "nobody has the skill englich", "Write english"),
    ("intake &", "a skill is missing at the end", "Write skills with & and |"),
    ("intake english", "'english' stands where & or | is expected", "Write skills"),
    ("intake>=10", "levels go from 1 to 9", "Write skills"),
]


class TestMistakes:
    @pytest.mark.parametrize(("needs", "what", "instead"), ERRORS)
    def test_a_need_that_nobody_meets(
        self, judge: Judge, needs: str, what: str, instead: str
    ) -> None:
        problems = judge(lines=LINES, groups=GROUPS % f'"{needs}"', agents=AGENTS)
        (problem,) = [one for one in problems if one.severity is Severity.ERROR]
        assert (problem.file, problem.line, problem.key) == (
            "groups.yaml",
            3,
            "groups.english.needs",
        )
        assert what in problem.what
        assert instead in problem.instead

    def test_an_agent_at_a_seat_may_meet_it_together(self, judge: Judge) -> None:
        assert judge(lines=LINES, groups=GROUPS % "intake & english>=4", agents=AGENTS) == []

    def test_a_skill_that_no_group_needs_is_told(self, judge: Judge) -> None:
        (problem,) = judge(agents="agents:\n  A017:\n    skills:\n      intak: 3\n")
        assert (problem.line, problem.key) == (4, "agents.A017.skills.intak")
        assert "no group needs the skill intak" in problem.what
        assert "Write intake" in problem.instead

    @pytest.mark.parametrize("level", ["0", "10", "high"])
    def test_levels_go_from_1_to_9(self, judge: Judge, level: str) -> None:
        (problem,) = judge(agents=f"agents:\n  A017: {{skills: {{intake: {level}}}}}\n")
        assert problem.key == "agents.A017.skills.intake"

    def test_an_unknown_strategy_is_told_with_those_there_are(self, judge: Judge) -> None:
        (problem,) = judge(groups="groups:\n  intake: {title: x, strategy: longest}\n")
        assert problem.key == "groups.intake.strategy"
        assert "longest_idle" in problem.instead
