"""Whoever is at the far end of a leg: a caller, a seat's phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from switchd.sim.channel import Channel
    from switchd.sim.switch import Switch


class Party:
    """What a person notices; every reaction is optional."""

    def rung(self, switch: Switch, leg: Channel) -> None:
        """A call arrives at the phone."""

    def answered(self, leg: Channel) -> None:
        """The switch has answered the call that the person made."""

    def hears(self, leg: Channel, what: str) -> None:
        """Something is played."""

    def asked(self, leg: Channel, what: str) -> None:
        """A key is waited for; `what` is the question played."""

    def talks(self, leg: Channel) -> None:
        """There is a person at the other end."""

    def left(self, leg: Channel) -> None:
        """The other person is gone, the call goes on."""

    def over(self, leg: Channel) -> None:
        """The leg is gone; its cause is known."""
