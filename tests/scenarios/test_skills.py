"""Who serves whom in a running hotline: agents' skills, and several phones at once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from switchd.sim.callers import CallerState, SimCaller
from switchd.sim.originate import picks_up
from tests.scenarios.hotline import CITY, Hotline, wait_for

SKILLED_CITY: dict[str, Any] = {
    **CITY,
    "lines": {
        **CITY["lines"],
        "12346": {"kind": "parallel", "title": "English", "group": "english", "survey": "no"},
    },
    "groups": {
        **CITY["groups"],
        "english": {"title": "英语", "needs": "intake & english>=3", "ring_seconds": 2},
        "market": {**CITY["groups"]["market"], "ring_seconds": 20, "ring_several": 2},
    },
    "seats": {**CITY["seats"], "1004": "market"},
    "agents": {"A017": {"title": "小王", "skills": {"english": 5}}},
}


@pytest.fixture(scope="module")
def running_skilled() -> Iterator[Hotline]:
    hotline = Hotline(SKILLED_CITY)
    try:
        hotline.start_daemon()
        yield hotline
    finally:
        hotline.close()


@pytest.fixture
def skilled(running_skilled: Hotline) -> Hotline:
    """A city in which A017 alone speaks English; two seats ring at once for 12315."""
    running_skilled.begins_anew()
    return running_skilled


class TestSkills:
    def test_only_an_agent_who_has_the_skill_is_offered_the_caller(self, skilled: Hotline) -> None:
        """The other seat is ready all the time."""
        skilled.makes_ready("1001")
        caller = skilled.sim.call("13937512345", "12346", survey="")
        wait_for(lambda: skilled.status()["waiting"] == 1, "the caller waits")
        skilled.client.seat("1002", "sign-in", agent="A017")
        assert skilled.seat("1002")["groups"] == ["english", "intake"]
        skilled.client.seat("1002", "ready")
        wait_for(lambda: caller.state is CallerState.TALKING, "they talk")
        skilled.seat_hangs_up("1002")
        record = skilled.record_of(caller)
        assert (record.seat, record.agent, record.group) == ("1002", "A017", "english")


class TestSeveralPhones:
    @staticmethod
    def phone_rings(hotline: Hotline, seat: str) -> bool:
        return hotline.sim.seat(seat).leg is not None

    def rings_at_both(self, hotline: Hotline) -> SimCaller:
        for seat in ("1003", "1004"):
            hotline.sim.seat(seat).will_not_answer()
        hotline.makes_ready("1003", "1004")
        caller = hotline.sim.call("13937512345", "12315", survey="")
        for seat in ("1003", "1004"):
            hotline.waits_until_seat_is(seat, "offered")
            wait_for(partial(self.phone_rings, hotline, seat), "the phone rings")
        return caller

    def test_the_first_to_answer_has_the_caller_and_the_other_stops(self, skilled: Hotline) -> None:
        caller = self.rings_at_both(skilled)
        ringing = skilled.sim.seat("1004").leg
        assert ringing is not None
        picks_up(skilled.sim.switch, ringing)
        wait_for(lambda: caller.state is CallerState.TALKING, "they talk")
        skilled.waits_until_seat_is("1003", "ready")
        wait_for(lambda: skilled.sim.seat("1003").leg is None, "the other phone is silent")
        skilled.seat_hangs_up("1004")
        assert skilled.record_of(caller).seat == "1004"

    def test_one_of_the_phones_rings_for_who_comes_meanwhile(self, skilled: Hotline) -> None:
        first = self.rings_at_both(skilled)
        second = skilled.sim.call("13800138000", "12345", survey="")
        wait_for(
            lambda: skilled.seat("1003")["call"] == second.uuid,
            "the seat of both groups rings for the second caller",
        )
        assert skilled.seat("1004")["state"] == "offered"
        for caller in (first, second):
            caller.hang_up()
