"""Seats' phones: registered or not, answered or not; and the agents who use them."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from switchd.sim import originate
from switchd.sim.dialplan import code_plan, number_plan
from switchd.sim.manners import Manner, Scripted
from switchd.sim.party import Party
from switchd.sim.profile import AgentHabits

if TYPE_CHECKING:
    from switchd.sim.channel import Channel
    from switchd.sim.clock import Timer
    from switchd.sim.switch import Action, Switch

REGISTRATION_SECONDS = 3600
GIVES_UP_CODE_AFTER = 15.0
"""Seconds after which an agent who dialled a feature code and hears nothing hangs up."""


class Phone(Scripted, Party):
    """One seat's phone."""

    def __init__(
        self, switch: Switch, number: str, city: str, habits: AgentHabits, seed: int
    ) -> None:
        self.number = number
        self.registered = False
        self.rang = 0
        """How often it rang."""
        self.talked = 0
        """How many talks it had."""
        self.collisions = 0
        """How often a call came in while it was in another."""
        self.shown: list[str] = []
        """What its display showed of each call: name and number of the caller."""
        self.heard: list[str] = []
        """What was played to it since it last dialled, in order."""
        self.leg: Channel | None = None
        """The call it is in or rings for."""
        self._switch = switch
        self._city = city
        self._habits = habits
        self._rng = random.Random(f"{seed}:seat:{number}")
        self._manner = Manner()
        self._timers: list[Timer] = []
        self._to_dial: list[str] = []

    # -- what a script tells it ---------------------------------------------------------------

    def follows_habits(self) -> Phone:
        """Behave as the agent's habits say again."""
        self._script = None
        return self

    def register(self) -> None:
        """Tell the switch where it is."""
        if not self.registered:
            self.registered = True
            self._switch.emit_custom(
                "sofia::register", {**self._address(), "status": "Registered(UDP)"}
            )

    def unregister(self) -> None:
        """Leave properly."""
        if self.registered:
            self.registered = False
            self._switch.emit_custom("sofia::unregister", {**self._address(), "expires": "0"})

    def expire(self) -> None:
        """Vanish: the registration runs out."""
        if self.registered:
            self.registered = False
            address = self._address()
            values = {**address, "user": self.number, "host": address["from-host"]}
            self._switch.emit_custom("sofia::expire", values)

    def forget(self) -> None:
        """The switch has forgotten it."""
        self.registered = False

    def dials(self, code: str) -> bool:
        """Dial a feature code; False if the phone is in a call."""
        if not self._dials(code, code_plan(self._city, self.number, code)):
            return False
        self._timers.append(self._switch.clock.later(GIVES_UP_CODE_AFTER, self.hang_up))
        return True

    def calls(self, number: str) -> bool:
        """Dial a number outside; False if the phone is in a call."""
        self._manner = Manner()
        return self._dials(number, number_plan(self._city, self.number, number))

    def _dials(self, dialled: str, plan: list[Action]) -> bool:
        if self.leg is not None or not self.registered:
            return False
        self.heard.clear()
        self.leg = self._switch.arrive(self, self.number, dialled, plan, profile="seats")
        if not self.leg.up:
            self.leg = None
        return True

    def hang_up(self) -> None:
        """Put the phone down, or decline what rings."""
        leg = self.leg
        if leg is not None:
            ringing = leg.direction == "outbound" and not leg.answered
            cause = "CALL_REJECTED" if ringing else "NORMAL_CLEARING"
            self._switch.hang_up(leg, cause, by_far_end=True)

    def press(self, keys: str) -> None:
        """Press keys in the call that it is in."""
        for key in keys:
            if self.leg is not None:
                self._switch.press(self.leg, key)

    def row(self) -> dict[str, str]:
        """Its registration, as FreeSWITCH lists it."""
        address = self._address()
        return {
            "reg_user": self.number,
            "realm": address["from-host"],
            "token": address["call-id"],
            "url": f"sofia/seats/sip:{self.number}@127.0.0.1:6901",
            "expires": str(int(self._switch.clock.now()) + REGISTRATION_SECONDS),
            "network_ip": "127.0.0.1",
            "network_port": "6901",
            "network_proto": "udp",
            "hostname": "standin",
            "metadata": "",
        }

    def _address(self) -> dict[str, str]:
        domain = self._switch.domain
        return {
            "profile-name": "seats",
            "from-user": self.number,
            "from-host": domain,
            "presence-hosts": "n/a",
            "contact": f'"{self.number}" <sip:{self.number}@127.0.0.1:6901>',
            "call-id": f"{self.number}-registration@127.0.0.1",
            "rpid": "unknown",
            "expires": str(REGISTRATION_SECONDS),
            "to-user": self.number,
            "to-host": domain,
            "network-ip": "127.0.0.1",
            "network-port": "6901",
            "username": self.number,
            "realm": domain,
            "user-agent": "softphone",
        }

    # -- what it does with calls --------------------------------------------------------------

    def rung(self, switch: Switch, leg: Channel) -> None:
        self.rang += 1
        if self.leg is not None:
            self.collisions += 1
            switch.hang_up(leg, "USER_BUSY", by_far_end=True)
            self._comes_back()
            return
        self.leg = leg
        self.shown.append(f"{leg.caller_name} {leg.caller_number}")
        manner = self._manner = self._script or self._by_habit()
        answers = manner.answer == "answers"
        if manner.rings and (answers or manner.after):
            originate.rings(switch, leg)
        if answers:
            self._in(manner.after, originate.picks_up, switch, leg)
        else:
            self._in(manner.after, switch.hang_up, leg, manner.answer, True)

    def hears(self, leg: Channel, what: str) -> None:
        self.heard.append(what)

    def talks(self, leg: Channel) -> None:
        self.talked += 1
        self._in(self._manner.hangs_up_after, self._switch.hang_up, leg, "NORMAL_CLEARING", True)
        self._in(self._manner.drops_after, self._switch.hang_up, leg, "MEDIA_TIMEOUT")

    def over(self, leg: Channel) -> None:
        if leg is not self.leg:
            return
        self.leg = None
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        if self._to_dial:
            self._switch.clock.later(1.0, self.dial_codes)
        missed = leg.direction == "outbound" and not leg.answered
        if missed and leg.cause != "ORIGINATOR_CANCEL":
            self._comes_back()

    def _comes_back(self) -> None:
        """The agent notices, some time after a call that was not answered."""
        if self._habits.code_after_miss:
            self._to_dial.append(self._habits.code_after_miss)
            self._switch.clock.later(self._habits.back_after.draw(self._rng), self.dial_codes)

    def begin_work(self) -> None:
        """The agent comes: dial the codes of the habits, one after the other."""
        self._to_dial.extend(self._habits.codes_at_start)
        self.dial_codes()

    def dial_codes(self) -> None:
        """Dial the next code that is due, if the phone is free."""
        if self._to_dial and self.dials(self._to_dial[0]):
            self._to_dial.pop(0)

    def _by_habit(self) -> Manner:
        habits, chance = self._habits, self._rng.random()
        after, talk = habits.answer_after.draw(self._rng), habits.talk.draw(self._rng)
        dropping = self._rng.random() < habits.drops
        for probability, manner in (
            (habits.busy, Manner("USER_BUSY", 0.0)),
            (habits.no_answer, Manner(after=math.inf)),
            (habits.refuses, Manner("CALL_REJECTED", after)),
            (habits.unreachable, Manner("NORMAL_TEMPORARY_FAILURE", 0.0)),
        ):
            if chance < probability:
                return manner
            chance -= probability
        if dropping:
            return Manner(after=after, drops_after=talk)
        return Manner(after=after, hangs_up_after=talk)

    def _in(self, seconds: float, action: Callable[..., object], *args: object) -> None:
        if seconds != math.inf:
            self._timers.append(self._switch.clock.later(seconds, action, *args))


class Phones:
    """All phones: the directory that the switch looks into."""

    def __init__(self) -> None:
        self._phones: dict[str, Phone] = {}

    def add(self, phone: Phone) -> None:
        """Take a phone in."""
        self._phones[phone.number] = phone

    def find(self, number: str) -> Phone | None:
        """The phone with this number, or None."""
        return self._phones.get(number)

    def is_registered(self, number: str) -> bool:
        """Whether it is registered."""
        phone = self._phones.get(number)
        return phone is not None and phone.registered

    def rows(self) -> list[dict[str, str]]:
        """Registrations."""
        return [phone.row() for phone in self._phones.values() if phone.registered]

    def all(self) -> list[Phone]:
        """Every phone, in the order of their making."""
        return list(self._phones.values())
