"""Telephone numbers outside, behind a trunk: a sub-centre, the police, a seat at home."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from switchd.sim import originate
from switchd.sim.manners import Manner, Scripted
from switchd.sim.party import Party

if TYPE_CHECKING:
    from switchd.sim.channel import Channel
    from switchd.sim.clock import Timer
    from switchd.sim.switch import Switch


class Number(Scripted, Party):
    """Whoever answers a number; takes any number of calls at once, each the same way."""

    def __init__(self, switch: Switch, number: str) -> None:
        self.number = number
        self.rang = 0
        """How often it was called."""
        self.talked = 0
        """How many talks it had."""
        self.shown: list[str] = []
        """What its display showed of each call: name and number of the caller."""
        self.legs: list[Channel] = []
        """The calls that it is in or rings for."""
        self._switch = switch
        self._timers: dict[str, list[Timer]] = {}

    def hang_up(self) -> None:
        """End every call."""
        for leg in list(self.legs):
            self._switch.hang_up(leg, "NORMAL_CLEARING", by_far_end=True)

    def rung(self, switch: Switch, leg: Channel) -> None:
        self.rang += 1
        self.shown.append(f"{leg.caller_name} {leg.caller_number}")
        self.legs.append(leg)
        manner = self._manner
        if manner.answer != "answers":
            self._in(leg, manner.after, switch.hang_up, leg, manner.answer, True)
            return
        if manner.rings:
            originate.rings(switch, leg)
        self._in(leg, manner.after, originate.picks_up, switch, leg)

    def talks(self, leg: Channel) -> None:
        self.talked += 1
        hang_up, manner = self._switch.hang_up, self._manner
        self._in(leg, manner.hangs_up_after, hang_up, leg, "NORMAL_CLEARING", True)
        self._in(leg, manner.drops_after, hang_up, leg, "MEDIA_TIMEOUT")

    def over(self, leg: Channel) -> None:
        if leg in self.legs:
            self.legs.remove(leg)
        for timer in self._timers.pop(leg.uuid, ()):
            timer.cancel()

    @property
    def _manner(self) -> Manner:
        return self._script or Manner()

    def _in(
        self, leg: Channel, seconds: float, action: Callable[..., object], *args: object
    ) -> None:
        if seconds != math.inf:
            timer = self._switch.clock.later(seconds, action, *args)
            self._timers.setdefault(leg.uuid, []).append(timer)
