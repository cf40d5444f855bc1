"""The story of a call in plain language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.assignments import Assignment, as_facts, from_facts
from routing.callflow import events as on
from routing.record import CallRecord, Outcome, TraceRecord
from routing.story import Story, tell
from routing.story_words import CHINESE, ENGLISH, WORDS
from tests.records.examples import ANSWERED_CALL, ARRIVED
from tests.routing.build import Story as CallStory
from tests.routing.build import offer

SHANGHAI = ZoneInfo("Asia/Shanghai")
QUEUED = ARRIVED + 4
WHY: dict[str, Any] = {
    "how": "turn",
    "pool": "intake",
    "strategy": "longest_idle",
    "score": 520.0,
    "waited": 520.0,
    "callers": [["call-1", 520.0], ["c2d2e2f2-0000", 480.5]],
    "seats": [["1003", 1763780000.0], ["1007", 1763780001.0]],
    "counts": {"talking": 25, "wrap_up": 3, "not_ready": 2, "ready": 2, "staffed": 32},
    "rejected": [
        ["1002", "not_ready:break"],
        ["1004", "not_ready:午餐"],
        ["1005", "unreachable"],
        ["1006", "wrap_up"],
        ["1008", "talking"],
        ["1012", "later_in_turn"],
    ],
}


def step(after: float, what: str, **facts: str) -> TraceRecord:
    return TraceRecord(QUEUED + after, what, facts)


LONG_WAIT = replace(
    ANSWERED_CALL,
    seat="1003",
    agent="8003",
    queued_at=QUEUED,
    answered_at=QUEUED + 520,
    talk_ended_at=QUEUED + 702,
    ended_at=QUEUED + 710,
    trace=(
        TraceRecord(ARRIVED, "entry.line", {"line": "12319", "kind": "retired"}),
        step(0, "queue.entered", group="intake"),
        step(40, "queue.widened", group="market", why="waited"),
        step(90, "offer.made", seat="1001", agent="8001", group="market"),
        step(105, "offer.refused", seat="1001", cause="NO_ANSWER", why="no_answer"),
        step(515, "offer.made", seat="1003", agent="8003", group="intake", **as_facts(WHY)),
        step(520, "talk.began", seat="1003", agent="8003"),
        step(702, "talk.ended"),
    ),
)


def told(record: CallRecord = LONG_WAIT, language: str = "en", state: str = "") -> Story:
    return tell(record, language, SHANGHAI, state)


def passed_over(seats: list[str], reason: str = "talking") -> str:
    """How an offer is told for which these seats were passed over."""
    why = {**WHY, "rejected": [[seat, reason] for seat in seats]}
    (line,) = told(replace(LONG_WAIT, trace=(step(0, "offer.made", **as_facts(why)),))).lines
    return line.text


class TestALongWait:
    def test_is_told_with_what_made_it_long(self) -> None:
        assert told().wait == (
            "waited 8 min 40 s: after 40 s seats of market could serve, too (waited long enough); "
            "after 1 min 45 s seat 1001 did not take it (nobody answered); "
            "the turn came with the highest score, 520 points; "
            "seats at that moment: 25 talking, 3 in wrap-up, 2 not ready."
        )

    def test_is_told_in_chinese(self) -> None:
        assert told(language="zh").wait == (
            "等待 8分40秒：40秒后技能组 market 的坐席也可接听（等待时间已到）；"
            "1分45秒后坐席 1001 未接（无人接听）；"
            "以最高分 520 分轮到；当时坐席：25 通话、3 话后整理、2 示忙。"
        )

    def test_begins_with_who_called_whom_and_what_came_of_it(self) -> None:
        assert told().summary == (
            "13837500001 dialled 12319 at 2025-11-22 11:00:00 "
            "and talked for 3 min 2 s with seat 1003 (agent 8003)."
        )

    def test_of_which_no_seat_was_ever_found(self) -> None:
        gave_up = replace(
            LONG_WAIT,
            outcome=Outcome.ABANDONED,
            answered_at=None,
            ended_at=QUEUED + 61,
            trace=LONG_WAIT.trace[:2],
        )
        assert told(gave_up).wait == "waited 1 min 1 s: no seat was found."
        assert told(gave_up).summary.endswith("and hung up while waiting.")

    def test_never_happened_to_who_asked_for_nobody(self) -> None:
        refused = replace(LONG_WAIT, queued_at=None, answered_at=None, outcome=Outcome.REFUSED)
        assert told(refused).wait == ""


class TestAnOffer:
    def test_says_who_was_considered_and_why_this_seat(self) -> None:
        line = next(line for line in told().lines if "1003" in line.text)
        assert line.at == QUEUED + 515
        assert line.text == (
            "seat 1003 (agent 8003) is rung for group intake: score 520; "
            "next would be c2d2e2f2 (480); the seat idle longest; "
            "idle seats in turn: 1003, 1007; "
            "seats: 25 talking, 3 in wrap-up, 2 not ready, 2 ready; "
            "not offered to: 1002 not ready (break), 1004 not ready (午餐), 1005 without phone, "
            "1006 in wrap-up, 1008 talking, 1012 later in turn"
        )

    def test_says_in_chinese_why_each_other_seat_was_passed_over(self) -> None:
        line = next(line for line in told(language="zh").lines if "1003" in line.text)
        assert line.text.endswith(
            "；未派给：1002 示忙（小休）、1004 示忙（午餐）、1005 话机离线、"
            "1006 话后整理、1008 通话、1012 顺序靠后"
        )

    def test_counts_the_seats_beyond_the_tenth_that_were_passed_over(self) -> None:
        assert passed_over([f"10{n}" for n in range(10, 20)]).endswith("1018 talking, 1019 talking")
        assert passed_over([f"10{n}" for n in range(10, 40)]).endswith("1019 talking, 20 more")

    def test_shows_no_reason_that_a_terminal_would_obey(self) -> None:
        assert passed_over(["1001"], "not_ready:\x1b[2J{seat}").endswith(
            "not offered to: 1001 not ready (\ufffd[2J{seat})"
        )

    def test_without_reasons_in_the_record_is_told_without(self) -> None:
        line = next(line for line in told().lines if "1001" in line.text)
        assert line.text == "seat 1001 (agent 8001) is rung for group market"

    def test_comes_back_from_the_trace_as_it_was(self) -> None:
        found = from_facts(as_facts(WHY))
        assert found.callers == (("call-1", 520.0), ("c2d2e2f2-0000", 480.5))
        assert found.counts == WHY["counts"]
        assert found.rejected[:2] == (("1002", "not_ready:break"), ("1004", "not_ready:午餐"))
        assert (found.how, found.strategy, found.score) == ("turn", "longest_idle", 520.0)

    @given(st.dictionaries(st.sampled_from(list(WHY)), st.text()))
    def test_is_read_from_anything(self, facts: dict[str, str]) -> None:
        assert isinstance(from_facts(facts), Assignment)


class TestAnyCall:
    def test_in_progress_is_told_as_such(self) -> None:
        assert told(state="waiting").summary == (
            "13837500001 dialled 12319 at 2025-11-22 11:00:00 and is waiting."
        )

    def test_keeps_steps_that_nobody_wrote_a_sentence_for(self) -> None:
        record = replace(LONG_WAIT, trace=(step(0, "moon.phase", is_full="yes"),))
        assert [line.text for line in told(record).lines] == ["moon.phase is_full=yes"]

    def test_shows_nothing_that_a_terminal_would_obey(self) -> None:
        hostile = "\x1b]0;owned\x07{seat.__class__}"
        record = replace(LONG_WAIT, trace=(step(0, "entry.unknown", called=hostile),))
        (line,) = told(record).lines
        assert line.text.isprintable()
        assert "{seat.__class__}" in line.text

    @pytest.mark.parametrize("language", list(WORDS))
    @given(
        what=st.sampled_from([*ENGLISH.steps, *ENGLISH.delays, "offer.made"]),
        facts=st.dictionaries(st.sampled_from(["seat", "group", "why", "callers"]), st.text()),
    )
    def test_can_be_told_whatever_the_trace_holds(
        self, language: str, what: str, facts: Mapping[str, str]
    ) -> None:
        record = replace(LONG_WAIT, trace=(TraceRecord(QUEUED, what, dict(facts)),))
        assert told(record, language).lines

    def test_has_the_same_sentences_in_both_languages(self) -> None:
        for table in (
            "steps",
            "delays",
            "outcomes",
            "states",
            "causes",
            "strategies",
            "how",
            "passed_over",
        ):
            assert getattr(ENGLISH, table).keys() == getattr(CHINESE, table).keys()

    @pytest.mark.parametrize(
        ("what", "facts", "said"),
        [
            ("ranked", {"priority": "600", "by": "8001"}, "8001 gives priority 600"),
            ("moved", {"group": "web", "by": "8001"}, "8001 moves the caller to group web"),
            ("taken_out", {"by": "8001"}, "8001 takes the caller out of the queue"),
        ],
    )
    def test_says_what_a_supervisor_did(self, what: str, facts: dict[str, str], said: str) -> None:
        done = TraceRecord(QUEUED, f"supervisor.{what}", facts)
        story = told(replace(LONG_WAIT, trace=(done,)), "en")
        assert any(said in str(line) for line in story.lines)

    def test_has_a_sentence_for_every_outcome(self) -> None:
        assert {str(outcome) for outcome in Outcome} <= ENGLISH.outcomes.keys()


class TestWhatALiveCallWritesDown:
    def test_an_offer_with_what_it_was_decided_from(self) -> None:
        story = CallStory().waiting()
        made_offer = replace(offer(), why=WHY)
        story.happens(on.Offered(made_offer))
        (made,) = [step for step in story.call.trace if step.what == "offer.made"]
        assert made.facts["seat"] == made_offer.seat
        assert from_facts(made.facts).counts == WHY["counts"]

    def test_what_the_caller_was_told(self) -> None:
        story = CallStory().waiting().happens(on.TimerDue("position"))
        story.happens(on.Positioned(3, 95.4))
        told_steps = [step.facts for step in story.call.trace if step.what == "queue.told"]
        assert told_steps == [{"position": "3", "wait": "95 s"}]
