"""docs/benchmarks.md: one benchmark's figures are replaced, those of others stay."""

from __future__ import annotations

from bench.__main__ import page
from bench.figures import Figure


def test_figures_of_other_benchmarks_stay() -> None:
    first = page({"match": [Figure("match", 1.5, "µs")], "parse": [Figure("events", 9.0, "/s")]})
    second = page({"match": [Figure("match", 2.5, "µs")]}, first)
    assert "| match | 2.5 | µs |  |" in second
    assert "| match | 1.5 |" not in second
    assert "| events | 9.0 | /s |  |" in second


def test_they_have_the_same_order_whatever_was_run_last() -> None:
    first = page({"match": [Figure("match", 1.5, "µs")]})
    second = page({"parse": [Figure("events", 9.0, "/s")]}, first)
    assert second.index("## parse") < second.index("## match")
    assert second.count("# Benchmarks") == 1
