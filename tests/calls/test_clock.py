"""The machine's clock and gevent's timers."""

from __future__ import annotations

from switchd.clock import Clock
from tests.calls.house import wait_until


class TestClock:
    def test_time_does_not_go_back(self) -> None:
        clock = Clock()
        assert clock.now() <= clock.now()

    def test_timers_come_in_the_order_of_their_times(self) -> None:
        clock, came = Clock(), []
        clock.later(0.02, lambda: came.append("later"))
        clock.later(0.0, lambda: came.append("now"))
        clock.later(-5.0, lambda: came.append("overdue"))
        wait_until(lambda: "later" in came)
        assert came[-1] == "later"
        assert sorted(came) == ["later", "now", "overdue"]

    def test_a_timer_that_was_cancelled_never_comes(self) -> None:
        clock, came = Clock(), []
        cancel = clock.later(0.0, lambda: came.append("cancelled"))
        cancel()
        clock.later(0.01, lambda: came.append("other"))
        wait_until(lambda: came)
        assert came == ["other"]

    def test_cancelling_what_has_come_already_is_harmless(self) -> None:
        clock, came = Clock(), []
        cancel = clock.later(0.0, lambda: came.append("came"))
        wait_until(lambda: came)
        cancel()
        assert came == ["came"]
