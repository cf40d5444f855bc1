"""Every switchd is dead: what callers notice while FreeSWITCH is alone, and when one is back."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from routing.record import EndedBy, Outcome
from switchd.queues.heart import ticking
from switchd.queues.nodes import LEASE_SECONDS
from switchd.sim.callers import CallerState, SimCaller
from tests.scenarios.hotline import EMERGENCY, Hotline, wait_for

FIRST, SECOND, THIRD = "13800138001", "13800138002", "13800138003"


def state(hotline: Hotline, caller: SimCaller) -> str:
    """What FreeSWITCH has written on the caller's leg; "" once it is gone."""
    leg = hotline.sim.switch.channels.get(caller.uuid)
    return leg.variables.get("switchd_state", "") if leg else ""


def waits(hotline: Hotline, number: str = FIRST) -> SimCaller:
    """Call and wait until the caller is in the queue, and FreeSWITCH knows it too."""
    caller = hotline.waits(number)
    wait_for(lambda: state(hotline, caller) == "waiting", "it is written on the leg")
    return caller


def phones_ring_for_nobody(hotline: Hotline) -> None:
    """All phones are there, and nobody picks up."""
    for seat in hotline.city["seats"]:
        hotline.sim.seat(seat).will_not_answer()


def dies(hotline: Hotline) -> None:
    """kill -9, and nobody comes."""
    hotline.kill_daemon()
    wait_for(lambda: not hotline.sim.switch.listeners, "what it had said last has been heard")
    assert hotline.sim.dead_man_fires()


@pytest.fixture
def in_real_time() -> Iterator[Hotline]:
    """A phone rings for longer than a daemon needs to start."""
    hotline = Hotline(speed=1.0)
    try:
        yield hotline
    finally:
        hotline.close()


class TestWhileADaemonLives:
    def test_the_timer_is_put_off_and_there_is_never_none(self, own_hotline: Hotline) -> None:
        own_hotline.start_daemon()
        switch = own_hotline.sim.switch
        assert switch.globals["switchd_alive"] == "true"
        caller = own_hotline.waits()
        for _ in range(2):
            scheduled = own_hotline.sim.scheduled("switchd_dead_man_")
            wait_for(
                lambda before=scheduled: own_hotline.sim.scheduled("switchd_dead_man_") != before,
                "it is put off",
            )
            assert own_hotline.sim.scheduled("switchd_dead_man_")
        assert caller.state is CallerState.WAITING
        assert state(own_hotline, caller) == "waiting"


class TestWhoWaits:
    def test_is_told_that_all_are_busy_and_rung_to_the_seats_one_at_a_time(
        self, own_hotline: Hotline
    ) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        phones_ring_for_nobody(hotline)
        first, second = waits(hotline, FIRST), waits(hotline, SECOND)
        before = len(second.heard)
        dies(hotline)
        wait_for(lambda: "all_busy" in "".join(second.heard[before:]), "it is announced")
        phone = hotline.sim.seat("1001").will_answer()
        wait_for(lambda: phone.talked == 1, "the seat talks with one of them")
        assert phone.collisions == 0
        talking = [c for c in (first, second) if c.state is CallerState.TALKING]
        assert len(talking) == 1
        hotline.seat_hangs_up("1001")
        wait_for(lambda: phone.talked == 2, "and then with the other")

    def test_keeps_place_and_age_when_a_daemon_is_back(self, own_hotline: Hotline) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        phones_ring_for_nobody(hotline)
        callers = [waits(hotline, number) for number in (FIRST, SECOND)]
        before = [hotline.call_of(caller)["queued_at"] for caller in callers]
        dies(hotline)
        wait_for(lambda: all(state(hotline, c) == "degraded" for c in callers), "left alone")
        callers.append(hotline.sim.call(THIRD, "12345", survey="2"))
        wait_for(lambda: state(hotline, callers[2]) == "degraded", "straight there")
        hotline.start_daemon()
        wait_for(lambda: hotline.status()["waiting"] == 3, "all wait again")
        after = [hotline.call_of(caller)["queued_at"] for caller in callers]
        assert after[:2] == pytest.approx(before, abs=0.001)
        assert after == sorted(after)
        hotline.sim.seat("1001").will_answer(hangs_up_after=1.0)
        hotline.makes_ready("1001")
        answered = [hotline.record_of(caller).answered_at for caller in callers]
        assert answered == sorted(answered)  # type: ignore[type-var]

    def test_in_a_menu_or_in_the_greeting_is_not_left_in_silence(
        self, own_hotline: Hotline
    ) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        caller = hotline.sim.call(FIRST, "12345")
        wait_for(lambda: caller.heard, "the greeting")
        hotline.sim.seat("1001").will_answer()
        dies(hotline)
        wait_for(lambda: caller.state is CallerState.TALKING, "a seat picks up")


