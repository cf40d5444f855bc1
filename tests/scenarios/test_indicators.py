"""Figures of the running hotline: live, and the same afterwards from the records."""

from __future__ import annotations

from typing import Any

import orjson

from tests.scenarios.hotline import Hotline, wait_for

MOBILE = "13937512345"


def live(hotline: Hotline) -> dict[str, Any]:
    return dict(hotline.client.get("indicators")["today"])


class TestIndicators:
    def test_are_live_and_what_the_report_says_afterwards(self, own_hotline: Hotline) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        hotline.sim.seat("1001").will_answer()
        hotline.makes_ready("1001")
        answered = hotline.sim.call(MOBILE, "12345", talk=1.0)
        answered.ended.wait()
        hotline.client.seat("1001", "sign-out")
        hotline.sim.call(MOBILE, "12345", patience=10.0).ended.wait()
        hotline.sim.call(MOBILE, "88888888").ended.wait()
        wait_for(lambda: live(hotline)["total"]["calls"] == 3, "all are counted")
        shown = live(hotline)
        total = shown["total"]
        assert (total["offered"], total["answered"], total["abandoned"]) == (2, 1, 1)
        assert (total["refused"], total["connect_rate"]) == (1, 0.5)
        wait_for(lambda: hotline.records() == 3, "all are written down")
        report = orjson.loads(hotline.admin("report", "--json").stdout)
        assert report["total"] == total
        assert report["rows"] == [
            {key: value for key, value in row.items() if key != "title"} for row in shown["lines"]
        ]

    def test_outlive_a_daemon_and_a_redis_that_lost_everything(self, own_hotline: Hotline) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        hotline.sim.call(MOBILE, "88888888").ended.wait()
        wait_for(lambda: hotline.records() == 1, "it is written down")
        hotline.kill_daemon()
        for kept in (hotline.folder / "state" / "redis").glob("*.rdb"):
            kept.unlink()
        hotline.start_daemon()
        wait_for(lambda: live(hotline)["total"]["refused"] == 1, "it is counted")
