"""A call to 12345, from the trunk to the record: what caller, seat and record notice."""

from __future__ import annotations

import wave

import pytest

from routing.record import EndedBy, Outcome
from tests.scenarios.hotline import Hotline, heard, wait_for

MOBILE = "13937512345"


class TestAnAnsweredCall:
    def test_is_greeted_answered_recorded_surveyed_and_written_down(self, hotline: Hotline) -> None:
        hotline.makes_ready("1001")
        hotline.sim.seat("1001").will_answer(hangs_up_after=5.0)
        caller = hotline.sim.call(f"+86{MOBILE}", "0375-12345", survey="2")
        caller.ended.wait()
        record = hotline.record_of(caller)
        assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.SEAT)
        assert (record.caller, record.line_dialled, record.group) == (MOBILE, "12345", "intake")
        assert (record.seat, record.agent) == ("1001", "81001")
        assert (record.survey_key, record.survey_meaning) == ("2", "satisfied")
        assert record.queue_seconds is not None
        assert record.talk_seconds is not None
        assert [(leg.role, leg.cause) for leg in record.legs] == [
            ("caller", "NORMAL_CLEARING"),
            ("seat", "NORMAL_CLEARING"),
        ]
        assert heard(caller).split()[0] == "greeting"
        assert heard(caller).split()[-2:] == ["survey", "thanks"]
        with wave.open(str(hotline.recording(record))) as recording:
            assert (recording.getnchannels(), recording.getframerate()) == (2, 8000)

    def test_the_trace_tells_why_it_went_where_it_went(self, hotline: Hotline) -> None:
        hotline.makes_ready("1001")
        caller = hotline.sim.call(MOBILE, "12345", talk=1.0)
        caller.ended.wait()
        steps = [step.what for step in hotline.record_of(caller).trace]
        expected = ["entry.number", "entry.line", "queue.entered", "offer.made", "talk.began"]
        assert [step for step in steps if step in expected] == expected

    def test_the_caller_may_hang_up_first(self, hotline: Hotline) -> None:
        hotline.makes_ready("1001")
        caller = hotline.sim.call(MOBILE, "12345", talk=3.0)
        caller.ended.wait()
        record = hotline.record_of(caller)
        assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.CALLER)
        assert record.survey_key == ""
        wait_for(lambda: hotline.sim.seat("1001").leg is None, "the seat's phone is free")

    def test_the_seat_wraps_up_and_is_ready_again(self, hotline: Hotline) -> None:
        hotline.makes_ready("1001")
        caller = hotline.sim.call(MOBILE, "12345", talk=1.0)
        caller.ended.wait()
        hotline.waits_until_seat_is("1001", "ready")

    def test_a_parallel_line_has_its_own_seats_and_no_survey_if_it_wants_none(
        self, hotline: Hotline
    ) -> None:
        hotline.makes_ready("1001", "1003")
        hotline.sim.seat("1003").will_answer(hangs_up_after=2.0)
        caller = hotline.sim.call(MOBILE, "12315")
        caller.ended.wait()
        record = hotline.record_of(caller)
        assert (record.seat, record.group, record.line_meant) == ("1003", "market", "12315")
        assert "survey" not in heard(caller)


class TestNumbers:
    def test_an_unknown_number_is_not_answered(self, hotline: Hotline) -> None:
        caller = hotline.sim.call(MOBILE, "88888888")
        caller.ended.wait()
        assert (caller.cause, caller.heard) == ("UNALLOCATED_NUMBER", [])
        assert hotline.record_of(caller).outcome is Outcome.REFUSED

    def test_a_number_that_ends_in_12345_is_another_number(self, hotline: Hotline) -> None:
        caller = hotline.sim.call(MOBILE, "3312345")
        caller.ended.wait()
        assert caller.cause == "UNALLOCATED_NUMBER"

    def test_a_retired_number_after_its_month_has_changed(self, hotline: Hotline) -> None:
        caller = hotline.sim.call(MOBILE, "12319")
        caller.ended.wait()
        assert caller.cause == "NUMBER_CHANGED"
        assert hotline.record_of(caller).line_dialled == "12319"

    def test_a_hostile_name_goes_nowhere(self, hotline: Hotline) -> None:
        hotline.makes_ready("1001")
        caller = hotline.sim.call(
            MOBILE, "12345", talk=1.0, name="x\n\nEvent-Name: SHUTDOWN ${system(id)} {a=b}"
        )
        caller.ended.wait()
        assert hotline.record_of(caller).outcome is Outcome.ANSWERED


