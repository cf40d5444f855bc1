"""A switch that stands still until a test moves its clock, and somebody who listens."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from switchd.sim.answer import Answer
from switchd.sim.api import Api
from switchd.sim.callers import SimCaller
from switchd.sim.clock import StillClock
from switchd.sim.dialplan import trunk_plan
from switchd.sim.doing import APPLICATIONS
from switchd.sim.phones import Phone, Phones
from switchd.sim.profile import AgentHabits, Mind
from switchd.sim.sounds import Sounds
from switchd.sim.switch import Switch


class Ear:
    """Hears every event."""

    def __init__(self) -> None:
        self.heard: list[dict[str, str]] = []

    def wants(self, name: str) -> bool:
        return True

    def push(self, body: bytes) -> None:
        self.heard.append(orjson.loads(body))

    def names(self, leg: str = "") -> list[str]:
        return [
            event["Event-Name"] for event in self.heard if not leg or event.get("Unique-ID") == leg
        ]

    def last(self, name: str, leg: str = "") -> dict[str, str]:
        found = [
            event
            for event in self.heard
            if event["Event-Name"] == name and (not leg or event.get("Unique-ID") == leg)
        ]
        assert found, f"no {name} among {self.names(leg)}"
        return found[-1]


class Town:
    """A switch, its phones and its callers, on a clock that stands still."""

    def __init__(self, folder: Path, seed: int = 1) -> None:
        self.clock = StillClock()
        self.phones = Phones()
        self.ear = Ear()
        self.switch = Switch(
            self.clock,
            seed=seed,
            domain="town",
            directory=self.phones,
            sounds=Sounds(folder),
            applications=APPLICATIONS,
        )
        self.switch.listeners.append(self.ear)
        self.api = Api(self.switch)
        self.ended: list[SimCaller] = []

    def phone(self, number: str = "1001", habits: AgentHabits | None = None) -> Phone:
        phone = Phone(self.switch, number, "town", habits or AgentHabits(), seed=1)
        self.phones.add(phone)
        phone.register()
        return phone

    def call(self, mind: Mind | None = None) -> SimCaller:
        caller = SimCaller(self.switch, "13800138000", "12345", mind or Mind(), self.ended.append)
        caller.dial(trunk_plan("town", "trunk", "12345"))
        return caller

    def answered(self, mind: Mind | None = None) -> SimCaller:
        caller = self.call(mind)
        self.execute(caller, "answer")
        return caller

    def execute(self, caller: SimCaller, app: str, arg: str = "", locked: bool = False) -> None:
        leg = self.switch.channels[caller.uuid]
        self.switch.execute(leg, app, arg, f"{app}-id", locked)
        self.clock.advance(0.03)

    def ring(self, number: str = "1001", leg: str = "leg-1", seconds: int = 20) -> list[str]:
        """Ring a seat; the result is put into the list."""
        results: list[str] = []
        given = f"{{origination_uuid={leg},originate_timeout={seconds}}}"
        answer = self.api.run("originate", f"{given}user/{number}@town &park()")
        assert isinstance(answer, Answer)
        answer.then(results.append)
        self.clock.advance(0.03)
        return results

    def talking(self, mind: Mind | None = None, phone: Phone | None = None) -> SimCaller:
        """A caller who talks with a seat; the seat's leg is `leg-1`."""
        caller = self.answered(mind)
        if phone is None:
            self.phone().will_answer(0.1)
        self.ring()
        self.clock.advance(0.2)
        self.api.run("uuid_bridge", f"{caller.uuid} leg-1")
        self.clock.advance(0.1)
        return caller


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)
