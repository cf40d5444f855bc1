"""The daemon notices how late its own loop is."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from routing.admission import LAG_SECONDS
from switchd.pulse import LATE_SECONDS, PULSE_SECONDS, WINDOW, Pulse


class Loop:
    """Sleeps as long as it is told, or longer."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.held_up = 0.0
        self.lags: list[float] = []
        self.stalls: list[float] = []
        self.pulse = Pulse(
            heard=self.lags.append,
            stalled=self.stalls.append,
            clock=lambda: self.now,
            pause=self.sleep,
        )

    def sleep(self, seconds: float) -> None:
        self.now += seconds + self.held_up

    def beats(self, held_up: float = 0.0) -> float:
        self.held_up = held_up
        self.pulse.beat()
        return self.lags[-1]


class TestTheLag:
    def test_is_nothing_while_the_loop_keeps_up(self) -> None:
        loop = Loop()
        assert loop.beats() == pytest.approx(0.0)
        assert loop.stalls == []

    def test_is_the_worst_of_the_last_second_and_then_forgotten(self) -> None:
        loop = Loop()
        assert loop.beats(held_up=1.5) == pytest.approx(1.5)
        assert [loop.beats(0.1) for _ in range(WINDOW - 1)] == [pytest.approx(1.5)] * (WINDOW - 1)
        assert loop.beats() == pytest.approx(0.1)

    def test_is_never_less_than_nothing(self) -> None:
        """A sleep may end early by the resolution of the clock."""
        loop = Loop()
        assert loop.beats(held_up=-0.001) == 0.0

    def test_says_when_the_loop_was_last_seen_to_run(self) -> None:
        loop = Loop()
        loop.beats()
        assert loop.pulse.last == pytest.approx(1000.0 + PULSE_SECONDS)


class TestALoopThatStandsStill:
    def test_is_told_of_once_however_long_the_lag_counts(self) -> None:
        loop = Loop()
        loop.beats(held_up=LATE_SECONDS + 0.25)
        for _ in range(WINDOW):
            loop.beats(held_up=LATE_SECONDS / 2)
        assert loop.stalls == [pytest.approx(LATE_SECONDS + 0.25)]

    @pytest.mark.parametrize(
        ("held_up", "levels"),
        [
            (LATE_SECONDS / 2, []),
            (LATE_SECONDS + 0.01, ["info"]),
            (LAG_SECONDS + 0.01, ["warning"]),
        ],
    )
    def test_is_logged_and_warned_of_where_callers_are_refused(
        self, held_up: float, levels: list[str]
    ) -> None:
        loop = Loop()
        with capture_logs() as log:
            loop.beats(held_up)
        assert [line["log_level"] for line in log] == levels
