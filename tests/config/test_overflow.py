"""The steps of a long wait in YAML: their form, their meaning, what can never come due."""

from __future__ import annotations

import pytest

from routing.lines import Exit, Overflow
from routing.plan import Plan
from switchd.config import Known, Problem, Severity, load
from tests.config.conftest import Judge, Write

GROUPS = """\
groups:
  intake:
    title: 受理
    overflow: {steps}
  english: {{title: 英语, needs: "intake & english>=3"}}
  supervisors: {{title: 班长}}
"""
AGENTS = "agents:\n  A017: {title: 甲, skills: {english: 5}}\n"
SEATS = "seats:\n  1001-1004: intake\n  1009: supervisors\n"
CALLBACKS = 'trunks: {trunk: {proxy: "10.0.0.1:5060"}}\ncallbacks: {tries: 2}\n'
ENGLISH = "lines:\n  12345: {kind: hotline, title: 热线, group: intake}\n" + (
    "  12346:\n    kind: parallel\n    title: 英语\n    group: english\n    overflow: %s\n"
)


def files(line: str = "[]", group: str = "[]", callbacks: str = CALLBACKS) -> dict[str, str]:
    """A city whose line 12345 and whose group intake have these steps."""
    lines = "lines:\n  12345:\n    kind: hotline\n    title: 热线\n    group: intake\n"
    return {
        "lines": f"{lines}    overflow: {line}\n",
        "groups": GROUPS.format(steps=group),
        "seats": SEATS,
        "agents": AGENTS,
        "more": callbacks,
    }


