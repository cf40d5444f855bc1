"""Histograms for what happens many times a second: counted in plain numbers, told at a scrape."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector


class Tally:
    """How many values fell between bounds, which are in order; one beyond the last has no bound."""

    __slots__ = ("_bounds", "counts", "sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def observe(self, value: float) -> None:
        """Count a value; one that is a bound belongs below it."""
        self.counts[bisect_left(self._bounds, value)] += 1
        self.sum += value

    def buckets(self) -> list[tuple[str, float]]:
        """Give the counts as Prometheus has them: up to each bound, and of everything."""
        names = [*map(str, self._bounds), "+Inf"]
        return [(name, float(n)) for name, n in zip(names, accumulate(self.counts), strict=True)]


class Tallies(Collector):
    """One histogram, in a part for each value of a label if it has one; a part is made when it is
    first asked for."""

    def __init__(self, name: str, about: str, bounds: Sequence[float], label: str = "") -> None:
        self._name = name
        self._about = about
        self._bounds = bounds
        self._labels = [label] if label else []
        self._parts: dict[str, Tally] = {}

    def part(self, value: str = "") -> Tally:
        """Give the part of a label's value."""
        part = self._parts.get(value)
        if part is None:
            part = self._parts[value] = Tally(self._bounds)
        return part

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """Tell the registry."""
        family = HistogramMetricFamily(self._name, self._about, labels=self._labels)
        for value, part in self._parts.items():
            family.add_metric([value] if self._labels else [], part.buckets(), part.sum)
        yield family
