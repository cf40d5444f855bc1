"""Who may call: the section `callers`."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from routing.standing import Barring, Entry, Limits, Withheld
from switchd.config import Known, load

BLOCKED = "callers:\n  blocked:\n"

ERRORS = [
    # a file's text, then line, key, a part of what is wrong, a part of what to write
    (BLOCKED + "    - {number: 13800138000}\n", 3, "callers.blocked.0.reason",
     "reason is missing", "`reason: …`"),
    (BLOCKED + "    - {reason: x}\n", 3, "callers.blocked.0",
     "either a number or a prefix", "`prefix:`"),
    (BLOCKED + "    - {number: 13800138000, prefix: 138, reason: x}\n", 3, "callers.blocked.0",
     "either a number or a prefix", "`number:`"),
    (BLOCKED + "    - {number: 0375-110, reason: x}\n", 3, "callers.blocked.0.number",
     "110 is an emergency service", "Delete"),
    (BLOCKED + "    - {number: nobody, reason: x}\n", 3, "callers.blocked.0.number",
     "'nobody' is no telephone number", "digits"),
    (BLOCKED + "    - {number: 13800138000, reason: x}\n"
     "    - {number: +8613800138000, reason: y}\n", 4,
     "callers.blocked.1.number", "stands here twice (first", "Delete it"),
    (BLOCKED + "    - {prefix: 0085x, reason: x}\n", 3, "callers.blocked.0.prefix",
     "cannot stand here", "one to twelve digits"),
    ("callers:\n  priority:\n    - {number: 4882789, reason: x, priority: 86401}\n", 3,
     "callers.priority.0.priority", "too large", "86400 or less"),
    ("callers:\n  withheld: announce\n", 2, "callers.withheld",
     "no announcement", "`announcement:`"),
    ("callers:\n  limits: {calls_per_hour: 5, then: announce}\n", 2, "callers.limits.then",
     "no announcement", "`announcement:`"),
    ("callers:\n  limits: {then: hang_up}\n", 2, "callers.limits.then",
     "'hang_up' is not known here", "Write one of: announce, refuse"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "key", "what", "instead"), ERRORS)
def test_a_mistake_is_told_with_its_place(judge, text, line, key, what, instead):
    [problem] = judge(extra=text)
    assert (problem.file, problem.line, problem.key) == ("extra.yaml", line, key)
    assert what in problem.what
    assert instead in problem.instead


def test_the_announcement_is_a_prompt_that_is_there(judge):
    known = Known(prompts=frozenset({"greeting", "change_announcement"}))
    text = "callers: {withheld: announce, announcement: show_number}\n"
    [problem] = judge(known, extra=text)
    assert (problem.key, problem.what) == ("callers.announcement", "there is no prompt show_number")


class TestPlan:
    def test_what_is_written_is_what_calls_are_judged_by(self, write):
        text = (
            "callers:\n  blocked:\n    - {number: +86138-0013-8000, until: 2026-12-31, reason: x}\n"
            "    - {prefix: 0085, reason: y}\n"
            "  priority:\n    - {number: 0375-4882789, reason: z, priority: 3}\n"
            "  limits: {calls_per_hour: 20, then: announce, for_minutes: 30}\n"
            "  withheld: refuse\n  announcement: too_often\n  repeat_days: 7\n"
        )
        callers = load(write(extra=text)).plan.callers
        end = datetime(2027, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
        assert callers.blocked.entries == (
            Entry("13800138000", "x", until=end),
            Entry("0085", "y", is_prefix=True),
        )
        assert callers.priority.entries == (Entry("4882789", "z", priority=3),)
        assert callers.limits == Limits(20, Barring.ANNOUNCE, 1800.0)
        assert (callers.withheld, callers.announcement) == (Withheld.REFUSE, "too_often")
        assert callers.repeat_seconds == 7 * 86400

    def test_by_default_everybody_may_call(self, write):
        callers = load(write()).plan.callers
        assert (callers.blocked.entries, callers.limits.calls_per_hour) == ((), 0)
        assert callers.withheld is Withheld.ACCEPT
