"""Each mistake in the form of a section is told with file, line and key."""

import json

import pytest

from switchd.config.explain import PATTERN_WORDS
from switchd.config.schema import schema

LINE = "lines:\n  12345:\n    kind: hotline\n    title: 热线\n    group: intake\n"
SURVEY = "survey:\n  keys:\n"

MISTAKES = [
    # a file, its text, then line, key, a part of what is wrong, a part of what to write
    ("lines", LINE + "    grup: x\n", 6, "lines.12345.grup", "no key grup", "Write group"),
    ("extra", "surveys:\n  tries: 2\n", 1, "surveys", "no section surveys", "Write survey"),
    ("city", "city:\n  title: x\n", 1, "city.area_code", "area_code is missing", "Area code"),
    ("city", 'city:\n  title: x\n  area_code: "375"\n', 3, "city.area_code", "'375'", "0375"),
    ("city", 'city:\n  title:\n  area_code: "0375"\n', 2, "city.title", "no value", "Write"),
    ("city", "city: 12345\n", 1, "city", "'12345' is not a group of keys", "indented"),
    ("lines", "lines:\n  12345:\n", 2, "lines.12345", "no value", "Write a value"),
    ("lines", "lines:\n", 1, "lines", "is empty", "Write `name:`"),
    ("lines", "lines: {}\n", 1, "lines", "is empty", "Write `name:`"),
    ("extra", 'trunks:\n  "east side": {}\n', 2, "trunks.east side", "'east side'", "letters"),
    ("groups", 'groups:\n  intake: {title: x}\n  "{a}": {title: y}\n', 3,
     "groups.{a}", "'{a}' cannot stand", "a name of letters"),
    ("lines", "lines: [12345]\n", 1, "lines", "no names", "Write `name:`"),
    ("lines", LINE + "    priority: high\n", 6, "lines.12345.priority", "'high'", "whole number"),
    ("lines", LINE + "    priority: 86401\n", 6, "lines.12345.priority", "too large",
     "86400 or less"),
    ("lines", LINE + "    survey: maybe\n", 6, "lines.12345.survey", "'maybe'", "yes or no"),
    ("lines", LINE + "    numbers: 1\n", 6, "lines.12345.numbers", "'1' is not a list", "[a, b]"),
    ("lines", LINE + "    title2: x\n", 6, "lines.12345.title2", "no key title2", "Write title"),
    ("lines", LINE + '    music: "a b"\n', 6, "lines.12345.music", "'a b'", "a name of letters"),
    ("groups", "groups:\n  intake: {title: x, ring_seconds: 0}\n", 2,
     "groups.intake.ring_seconds", "too small", "1 or more"),
    ("groups", "groups:\n  intake: {title: x, ring_seconds: .nan}\n", 2,
     "groups.intake.ring_seconds", "'.nan' is not a number", "a number"),
    ("groups", "groups:\n  intake: {title: x, ring_seconds: inf}\n", 2,
     "groups.intake.ring_seconds", "'inf' is not a number", "a number"),
    ("groups", 'groups:\n  intake: {title: "a\\nb"}\n', 2,
     "groups.intake.title", "'a\\nb' cannot", "one line"),
    ("seats", "seats:\n  1001:\n    groups: []\n", 3, "seats.1001.groups", "nothing", "at least"),
    ("extra", SURVEY + "    5x: fine\n", 3, "survey.keys.5x", "'5x'", "one key of the phone"),
    ("extra", "log: {format: yaml}\n", 1, "log.format", "'yaml' is not known", "auto, console"),
    ("extra", "log: {level: warn}\n", 1, "log.level", "'warn' is not known", "Write warning"),
    ("extra", "storage:\n  redis: http://u:secret@x\n", 2, "storage.redis", "this URL", "redis://"),
    ("extra", "freeswitch:\n  sip:\n    trunk_port: 70000\n", 3,
     "freeswitch.sip.trunk_port", "too large", "65535 or less"),
    ("extra", "freeswitch:\n  sip:\n    trunkport: 5060\n", 3,
     "freeswitch.sip.trunkport", "no key", "Write trunk_port"),
    ("extra", "trunks:\n  east:\n    strip_prefixes: [9a]\n", 3,
     "trunks.east.strip_prefixes.0", "'9a'", "digits"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "text", "line", "key", "what", "instead"), MISTAKES)
