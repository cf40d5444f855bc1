"""The benchmark of a reload runs and reports what it promises."""

from __future__ import annotations

from bench import reload


class TestReloadBenchmark:
    def test_the_longest_stall_is_compared_with_reading_in_the_loop(self) -> None:
        stall, target, whole, blocking = reload.run(quick=True)
        assert stall.compared_with == blocking.name
        assert stall.ratio == blocking.value / stall.value
        assert 0 < stall.value <= whole.value
        assert target.value == 200
