"""How a problem reads."""

import json

import pytest

from switchd.config import Problem, Severity, render_json, render_problem
from switchd.config.problems import choose, in_reading_order

PROBLEM = Problem(
    "pds/lines.yaml", 12, "lines.12319.group", "there is no group intak", "Write intake"
)


class TestForPeople:
    """One line: where, what, what to write instead."""

    def test_file_line_key_what_instead(self):
        assert render_problem(PROBLEM) == (
            "pds/lines.yaml:12:lines.12319.group: there is no group intak. Write intake."
        )

    def test_a_problem_of_a_whole_file_has_no_line_and_key(self):
        problem = Problem("pds", 0, "", "cannot be read", "Check its name", Severity.WARNING)
        assert render_problem(problem) == "pds: warning: cannot be read. Check its name."

    def test_line_ends_and_escapes_in_a_key_cannot_forge_output(self):
        problem = Problem("pds", 3, "a\nb\x1b[2J", "there is no section", "Delete it")
        assert render_problem(problem) == "pds:3:a�b�[2J: there is no section. Delete it."


class TestForPrograms:
    """JSON with every field."""

    def test_every_field_is_there(self):
        assert json.loads(render_json([PROBLEM])) == [
            {
                "file": "pds/lines.yaml",
                "line": 12,
                "key": "lines.12319.group",
                "what": "there is no group intak",
                "instead": "Write intake",
                "severity": "error",
            }
        ]

    def test_chinese_stays_readable(self):
        assert "受理" in render_json([Problem("a", 1, "groups", "受理", "x")])


class TestOrder:
    """Problems are told as one reads the files, each once."""

    def test_by_file_and_line(self):
        b2, b10, a = (Problem(f, n, "", "x", "y") for f, n in (("b", 2), ("b", 10), ("a", 5)))
        assert in_reading_order([b10, a, b2, a]) == [a, b2, b10]


class TestSuggestions:
    """A name that was nearly right is guessed; otherwise the names are listed."""

    @pytest.mark.parametrize(
        ("wrong", "known", "said"),
        [
            ("intke", ["intake", "dispatch"], "Write intake, if that is meant"),
            ("xyz", ["intake", "dispatch"], "Write one of: dispatch, intake"),
            ("x", [], "There is none to choose from"),
        ],
    )
    def test_what_to_write(self, wrong, known, said):
        assert choose(wrong, known) == said

    def test_a_long_list_is_cut(self):
        assert choose("x", map(str, range(100))).endswith(", …")
