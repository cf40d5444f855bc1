"""Redis stays away while a daemon owns FreeSWITCH: FreeSWITCH serves who waits, and gives them
back in their order."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from routing.record import Outcome
from switchd.queues.connection import connect
from tests.live.hotline import LiveHotline
from tests.live.test_left_alone import place, state, talks_there, waits

CALLERS = ("13800000001", "13800000002")
LATE = "13800000003"
TALKER = "13700000001"


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[LiveHotline]:
    opened = LiveHotline(tmp_path, lambda _: {"storage": {"redis_away_seconds": 3}})
    try:
        opened.start()
        yield opened
    finally:
        opened.close()


class TestRedisStaysAway:
    def test_freeswitch_serves_who_waits_and_gives_back_the_others(
        self, hotline: LiveHotline
    ) -> None:
        house = hotline.house
        first = house.seat("1001", hangs_up_after=60)
        assert first is not None
        hotline.makes_ready("1001")
        house.call(TALKER, "12345")
        hotline.waits_until_seat_is("1001", "talking")
        waits(hotline, *CALLERS)
        everybody = (*CALLERS, LATE)
        places = {number: place(hotline, number) for number in CALLERS}
        with connect(f"unix://{hotline.state}/redis/redis.sock") as client:
            redis = int(client.info("server")["process_id"])
        os.kill(redis, signal.SIGSTOP)
        try:
            hotline.waits_until(lambda: state(hotline, CALLERS[1]) == "degraded", "handed over")
            house.call(LATE, "12345")
            hotline.waits_until(lambda: state(hotline, LATE) == "degraded", "a new one, too")
            second = house.seat("1002", answers_after=0.5)
            assert second is not None
            assert second.wait_for("answered")
            hotline.waits_until(
                lambda: any(talks_there(hotline, number) for number in everybody), "a talk"
            )
            (served,) = [n for n in everybody if talks_there(hotline, n)]
            assert state(hotline, TALKER) == "talking"
            assert first.count("answered") == 1
        finally:
            os.kill(redis, signal.SIGCONT)
        others = [number for number in everybody if number != served]
        hotline.waits_until(
            lambda: [state(hotline, number) for number in others] == ["waiting"] * 2,
            "the others are taken back",
        )
        hotline.waits_until(lambda: hotline.status()["waiting"] == 2, "they wait again")
        for number in others:
            if number in places:
                assert place(hotline, number) == pytest.approx(places[number], abs=0.01)
        assert state(hotline, served) == "degraded"
        second.hang_up()
        assert hotline.record(served).outcome is Outcome.ANSWERED
        third = house.seat("1003", hangs_up_after=1)
        assert third is not None
        hotline.makes_ready("1003")
        answered = [hotline.record(number).answered_at for number in others]
        assert answered == sorted(answered)  # type: ignore[type-var]
        assert first.count("answered") == 1
