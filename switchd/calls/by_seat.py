"""Which calls a seat may be in, so that its wish finds its call without a look at all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from routing.callflow import Call


class BySeat:
    """Remembers for each seat the calls that have named it; it may have left one of them since."""

    def __init__(self) -> None:
        self._calls: defaultdict[str, dict[str, None]] = defaultdict(dict)
        """Seat → ids of calls, the one that named it first before the others."""
        self._seats: defaultdict[str, set[str]] = defaultdict(set)
        """Id of a call → seats."""

    def changed(self, before: Call, after: Call) -> None:
        """A call has made a step."""
        if after.offers is before.offers and after.parties is before.parties:
            return
        offers = [*after.offers, *(party.offer for party in after.parties)]
        for seat in {offer.seat for offer in offers if offer is not None}:
            self._calls[seat][after.id] = None
            self._seats[after.id].add(seat)

    def over(self, call: str) -> None:
        """A call has ended, or is let go."""
        for seat in self._seats.pop(call, ()):
            calls = self._calls[seat]
            calls.pop(call, None)
            if not calls:
                del self._calls[seat]

    def calls_of(self, seat: str) -> Iterable[str]:
        """Give the ids of calls in which a seat may be."""
        return tuple(self._calls.get(seat, ()))
