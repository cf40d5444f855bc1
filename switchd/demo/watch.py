"""What people notice of the hotline: how far a caller's call is, and what a seat's state is."""

from __future__ import annotations

import time
from collections.abc import Mapping

from switchd.demo.stage import House

FRESH_SECONDS = 0.2


class Watch:
    """Looks at the daemon for everybody, a few times a second at most."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._looked = -FRESH_SECONDS
        self._calls: Mapping[str, str] = {}
        self._seats: Mapping[str, str] = {}

    def call(self, caller: str) -> str:
        """The state of a caller's call, "" if the daemon has none."""
        self._look()
        return self._calls.get(caller, "")

    def seat(self, seat: str) -> str:
        """The state of a seat."""
        self._look()
        return self._seats.get(seat, "")

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked >= FRESH_SECONDS:
            self._looked = now
            self._calls = {str(call["caller"]): str(call["state"]) for call in self._house.calls()}
            self._seats = {str(seat["seat"]): str(seat["state"]) for seat in self._house.seats()}
