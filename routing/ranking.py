"""Names in order of a number, lowest first, as a sorted set keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush


class Ranking:
    """Each name once, with its rank; equal ranks in the order of the names.

    Changes cost the logarithm of the size. A name that was dropped leaves its entry in the heap
    until that comes to the top.
    """

    def __init__(self) -> None:
        self._rank: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []

    def __len__(self) -> int:
        return len(self._rank)

    def __contains__(self, name: str) -> bool:
        return name in self._rank

    def __iter__(self) -> Iterator[str]:
        """Every name, in no order."""
        return iter(self._rank)

    def put(self, name: str, rank: float) -> None:
        """Add a name, or change its rank."""
        if self._rank.get(name) != rank:
            self._rank[name] = rank
            heappush(self._heap, (rank, name))

    def drop(self, name: str) -> None:
        """Remove a name if it is there."""
        self._rank.pop(name, None)

    def first(self) -> tuple[float, str] | None:
        """Give the lowest rank and its name, or None if it is empty."""
        while self._heap:
            rank, name = self._heap[0]
            if self._rank.get(name) == rank:
                return rank, name
            heappop(self._heap)
        return None

    def in_order(self) -> list[str]:
        """Give every name, lowest rank first."""
        return sorted(self._rank, key=lambda name: (self._rank[name], name))
