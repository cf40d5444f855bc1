"""Seats that call somebody, with the whole daemon."""

from __future__ import annotations

import os
import signal
import wave
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from routing.record import CallKind, CallRecord, EndedBy, Outcome
from switchd.api.client import Answer
from switchd.queues.connection import connect
from switchd.records.store import Store
from switchd.sim.phones import Phone
from tests.scenarios.hotline import CITY, Hotline, wait_for

MOBILE = "13937512345"
SETTINGS: dict[str, Any] = {
    **CITY,
    "trunks": {"trunk": {"proxy": "127.0.0.1:5099"}},
    "dialling": {"barred": ["1390"], "shown": {"12345": "2970001"}, "ring_seconds": 5},
}


@pytest.fixture(scope="module")
def running() -> Iterator[Hotline]:
    hotline = Hotline(SETTINGS)
    try:
        hotline.start_daemon()
        yield hotline
    finally:
        hotline.close()


@pytest.fixture
def hotline(running: Hotline) -> Hotline:
    for seat in ("1001", "1002"):
        running.sim.seat(seat).will_answer().hang_up()
    running.begins_anew()
    for number in (MOBILE, "110"):
        running.sim.number(number).will_answer()
    return running


def last_record(hotline: Hotline, before: int) -> CallRecord:
    """Wait for the record of the call that has just ended."""
    wait_for(lambda: hotline.records() > before, "the call is written down")
    with closing(Store(f"sqlite:///{hotline.folder / 'state' / 'records.sqlite3'}")) as store:
        return store.recent(1)[0]


def calls(hotline: Hotline, number: str = MOBILE, seat: str = "1001") -> Phone:
    """A signed-in seat, which callers may reach, dials, and the two talk."""
    hotline.makes_ready(seat)
    phone = hotline.sim.seat(seat)
    assert phone.calls(number)
    talked = hotline.sim.number(number)
    wait_for(lambda: any(leg.other is not None for leg in talked.legs), "they talk")
    return phone


def calls_seat(hotline: Hotline) -> Phone:
    """1001 calls 1002, and the two talk; returns the phone that called."""
    hotline.makes_ready("1001")
    phone, called = hotline.sim.seat("1001"), hotline.sim.seat("1002")
    talked = called.talked
    assert phone.calls("1002")
    wait_for(lambda: called.talked > talked, "they talk")
    return phone


def is_in(hotline: Hotline, state: str) -> None:
    """Wait until the only call is in a state."""
    wait_for(lambda: hotline.client.get("calls")[0]["state"] == state, f"the call is {state}")


class TestASeatThatDials:
    def test_talks_with_the_number_and_leaves_a_record_and_a_recording(
        self, hotline: Hotline
    ) -> None:
        before = hotline.records()
        phone = calls(hotline)
        hotline.waits_until_seat_is("1001", "talking")
        is_in(hotline, "talking")
        assert hotline.sim.number(MOBILE).shown[-1].endswith(" 2970001")
        phone.hang_up()
        record = last_record(hotline, before)
        assert (record.kind, record.outcome) == (CallKind.OUTGOING, Outcome.ANSWERED)
        assert (record.caller, record.seat, record.agent) == (MOBILE, "1001", "81001")
        assert (record.ended_by, record.survey_key) == (EndedBy.SEAT, "")
        with wave.open(str(hotline.recording(record))) as recorded:
            assert recorded.getnchannels() == 2
        assert not hotline.status()["unexpected"]

    def test_is_offered_no_caller_meanwhile_and_the_next_one_after_its_wrap_up(
        self, hotline: Hotline
    ) -> None:
        phone = calls(hotline)
        caller = hotline.waits()
        assert hotline.call_of(caller)["state"] == "waiting"
        assert phone.collisions == 0
        hotline.sim.number(MOBILE).hang_up()
        wait_for(lambda: caller.talked, "the caller is served")

    def test_hears_that_the_number_is_busy_and_has_a_record(self, hotline: Hotline) -> None:
        hotline.sim.number(MOBILE).will_be_busy()
        hotline.makes_ready("1001")
        before = hotline.records()
        phone = hotline.sim.seat("1001")
        assert phone.calls(MOBILE)
        record = last_record(hotline, before)
        assert (record.outcome, record.cause) == (Outcome.NOT_REACHED, "USER_BUSY")
        assert any("dial_busy" in heard for heard in phone.heard)
        hotline.waits_until_seat_is("1001", "ready")

    def test_hears_that_a_number_may_not_be_dialled(self, hotline: Hotline) -> None:
        hotline.makes_ready("1001")
        before = hotline.records()
        phone = hotline.sim.seat("1001")
        assert phone.calls("13901234567")
        record = last_record(hotline, before)
        assert (record.kind, record.outcome) == (CallKind.OUTGOING, Outcome.REFUSED)
        assert any("dial_not_allowed" in heard for heard in phone.heard)
        assert hotline.seat("1001")["state"] == "ready"

    def test_who_was_not_ready_is_so_again_afterwards(self, hotline: Hotline) -> None:
        hotline.makes_ready("1001")
        hotline.client.seat("1001", "not-ready", reason="writing")
        phone = hotline.sim.seat("1001")
        assert phone.calls(MOBILE)
        hotline.waits_until_seat_is("1001", "talking")
        phone.hang_up()
        assert hotline.waits_until_seat_is("1001", "not_ready")["reason"] == "writing"

    def test_where_nobody_is_signed_in_calls_nobody_but_the_police(self, hotline: Hotline) -> None:
        phone = hotline.sim.seat("1002")
        before = hotline.records()
        assert phone.calls(MOBILE)
        assert last_record(hotline, before).outcome is Outcome.REFUSED
        wait_for(lambda: phone.leg is None, "the phone is free again")
        assert phone.calls("110")
        wait_for(lambda: phone.talked, "the police answer")


