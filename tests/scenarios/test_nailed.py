"""A seat whose line is dialled at signing in and kept open for the whole shift."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any

import pytest

from routing.record import Outcome
from switchd.api.client import NoDaemon
from switchd.sim.callers import CallerState, SimCaller
from switchd.sim.channel import Channel
from tests.scenarios.hotline import CITY, Hotline, heard, wait_for

MOBILE = "13937512345"
NAILED: dict[str, Any] = {
    **CITY,
    "control": {"code_seconds": 0.5, "number_seconds": 1},
    "seats": {
        "1001": {"groups": ["intake"], "nailed_up": "yes"},
        "1002": {"groups": ["intake"], "nailed_up": "yes", "accept_key": "1"},
        "1003": ["intake", "market"],
    },
}


@pytest.fixture(scope="module")
def running_nailed() -> Iterator[Hotline]:
    hotline = Hotline(NAILED)
    try:
        hotline.start_daemon()
        yield hotline
    finally:
        hotline.close()


@pytest.fixture
def nailed(running_nailed: Hotline) -> Hotline:
    """A city with two lines that are kept open; one seat takes calls with a key."""
    running_nailed.begins_anew()
    return running_nailed


def opens(hotline: Hotline, *seats: str) -> None:
    """Sign in and wait until the line is open and the seat ready."""
    for seat in seats:
        phone = hotline.sim.seat(seat)
        phone.will_answer()
        phone.heard.clear()
        hotline.makes_ready(seat)
        wait_for(lambda n=seat: hotline.seat(n)["reachable"], "the line is open")


def calls(hotline: Hotline) -> SimCaller:
    return hotline.sim.call(MOBILE, "12345", survey="2")


def talks(hotline: Hotline, seat: str) -> SimCaller:
    opens(hotline, seat)
    caller = calls(hotline)
    wait_for(lambda: caller.state is CallerState.TALKING, "they talk")
    return caller


def becomes(hotline: Hotline, caller: SimCaller, state: str) -> None:
    wait_for(lambda: hotline.call_of(caller)["state"] == state, f"the call is {state}")


def knows_again(hotline: Hotline, seat: str) -> bool:
    """Whether the daemon has found a call and the seat's line."""
    try:
        return bool(hotline.client.get("calls")) and bool(hotline.seat(seat)["reachable"])
    except NoDaemon:
        return False


class TestTheLine:
    def test_is_dialled_at_signing_in_and_ends_at_signing_out(self, nailed: Hotline) -> None:
        phone = nailed.sim.seat("1001")
        opens(nailed, "1001")
        leg = phone.leg
        assert leg is not None
        wait_for(lambda: "silence_stream" in heard(phone) or len(phone.heard) > 1, "it is silent")
        assert heard(phone).startswith("line_kept_open")
        nailed.client.seat("1001", "sign-out")
        wait_for(lambda: phone.leg is None, "the line has ended")
        assert not nailed.seat("1001")["reachable"]

    def test_carries_one_call_after_the_other(self, nailed: Hotline) -> None:
        phone = nailed.sim.seat("1001")
        first = talks(nailed, "1001")
        line = phone.leg
        rang = phone.rang
        first.hang_up()
        record = nailed.record_of(first)
        assert (record.outcome, record.seat) == (Outcome.ANSWERED, "1001")
        assert [(leg.role, leg.cause) for leg in record.legs][1:] == [("seat", "NORMAL_CLEARING")]
        nailed.waits_until_seat_is("1001", "ready")
        second = calls(nailed)
        wait_for(lambda: second.state is CallerState.TALKING, "they talk")
        assert phone.leg is line
        assert phone.rang == rang
        second.hang_up()
        nailed.record_of(second)
        assert heard(phone).count("beep") == 2

    def test_ends_behind_the_talk_in_which_its_seat_signs_out(self, nailed: Hotline) -> None:
        caller = talks(nailed, "1001")
        phone = nailed.sim.seat("1001")
        nailed.client.seat("1001", "sign-out")
        caller.hang_up()
        nailed.record_of(caller)
        wait_for(lambda: phone.leg is None, "the line ends behind the call")
        nailed.waits_until_seat_is("1001", "signed_out")


class TestAKey:
    def test_takes_the_call(self, nailed: Hotline) -> None:
        opens(nailed, "1002")
        phone = nailed.sim.seat("1002")
        caller = calls(nailed)
        wait_for(lambda: "tone_stream" in " ".join(phone.heard), "the tone tells of the call")
        assert caller.state is not CallerState.TALKING
        assert phone.leg is not None
        nailed.sim.switch.press(phone.leg, "1")
        wait_for(lambda: caller.state is CallerState.TALKING, "they talk")
        caller.hang_up()
        assert nailed.record_of(caller).seat == "1002"

    def test_that_is_not_pressed_makes_the_seat_not_ready(self, nailed: Hotline) -> None:
        opens(nailed, "1002")
        caller = calls(nailed)
        assert nailed.waits_until_seat_is("1002", "not_ready")["reason"] == "no_answer"
        assert nailed.sim.seat("1002").leg is not None
        caller.hang_up()
        assert nailed.record_of(caller).outcome is Outcome.ABANDONED