def errors(problems: list[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.severity is Severity.ERROR]


@pytest.fixture
def plan_of(write: Write) -> object:
    def plan(**changes: str) -> Plan:
        return load(write(**files(**changes))).plan

    return plan


class TestThePlan:
    def test_has_every_kind_of_step_in_the_order_of_its_time(self, plan_of) -> None:  # type: ignore[no-untyped-def]
        plan = plan_of(
            line="[{then: voicemail, after_seconds: 600}, {group: supervisors, after_seconds: 90},"
            " {then: callback, wait_above_seconds: 300}]",
            group="{then: announce, after_seconds: 900}",
        )
        assert plan.lines["12345"].overflow == (
            Overflow("supervisors", 90.0),
            Overflow(then=Exit.VOICEMAIL, after_seconds=600.0),
            Overflow(then=Exit.CALLBACK, wait_above_seconds=300.0),
        )
        assert plan.groups["intake"].overflow == (
            Overflow(then=Exit.ANNOUNCE, after_seconds=900.0, announcement="try_later"),
        )

    def test_lowers_the_level_of_the_callers_own_group(self, write: Write) -> None:
        steps = ENGLISH % "{level: 1, after_seconds: 60}"
        plan = load(write(**{**files(), "lines": steps})).plan
        (step,) = plan.lines["12346"].overflow
        assert step.pool("english") == "english@1"

    def test_gives_further_seats_twenty_seconds_if_nothing_is_written(self, plan_of) -> None:  # type: ignore[no-untyped-def]
        assert plan_of(line="{group: supervisors}").lines["12345"].overflow == (
            Overflow("supervisors", 20.0),
        )


MISTAKES = [
    ({"line": "[{after_seconds: 30}]"},
     "lines.12345.overflow.0", "does nothing", "`group:` or `level:`"),
    ({"line": "[{then: voicemail, group: supervisors, after_seconds: 9}]"},
     "lines.12345.overflow.0.group", "voicemail is a way out", "two steps"),
    ({"line": "[{then: hang_up, level: 2, after_seconds: 9}]"},
     "lines.12345.overflow.0.level", "hang_up is a way out", "two steps"),
    ({"line": "{group: supervisors, after_seconds: 9, wait_above_seconds: 60}"},
     "lines.12345.overflow.wait_above_seconds", "two conditions", "two steps"),
    ({"line": "{then: voicemail}"},
     "lines.12345.overflow.then", "when the wait ends with voicemail", "`after_seconds:`"),
    ({"line": "{group: supervisors, announcement: try_later}"},
     "lines.12345.overflow.announcement", "never heard", "`then: announce`"),
    ({"line": "{group: supervisor}"},
     "lines.12345.overflow.group", "no group supervisor", "Write supervisors"),
    ({"group": "[{group: intake}]"},
     "groups.intake.overflow.0.group", "the group's own group", "another group"),
    ({"group": "{level: 1, after_seconds: 30}"},
     "groups.intake.overflow.level", "level 1 is no lower than what intake needs", "lower level"),
    ({"line": "[{group: english, level: 2}, {group: english, level: 2, after_seconds: 90}]"},
     "lines.12345.overflow.1.group", "english with level 2 stands here a second", "shorter wait"),
    ({"line": "{then: callback, after_seconds: 90}", "callbacks": ""},
     "lines.12345.overflow.then", "nobody is called back", "`callbacks:`"),
    ({"line": "[{then: voicemail, after_seconds: 300}, {group: supervisors, after_seconds: 301}]"},
     "lines.12345.overflow.1.after_seconds",
     "can never come due: voicemail ends the wait after 300 s (", "less than 300"),
    ({"line": "[{then: announce, after_seconds: 10}, {group: supervisors}]"},
     "lines.12345.overflow.1", "can never come due", "less than 10"),
    ({"line": "[{then: hang_up, after_seconds: 300}, {then: announce, after_seconds: 300}]"},
     "lines.12345.overflow.1.after_seconds", "can never come due", "less than 300"),
    ({"line": "{group: supervisors, after_seconds: 301}",
      "group": "{then: announce, after_seconds: 300}"},
     "lines.12345.overflow.after_seconds", "announce ends the wait after 300 s (", "less than 300"),
    ({"line": "[{then: announce, wait_above_seconds: 300},\n"
      "      {then: callback, wait_above_seconds: 600}]"},
     "lines.12345.overflow.1.wait_above_seconds",
     "for callers with an estimated wait above 300 s", "less than 300"),
]  # fmt: skip


class TestAMistake:
    @pytest.mark.parametrize(
        ("changes", "key", "what", "instead"), MISTAKES, ids=[mistake[1] for mistake in MISTAKES]
    )
    def test_is_told_at_its_key_with_what_to_write(
        self, judge: Judge, changes: dict[str, str], key: str, what: str, instead: str
    ) -> None:
        [problem] = errors(judge(**files(**changes)))
        assert problem.key == key
        assert what in problem.what
        assert instead in problem.instead
        assert problem.file in ("lines.yaml", "groups.yaml")

    @pytest.mark.parametrize(
        "steps",
        [
            "[{then: callback, after_seconds: 100}, {then: voicemail, after_seconds: 300}]",
            "[{then: voicemail, wait_above_seconds: 9}, {group: supervisors, after_seconds: 600}]",
            "[{group: supervisors, after_seconds: 0}, {then: hang_up, after_seconds: 300}]",
            "[{group: english, level: 1}, {group: english, after_seconds: 90}]",
        ],
    )
    def test_is_none_of_these(self, judge: Judge, steps: str) -> None:
        assert errors(judge(**files(line=steps))) == []


class TestWhatIsHeard:
    KNOWN = Known(
        prompts=frozenset({"greeting", "comfort", "callback_offer", "voicemail_greeting"})
    )

    @pytest.mark.parametrize(
        ("waiting", "key"),
        [
            ("comfort_prompts: [comfort, websiet], comfort_every_seconds: 45",
             "waiting.comfort_prompts.1"),
            ("callback_prompt: press_2", "waiting.callback_prompt"),
        ],
    )  # fmt: skip
    def test_must_be_there(self, judge: Judge, waiting: str, key: str) -> None:
        changes = {**files(), "waiting": f"waiting: {{{waiting}}}\n"}
        [problem] = errors(judge(self.KNOWN, **changes))
        assert (problem.key, problem.what[:18]) == (key, "there is no prompt")

    def test_at_the_end_of_the_longest_wait_must_be_there_too(self, judge: Judge) -> None:
        [problem] = errors(judge(self.KNOWN, **files(line="{then: announce, after_seconds: 60}")))
        assert problem.key == "lines.12345.overflow.announcement"

    def test_comfort_phrases_need_words(self, judge: Judge) -> None:
        waiting = "waiting: {comfort_prompts: [], comfort_every_seconds: 45}\n"
        [problem] = errors(judge(**files(), waiting=waiting))
        assert problem.key == "waiting.comfort_every_seconds"

    def test_another_key_needs_another_recording(self, judge: Judge) -> None:
        problems = judge(**files(), waiting='waiting: {callback_key: "2"}\n')
        (warning,) = [one for one in problems if one.key == "waiting.callback_key"]
        assert "press 1, not 2" in warning.what
