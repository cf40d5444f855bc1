"""What Prometheus sees of a running hotline."""

from __future__ import annotations

import urllib.request

from switchd.sim.callers import CallerState
from tests.scenarios.hotline import Hotline, wait_for

MOBILE = "13937512377"


def scrape(hotline: Hotline) -> str:
    with urllib.request.urlopen(hotline.metrics_url, timeout=10) as answer:  # noqa: S310 - ours
        return str(answer.read().decode())


def figure(hotline: Hotline, series: str) -> float:
    found = [line for line in scrape(hotline).splitlines() if line.startswith(f"{series} ")]
    return float(found[0].rpartition(" ")[2]) if found else 0.0


class TestTheFigures:
    def test_follow_a_call_from_the_list_to_its_end(self, hotline: Hotline) -> None:
        before = figure(hotline, 'switchd_calls_ended_total{line="12345",outcome="answered"}')
        assert figure(hotline, "switchd_owner") == 1
        assert figure(hotline, "switchd_link_up") == 1
        caller = hotline.waits(MOBILE)
        assert figure(hotline, 'switchd_waiting{group="intake"}') == 1
        assert figure(hotline, 'switchd_calls{state="waiting"}') == 1
        hotline.sim.seat("1001").will_answer(hangs_up_after=1.0)
        hotline.makes_ready("1001")
        wait_for(lambda: caller.state is CallerState.ENDED, "the call ends")
        wait_for(
            lambda: (
                figure(hotline, 'switchd_calls_ended_total{line="12345",outcome="answered"}')
                == before + 1
            ),
            "the call is counted",
        )
        assert figure(hotline, 'switchd_command_seconds_count{command="uuid_bridge"}') >= 1
        assert figure(hotline, "switchd_event_lag_seconds_count") > 0
        assert figure(hotline, "switchd_reconcile_seconds_count") >= 1
