"""What a trunk says about numbers, and what cannot be meant."""

import pytest

from routing.plan import CallerFrom, Source
from switchd.config import Severity, load

LINES = (
    "lines:\n  12345: {kind: hotline, title: 热线, group: intake}\n"
    "  12315: {kind: parallel, title: x, group: intake, numbers: [69009999]}\n"
)
DIDS = "trunks:\n  east:\n    trust: [did, request]\n    dids:\n"

ERRORS = [
    # a file's text, then line, key, a part of what is wrong, a part of what to write
    ("trunks:\n  east:\n    trust: [diversion, requst]\n", 3, "trunks.east.trust.1",
     "'requst' is not known here", "Write request"),
    ("trunks:\n  east:\n    trust: []\n", 3, "trunks.east.trust",
     "nothing is written here", "at least one"),
    ("trunks:\n  east:\n    trust: [request, diversion, request]\n", 3, "trunks.east.trust.2",
     "request stands here twice", "Delete it"),
    ("trunks:\n  east:\n    trust: [request, did]\n", 3, "trunks.east.trust.1",
     "no table", "`dids:`"),
    ("trunks:\n  east:\n    dids: {69001234: 12345}\n", 3, "trunks.east.dids",
     "the table is not used", "trust: [did, request]"),
    (DIDS + "      69001234: 12354\n", 5, "trunks.east.dids.69001234",
     "no line has the number 12354", "Write 12345"),
    (DIDS + "      69009999: 12345\n", 5, "trunks.east.dids.69009999",
     "69009999 is the number of lines.12315 (", "from the line"),
    (DIDS + "      0375-110: 12345\n", 5, "trunks.east.dids.0375-110",
     "110 is an emergency number", "Delete it"),
    (DIDS + "      mayor: 12345\n", 5, "trunks.east.dids.mayor",
     "no telephone number", "69001234"),
    (DIDS + "      69001234: 12345\n      0375-69001234: 12315\n", 6,
     "trunks.east.dids.0375-69001234", "stands also as 69001234", "Delete it"),
    ("trunks:\n  east:\n    area_code: 371\n", 3, "trunks.east.area_code",
     "'371' cannot stand here", "0375"),
    ("trunks:\n  east:\n    add_prefixes: {four: 331}\n", 3, "trunks.east.add_prefixes.four",
     "'four' cannot stand here", "number of digits"),
    ("trunks:\n  east:\n    caller_add_prefixes: {10: +86}\n", 3,
     "trunks.east.caller_add_prefixes.10", "'+86' cannot stand here", "digits"),
    ("trunks:\n  east:\n    caller_from: pai\n", 3, "trunks.east.caller_from",
     "'pai' is not known here", "asserted"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "key", "what", "instead"), ERRORS)
def test_a_mistake_is_told_with_its_place(judge, text, line, key, what, instead):
    [problem] = judge(lines=LINES, extra=text)
    assert (problem.file, problem.line, problem.key) == ("extra.yaml", line, key)
    assert what in problem.what
    assert instead in problem.instead
    assert problem.severity is Severity.ERROR


class TestDids:
    def test_a_did_that_is_its_lines_number_already_is_only_a_warning(self, judge):
        [problem] = judge(lines=LINES, extra=DIDS + "      69009999: 12315\n")
        assert problem.severity is Severity.WARNING
        assert "already" in problem.what

    def test_a_line_is_meant_by_any_of_its_numbers(self, judge):
        assert judge(lines=LINES, extra=DIDS + "      69001234: 0375-69009999\n") == []


class TestPlan:
    def test_the_trunk_has_what_is_written_in_normal_form(self, write):
        text = (
            "trunks:\n  east:\n    trust: [diversion, history_info, did, request]\n"
            "    dids: {0375-69001234: +8637512315}\n    add_prefixes: {4: 331}\n"
            "    caller_add_prefixes: {10: 0}\n    caller_from: asserted\n"
        )
        trunk = load(write(lines=LINES, extra=text)).plan.trunks["east"]
        wanted = (Source.DIVERSION, Source.HISTORY_INFO, Source.DID, Source.REQUEST)
        assert trunk.trust == wanted
        assert trunk.dids == {"69001234": "12315"}
        assert (trunk.add_prefixes, trunk.caller_add_prefixes) == ({4: "331"}, {10: "0"})
        assert trunk.caller_from is CallerFrom.ASSERTED

    def test_a_did_of_a_trunk_elsewhere_is_a_number_there(self, write):
        text = DIDS + "      69001234: 12315\n    area_code: 0371\n"
        trunk = load(write(lines=LINES, extra=text)).plan.trunks["east"]
        assert trunk.dids == {"037169001234": "12315"}

    def test_by_default_only_the_request_is_trusted(self, write):
        [trunk] = load(write()).plan.trunks.values()
        assert (trunk.trust, trunk.caller_from) == ((Source.REQUEST,), CallerFrom.FROM)
