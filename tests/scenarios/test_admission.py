"""Too many callers, callers who call again, and callers who were cut off, in a running hotline."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from routing.record import Outcome
from switchd.sim.callers import CallerState, SimCaller
from tests.scenarios.hotline import CITY, Hotline, heard, wait_for

TIGHT_CITY: dict[str, Any] = {
    **CITY,
    "lines": {
        **CITY["lines"],
        "12345": {**CITY["lines"]["12345"], "limits": {"waiting": 2, "then": "busy"}},
        "12315": {**CITY["lines"]["12315"], "limits": {"waiting": 1, "then": "announce"}},
    },
    "emergency": {"trunk": "trunk"},
    "trunks": {"trunk": {"proxy": "127.0.0.1:9"}},
    "freeswitch": {"max_sessions": 10},
    "admission": {"reserve": 0.4, "dropped_seconds": 120, "same_agent_seconds": 120},
}
ROOM = 6
"""Legs of ten that callers may have."""
FRESH = (f"135{number:08}" for number in count())
"""Mobiles that have not called before."""
LANDLINES = (f"0371{number:08}" for number in count(60_000_000))


@pytest.fixture(scope="module")
def running_tight() -> Iterator[Hotline]:
    hotline = Hotline(TIGHT_CITY)
    try:
        hotline.start_daemon()
        yield hotline
    finally:
        hotline.close()


@pytest.fixture
def tight(running_tight: Hotline) -> Iterator[Hotline]:
    """A city with little room; nobody is signed in, and nobody is left on the line."""
    running_tight.begins_anew()
    callers: list[SimCaller] = []
    call = running_tight.sim.call

    def calling(*words: Any, **more: Any) -> SimCaller:
        callers.append(call(*words, **more))
        return callers[-1]

    running_tight.sim.call = calling  # type: ignore[method-assign]
    yield running_tight
    running_tight.sim.call = call  # type: ignore[method-assign]
    for caller in callers:
        caller.hang_up()


def ends(caller: SimCaller) -> str:
    """The cause with which the call ends."""
    wait_for(caller.ended.is_set, "the call ends")
    return caller.cause


class TestAFullList:
    def test_one_caller_more_hears_busy_and_the_next_has_room_again(self, tight: Hotline) -> None:
        first, _second = tight.waits(next(FRESH)), tight.waits(next(FRESH))
        third = tight.sim.call(next(FRESH), "12345")
        assert ends(third) == "USER_BUSY"
        record = tight.record_of(third)
        assert (record.outcome, record.group) == (Outcome.CONGESTED, "intake")
        assert "entry.queue_full" in [step.what for step in record.trace]
        first.hang_up()
        wait_for(lambda: tight.status()["waiting"] == 1, "one has left")
        tight.waits(next(FRESH))

    def test_a_burst_of_callers_cannot_overrun_the_limit(self, tight: Hotline) -> None:
        callers = [tight.sim.call(next(FRESH), "12345") for _ in range(6)]
        wait_for(lambda: tight.status()["waiting"] == 2, "two wait")
        wait_for(lambda: sum(caller.ended.is_set() for caller in callers) == 4, "four are refused")

    def test_another_line_tells_its_callers(self, tight: Hotline) -> None:
        tight.sim.call(next(FRESH), "12315")
        wait_for(lambda: tight.status()["waiting"] == 1, "one waits")
        second = tight.sim.call(next(FRESH), "12315")
        wait_for(second.ended.is_set, "the call ends")
        assert heard(second) == "try_later"
        assert tight.record_of(second).outcome is Outcome.CONGESTED

    def test_status_tells_how_many_were_refused(self, tight: Hotline) -> None:
        before = tight.status()["admission"]["refused"].get("entry.queue_full", 0)
        for _ in range(2):
            tight.waits(next(FRESH))
        ends(tight.sim.call(next(FRESH), "12345"))
        assert tight.status()["admission"]["refused"]["entry.queue_full"] == before + 1


class TestAnOverloadedSwitch:
    def test_refuses_callers_and_never_an_emergency(self, tight: Hotline) -> None:
        for line in ("12345", "12345", "12315"):
            tight.sim.call(next(FRESH), line)
        wait_for(lambda: tight.status()["waiting"] == 3, "three wait")
        tight.sim.seat("1001").will_answer()
        tight.makes_ready("1001")
        wait_for(lambda: tight.seat("1001")["state"] == "talking", "one talks")
        tight.sim.seat("1002").will_answer()
        tight.makes_ready("1002")
        wait_for(lambda: tight.seat("1002")["state"] == "talking", "two talk")
        last = tight.waits(next(FRESH))
        wait_for(lambda: tight.status()["admission"]["legs"] == ROOM, "the room is full")
        refused = tight.sim.call(next(FRESH), "12315")
        assert ends(refused) == "NORMAL_CIRCUIT_CONGESTION"
        assert tight.record_of(refused).outcome is Outcome.CONGESTED
        assert tight.status()["admission"]["overloaded_since"] is not None
        emergency = tight.sim.call(next(FRESH), "120", hangs_up_after=20.0)
        wait_for(emergency.ended.is_set, "the emergency call is over")
        assert tight.record_of(emergency).outcome is not Outcome.CONGESTED
        last.hang_up()


class TestCallingAgainWhileWaiting:
    def test_a_mobile_goes_on_at_its_place_and_the_earlier_call_ends(self, tight: Hotline) -> None:
        number = next(FRESH)
        first = tight.waits(number)
        tight.waits(next(FRESH))
        again = tight.sim.call(number, "12345", talk=2.0)
        assert ends(first) == "NORMAL_CLEARING"
        assert heard(first).endswith("called_again")
        assert tight.record_of(first).outcome is Outcome.REPEATED
        assert tight.status()["waiting"] == 2
        tight.sim.seat("1001").will_answer()
        tight.makes_ready("1001")
        wait_for(lambda: again.state is CallerState.TALKING, "the caller is served first")
        assert "greeting" not in heard(again)

    def test_colleagues_behind_one_number_wait_side_by_side(self, tight: Hotline) -> None:
        number = next(LANDLINES)
        first, second = tight.waits(number), tight.waits(number)
        assert (first.ended.is_set(), second.ended.is_set()) == (False, False)


class TestADroppedLine:
    def test_a_caller_who_was_cut_off_waiting_comes_back_to_the_old_place(
        self, tight: Hotline
    ) -> None:
        number = next(FRESH)
        first = tight.waits(number)
        tight.waits(next(FRESH))
        first.hang_up()
        queued_at = tight.record_of(first).queued_at
        back = tight.sim.call(number, "12345", talk=1.0)
        wait_for(lambda: tight.status()["waiting"] == 2, "the caller is back")
        tight.sim.seat("1001").will_answer()
        tight.makes_ready("1001")
        wait_for(lambda: back.talked, "the caller is served first")
        assert tight.record_of(back).queued_at == queued_at

    def test_a_caller_who_was_cut_off_talking_has_the_same_agent_again(
        self, tight: Hotline
    ) -> None:
        number = next(FRESH)
        for seat in ("1001", "1002"):
            tight.sim.seat(seat).will_answer()
        tight.makes_ready("1001")
        first = tight.sim.call(number, "12345", talk=math.inf)
        wait_for(lambda: first.state is CallerState.TALKING, "they talk")
        tight.makes_ready("1002")
        first.hang_up("NETWORK_OUT_OF_ORDER")
        wait_for(lambda: tight.seat("1001")["state"] == "ready", "the agent is ready again")
        back = tight.sim.call(number, "12345", talk=1.0)
        wait_for(lambda: back.talked, "they talk again")
        record = tight.record_of(back)
        assert record.agent == tight.record_of(first).agent == "81001"
        assert record.queued_at == tight.record_of(first).queued_at
        assert "entry.place_kept" in [step.what for step in record.trace]

    @pytest.mark.parametrize("who", ["caller", "seat"])
    def test_who_said_good_bye_waits_anew_and_has_the_same_agent_if_idle(
        self, tight: Hotline, who: str
    ) -> None:
        number = next(FRESH)
        for seat in ("1001", "1002"):
            tight.sim.seat(seat).will_answer()
        tight.makes_ready("1001")
        first = tight.sim.call(number, "12345", talk=math.inf, survey="1")
        wait_for(lambda: first.state is CallerState.TALKING, "they talk")
        tight.makes_ready("1002")
        if who == "caller":
            first.hang_up()
        else:
            tight.seat_hangs_up("1001")
        record = tight.record_of(first)
        wait_for(lambda: tight.seat("1001")["state"] == "ready", "the agent is ready again")
        back = tight.sim.call(number, "12345", talk=1.0)
        wait_for(lambda: back.talked, "they talk again")
        again = tight.record_of(back)
        assert "greeting" in heard(back)
        assert (again.agent, record.agent) == ("81001", "81001")
        assert again.queued_at != record.queued_at
        assert "entry.same_agent" in [step.what for step in again.trace]

    def test_a_restarted_daemon_keeps_the_places_of_those_who_call_again(
        self, tight: Hotline
    ) -> None:
        number = next(FRESH)
        first = tight.waits(number)
        tight.kill_daemon()
        tight.start_daemon()
        wait_for(lambda: tight.status()["waiting"] == 1, "the caller waits again")
        again = tight.sim.call(number, "12345")
        wait_for(first.ended.is_set, "the earlier call ends")
        assert tight.status()["waiting"] == 1
        assert not again.ended.is_set()