class TestClickToDial:
    def test_rings_the_seats_phone_and_then_the_number(self, hotline: Hotline) -> None:
        hotline.makes_ready("1001")
        done = hotline.admin("seat", "dial", "1001", MOBILE, "--by", "81001")
        assert done.returncode == 0, done.stderr
        phone = hotline.sim.seat("1001")
        wait_for(lambda: phone.talked, "they talk")
        assert phone.shown[-1] == f"外呼 {MOBILE} {MOBILE}"
        before = hotline.records()
        phone.hang_up()
        assert last_record(hotline, before).outcome is Outcome.ANSWERED

    def test_from_a_seat_that_talks_is_refused_with_a_sentence(self, hotline: Hotline) -> None:
        hotline.talks_with("1001")
        with pytest.raises(Answer, match="seat 1001 is in a call"):
            hotline.client.dial("1001", MOBILE, "", "81001")

    def test_of_a_number_that_may_not_be_dialled_is_refused_and_written_down(
        self, hotline: Hotline
    ) -> None:
        hotline.makes_ready("1001")
        before = hotline.records()
        with pytest.raises(Answer, match="no number that seats may dial"):
            hotline.client.dial("1001", "13901234567", "", "81001")
        assert last_record(hotline, before).outcome is Outcome.REFUSED


class TestARestart:
    def test_in_the_middle_of_a_talk_keeps_it_and_its_record(self, hotline: Hotline) -> None:
        phone = calls(hotline)
        is_in(hotline, "talking")
        outside = hotline.sim.number(MOBILE).legs[0]
        wait_for(lambda: "switchd_answered_at" in outside.variables, "the leg says so")
        hotline.kill_daemon()
        before = hotline.records()
        hotline.start_daemon()
        wait_for(lambda: hotline.client.get("calls"), "the talk is taken over")
        assert hotline.seat("1001")["state"] == "talking"
        phone.hang_up()
        record = last_record(hotline, before)
        assert (record.kind, record.outcome) == (CallKind.OUTGOING, Outcome.ANSWERED)
        hotline.waits_until_seat_is("1001", "ready")

    def test_after_the_talk_has_ended_writes_it_down(self, hotline: Hotline) -> None:
        phone = calls(hotline)
        is_in(hotline, "talking")
        outside = hotline.sim.number(MOBILE).legs[0]
        wait_for(lambda: "switchd_answered_at" in outside.variables, "the leg says so")
        before = hotline.records()
        hotline.kill_daemon()
        hotline.sim.number(MOBILE).hang_up()
        wait_for(lambda: phone.leg is None, "both legs are gone")
        hotline.start_daemon()
        record = last_record(hotline, before)
        assert (record.kind, record.outcome) == (CallKind.OUTGOING, Outcome.ANSWERED)
        assert (record.call, record.seat) == (outside.uuid, "1001")


class TestDuringTheTalk:
    def test_the_seat_can_hold_and_come_back(self, hotline: Hotline) -> None:
        phone = calls(hotline)
        is_in(hotline, "talking")
        phone.press("*1#")
        is_in(hotline, "held")
        phone.press("*1#")
        is_in(hotline, "talking")
        before = hotline.records()
        phone.hang_up()
        assert last_record(hotline, before).outcome is Outcome.ANSWERED

    def test_the_seat_can_hand_the_other_side_over_to_a_colleague(self, hotline: Hotline) -> None:
        hotline.makes_ready("1002")
        phone = calls(hotline)
        is_in(hotline, "talking")
        before = hotline.records()
        phone.press("*71002#")
        wait_for(lambda: hotline.sim.seat("1002").talked, "the colleague talks")
        hotline.waits_until_seat_is("1001", "ready")
        hotline.sim.seat("1002").hang_up()
        record = last_record(hotline, before)
        assert (record.kind, record.outcome) == (CallKind.OUTGOING, Outcome.ANSWERED)
        assert {leg.seat for leg in record.legs if leg.bridged_at} >= {"1001", "1002"}


