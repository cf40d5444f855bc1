"""The benchmark of decisions decides what it says."""

from __future__ import annotations

from bench import entry
from routing.entry import Refusal, Route, decide


class TestEntryBenchmark:
    def test_calls_of_every_fate_are_among_those_decided(self) -> None:
        plan = entry.city(200)
        fates = [decide(arrival, plan, entry.NOW) for arrival in entry.mix(plan)]
        refused = {fate.cause.value for fate in fates if isinstance(fate, Refusal)}
        assert refused == {"UNALLOCATED_NUMBER", "NUMBER_CHANGED"}
        heard = {fate.greeting for fate in fates if isinstance(fate, Route)}
        assert heard == {("greeting",), ("change_announcement", "greeting")}

    def test_a_large_plan_is_compared_with_a_small_one(self) -> None:
        small, large = entry.run(quick=True)
        assert large.compared_with == small.name
        assert large.ratio == large.value / small.value
