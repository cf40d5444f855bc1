"""What YAML does to the unwary: understood as it was meant, or refused with its line."""

import errno
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from switchd.config import check, load
from switchd.config.folder import MAX_BYTES
from switchd.config.problems import Severity

LINE = "lines:\n  12345:\n    kind: hotline\n    title: 热线\n"

REFUSED = [
    ("duplicate key", LINE + "    title: b\n", 5, "lines.12345.title", "first in line 4"),
    ("duplicate line", LINE + '  "12345": {kind: hotline}\n', 5, "lines.12345", "first in line 2"),
    ("alias", LINE + "    music: *10\n", 5, "lines.12345.music", "*10 without quotes"),
    ("anchor", LINE + "    music: &a moh\n", 5, "lines.12345.music", "&a is a YAML anchor"),
    ("tag", LINE + "    music: !!str moh\n", 5, "lines.12345.music", "is a YAML tag"),
    ("tab", LINE + "\tmusic: moh\n", 5, "", "indented with a tab"),
    ("open bracket", LINE + "    numbers: [1\n    music: moh\n", 6, "", "the YAML breaks here"),
    ("open quote", LINE + "    music: 'moh\n", 6, "", "the YAML breaks here"),
    ("list on top", "- lines\n", 1, "", "no mapping of sections"),
    ("text on top", "lines\n", 1, "", "no mapping of sections"),
    ("list as key", LINE + "  [a, b]: c\n", 5, "lines.?", "a key must be"),
    ("two documents", LINE + "---\ngroups: {}\n", 5, "", "a second document"),
    ("control character", LINE + "    music: m\x07\n", 5, "", "U+0007"),
    ("deep nesting", "lines: " + "[" * 30 + "]" * 30 + "\n", 1, "", "nested deeper"),
    ("GBK", LINE.encode("gbk"), 4, "", "0xc8 is no UTF-8"),
    ("UTF-16", LINE.encode("utf-16"), 1, "", "is no UTF-8"),
]


@pytest.mark.parametrize(
    ("text", "line", "key", "what"), [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_refused_with_its_line(judge, text, line, key, what):
    problem = judge(lines=text)[0]
    assert (problem.file, problem.line, problem.key) == ("lines.yaml", line, key)
    assert what in problem.what
    assert problem.instead


class TestUnderstood:
    """Text stays the text that was written."""

    def test_an_area_code_without_quotes_keeps_its_zero(self, write):
        plan = load(write(city="city:\n  title: x\n  area_code: 0375\n")).plan
        assert plan.area_code == "0375"

    def test_a_number_with_a_leading_zero_keeps_it(self, write):
        plan = load(write(lines=LINE + "    numbers: [01012345678, +8637512399]\n")).plan
        assert plan.lines["12345"].numbers == {"12345", "01012345678", "12399"}

    def test_seats_with_leading_zeros_keep_them(self, write):
        plan = load(write(seats="seats:\n  008-011: intake\n")).plan
        assert list(plan.seats) == ["008", "009", "010", "011"]

    @pytest.mark.parametrize("word", ["on", "no", "null_", "1e3", "0x10", "12_345"])
    def test_a_word_is_not_read_as_something_else(self, write, word):
        plan = load(write(city=f"city:\n  title: {word}\n  area_code: 0375\n")).plan
        assert plan.title == word

    @pytest.mark.parametrize(
        ("word", "asked"), [("on", True), ("no", False), ("off", False), ("true", True)]
    )
    def test_yes_and_no_in_every_spelling(self, write, word, asked):
        plan = load(write(lines=LINE + f"    survey: {word}\n")).plan
        assert plan.lines["12345"].survey is asked

    def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(self, write):
        text = "\ufeff" + LINE.replace("\n", "\r\n")
        assert "12345" in load(write(lines=text)).plan.lines


class TestFiles:
    """Files that cannot be used are named, and nothing else is guessed from what is missing."""

    def test_a_folder_that_does_not_exist(self, tmp_path):
        [problem] = check(tmp_path / "nowhere")
        assert "cannot be listed: No such file" in problem.what
        assert problem.file == str(tmp_path / "nowhere")

    def test_a_folder_without_yaml(self, tmp_path):
        assert [one.what for one in check(tmp_path)] == ["there is no *.yaml in this folder"]

    def test_an_empty_file_is_a_warning(self, judge):
        [problem] = judge(extra="# nothing yet\n")
        assert (problem.file, problem.severity) == ("extra.yaml", Severity.WARNING)
        assert problem.what == "has nothing in it"

    def test_a_file_that_is_too_large(self, judge):
        [problem] = judge(lines=b"#" * (MAX_BYTES + 1))
        assert (problem.file, problem.what) == ("lines.yaml", "is larger than 10 MB")

    def test_a_file_that_may_not_be_read(self, write, monkeypatch):
        def refuse(*_: object) -> None:
            raise PermissionError(errno.EACCES, "Permission denied")

        folder = write()
        monkeypatch.setattr(Path, "open", refuse)
        [problem, *_] = check(folder)
        assert problem.what == "cannot be read: Permission denied"

    def test_what_is_no_file_is_not_opened(self, write):
        folder = write()
        os.mkfifo(folder / "pipe.yaml")
        (folder / "gone.yaml").symlink_to(folder / "nowhere")
        assert [one.what for one in check(folder)] == ["is no file", "is no file"]

    def test_a_yml_file_is_not_read_and_told(self, write):
        folder = write()
        (folder / "more.yml").write_text("lines: {}\n")
        [problem] = check(folder)
        assert (problem.severity, problem.what) == (Severity.WARNING, "is not read")

    def test_hidden_files_are_left_alone(self, write):
        folder = write()
        (folder / ".lines.yaml.swp.yaml").write_text("{{{")
        assert load(folder).warnings == ()

    def test_a_section_in_two_files_names_both(self, judge):
        [problem] = judge(seats="seats:\n  1001: intake\nlines:\n  12315: {}\n")
        assert (problem.file, problem.line, problem.key) == ("seats.yaml", 3, "lines")
        assert "lines.yaml:1" in problem.what


YAMLISH = st.text(alphabet="lines:12345 \n-[]{}\"'#&*!|>%@`?,.\tab中\r\u2028\x85\x00") | st.text()


class TestAnythingAtAll:
    """Whatever stands in a file, the answer is a list of problems with lines of that file."""

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(YAMLISH.map(str.encode) | st.binary())
    def test_no_content_breaks_the_check(self, judge, content):
        ends = content.count(b"\n") + content.count(b"\r")
        ends += sum(content.count(end.encode()) for end in ("\x85", "\u2028", "\u2029"))
        for problem in judge(lines=content):
            assert problem.what
            assert problem.instead
            assert problem.line <= max(5, ends + 2)

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(st.text(alphabet="lines:12345 \n-[]{}\"'#", min_size=1))
    def test_a_line_may_hold_anything(self, judge, value):
        quoted = json.dumps(value)
        judge(lines=f"lines:\n  12345: {{kind: hotline, title: {quoted}, into: {quoted}}}\n")
        judge(lines=f"lines:\n  {quoted}: {quoted}\n", seats=f"seats:\n  {quoted}: {quoted}\n")
