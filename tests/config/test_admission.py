"""Limits of lines and groups, and the section `admission`."""

import pytest

from routing.admission import Admission, Again, Instead, Limits
from switchd.config import Known, check, load

LINE = (
    "lines:\n  12345:\n    kind: hotline\n    title: 热线\n    group: intake\n    limits: {line}\n"
)
GROUPS = "groups:\n  intake:\n    title: 受理\n    limits: {group}\n"
REST = "seats: {1001-1003: intake}\ncity: {title: 某市, area_code: '0375'}\n"

ERRORS = [
    # the line's limits, the group's, then line, key, a part of what is wrong, of what to write
    ("{then: busy}", "{waiting: 9}", 6, "lines.12345.limits", "limits anything", "`waiting: 100`"),
    ("{waiting: 9, announcement: try_later}", "{waiting: 9}", 6,
     "lines.12345.limits.announcement", "`then` is busy", "`then: announce`"),
    ("{waiting: 90}", "{waiting: 60}", 6, "lines.12345.limits.waiting",
     "90 callers are never reached: the group intake lets only 60 wait", "60 or less"),
    ("{wait_seconds: 901}", "{wait_seconds: 900}", 6, "lines.12345.limits.wait_seconds",
     "901 seconds are never reached", "900 or less"),
    ("{waiting: 9, then: callback}", "{waiting: 9}", 6, "lines.12345.limits.then",
     "nobody is called back", "`callbacks:`"),
    ("{waiting: 9}", "{waiting: -1}", 10, "groups.intake.limits.waiting", "too small", "0 or more"),
    ("{waiting: 9}", "{waiting: 9, then: wait}", 10, "groups.intake.limits.then",
     "'wait' is not known here", "announce, busy"),
]  # fmt: skip


def write(folder, line="{waiting: 60}", group="{waiting: 60}", more=""):
    city = folder / "somewhere"
    city.mkdir()
    text = LINE.replace("{line}", line) + GROUPS.replace("{group}", group) + REST + more
    (city / "city.yaml").write_text(text, encoding="utf-8")
    return city


@pytest.mark.parametrize(("line", "group", "number", "key", "what", "instead"), ERRORS)
def test_a_contradiction_is_told_with_its_place(tmp_path, line, group, number, key, what, instead):
    [problem] = check(write(tmp_path, line, group))
    assert (problem.line, problem.key) == (number, key)
    assert what in problem.what
    assert instead in problem.instead


def test_a_reserve_smaller_than_the_seats_is_worth_a_warning(tmp_path):
    few = "freeswitch: {max_sessions: 10}\nadmission: {reserve: 0.1}\n"
    [problem] = check(write(tmp_path, more=few))
    assert problem.key == "admission.reserve"
    assert "1 of 10 legs are kept free for 3 seats" in problem.what
    assert "0.3 or more" in problem.instead


def test_taking_over_behind_an_exchange_is_worth_a_warning(tmp_path):
    [problem] = check(write(tmp_path, more="admission: {others: take_over}\n"))
    assert problem.key == "admission.others"
    assert "many people" in problem.what


def test_the_announcement_is_a_prompt_that_is_there(tmp_path):
    announced = "{waiting: 9, then: announce, announcement: come_back}"
    known = Known(prompts=frozenset({"greeting", "all_busy"}))
    problems = check(write(tmp_path, announced), known)
    assert "lines.12345.limits.announcement" in [problem.key for problem in problems]


def test_what_is_written_arrives_in_the_plan(tmp_path):
    more = "admission: {reserve: 0.3, mobiles: busy, others: busy, dropped_seconds: 30}\n"
    city = write(tmp_path, "{waiting: 50, wait_seconds: 600, then: announce}", more=more)
    plan = load(city).plan
    assert plan.lines["12345"].limits == Limits(50, 600.0, Instead.ANNOUNCE)
    assert plan.groups["intake"].limits == Limits(60)
    assert plan.admission == Admission(0.3, Again.BUSY, Again.BUSY, 30.0)
