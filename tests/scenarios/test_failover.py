"""The master of a Redis that Sentinels watch dies: a replica takes its place, and callers notice
nothing but that they wait a moment longer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from routing.record import Outcome
from switchd.sim.callers import CallerState
from tests.queues.watched import Watched
from tests.scenarios.hotline import CITY, Hotline, wait_for

FIRST, SECOND, THIRD = "13800138001", "13800138002", "13800138003"


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    with Watched(tmp_path) as running:
        yield running


@pytest.fixture
def hotline(watched: Watched) -> Iterator[Hotline]:
    hotline = Hotline({**CITY, "storage": {"redis": watched.url}})
    try:
        hotline.start_daemon()
        yield hotline
    finally:
        hotline.close()


class TestTheMasterDies:
    def test_nobody_loses_a_place_or_a_talk(self, hotline: Hotline, watched: Watched) -> None:
        talking = hotline.talks_with("1001")
        callers = [hotline.waits(number) for number in (FIRST, SECOND)]
        places = [hotline.call_of(caller)["queued_at"] for caller in callers]
        watched.master.is_killed()
        callers.append(hotline.sim.call(THIRD, "12345", survey="2"))
        wait_for(lambda: watched.replica.role() == "master", "the replica is the master")
        assert talking.state is CallerState.TALKING
        phone = hotline.sim.seat("1001").will_answer(hangs_up_after=1.0)
        hotline.seat_hangs_up("1001")
        records = [hotline.record_of(caller) for caller in callers]
        assert [record.outcome for record in records] == [Outcome.ANSWERED] * 3
        assert [r.queued_at for r in records[:2]] == pytest.approx(places, abs=0.001)
        answered = [record.answered_at for record in records]
        assert answered == sorted(answered)  # type: ignore[type-var]
        assert (phone.rang, phone.collisions) == (4, 0)
        assert hotline.record_of(talking).survey_key == "2"
        assert hotline.status()["owned_at"] == ""
        assert "Traceback" not in hotline.log
