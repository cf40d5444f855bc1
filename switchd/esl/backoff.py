"""How long to wait before the next attempt to connect."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that grow with each failure, in seconds, with a part left to chance.

    Chance keeps the daemons of a city from knocking at a restarted FreeSWITCH at the same moment.
    """

    first: float = 0.25
    factor: float = 2.0
    ceiling: float = 5.0
    jitter: float = 0.5
    """The part of a wait that is left to chance: 0 for none, 1 for all of it."""
    wrong_password: float = 30.0
    """The wait after a refused password, which only an admin can mend."""

    def delay(self, failures: int, chance: Callable[[], float] = random.random) -> float:
        """Return the wait after `failures` failures in a row (at least 1), in seconds."""
        exponent = min(failures - 1, 64)
        wait = min(self.ceiling, self.first * self.factor**exponent)
        return wait * (1 - self.jitter * chance())
