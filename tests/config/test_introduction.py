"""Whisper and staff number: what the plan has of them, and each mistake."""

from __future__ import annotations

import pytest

from routing.introduction import HeardBy, Introduction
from switchd.config import Known, load
from tests.config.conftest import Judge, Write

KNOWN = Known(prompts=frozenset({"greeting", "name_12345", "agent_8001", "beep"}))
SPOILT = [
    ("introduction: {whisper: [line_name, bepe]}\n", "introduction.whisper.1"),
    ("agents:\n  8001: {announcement: agent_800}\n", "agents.8001.announcement"),
]


class TestPlan:
    def test_says_nothing_to_anybody_unless_it_is_written(self, write: Write) -> None:
        plan = load(write()).plan
        assert plan.introduction == Introduction((), HeardBy.NOBODY, 10.0)
        assert (plan.groups["intake"].whisper, plan.lines["12345"].whisper) == (None, None)

    def test_has_what_city_group_line_and_agent_say(self, write: Write) -> None:
        written = (
            "introduction:\n  whisper: [line_name, wait]\n  staff_number: caller\n"
            "  longest_seconds: 6\nagents:\n  8001: {announcement: agent_8001}\n"
        )
        groups = "groups:\n  intake: {title: x, whisper: [beep], staff_number: both}\n"
        lines = (
            "lines:\n  12345:\n    kind: hotline\n    title: x\n    whisper: []\n"
            "    whisper_prompt: name_12345\n"
        )
        plan = load(write(extra=written, groups=groups, lines=lines)).plan
        assert plan.introduction == Introduction(("line_name", "wait"), HeardBy.CALLER, 6.0)
        assert plan.groups["intake"].whisper == ("beep",)
        assert plan.groups["intake"].staff_number is HeardBy.BOTH
        assert (plan.lines["12345"].whisper, plan.lines["12345"].whisper_prompt) == (
            (),
            "name_12345",
        )
        assert plan.agents["8001"].announcement == "agent_8001"


class TestMistakes:
    @pytest.mark.parametrize(("written", "key"), SPOILT)
    def test_a_prompt_that_is_not_there(self, judge: Judge, written: str, key: str) -> None:
        (problem,) = judge(known=KNOWN, extra=written)
        assert problem.key == key
        assert "there is no prompt" in problem.what

    def test_a_prompt_of_a_group_or_line_that_is_not_there(self, judge: Judge) -> None:
        groups = "groups:\n  intake: {title: x, whisper: [bepe]}\n"
        lines = "lines:\n  12345: {kind: hotline, title: x, whisper_prompt: name_1234}\n"
        problems = judge(known=KNOWN, groups=groups, lines=lines)
        keys = [problem.key for problem in problems]
        assert keys == ["groups.intake.whisper.0", "lines.12345.whisper_prompt"]

    def test_a_listener_that_does_not_exist(self, judge: Judge) -> None:
        (problem,) = judge(extra="introduction: {staff_number: everybody}\n")
        assert problem.key == "introduction.staff_number"
        assert "caller" in problem.instead