class TestASeatThatCallsAnother:
    """The one that is called is in a call as well: the queue knows it."""

    def rings(self, hotline: Hotline) -> None:
        """1001 calls 1002, whose phone rings and is not picked up."""
        hotline.makes_ready("1001", "1002")
        called = hotline.sim.seat("1002").will_not_answer()
        assert hotline.sim.seat("1001").calls("1002")
        wait_for(lambda: called.leg is not None, "the phone rings")
        assert hotline.seat("1002")["state"] == "offered"

    def test_and_no_caller_is_offered_to_either_of_them(self, hotline: Hotline) -> None:
        hotline.makes_ready("1002")
        phone, called = calls_seat(hotline), hotline.sim.seat("1002")
        hotline.waits_until_seat_is("1002", "talking")
        caller = hotline.waits()
        assert hotline.call_of(caller)["state"] == "waiting"
        assert (phone.collisions, called.collisions) == (0, 0)
        before = hotline.records()
        phone.hang_up()
        record = last_record(hotline, before)
        assert (record.kind, record.outcome) == (CallKind.OUTGOING, Outcome.ANSWERED)
        assert [(leg.role, leg.seat, leg.agent) for leg in record.legs] == [
            ("seat", "1001", "81001"),
            ("called", "1002", "81002"),
        ]
        wait_for(lambda: caller.talked, "the caller is served behind the wrap-up")

    def test_is_ready_again_if_the_other_hangs_up_before_it_is_picked_up(
        self, hotline: Hotline
    ) -> None:
        self.rings(hotline)
        hotline.sim.seat("1001").hang_up()
        hotline.waits_until_seat_is("1002", "ready")

    def test_is_not_offered_callers_after_it_let_its_phone_ring(self, hotline: Hotline) -> None:
        self.rings(hotline)
        assert hotline.waits_until_seat_is("1002", "not_ready")["reason"] == "no_answer"

    def test_reaches_a_colleague_who_is_not_ready_and_is_so_again_afterwards(
        self, hotline: Hotline
    ) -> None:
        hotline.makes_ready("1002")
        hotline.client.seat("1002", "not-ready", reason="writing")
        phone = calls_seat(hotline)
        hotline.waits_until_seat_is("1002", "talking")
        phone.hang_up()
        assert hotline.waits_until_seat_is("1002", "not_ready")["reason"] == "writing"

    def test_hears_that_a_colleague_who_talks_with_a_caller_is_busy(self, hotline: Hotline) -> None:
        hotline.talks_with("1002")
        hotline.makes_ready("1001")
        phone, called = hotline.sim.seat("1001"), hotline.sim.seat("1002")
        rang, before = called.rang, hotline.records()
        assert phone.calls("1002")
        record = last_record(hotline, before)
        assert (record.outcome, record.cause) == (Outcome.NOT_REACHED, "USER_BUSY")
        assert any("dial_busy" in heard for heard in phone.heard)
        assert called.rang == rang

    def test_keeps_both_in_the_call_while_the_daemon_restarts(self, hotline: Hotline) -> None:
        hotline.makes_ready("1002")
        phone = calls_seat(hotline)
        is_in(hotline, "talking")
        leg = hotline.sim.seat("1002").leg
        assert leg is not None
        wait_for(lambda: "switchd_answered_at" in leg.variables, "the leg says so")
        hotline.kill_daemon()
        hotline.start_daemon()
        wait_for(lambda: hotline.client.get("calls"), "the talk is taken over")
        assert hotline.seat("1002")["state"] == "talking"
        phone.hang_up()
        for seat in ("1001", "1002"):
            hotline.waits_until_seat_is(seat, "ready")


class TestRedisHangs:
    def test_and_the_police_are_called_all_the_same(self, hotline: Hotline) -> None:
        with closing(connect(f"unix://{hotline.folder}/state/redis/redis.sock")) as client:
            pid = client.info("server")["process_id"]
        os.kill(pid, signal.SIGSTOP)
        try:
            phone, police = hotline.sim.seat("1002"), hotline.sim.number("110")
            assert phone.calls("110")
            wait_for(lambda: any(leg.other is not None for leg in police.legs), "they talk")
        finally:
            os.kill(pid, signal.SIGCONT)
        phone.hang_up()
        wait_for(lambda: not police.legs, "the call is over")
