"""A supervisor's hand on the waiting list, as callers and seats notice it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from routing.record import Outcome
from switchd.sim.callers import CallerState, SimCaller
from tests.scenarios.hotline import CITY, Hotline, heard, wait_for

LATER = {"group": "market", "after_seconds": 3600}
SUPERVISED: dict[str, Any] = {
    **CITY,
    "lines": {**CITY["lines"], "12345": {**CITY["lines"]["12345"], "overflow": LATER}},
    "seats": {"1001": "intake", "1002": "intake", "1101": "market"},
}


@pytest.fixture(scope="module")
def running() -> Iterator[Hotline]:
    hotline = Hotline(SUPERVISED)
    try:
        hotline.start_daemon()
        yield hotline
    finally:
        hotline.close()


@pytest.fixture
def hotline(running: Hotline) -> Iterator[Hotline]:
    """Nobody is signed in; whoever still calls at the end hangs up."""
    running.begins_anew()
    yield running
    switch = running.sim.switch
    for row in running.client.get("calls"):
        if leg := switch.channels.get(row["call"]):
            switch.hang_up(leg, by_far_end=True)


def does(hotline: Hotline, *words: str) -> str:
    """What the supervisor types, and what is said about it."""
    done = hotline.admin(*words, "--by", "8001", "--why", "drill")
    assert done.returncode == 0, done.stderr
    return done.stdout


def talks(caller: SimCaller) -> None:
    wait_for(lambda: caller.state is CallerState.TALKING, "they talk")


class TestACaller:
    def test_who_is_ranked_up_is_served_before_those_who_came_earlier(
        self, hotline: Hotline
    ) -> None:
        hotline.client.seat("1001", "sign-in", agent="8017")
        first, second = hotline.waits("13800000001"), hotline.waits("13800000002")
        does(hotline, "queue", "rank", second.uuid[:8], "3600")
        hotline.client.seat("1001", "ready")
        talks(second)
        assert first.state is not CallerState.TALKING

    def test_who_is_moved_is_served_by_the_other_groups_seats(self, hotline: Hotline) -> None:
        hotline.client.seat("1001", "sign-in", agent="8017")
        hotline.makes_ready("1101")
        caller = hotline.waits()
        does(hotline, "queue", "move", caller.uuid, "market")
        talks(caller)
        assert hotline.seat("1101")["state"] == "talking"

    def test_who_is_taken_out_hears_it_and_is_counted(self, hotline: Hotline) -> None:
        hotline.client.seat("1001", "sign-in", agent="8017")
        caller = hotline.waits()
        does(hotline, "queue", "remove", caller.uuid, "--prompt", "all_busy")
        record = hotline.record_of(caller)
        assert record.outcome is Outcome.REMOVED
        assert heard(caller).endswith("all_busy")
        (note,) = [step for step in record.trace if step.what == "supervisor.taken_out"]
        assert note.facts == {"by": "8001"}


class TestAGroup:
    def test_a_paused_ones_callers_wait_and_are_told_until_it_goes_on(
        self, hotline: Hotline
    ) -> None:
        hotline.makes_ready("1001")
        does(hotline, "queue", "pause", "intake", "--prompt", "technical_fault")
        caller = hotline.waits()
        wait_for(lambda: "technical_fault" in heard(caller), "the caller is told")
        assert hotline.seat("1001")["state"] == "ready"
        does(hotline, "queue", "resume", "intake")
        talks(caller)


class TestAnAgent:
    def test_a_new_skill_lets_the_seat_serve_who_waits(self, hotline: Hotline) -> None:
        hotline.client.seat("1101", "sign-in", agent="8117")
        hotline.makes_ready("1002")
        caller = hotline.sim.call("13800000003", "12315")
        wait_for(lambda: hotline.status()["waiting"] == 1, "the caller is in the queue")
        said = does(hotline, "agent", "skill", "81002", "+market:3")
        assert "serves intake, market" in said
        talks(caller)
        assert hotline.seat("1002")["call"] == caller.uuid
        does(hotline, "agent", "skill", "81002", "=market")


class TestTheLastSeat:
    """Whoever waits is served by the further group at once, an hour before its time."""

    def waits_for_both(self, hotline: Hotline) -> SimCaller:
        hotline.client.seat("1001", "sign-in", agent="8017")
        hotline.makes_ready("1101")
        return hotline.waits()

    def test_signs_out(self, hotline: Hotline) -> None:
        caller = self.waits_for_both(hotline)
        hotline.client.seat("1001", "sign-out")
        talks(caller)
        assert hotline.seat("1101")["call"] == caller.uuid

    def test_loses_its_phone(self, hotline: Hotline) -> None:
        caller = self.waits_for_both(hotline)
        hotline.sim.seat("1001").unregister()
        talks(caller)
        assert hotline.seat("1101")["call"] == caller.uuid


class TestTheAudit:
    def test_lists_what_was_done(self, hotline: Hotline) -> None:
        does(hotline, "queue", "pause", "market")
        does(hotline, "queue", "resume", "market")
        listed = orjson.loads(hotline.admin("audit", "--of", "market", "--json").stdout)
        assert [(one["verb"], one["who"], one["why"]) for one in listed[:2]] == [
            ("resume", "8001", "drill"),
            ("pause", "8001", "drill"),
        ]
