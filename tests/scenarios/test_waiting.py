"""A wait that becomes long, with the whole daemon: announcements, a key, steps, several phones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from routing.record import CallRecord, Outcome
from switchd.sim.callers import CallerState
from tests.scenarios.hotline import CITY, Hotline, heard, wait_for

MOBILE, OTHER = "13937512345", "13800138000"
ANOTHER, A_THIRD = "13937512346", "13937512347"
"""Whoever calls again soon after a talk is offered to the same agent alone."""
LONG_WAIT: dict[str, Any] = {
    **CITY,
    "trunks": {"trunk": {"proxy": "127.0.0.1:5099"}},
    "callbacks": {"tries": 1},
    "lines": {
        "12345": {"kind": "hotline", "title": "政务服务便民热线", "group": "intake"},
        "12315": {
            "kind": "parallel",
            "title": "市市场监督管理局",
            "group": "market",
            "survey": "no",
            "overflow": [
                {"group": "supervisors", "after_seconds": 0.5},
                {"then": "announce", "after_seconds": 2},
            ],
        },
        "12328": {
            "kind": "parallel",
            "title": "市交通运输局",
            "group": "transport",
            "survey": "no",
        },
    },
    "groups": {
        "intake": {
            "title": "受理",
            "ring_seconds": 10,
            "wrap_up_seconds": 0,
            "ring_several": 3,
        },
        "market": {"title": "市场监管", "ring_seconds": 2, "wrap_up_seconds": 0},
        "supervisors": {"title": "班长", "ring_seconds": 2, "wrap_up_seconds": 0},
        "transport": {
            "title": "交通",
            "needs": "transport>=6",
            "ring_seconds": 2,
            "wrap_up_seconds": 0,
            "overflow": [
                {"level": 1, "after_seconds": 0.5},
                {"then": "hang_up", "after_seconds": 60},
            ],
        },
    },
    "agents": {"81006": {"title": "甲", "skills": {"transport": 7}}},
    "seats": {
        "1001-1003": "intake",
        "1004": "market",
        "1005": "supervisors",
        "1006-1007": "transport",
    },
    "waiting": {
        "busy_after_seconds": 0.3,
        "position_every_seconds": 1,
        "comfort_every_seconds": 0.7,
        "comfort_prompts": ["comfort", "comfort_patience"],
    },
}


class LongWait(Hotline):
    """The stand-in has a phone for every seat of the ranges."""

    def __init__(self) -> None:
        super().__init__({**LONG_WAIT, "seats": _one_by_one(LONG_WAIT["seats"])})


def _one_by_one(seats: dict[str, str]) -> dict[str, str]:
    found = {}
    for written, group in seats.items():
        first, _, last = written.partition("-")
        found |= {str(n): group for n in range(int(first), int(last or first) + 1)}
    return found


@pytest.fixture(scope="module")
def running() -> Iterator[Hotline]:
    hotline = LongWait()
    try:
        hotline.start_daemon()
        yield hotline
    finally:
        hotline.close()


@pytest.fixture
def hotline(running: Hotline) -> Hotline:
    running.begins_anew()
    return running


def noted(record: CallRecord, what: str) -> list[dict[str, str]]:
    return [step.facts for step in record.trace if step.what == what]


class TestWhatIsHeard:
    def test_is_the_position_at_entry_and_comfort_phrases_in_turn(self, hotline: Hotline) -> None:
        caller = hotline.sim.call(MOBILE, "12345")
        wait_for(lambda: "all_busy you_are_next callback_offer" in heard(caller), "the first one")
        wait_for(lambda: "comfort_patience" in heard(caller), "two phrases")
        words = heard(caller).split()
        assert words.index("comfort") < words.index("comfort_patience")
        caller.hang_up()
        caller.ended.wait()

    def test_ends_when_a_seat_answers(self, hotline: Hotline) -> None:
        caller = hotline.sim.call(MOBILE, "12345")
        wait_for(lambda: "all_busy" in heard(caller), "something is being said")
        hotline.makes_ready("1001")
        wait_for(lambda: caller.state is CallerState.TALKING, "they talk")
        caller.hang_up()
        assert hotline.record_of(caller).outcome is Outcome.ANSWERED


class TestTheKeyForACallback:
    def test_leads_to_the_question_and_whoever_says_no_keeps_the_place(
        self, hotline: Hotline
    ) -> None:
        caller = hotline.waits(MOBILE)
        wait_for(lambda: "callback_offer" in heard(caller), "the key is told")
        caller.press("1")
        wait_for(lambda: "callback_keys" in heard(caller), "the question")
        caller.press("0")
        wait_for(lambda: hotline.call_of(caller)["state"] == "waiting", "waits on")
        assert hotline.status()["waiting"] == 1
        caller.hang_up()
        record = hotline.record_of(caller)
        assert noted(record, "queue.key") == [{"key": "1"}]
        assert noted(record, "callback.declined")
        assert record.outcome is Outcome.ABANDONED


class TestALongWait:
    def test_lets_the_supervisors_answer(self, hotline: Hotline) -> None:
        hotline.makes_ready("1004", "1005")
        hotline.client.seat("1004", "not-ready")
        caller = hotline.sim.call(MOBILE, "12315")
        wait_for(lambda: caller.state is CallerState.TALKING, "they talk")
        caller.hang_up()
        record = hotline.record_of(caller)
        assert (record.seat, record.group) == ("1005", "market")
        assert noted(record, "queue.widened") == [{"group": "supervisors", "why": "waited"}]

    def test_ends_with_the_announcement_at_its_longest(self, hotline: Hotline) -> None:
        caller = hotline.sim.call(MOBILE, "12315")
        caller.ended.wait()
        record = hotline.record_of(caller)
        assert "try_later" in heard(caller)
        assert record.outcome is Outcome.TIMED_OUT
        assert hotline.status()["waiting"] == 0

    def test_lets_a_lower_level_do(self, hotline: Hotline) -> None:
        """The seat alone gives level 5; nobody with level 6 is free."""
        hotline.makes_ready("1006", "1007")
        hotline.client.seat("1006", "not-ready")
        caller = hotline.sim.call(MOBILE, "12328")
        wait_for(lambda: caller.state is CallerState.TALKING, "they talk")
        caller.hang_up()
        record = hotline.record_of(caller)
        assert record.seat == "1007"
        assert noted(record, "queue.widened") == [{"group": "transport@1", "why": "waited"}]


class TestSeveralPhones:
    def test_ring_together_and_stop_when_one_is_picked_up(self, hotline: Hotline) -> None:
        hotline.sim.seat("1002").will_not_answer()
        hotline.sim.seat("1003").will_not_answer()
        hotline.makes_ready("1001", "1002", "1003")
        caller = hotline.sim.call(MOBILE, "12345")
        wait_for(lambda: caller.state is CallerState.TALKING, "they talk")
        for seat in ("1002", "1003"):
            hotline.waits_until_seat_is(seat, "ready")
        caller.hang_up()
        record = hotline.record_of(caller)
        assert record.seat == "1001"
        assert {leg.seat: leg.cause for leg in record.legs if leg.seat not in ("", "1001")} == {
            "1002": "LOSE_RACE",
            "1003": "LOSE_RACE",
        }

    def test_all_stop_when_the_caller_hangs_up(self, hotline: Hotline) -> None:
        seats = ("1001", "1002", "1003")
        for seat in seats:
            hotline.sim.seat(seat).will_not_answer()
        hotline.makes_ready(*seats)
        caller = hotline.sim.call(ANOTHER, "12345")
        for seat in seats:
            hotline.waits_until_seat_is(seat, "offered")
        caller.hang_up()
        record = hotline.record_of(caller)
        assert sorted(leg.seat for leg in record.legs if leg.role == "seat") == list(seats)
        for seat in seats:
            hotline.waits_until_seat_is(seat, "ready")

    def test_give_one_up_for_another_caller(self, hotline: Hotline) -> None:
        seats = ("1001", "1002", "1003")
        for seat in seats:
            hotline.sim.seat(seat).will_not_answer()
        hotline.makes_ready(*seats)
        first = hotline.sim.call(A_THIRD, "12345")
        for seat in seats:
            hotline.waits_until_seat_is(seat, "offered")
        second = hotline.sim.call(OTHER, "12345")
        wait_for(
            lambda: second.uuid in {hotline.seat(seat)["call"] for seat in seats},
            "a seat rings for the second caller",
        )
        first.hang_up()
        second.hang_up()
        lost = noted(hotline.record_of(first), "offer.lost")
        assert [facts["why"] for facts in lost] == ["withdrawn"]
