"""Two stand-ins with a SIP trunk between them: a call that leaves one comes in at the other.

There it is treated as the rendered context `switchd-peers` does: bridged to a phone, or hung up
with the cause of the phone. Either side's end is the other's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchd.sim import bridging, originate
from switchd.sim.apps import App
from switchd.sim.dialplan import relay_plan
from switchd.sim.party import Party

if TYPE_CHECKING:
    from switchd.sim.channel import Channel
    from switchd.sim.switch import Switch


class Relay(Party):
    """Where a call leaves: its far end is another switch, which it asks for `number`."""

    def __init__(self, peer: Switch, city: str, number: str) -> None:
        self._peer = peer
        self._city = city
        self._number = number
        self._there: Channel | None = None

    def rung(self, switch: Switch, leg: Channel) -> None:
        offer = leg.variables.get("sip_h_X-switchd-offer", "")
        plan = relay_plan(self._city, self._number, self._peer.domain, offer)
        self._there = self._peer.arrive(
            _Arrival(switch, leg),
            leg.caller_number,
            self._number,
            plan,
            name=leg.caller_name,
            profile="peers",
        )

    def over(self, leg: Channel) -> None:
        if self._there is not None:
            cause = "NORMAL_CLEARING" if self._there.answered else "ORIGINATOR_CANCEL"
            self._peer.hang_up(self._there, cause, by_far_end=True)


class _Arrival(Party):
    """Where it comes in: its far end is the leg `near` at the switch that called."""

    def __init__(self, switch: Switch, near: Channel) -> None:
        self._switch = switch
        self._near = near

    def answered(self, leg: Channel) -> None:
        originate.picks_up(self._switch, self._near)

    def over(self, leg: Channel) -> None:
        self._switch.hang_up(self._near, leg.cause, by_far_end=True)


class Bridge(App):
    """Rings a phone for the leg; the two talk, or the leg ends with the phone's cause.

    With `continue_on_fail` the leg goes on in its dialplan instead. `call_timeout` is in seconds.
    """

    def __init__(self, switch: Switch, leg: Channel, name: str, arg: str, execution: str) -> None:
        super().__init__(switch, leg, name, arg, execution)
        self._phone: Channel | None = None
        self._over = False

    def start(self) -> None:
        self.ring(self.arg)

    def ring(self, url: str) -> None:
        """Ring whoever is there."""
        self.leg.last_execute = ("bridge", url)
        timeout = self.leg.variables.get("call_timeout", "")
        variables = {
            **({"originate_timeout": timeout} if timeout else {}),
            "origination_uuid": self.switch.new_uuid(),
            "origination_caller_id_number": self.leg.caller_number,
            "origination_caller_id_name": self.leg.caller_name,
        }
        originate.ring(self.switch, originate.Request(variables, url, None), self._answered)
        self._phone = self.switch.channels.get(variables["origination_uuid"])
        if self._phone is not None:
            self.leg.set("originate_signal_bond", self._phone.uuid)

    def _answered(self, result: str) -> None:
        if self._over:
            return
        self.leg.set("originate_signal_bond", None)
        if self._phone is None or not result.startswith("+OK"):
            self._not_connected(result.removeprefix("-ERR").strip())
            return
        phone, self._phone = self._phone, None
        self.switch.answer(self.leg)
        bridging.bridge(self.switch, self.leg, phone)

    def _not_connected(self, cause: str) -> None:
        self._phone = None
        if self.leg.is_true("continue_on_fail"):
            self.finish()
        else:
            self.switch.hang_up(self.leg, cause)

    def halt(self, response: str) -> None:
        self._over = True
        if self._phone is not None:
            self.switch.hang_up(self._phone, "ORIGINATOR_CANCEL")