def test_a_mistake_in_form(judge, file, text, line, key, what, instead):
    [problem] = judge(**{file: text})
    assert (problem.file, problem.line, problem.key) == (f"{file}.yaml", line, key)
    assert what in problem.what
    assert instead in problem.instead


class TestKinds:
    """What no line of a hotline may be is refused with the reason."""

    def test_an_emergency_number_is_never_a_line(self, judge):
        [problem] = judge(lines=LINE + "  12110:\n    kind: emergency\n    title: x\n")
        assert (problem.line, problem.key) == (7, "lines.12110.kind")
        assert "in every plan without being written" in problem.what
        assert "`emergency: {trunk: …}`" in problem.instead

    def test_a_reserved_line_may_not_be_merged(self, judge):
        [problem] = judge(lines=LINE + "  12388:\n    kind: reserved\n    title: x\n")
        assert (problem.line, problem.key) == (7, "lines.12388.kind")
        assert "may not be merged" in problem.what
        assert "国办发〔2020〕53号" in problem.what
        assert "then: tell" in problem.instead

    def test_a_misspelled_kind(self, judge):
        [problem] = judge(lines=LINE.replace("hotline", "hotlien"))
        assert (problem.line, problem.what) == (3, "'hotlien' is not known here")
        assert problem.instead == "Write hotline, if that is meant"


class TestPartlyReadable:
    """What could be read of a wrong section still serves to check the others."""

    def test_the_area_code_is_used_although_another_key_of_the_city_is_wrong(self, judge):
        problems = judge(
            city="city: {title: x, area_code: 0375, colour: red}\n",
            lines=LINE + "  0375-12345: {kind: parallel, title: 市监, group: intake}\n",
        )
        assert [one.key for one in problems] == ["city.colour", "lines.0375-12345"]

    def test_without_an_area_code_nothing_is_guessed(self, judge):
        problems = judge(
            city="city: {title: x, area_code: 375}\n",
            lines=LINE + "  0375-12345: {kind: parallel, title: 市监, group: intake}\n",
        )
        assert [one.key for one in problems] == ["city.area_code"]


class TestSecrets:
    """What may hold a password is not repeated."""

    def test_a_wrong_url_is_not_shown(self, judge):
        [problem] = judge(extra="storage:\n  sql: mysql://root:secret@db/x\n")
        assert "secret" not in str(problem)


class TestAllAtOnce:
    """One run tells everything, in reading order, and one mistake does not hide another."""

    def test_mistakes_in_several_files_are_told_together(self, judge):
        problems = judge(
            city="city:\n  title: x\n  area_code: '0375'\n  colour: red\n",
            lines=LINE + "  12315: {kind: parallel, title: 市监, group: markt}\n"
            "  12316: {kind: parallel, titel: 农业, group: intake}\n",
            seats="seats:\n  1001-1003: intake\n  1003: intake\n",
        )
        assert [(one.file, one.line, one.key) for one in problems] == [
            ("city.yaml", 4, "city.colour"),
            ("lines.yaml", 6, "lines.12315.group"),
            ("lines.yaml", 7, "lines.12316.titel"),
            ("lines.yaml", 7, "lines.12316.title"),
            ("seats.yaml", 3, "seats.1003"),
        ]

    def test_a_group_with_a_mistake_is_still_known_to_lines_and_seats(self, judge):
        [problem] = judge(groups="groups:\n  intake: {title: x, ring: 15}\n")
        assert problem.key == "groups.intake.ring"

    @pytest.mark.parametrize("section", ["city", "lines", "groups", "seats"])
    def test_a_missing_section_is_told(self, judge, section):
        problems = judge(**{section: "waiting: {}\n"})
        assert (section, f"the section {section} is missing") in [
            (one.key, one.what) for one in problems
        ]


def test_every_pattern_has_words_for_people():
    patterns = {
        part["pattern"]
        for part in _walk(json.loads(json.dumps(schema())))
        if isinstance(part.get("pattern"), str)
    }
    assert patterns <= PATTERN_WORDS.keys()


def _walk(node):
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from _walk(value)
