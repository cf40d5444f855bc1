"""The daemon is killed in the middle of a controlled call, and the next one goes on with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from routing.record import CallRecord, Outcome
from switchd.sim.callers import CallerState, SimCaller
from switchd.sim.channel import Channel
from tests.scenarios.hotline import Hotline, heard, wait_for
from tests.scenarios.test_control import CENTRE, CONTROLLED, EXPERT, asks, hears, is_now


@pytest.fixture(scope="module")
def running() -> Iterator[Hotline]:
    """A hotline of these tests' own: each kills its daemon, and starts the next one."""
    hotline = Hotline(CONTROLLED)
    try:
        hotline.start_daemon()
        for number in (EXPERT, CENTRE):
            hotline.sim.number(number).will_answer()
        yield hotline
    finally:
        hotline.close()


@pytest.fixture
def hotline(running: Hotline) -> Hotline:
    running.begins_anew()
    return running


@pytest.fixture
def caller(hotline: Hotline) -> SimCaller:
    """Talks with seat 1001; 1002 is ready."""
    talking = hotline.talks_with("1001")
    is_now(hotline, talking, "talking")
    hotline.makes_ready("1002")
    return talking


def leg_of(hotline: Hotline, caller: SimCaller) -> Channel:
    return hotline.sim.switch.channels[caller.uuid]


def seat_leg(hotline: Hotline, seat: str) -> Channel:
    leg = hotline.sim.seat(seat).leg
    assert leg is not None
    return leg


def is_written(hotline: Hotline, caller: SimCaller, name: str, value: str) -> None:
    """What a later owner reads stands on the caller's leg."""
    leg = leg_of(hotline, caller)
    wait_for(lambda: leg.variables.get(name, "") == value, f"{name} is {value!r}")


def dies_and_the_next_one_goes_on(hotline: Hotline, caller: SimCaller, state: str) -> None:
    is_written(hotline, caller, "switchd_state", state)
    hotline.kill_daemon()
    hotline.start_daemon()
    wait_for(lambda: hotline.status()["calls"] == 1, "the call is taken over")
    is_now(hotline, caller, state)


def talk_with_each_other(one: Channel, other: Channel) -> None:
    wait_for(lambda: one.other is other, "the two talk")


def in_conference(leg: Channel) -> bool:
    return leg.last_execute[0] == "conference"


def ends(hotline: Hotline, caller: SimCaller, seat: str = "1001") -> CallRecord:
    """The caller hangs up; the seat is free once, and was rung once."""
    caller.hang_up()
    record = hotline.record_of(caller)
    assert (record.outcome, record.seat) == (Outcome.ANSWERED, seat)
    hotline.waits_until_seat_is(seat, "ready")
    assert all(hotline.sim.seat(one).collisions == 0 for one in ("1001", "1002"))
    assert heard(caller).split().count("greeting") == 1
    return record


class TestHeld:
    def test_the_caller_has_music_and_the_seat_comes_back(
        self, hotline: Hotline, caller: SimCaller
    ) -> None:
        asks(hotline, "hold")
        is_now(hotline, caller, "held")
        dies_and_the_next_one_goes_on(hotline, caller, "held")
        wait_for(lambda: "moh" in caller.heard[-1], "music")
        assert hotline.seat("1001")["state"] == "talking"
        asks(hotline, "resume")
        is_now(hotline, caller, "talking")
        talk_with_each_other(leg_of(hotline, caller), seat_leg(hotline, "1001"))
        record = ends(hotline, caller)
        assert [leg.role for leg in record.legs] == ["caller", "seat"]


class TestConsulting:
    def test_seat_and_expert_talk_on_and_all_come_together(
        self, hotline: Hotline, caller: SimCaller
    ) -> None:
        asks(hotline, "consult", "expert:medical")
        is_now(hotline, caller, "consulting")
        seat, own = seat_leg(hotline, "1001"), leg_of(hotline, caller)
        wait_for(lambda: seat.other not in (None, own), "seat and expert talk")
        expert = seat.other
        assert expert is not None
        dies_and_the_next_one_goes_on(hotline, caller, "consulting")
        assert expert.other is seat
        asks(hotline, "complete")
        is_now(hotline, caller, "forwarded")
        talk_with_each_other(leg_of(hotline, caller), expert)
        record = ends(hotline, caller)
        assert [leg.role for leg in record.legs] == ["caller", "seat", "expert"]

    def test_another_seat_that_is_consulted_is_free_afterwards(
        self, hotline: Hotline, caller: SimCaller
    ) -> None:
        asks(hotline, "consult", "seat:1002")
        is_now(hotline, caller, "consulting")
        talk_with_each_other(seat_leg(hotline, "1001"), seat_leg(hotline, "1002"))
        dies_and_the_next_one_goes_on(hotline, caller, "consulting")
        assert hotline.seat("1002")["state"] == "talking"
        asks(hotline, "cancel")
        is_now(hotline, caller, "talking")
        hotline.waits_until_seat_is("1002", "ready")
        talk_with_each_other(leg_of(hotline, caller), seat_leg(hotline, "1001"))
        ends(hotline, caller)


