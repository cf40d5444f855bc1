"""A real FreeSWITCH that hangs, or is killed, under calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from routing.record import EndedBy, Outcome
from switchd.dead_man import FIRES_SECONDS
from tests.live.hotline import LiveHotline
from tests.live.mobiles import new_mobile

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[LiveHotline]:
    opened = LiveHotline(tmp_path)
    try:
        opened.start()
        yield opened
    finally:
        opened.house.wakes()
        opened.close()


@pytest.fixture
def talker(hotline: LiveHotline) -> str:
    """Talks with seat 1001."""
    mobile = new_mobile()
    hotline.house.seat("1001", answers_after=0.2)
    hotline.makes_ready("1001")
    hotline.house.call(mobile, "12345")
    hotline.waits_until_seat_is("1001", "talking")
    return mobile


@pytest.fixture
def waiting(hotline: LiveHotline, talker: str) -> str:
    """Is in the list."""
    mobile = new_mobile()
    hotline.house.call(mobile, "12345")
    hotline.waits_until(lambda: hotline.status()["waiting"] == 1, "the caller waits")
    return mobile


def call(hotline: LiveHotline, mobile: str) -> dict[str, Any]:
    (found,) = [row for row in hotline.client.get("calls") if row["caller"] == mobile]
    return dict(found)


def reachable(hotline: LiveHotline) -> list[str]:
    return [seat["seat"] for seat in hotline.client.get("seats") if seat["reachable"]]


def connected(hotline: LiveHotline) -> bool:
    return bool(hotline.status()["freeswitch"]["connected"])


class TestItHangs:
    def test_and_goes_on_with_all_its_calls(
        self, hotline: LiveHotline, talker: str, waiting: str
    ) -> None:
        queued_at = call(hotline, waiting)["queued_at"]
        hotline.house.freezes()
        hotline.waits_until(lambda: not connected(hotline), "it is noticed")
        assert "hangs" in hotline.status()["freeswitch"]["trouble"]
        hotline.waits_until(lambda: not reachable(hotline), "no seat can be rung")
        hotline.house.wakes()
        hotline.waits_until(lambda: connected(hotline), "it is heard again")
        hotline.waits_until(lambda: reachable(hotline) == ["1001"], "the phone is known")
        hotline.waits_until(lambda: hotline.status()["waiting"] == 1, "the caller waits on")
        assert "freeswitch_restarted" not in hotline.log
        assert call(hotline, talker)["state"] == "talking"
        assert call(hotline, waiting)["queued_at"] == pytest.approx(queued_at, abs=0.01)
        phone = hotline.house.seat("1002", answers_after=0.2, hangs_up_after=1.0)
        assert phone is not None
        hotline.makes_ready("1002")
        record = hotline.record(waiting)
        assert (record.outcome, record.seat) == (Outcome.ANSWERED, "1002")
        assert phone.count("called") == 1

    def test_for_so_long_that_its_own_timer_has_fired_and_callers_come_back(
        self, hotline: LiveHotline, talker: str, waiting: str
    ) -> None:
        """Whatever FreeSWITCH does on waking, in which order it may be."""
        queued_at = call(hotline, waiting)["queued_at"]
        hotline.house.freezes()
        hotline.waits_until(lambda: not connected(hotline), "it is noticed")
        down_at = monotonic()
        hotline.waits_until(lambda: monotonic() > down_at + FIRES_SECONDS, "time passes")
        hotline.house.wakes()
        hotline.waits_until(lambda: connected(hotline), "it is heard again")
        hotline.waits_until(lambda: hotline.status()["waiting"] == 1, "the caller waits on")
        assert call(hotline, talker)["state"] == "talking"
        hotline.house.seat("1002", answers_after=0.2, hangs_up_after=1.0)
        hotline.makes_ready("1002")
        record = hotline.record(waiting)
        assert (record.outcome, record.seat) == (Outcome.ANSWERED, "1002")
        assert record.queued_at == pytest.approx(queued_at, abs=0.01)


class TestItIsKilled:
    def test_its_calls_are_closed_as_a_crash_and_the_next_one_is_served(
        self, hotline: LiveHotline, talker: str, waiting: str
    ) -> None:
        hotline.house.dies()
        hotline.waits_until(lambda: not reachable(hotline), "no seat can be rung")
        assert not connected(hotline)
        hotline.house.telephones.end()
        hotline.house.comes_back()
        record = hotline.record(talker)
        assert (record.outcome, record.cause) == (Outcome.ANSWERED, "CRASH")
        assert record.ended_by is EndedBy.SYSTEM
        record = hotline.record(waiting)
        assert (record.outcome, record.cause) == (Outcome.FAILED, "CRASH")
        assert "freeswitch_restarted" in hotline.log
        hotline.waits_until(lambda: hotline.status()["calls"] == 0, "no call is left")
        hotline.house.seat("1002", answers_after=0.2, hangs_up_after=1.0)
        hotline.makes_ready("1002")
        mobile = new_mobile()
        hotline.house.call(mobile, "12345")
        assert hotline.record(mobile).seat == "1002"