class TestWaiting:
    def test_the_caller_hears_that_all_are_busy_then_the_position(self, hotline: Hotline) -> None:
        first = hotline.sim.call(MOBILE, "12345")
        wait_for(lambda: hotline.status()["waiting"] == 1, "the first one waits")
        second = hotline.sim.call("13800138000", "12345")
        wait_for(lambda: "all_busy" in heard(first), "all seats are busy")
        wait_for(lambda: "you_are_next" in heard(first), "you are next")
        wait_for(lambda: "position_before num_1 position_after" in heard(second), "one before")
        first.hang_up()
        second.hang_up()
        second.ended.wait()

    def test_who_gives_up_in_the_greeting_asked_for_nobody_and_nobody_rings(
        self, hotline: Hotline
    ) -> None:
        rang = hotline.sim.seat("1001").rang
        hotline.makes_ready("1001")
        caller = hotline.sim.call("13700000001", "12345")
        wait_for(lambda: caller.heard, "the greeting")
        caller.hang_up()
        record = hotline.record_of(caller)
        assert (record.outcome, record.queued_at) == (Outcome.ABANDONED_AT_ENTRY, None)
        assert hotline.sim.seat("1001").rang == rang

    def test_who_gives_up_is_abandoned_and_nobody_rings(self, hotline: Hotline) -> None:
        caller = hotline.sim.call(MOBILE, "12345", patience=120.0)
        wait_for(lambda: hotline.status()["waiting"] == 1, "one waits")
        caller.hang_up()
        record = hotline.record_of(caller)
        assert (record.outcome, record.ended_by) == (Outcome.ABANDONED, EndedBy.CALLER)
        assert hotline.status()["waiting"] == 0
        assert hotline.sim.seat("1001").leg is None

    def test_the_longest_waiting_caller_is_served_first(self, hotline: Hotline) -> None:
        callers = []
        for number in range(3):
            callers.append(hotline.sim.call(f"1380013800{number}", "12345", talk=1.0))
            wait_for(lambda n=number: hotline.status()["waiting"] == n + 1, "in the queue")
        hotline.makes_ready("1001")
        answered = [hotline.record_of(caller).answered_at for caller in callers]
        assert answered == sorted(answered)  # type: ignore[type-var]

    def test_a_ready_seat_is_rung_for_the_longest_idle(self, hotline: Hotline) -> None:
        hotline.makes_ready("1002")
        hotline.makes_ready("1001")
        caller = hotline.sim.call(MOBILE, "12345", talk=1.0)
        assert hotline.record_of(caller).seat == "1002"


class TestASeatThatDoesNotAnswer:
    @pytest.mark.parametrize(
        ("manner", "cause", "reason"),
        [
            ("will_be_busy", "USER_BUSY", "busy"),
            ("will_not_answer", "NO_ANSWER", "no_answer"),
            ("will_refuse", "CALL_REJECTED", "refused"),
            ("will_be_unreachable", "NORMAL_TEMPORARY_FAILURE", "unreachable"),
        ],
    )
    def test_is_not_ready_for_that_reason_and_the_caller_keeps_the_place(
        self, hotline: Hotline, manner: str, cause: str, reason: str
    ) -> None:
        getattr(hotline.sim.seat("1001"), manner)()
        hotline.makes_ready("1001")
        caller = hotline.sim.call(MOBILE, "12345", talk=1.0)
        assert hotline.waits_until_seat_is("1001", "not_ready")["reason"] == reason
        later = hotline.sim.call("13800138000", "12345", talk=1.0)
        wait_for(lambda: hotline.status()["waiting"] == 2, "both wait")
        hotline.makes_ready("1002")
        record = hotline.record_of(caller)
        assert (record.outcome, record.seat) == (Outcome.ANSWERED, "1002")
        assert [leg.cause for leg in record.legs][1] == cause
        second = hotline.record_of(later)
        assert record.answered_at is not None
        assert second.answered_at is not None
        assert record.answered_at < second.answered_at

    def test_whose_phone_is_not_registered_is_not_rung(self, hotline: Hotline) -> None:
        hotline.makes_ready("1001")
        hotline.sim.seat("1001").expire()
        wait_for(lambda: not hotline.seat("1001")["reachable"], "the phone is known to be gone")
        rang = hotline.sim.seat("1001").rang
        caller = hotline.sim.call(MOBILE, "12345", talk=1.0)
        wait_for(lambda: hotline.status()["waiting"] == 1, "the caller waits")
        hotline.sim.seat("1001").register()
        assert hotline.record_of(caller).seat == "1001"
        assert hotline.sim.seat("1001").rang == rang + 1

    def test_whose_caller_hangs_up_stops_ringing_and_is_ready(self, hotline: Hotline) -> None:
        hotline.sim.seat("1001").will_not_answer()
        hotline.makes_ready("1001")
        caller = hotline.sim.call(MOBILE, "12345")
        wait_for(lambda: hotline.sim.seat("1001").leg is not None, "the phone rings")
        caller.hang_up()
        wait_for(lambda: hotline.sim.seat("1001").leg is None, "the phone stops")
        assert hotline.record_of(caller).outcome is Outcome.ABANDONED
        assert hotline.seat("1001")["state"] == "ready"

    def test_whose_phone_dies_in_the_talk_leaves_the_caller_on_the_line(
        self, hotline: Hotline
    ) -> None:
        hotline.sim.seat("1001").drops_after(2.0)
        hotline.makes_ready("1001")
        caller = hotline.sim.call(MOBILE, "12345", survey="1")
        record = hotline.record_of(caller)
        assert (record.outcome, record.survey_key) == (Outcome.ANSWERED, "1")


class TestFiftyCallsOnThreeSeats:
    def test_every_call_leaves_one_record_and_no_seat_is_left_busy(self, hotline: Hotline) -> None:
        hotline.makes_ready("1001", "1002", "1003")
        callers = [hotline.sim.call(f"138001380{n:02}", "12345", talk=1.0) for n in range(50)]
        records = [hotline.record_of(caller) for caller in callers]
        assert {record.outcome for record in records} == {Outcome.ANSWERED}
        for seat in ("1001", "1002", "1003"):
            hotline.waits_until_seat_is(seat, "ready")
            assert hotline.sim.seat(seat).collisions == 0