class TestThreeWay:
    def test_all_three_hear_each_other_on(self, hotline: Hotline, caller: SimCaller) -> None:
        asks(hotline, "three-way", "seat:1002")
        is_now(hotline, caller, "conference")
        legs = [leg_of(hotline, caller), *(seat_leg(hotline, seat) for seat in ("1001", "1002"))]
        wait_for(lambda: all(map(in_conference, legs)), "they are in the conference")
        dies_and_the_next_one_goes_on(hotline, caller, "conference")
        assert all(map(in_conference, legs))
        asks(hotline, "leave")
        is_now(hotline, caller, "talking")
        talk_with_each_other(legs[0], legs[2])
        record = ends(hotline, caller, seat="1002")
        assert [leg.role for leg in record.legs] == ["caller", "seat", "consult"]
        hotline.waits_until_seat_is("1001", "ready")


class TestParked:
    def test_a_seat_picks_the_caller_up(self, hotline: Hotline, caller: SimCaller) -> None:
        asks(hotline, "park")
        is_now(hotline, caller, "parked")
        hotline.waits_until_seat_is("1001", "ready")
        dies_and_the_next_one_goes_on(hotline, caller, "parked")
        asks(hotline, "pick-up", "1001", seat="1002")
        is_now(hotline, caller, "talking")
        talk_with_each_other(leg_of(hotline, caller), seat_leg(hotline, "1002"))
        ends(hotline, caller, seat="1002")


class TestTransferring:
    def test_the_phone_that_rang_stops_and_the_caller_is_first_in_line(
        self, hotline: Hotline, caller: SimCaller
    ) -> None:
        hotline.sim.seat("1002").will_answer(after=1e9)
        asks(hotline, "transfer", "seat:1002")
        is_now(hotline, caller, "transferring")
        is_written(hotline, caller, "switchd_state", "transferring")
        wait_for(lambda: hotline.sim.seat("1002").leg is not None, "1002 rings")
        hotline.client.seat("1001", "not-ready", reason="break")
        hotline.kill_daemon()
        hotline.sim.seat("1002").will_answer()
        hotline.start_daemon()
        wait_for(lambda: caller.state is CallerState.TALKING, "somebody serves the caller")
        talk_with_each_other(leg_of(hotline, caller), seat_leg(hotline, "1002"))
        ends(hotline, caller, seat="1002")


class TestConsultRinging:
    def test_the_phone_stops_and_seat_and_caller_are_together_again(
        self, hotline: Hotline, caller: SimCaller
    ) -> None:
        phone = hotline.sim.seat("1002").will_answer(after=1e9)
        asks(hotline, "consult", "seat:1002")
        is_now(hotline, caller, "consult_ringing")
        is_written(hotline, caller, "switchd_state", "consult_ringing")
        wait_for(lambda: phone.leg is not None, "1002 rings")
        hotline.kill_daemon()
        hotline.start_daemon()
        wait_for(lambda: phone.leg is None, "1002 rings no more")
        hears(hotline, "1001", "transfer_unavailable")
        is_now(hotline, caller, "talking")
        talk_with_each_other(leg_of(hotline, caller), seat_leg(hotline, "1001"))
        ends(hotline, caller)


class TestPartedButNotWrittenDown:
    def test_caller_and_seat_are_brought_together_again(
        self, hotline: Hotline, caller: SimCaller
    ) -> None:
        """The daemon died while it brought the caller to the music."""
        asks(hotline, "hold")
        is_now(hotline, caller, "held")
        is_written(hotline, caller, "switchd_state", "held")
        hotline.kill_daemon()
        leg_of(hotline, caller).set("switchd_state", "talking")
        hotline.start_daemon()
        wait_for(lambda: hotline.status()["calls"] == 1, "the call is taken over")
        is_now(hotline, caller, "talking")
        talk_with_each_other(leg_of(hotline, caller), seat_leg(hotline, "1001"))
        ends(hotline, caller)


class TestPassedOn:
    def test_a_talk_with_another_centre_goes_on_and_is_written_down(self, hotline: Hotline) -> None:
        caller = hotline.sim.call("13937512345", "12350")
        wait_for(lambda: caller.state is CallerState.TALKING, "they talk")
        is_now(hotline, caller, "forwarded")
        leg = leg_of(hotline, caller)
        centre = leg.other
        dies_and_the_next_one_goes_on(hotline, caller, "forwarded")
        assert leg.other is centre
        caller.hang_up()
        record = hotline.record_of(caller)
        assert (record.outcome, record.queued_at) == (Outcome.FORWARDED, None)
        assert [one.role for one in record.legs] == ["caller", "forward"]


class TestBridgedButNotWrittenDown:
    def test_the_talk_is_taken_over_and_recorded(self, hotline: Hotline, caller: SimCaller) -> None:
        """The daemon died between the bridge and the note of it."""
        leg = leg_of(hotline, caller)
        is_written(hotline, caller, "switchd_state", "talking")
        hotline.kill_daemon()
        leg.set("switchd_state", "waiting")
        for name in ("seat", "agent", "offer", "answered_at", "recording"):
            leg.set(f"switchd_{name}", None)
        leg.recordings.clear()
        hotline.start_daemon()
        wait_for(lambda: hotline.status()["calls"] == 1, "the talk is taken over")
        assert caller.state is CallerState.TALKING
        assert hotline.call_of(caller)["state"] == "talking"
        wait_for(lambda: leg.recordings, "it is recorded")
        is_written(hotline, caller, "switchd_state", "talking")
        record = ends(hotline, caller)
        assert (record.agent, record.recording) == (
            "81001",
            f"{record.recording[:10]}/{caller.uuid}.wav",
        )
