"""How often somebody may ask: a bucket that refills steadily, for each name."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """Requests a second, and how many may come at once after a pause."""

    per_second: float
    burst: int


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Rates:
    """Counts the requests of each name; knows the `most` names that asked last."""

    def __init__(self, rate: Rate, most: int = 10_000) -> None:
        self._rate = rate
        self._most = most
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, name: str, now: float) -> float:
        """Count a request; 0 if it may be carried out, else the seconds to wait for the next."""
        bucket = self._buckets.pop(name, None) or _Bucket(self._rate.burst, now)
        self._buckets[name] = bucket
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        passed = max(0.0, now - bucket.at)
        bucket.left = min(self._rate.burst, bucket.left + passed * self._rate.per_second)
        bucket.at = now
        if bucket.left >= 1:
            bucket.left -= 1
            return 0.0
        return (1 - bucket.left) / self._rate.per_second
