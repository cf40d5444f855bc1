"""The benchmark of outages runs, and reports what it promises."""

from __future__ import annotations

import pytest

from bench import outages


@pytest.mark.timeout(180)
class TestOutagesBenchmark:
    def test_tells_how_late_a_greeting_was_and_when_everybody_was_back(self) -> None:
        figures = outages.run(quick=True)
        names = [figure.name for figure in figures]
        assert names[0] == "owner killed, a standby there: latest greeting"
        assert len(figures) == 4
        assert all(figure.unit == "ms" for figure in figures)
        assert all(figure.value > 0 for figure in figures[::2])
