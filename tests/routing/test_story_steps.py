"""Every step that a call's trace may hold is told in words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import routing
from routing.story_words import WORDS

NO_TRACE = {"story.py", "story_words.py", "story_steps.py", "notices.py"}
"""Words of the story itself, and of the feed, which has names of its own."""
SOURCES = [
    path for path in Path(routing.__file__).parent.rglob("*.py") if path.name not in NO_TRACE
]
TOLD_BY_ITSELF = {"offer.made"}
"""Told with what was decided, not by one sentence."""


def named(source: Path) -> Iterator[tuple[ast.expr, frozenset[str]]]:
    """Give what every note(now, STEP, …) and Reason(STEP, …) of a file names, and its facts."""
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        facts = frozenset(keyword.arg or "**" for keyword in node.keywords)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "note":
            yield node.args[1], facts
        elif isinstance(node.func, ast.Name) and node.func.id == "Reason" and len(node.args) > 1:
            yield node.args[0], facts | {"**"}


NOTED = [(step, facts) for source in SOURCES for step, facts in named(source)]
LITERAL = {
    (step.value, facts)
    for step, facts in NOTED
    if isinstance(step, ast.Constant) and isinstance(step.value, str)
}
SUBJECTS = {step.partition(".")[0] for step, _ in LITERAL}


def steps() -> set[str]:
    """Every step that the code names, also where a variable carries it to the note."""
    strings = (
        node.value
        for source in SOURCES
        for node in ast.walk(ast.parse(source.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    dotted = (text.split(".") for text in strings if text.count(".") == 1 and " " not in text)
    return {f"{subject}.{what}" for subject, what in dotted if subject in SUBJECTS and what}


class TestTheSourceOfSteps:
    def test_is_read(self) -> None:
        assert {"entry.line", "queue.widened", "callback.seat_missed", "call.ended"} <= steps()
        assert {"entry", "queue", "talk", "voicemail", "switch"} <= SUBJECTS

    def test_names_no_step_in_pieces(self) -> None:
        """A step that is put together could not be found here."""
        assert not [ast.unparse(step) for step, _ in NOTED if isinstance(step, ast.JoinedStr)]


@pytest.mark.parametrize("language", WORDS)
class TestEveryStep:
    def test_has_a_sentence(self, language: str) -> None:
        assert steps() - set(WORDS[language].steps) == TOLD_BY_ITSELF

    def test_that_has_a_sentence_can_happen(self, language: str) -> None:
        assert not set(WORDS[language].steps) - steps()

    def test_is_told_from_facts_that_it_has(self, language: str) -> None:
        sentences = WORDS[language].steps
        for step, facts in LITERAL:
            if "**" in facts or step in TOLD_BY_ITSELF:
                continue
            used = {field for _, field, _, _ in Formatter().parse(sentences[step]) if field}
            has = facts | ({"cause"} if "why" in facts else set())
            assert used <= has, f"{step} has no {used - has}"
