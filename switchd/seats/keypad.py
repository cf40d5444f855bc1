"""Keys that seats press during a call, and what is done for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import gevent
import structlog

from routing.keys import NOTHING, Command, Keying, Keys, Wrong

log = structlog.get_logger(__name__)


class Clock(Protocol):
    """Time; see switchd.clock."""

    def now(self) -> float: ...
    def later(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]: ...


class Keypad:
    """Reads the keys of every seat's leg and has done what they ask for.

    `pressed` and `ended` return at once, for they are called where events are sorted.
    """

    def __init__(
        self,
        keys: Callable[[], Keys],
        seat_of: Callable[[str], str],
        do: Callable[[str, Command], object],
        wrong: Callable[[str], object],
        clock: Clock,
    ) -> None:
        """`seat_of` tells whose leg it is, "" for nobody's at a seat. `do` is given the seat and
        may take its time; `wrong` is given the leg whose keys meant nothing."""
        self._keys = keys
        self._seat_of = seat_of
        self._do = do
        self._wrong = wrong
        self._clock = clock
        self._legs: dict[str, Keying] = {}
        """What has been pressed on each leg and is not complete."""
        self._timers: dict[str, Callable[[], None]] = {}

    def __len__(self) -> int:
        return len(self._legs)

    def pressed(self, leg: str, key: str) -> None:
        """A key was pressed on a leg; nobody else has heard it."""
        if not self._seat_of(leg):
            return
        keys, now = self._keys(), self._clock.now()
        state, read = keys.read(self._legs.get(leg, NOTHING), key, now)
        self._go_on(leg, keys, state, now)
        self._heed(leg, read)

    def ended(self, leg: str) -> None:
        """The leg is gone, and so is what was pressed on it."""
        self._legs.pop(leg, None)
        self._stop_timer(leg)

    def _go_on(self, leg: str, keys: Keys, state: Keying, now: float) -> None:
        self._stop_timer(leg)
        due = keys.due(state)
        if due is None:
            self._legs.pop(leg, None)
            return
        self._legs[leg] = state
        self._timers[leg] = self._clock.later(due - now, lambda: self._paused(leg))

    def _paused(self, leg: str) -> None:
        """No further key came in time. With other codes since, there may be more to wait for."""
        state = self._legs.get(leg)
        if state is None:
            return
        keys, now = self._keys(), self._clock.now()
        state, read = keys.pause(state, now)
        self._go_on(leg, keys, state, now)
        self._heed(leg, read)

    def _stop_timer(self, leg: str) -> None:
        cancel = self._timers.pop(leg, None)
        if cancel is not None:
            cancel()

    def _heed(self, leg: str, read: Command | Wrong | None) -> None:
        seat = self._seat_of(leg)
        if read is None or not seat:
            return
        if isinstance(read, Wrong):
            log.info("keys without meaning", seat=seat, keys=len(read.keys))
            gevent.spawn(self._unbroken, seat, self._wrong, leg)
        else:
            log.info("keys", seat=seat, verb=read.verb.value, target=read.target)
            gevent.spawn(self._unbroken, seat, self._do, seat, read)

    def _unbroken(self, seat: str, what: Callable[..., object], *arguments: object) -> None:
        try:
            what(*arguments)
        except Exception as error:
            log.warning("keys without effect", seat=seat, why=str(error))