class TestTheKeysOfACall:
    """A seat on an open line has them as every other seat has."""

    def test_hold_the_caller_and_bring_him_back(self, nailed: Hotline) -> None:
        caller = talks(nailed, "1001")
        phone = nailed.sim.seat("1001")
        line = phone.leg
        becomes(nailed, caller, "talking")
        phone.press("*1")
        becomes(nailed, caller, "held")
        phone.press("*1#")
        becomes(nailed, caller, "talking")
        assert phone.leg is line
        caller.hang_up()
        assert nailed.record_of(caller).seat == "1001"
        nailed.waits_until_seat_is("1001", "ready")

    def test_end_the_call_and_leave_the_line_open(self, nailed: Hotline) -> None:
        caller = talks(nailed, "1001")
        phone = nailed.sim.seat("1001")
        line = phone.leg
        becomes(nailed, caller, "talking")
        phone.press("*#")
        record = nailed.record_of(caller)
        assert (record.outcome, record.survey_key) == (Outcome.ANSWERED, "2")
        assert phone.leg is line
        nailed.waits_until_seat_is("1001", "ready")
        again = calls(nailed)
        wait_for(lambda: again.state is CallerState.TALKING, "they talk over the same line")
        assert phone.leg is line
        again.hang_up()
        nailed.record_of(again)

    def test_ask_another_seat_whose_line_is_open_too(self, nailed: Hotline) -> None:
        caller = talks(nailed, "1001")
        becomes(nailed, caller, "talking")
        opens(nailed, "1002")
        nailed.sim.seat("1001").press("*21002#")
        other = nailed.sim.seat("1002")
        wait_for(lambda: "tone_stream" in " ".join(other.heard), "the tone tells of the call")
        other.press("1")
        becomes(nailed, caller, "consulting")
        nailed.sim.seat("1001").press("*3")
        becomes(nailed, caller, "talking")
        nailed.waits_until_seat_is("1001", "ready")
        caller.hang_up()
        nailed.record_of(caller)
        lines = [nailed.sim.seat(number).leg for number in ("1001", "1002")]
        assert None not in lines
        nailed.waits_until_seat_is("1002", "ready")


class TestALineThatBreaks:
    def test_makes_the_seat_not_ready_until_it_is_dialled_again(self, nailed: Hotline) -> None:
        opens(nailed, "1001")
        nailed.seat_hangs_up("1001")
        assert nailed.waits_until_seat_is("1001", "not_ready")["reason"] == "line_lost"
        assert not nailed.seat("1001")["reachable"]
        nailed.client.seat("1001", "ready")
        wait_for(lambda: nailed.seat("1001")["reachable"], "the line is open again")
        caller = calls(nailed)
        wait_for(lambda: caller.state is CallerState.TALKING, "they talk")
        caller.hang_up()
        nailed.record_of(caller)

    def test_in_a_talk_leaves_the_caller_first_in_line(self, nailed: Hotline) -> None:
        caller = talks(nailed, "1001")
        others = nailed.waits("13800138001")
        nailed.seat_hangs_up("1001")
        assert nailed.waits_until_seat_is("1001", "not_ready")["reason"] == "line_lost"
        wait_for(lambda: nailed.call_of(caller)["state"] == "waiting", "the caller waits again")
        nailed.sim.seat("1003").will_answer()
        nailed.makes_ready("1003")
        wait_for(lambda: nailed.call_of(caller)["state"] == "talking", "they talk")
        caller.hang_up()
        record = nailed.record_of(caller)
        assert [leg.seat for leg in record.legs if leg.bridged_at and leg.role == "seat"] == [
            "1001",
            "1003",
        ]
        assert "queue.first_in_line" in [step.what for step in record.trace]
        others.hang_up()
        nailed.record_of(others)


class TestARestartedDaemon:
    def test_takes_the_lines_over_with_and_without_a_talk(self) -> None:
        hotline = Hotline(NAILED)
        try:
            hotline.start_daemon()
            caller = talks(hotline, "1001")
            opens(hotline, "1002")
            lines = [hotline.sim.seat(number).leg for number in ("1001", "1002")]
            hotline.kill_daemon()
            hotline.start_daemon(until=lambda: knows_again(hotline, "1002"))
            assert [hotline.sim.seat(number).leg for number in ("1001", "1002")] == lines
            assert hotline.call_of(caller)["state"] == "talking"
            assert hotline.seat("1001")["state"] == "talking"
            caller.hang_up()
            assert hotline.record_of(caller).seat == "1001"
            hotline.waits_until_seat_is("1001", "ready")
            second = calls(hotline)
            wait_for(lambda: second.state is CallerState.TALKING, "they talk over the old line")
            assert hotline.sim.seat("1001").leg is lines[0]
            second.hang_up()
            hotline.record_of(second)
            assert hotline.stop_daemon(signal.SIGINT) == 0
        finally:
            hotline.close()


