"""Histograms that are counted in plain numbers say what Prometheus's own would."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram

from switchd.metrics.tally import Tallies

BOUNDS = (0.001, 0.01, 0.1, 1.0)


class TestTallies:
    @given(st.lists(st.one_of(st.floats(0, 2), st.sampled_from(BOUNDS))))
    def test_they_equal_a_histogram_of_the_library(self, values: list[float]) -> None:
        ours, theirs = CollectorRegistry(), CollectorRegistry()
        tallies = Tallies("seconds", "How long.", BOUNDS)
        ours.register(tallies)
        histogram = Histogram("seconds", "How long.", buckets=BOUNDS, registry=theirs)
        tally = tallies.part()
        for value in values:
            tally.observe(value)
            histogram.observe(value)
        for le in ("0.001", "0.01", "0.1", "1.0", "+Inf"):
            name, labels = "seconds_bucket", {"le": le}
            assert ours.get_sample_value(name, labels) == theirs.get_sample_value(name, labels)
        for name in ("seconds_count", "seconds_sum"):
            assert ours.get_sample_value(name) == theirs.get_sample_value(name)

    def test_each_value_of_the_label_has_its_own(self) -> None:
        registry = CollectorRegistry()
        tallies = Tallies("seconds", "How long.", BOUNDS, "command")
        registry.register(tallies)
        tallies.part("api").observe(0.5)
        tallies.part("execute").observe(0.5)
        tallies.part("api").observe(0.5)
        assert registry.get_sample_value("seconds_count", {"command": "api"}) == 2
        assert registry.get_sample_value("seconds_count", {"command": "execute"}) == 1
