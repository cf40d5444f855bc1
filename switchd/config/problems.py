"""What is wrong with a city's YAML, told so that the admin can mend it without asking."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum


class Severity(StrEnum):
    """Whether the plan can be used all the same."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong or worth knowing, and where it stands."""

    file: str
    """Path as the admin named the folder, plus the file's name."""
    line: int
    """From 1; 0 if the problem has no line, such as a file that is missing."""
    key: str
    """Where in the YAML: lines.12319.merged_on. Empty for a problem of a whole file."""
    what: str
    """What is wrong: a clause without full stop."""
    instead: str
    """What to write or do: a sentence without full stop."""
    severity: Severity = Severity.ERROR


class ConfigError(Exception):
    """A city's YAML cannot be used; `problems` has every reason at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(render_problem(problem) for problem in problems))
        self.problems = tuple(problems)


def render_problem(problem: Problem) -> str:
    """Give one line for people: `file:line:key: what. What to write instead.`"""
    place = [problem.file]
    if problem.line:
        place.append(str(problem.line))
    if problem.key:
        place.append(problem.key)
    label = "warning: " if problem.severity is Severity.WARNING else ""
    text = f"{':'.join(place)}: {label}{problem.what}. {problem.instead}."
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def render_json(problems: Iterable[Problem]) -> str:
    """Give a JSON array with one object a problem, for scripts and editors."""
    rows = [
        {
            "file": problem.file,
            "line": problem.line,
            "key": problem.key,
            "what": problem.what,
            "instead": problem.instead,
            "severity": problem.severity.value,
        }
        for problem in problems
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2)


def in_reading_order(problems: Iterable[Problem]) -> list[Problem]:
    """Sort by file and line, each problem once."""
    return sorted(set(problems), key=lambda one: (one.file, one.line, one.key, one.what))


def choose(wrong: str, known: Iterable[str]) -> str:
    """Say which of the `known` names may have been meant by `wrong`."""
    names = sorted(known)
    if not names:
        return "There is none to choose from"
    close = get_close_matches(wrong, names, n=1)
    if close:
        return f"Write {close[0]}, if that is meant"
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"Write one of: {shown}"