class TestADaemonThatRestartsDuringACall:
    """The line stays open, and the call on it goes on where it was."""

    @pytest.fixture
    def hotline(self) -> Iterator[Hotline]:
        hotline = Hotline(NAILED)
        try:
            hotline.start_daemon()
            yield hotline
        finally:
            hotline.close()

    def leg_of(self, hotline: Hotline, caller: SimCaller) -> Channel:
        return hotline.sim.switch.channels[caller.uuid]

    def hears_somebody(self, hotline: Hotline, caller: SimCaller) -> None:
        leg = self.leg_of(hotline, caller)
        wait_for(lambda: leg.other is not None, "the caller hears somebody")

    def restarts(self, hotline: Hotline, caller: SimCaller, state: str) -> None:
        """The call's channel says that it is in that state; then the daemon dies and comes back."""
        becomes(hotline, caller, state)
        leg = self.leg_of(hotline, caller)
        wait_for(lambda: leg.variables.get("switchd_state") == state, f"the leg says {state}")
        hotline.kill_daemon()
        hotline.start_daemon(until=lambda: knows_again(hotline, "1001"))

    def test_lets_a_held_caller_be_taken_back(self, hotline: Hotline) -> None:
        caller = talks(hotline, "1001")
        phone = hotline.sim.seat("1001")
        line = phone.leg
        becomes(hotline, caller, "talking")
        phone.press("*1")
        self.restarts(hotline, caller, "held")
        becomes(hotline, caller, "held")
        assert hotline.seat("1001")["state"] == "talking"
        phone.press("*1#")
        becomes(hotline, caller, "talking")
        self.hears_somebody(hotline, caller)
        assert phone.leg is line
        phone.press("*#")
        record = hotline.record_of(caller)
        assert (record.seat, record.outcome) == ("1001", Outcome.ANSWERED)
        assert phone.leg is line
        hotline.waits_until_seat_is("1001", "ready")

    def test_brings_a_caller_back_whose_hold_was_not_written_down(self, hotline: Hotline) -> None:
        """The daemon died while it brought the caller to the music."""
        caller = talks(hotline, "1001")
        phone = hotline.sim.seat("1001")
        becomes(hotline, caller, "talking")
        phone.press("*1")
        becomes(hotline, caller, "held")
        leg = self.leg_of(hotline, caller)
        wait_for(lambda: leg.variables.get("switchd_state") == "held", "it is written down")
        hotline.kill_daemon()
        leg.set("switchd_state", "talking")
        hotline.start_daemon(until=lambda: knows_again(hotline, "1001"))
        becomes(hotline, caller, "talking")
        self.hears_somebody(hotline, caller)
        phone.press("*#")
        record = hotline.record_of(caller)
        assert (record.seat, record.outcome) == ("1001", Outcome.ANSWERED)
        hotline.waits_until_seat_is("1001", "ready")

    def test_lets_a_consultation_go_on_and_be_completed(self, hotline: Hotline) -> None:
        caller = talks(hotline, "1001")
        becomes(hotline, caller, "talking")
        other = hotline.sim.seat("1003")
        other.will_answer()
        hotline.makes_ready("1003")
        phone = hotline.sim.seat("1001")
        line = phone.leg
        phone.press("*21003#")
        self.restarts(hotline, caller, "consulting")
        becomes(hotline, caller, "consulting")
        wait_for(lambda: other.leg is not None and other.leg.other is not None, "the seats talk")
        phone.press("*3")
        becomes(hotline, caller, "talking")
        wait_for(lambda: hotline.call_of(caller)["seat"] == "1003", "the other seat has the call")
        assert phone.leg is line
        hotline.waits_until_seat_is("1001", "ready")
        caller.hang_up()
        assert hotline.record_of(caller).seat == "1003"

    def test_lets_a_consultation_be_broken_off(self, hotline: Hotline) -> None:
        caller = talks(hotline, "1001")
        becomes(hotline, caller, "talking")
        hotline.sim.seat("1003").will_answer()
        hotline.makes_ready("1003")
        phone = hotline.sim.seat("1001")
        line = phone.leg
        phone.press("*21003#")
        self.restarts(hotline, caller, "consulting")
        phone.press("*4")
        becomes(hotline, caller, "talking")
        self.hears_somebody(hotline, caller)
        assert (hotline.call_of(caller)["seat"], phone.leg) == ("1001", line)
        hotline.waits_until_seat_is("1003", "ready")
        caller.hang_up()
        hotline.record_of(caller)
