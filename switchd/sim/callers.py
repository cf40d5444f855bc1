"""People who call."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from gevent.event import Event

from switchd.sim.party import Party
from switchd.sim.profile import Mind

if TYPE_CHECKING:
    from switchd.sim.channel import Channel
    from switchd.sim.clock import Timer
    from switchd.sim.switch import Action, Switch


class CallerState(StrEnum):
    """Where a caller is."""

    ARRIVING = "arriving"
    WAITING = "waiting"
    """Answered by the switch, not yet by a person."""
    TALKING = "talking"
    AFTER_TALK = "after_talk"
    ENDED = "ended"


class SimCaller(Party):
    """One call by one person."""

    def __init__(
        self,
        switch: Switch,
        number: str,
        dialled: str,
        mind: Mind,
        when_ended: Callable[[SimCaller], None],
    ) -> None:
        self.number = number
        self.dialled = dialled
        self.mind = mind
        self.state = CallerState.ARRIVING
        self.heard: list[str] = []
        """What was played, in order."""
        self.ended = Event()
        """Set when the call is over."""
        self.talked = False
        self.cause = ""
        """Why the call ended, by FreeSWITCH's name."""
        self._switch = switch
        self._when_ended = when_ended
        self._timers: list[Timer] = []
        self._leg: Channel | None = None

    @property
    def uuid(self) -> str:
        """Unique-ID of the caller's leg."""
        return self._leg.uuid if self._leg is not None else ""

    def dial(
        self, plan: list[Action], name: str = "", variables: Mapping[str, str] | None = None
    ) -> None:
        """Make the call; `variables` are what FreeSWITCH makes of its SIP headers."""
        mind = self.mind
        for seconds, key in mind.keys:
            self._in(seconds, self.press, key)
        self._in(mind.hangs_up_after, self.hang_up)
        self._in(mind.patience, self._give_up)
        self._leg = self._switch.arrive(
            self, self.number, self.dialled, plan, name=name, variables=variables
        )

    def hang_up(self, reason: str = "") -> None:
        """Put the phone down: BYE, or CANCEL before the answer.

        `reason` is what the caller's network says in its BYE, by FreeSWITCH's name of the cause.
        """
        if self._leg is not None:
            cause = "NORMAL_CLEARING" if self._leg.answered else "ORIGINATOR_CANCEL"
            self._switch.hang_up(self._leg, reason or cause, by_far_end=True)

    def press(self, key: str) -> None:
        """Press one key or several."""
        for digit in key:
            if self._leg is not None:
                self._switch.press(self._leg, digit)

    def answered(self, leg: Channel) -> None:
        self.state = CallerState.WAITING

    def hears(self, leg: Channel, what: str) -> None:
        self.heard.append(what)

    def asked(self, leg: Channel, what: str) -> None:
        for part, key in self.mind.answers.items():
            if part in what:
                self._in(self.mind.reaction, self.press, key)
                return
        if self.state is CallerState.AFTER_TALK:
            if self.mind.survey is None:
                self._in(self.mind.reaction, self.hang_up)
            elif self.mind.survey:
                self._in(self.mind.reaction, self.press, self.mind.survey)

    def talks(self, leg: Channel) -> None:
        self.state = CallerState.TALKING
        if not self.talked:
            self.talked = True
            self._in(self.mind.talk, self.hang_up)

    def left(self, leg: Channel) -> None:
        self.state = CallerState.AFTER_TALK

    def ended_by(self) -> str:
        """`caller` or `switch`: who hung up."""
        disposition = self._leg.disposition if self._leg is not None else ""
        return "caller" if disposition.startswith("recv_") else "switch"

    def _give_up(self) -> None:
        if not self.talked:
            self.hang_up()

    def _in(self, seconds: float, action: Callable[..., None], *args: str) -> None:
        if seconds != math.inf:
            self._timers.append(self._switch.clock.later(seconds, action, *args))

    def over(self, leg: Channel) -> None:
        self.state = CallerState.ENDED
        self.cause = leg.cause
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self.ended.set()
        self._when_ended(self)