class TestATalkWithoutADaemon:
    def test_keeps_its_seat_busy_when_a_daemon_is_back(self, own_hotline: Hotline) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        hotline.makes_ready("1001")
        dies(hotline)
        phone = hotline.sim.seat("1001").will_answer()
        caller = hotline.sim.call(FIRST, "12345", survey="2")
        wait_for(lambda: caller.state is CallerState.TALKING, "a seat picks up")
        hotline.start_daemon()
        wait_for(lambda: hotline.seat("1001")["state"] == "talking", "the seat is busy")
        second = waits(hotline, SECOND)
        assert phone.rang == 1
        phone.hang_up()
        assert hotline.record_of(caller).seat == "1001"
        wait_for(lambda: second.state is CallerState.TALKING, "it is the next one's turn")
        assert phone.collisions == 0

    @pytest.mark.parametrize("listed", [True, False], ids=["listed", "not listed yet"])
    def test_nor_is_it_rung_twice_if_its_phone_was_ringing(
        self, in_real_time: Hotline, listed: bool
    ) -> None:
        hotline = in_real_time
        hotline.start_daemon()
        hotline.makes_ready("1001")
        dies(hotline)
        phone = hotline.sim.seat("1001").will_not_answer()
        caller = hotline.sim.call(FIRST, "12345")
        wait_for(lambda: phone.rang == 1, "it rings for the caller")
        if not listed:
            hotline.sim.switch.faults.unlisted.add(caller.uuid)
        hotline.start_daemon()
        wait_for(lambda: hotline.seat("1001")["state"] == "talking", "the seat is busy")
        second = waits(hotline, SECOND)
        caller.hang_up()
        phone.will_answer()
        wait_for(lambda: second.state is CallerState.TALKING, "it is the next one's turn")
        assert (phone.rang, phone.collisions) == (2, 0)


class TestATalk:
    def test_goes_on_and_ends_with_good_bye_and_a_record(self, own_hotline: Hotline) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        caller = hotline.talks_with("1001")
        leg = hotline.sim.switch.channels[caller.uuid]
        wait_for(lambda: "switchd_answered_at" in leg.variables, "the talk is written on the leg")
        dies(hotline)
        assert caller.state is CallerState.TALKING
        hotline.seat_hangs_up("1001")
        hotline.sim.dead_man_fires()
        caller.ended.wait()
        hotline.start_daemon()
        record = hotline.record_of(caller)
        assert (record.outcome, record.seat, record.agent) == (Outcome.ANSWERED, "1001", "81001")
        assert record.ended_by is EndedBy.SEAT
        assert "switch.alone" in [step.what for step in record.trace]
        hotline.waits_until_seat_is("1001", "ready")

    def test_that_began_alone_is_left_alone_and_written_down(self, own_hotline: Hotline) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        dies(hotline)
        hotline.sim.seat("1002").will_answer()
        caller = hotline.sim.call(FIRST, "12345")
        wait_for(lambda: caller.state is CallerState.TALKING, "a seat picks up")
        hotline.start_daemon()
        assert caller.state is CallerState.TALKING
        assert hotline.status()["calls"] == 0
        caller.hang_up()
        record = hotline.record_of(caller)
        assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.CALLER)
        assert record.seat in hotline.city["seats"]
        assert record.line_meant == "12345"


class TestWhoGivesUp:
    def test_is_written_down_as_one_who_waited(self, own_hotline: Hotline) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        phones_ring_for_nobody(hotline)
        waited = waits(hotline, FIRST)
        dies(hotline)
        late = hotline.sim.call(SECOND, "12345")
        for caller in (waited, late):
            wait_for(lambda c=caller: state(hotline, c) == "degraded", "left alone")
            caller.hang_up()
        hotline.start_daemon()
        for caller in (waited, late):
            record = hotline.record_of(caller)
            assert (record.outcome, record.ended_by) == (Outcome.ABANDONED, EndedBy.CALLER)
        assert hotline.records() == 2


class TestAnEmergencyNumber:
    def test_goes_to_its_service_with_nobody_in_control(self, own_hotline: Hotline) -> None:
        hotline = own_hotline
        hotline.sim.number(EMERGENCY).will_answer()
        caller = hotline.sim.call(FIRST, "110")
        wait_for(lambda: caller.state is CallerState.TALKING, "the service answers")


class TestADaemonThatStoodStill:
    def test_takes_its_callers_back(self, own_hotline: Hotline) -> None:
        """Frozen for so long that FreeSWITCH has helped itself."""
        hotline = own_hotline
        hotline.start_daemon()
        phones_ring_for_nobody(hotline)
        first, second = waits(hotline, FIRST), waits(hotline, SECOND)
        assert hotline.daemon is not None
        hotline.daemon.send_signal(signal.SIGSTOP)
        lapsed = ticking() + LEASE_SECONDS
        wait_for(lambda: ticking() > lapsed, "it must not command any more")
        assert hotline.sim.dead_man_fires()
        wait_for(lambda: state(hotline, second) == "degraded", "left alone")
        hotline.daemon.send_signal(signal.SIGCONT)
        wait_for(lambda: state(hotline, second) == "waiting", "taken back")
        wait_for(lambda: hotline.status()["waiting"] == 2, "both wait")
        hotline.sim.seat("1001").will_answer(hangs_up_after=1.0)
        hotline.makes_ready("1001")
        answered = [hotline.record_of(caller).answered_at for caller in (first, second)]
        assert answered == sorted(answered)  # type: ignore[type-var]
