"""The Nanjing day has the calls that are known of it, and the benchmark counts every one."""

from __future__ import annotations

import pytest

from bench import nanjing
from bench.nanjing import CALLS, Slice


class TestTheDay:
    def test_has_as_many_calls_as_were_counted(self) -> None:
        assert Slice(0, 24).calls == pytest.approx(CALLS)

    def test_has_28_calls_a_second_in_its_busiest_hour(self) -> None:
        busiest = max(Slice.rate(second) for second in range(0, 86_400, 3600))
        assert busiest == pytest.approx(28.0, abs=0.5)


class TestBenchmark:
    @pytest.mark.timeout(300)
    def test_every_call_leaves_a_record_and_most_are_refused(self) -> None:
        figures = {figure.name: figure.value for figure in nanjing.run(quick=True, speed=5.0)}
        assert figures["records, one for each call"] == figures["calls"] > 1000
        assert figures["calls refused with busy"] > figures["calls"] / 2
        assert figures["processor time for a refused call"] > 0
