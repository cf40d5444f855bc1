"""What a city under faults needs of its FreeSWITCH, and the stand-in as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import orjson

from switchd.sim.profile import AgentHabits, Exponential, Lognormal, Profile
from switchd.sim.simulator import Simulator
from tests.chaos.journal import Journal
from tests.scenarios.two_nodes import PASSWORD

CITY = "testcity"
SPEED = 10.0
"""Of the people; the daemons' time is real."""
_HABITS = AgentHabits(
    answer_after=Lognormal(2.0, 0.4),
    busy=0.02,
    no_answer=0.02,
    refuses=0.03,
    unreachable=0.02,
    talk=Lognormal(25.0, 0.6),
)
_CALLERS = Profile(
    calls_per_hour=620.0,
    patience=Lognormal(120.0, 0.6),
    caller_talk=Lognormal(25.0, 0.6),
    any_moment=Exponential(40.0),
    redials=0.0,
)
"""By their own time: about five calls in three real seconds, a little more than six seats serve."""


class Switch(Protocol):
    """A FreeSWITCH, everybody who has a telephone, and a witness of all that happens there."""

    @property
    def seats(self) -> Sequence[str]: ...

    @property
    def journal(self) -> Journal: ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """Sections of the city's configuration that it needs."""

    @property
    def node(self) -> Mapping[str, Any]:
        """Settings of the node, beside its event socket."""

    @property
    def port(self) -> int:
        """Of the event socket."""

    @property
    def password(self) -> str: ...

    def opens(self) -> None:
        """Callers begin to call."""

    def closes(self) -> None:
        """No new callers; those on the line hang up."""

    def at_phone(self) -> dict[str, str]:
        """Seat → the call that its phone rings for or talks in, "" if it does not say."""

    def collisions(self) -> dict[str, int]:
        """Seat → how often its phone rang while it was in a call."""

    def dies(self) -> None:
        """With every call, until it comes back."""

    def comes_back(self) -> None: ...

    def freezes(self) -> None:
        """Says nothing and hears nothing until it wakes."""

    def wakes(self) -> None: ...

    def stop(self) -> None: ...


class StandIn:
    """The stand-in, in this process. Implements `Switch`."""

    seats = tuple(str(number) for number in range(1001, 1007))
    password = PASSWORD
    settings: Mapping[str, Any] = {}
    node: Mapping[str, Any] = {}

    def __init__(self, folder: Path, seed: int) -> None:
        (folder / "recordings").mkdir()
        self.sim = Simulator(
            password=PASSWORD,
            city=CITY,
            domain=f"{CITY}.switchd",
            seats=self.seats,
            habits=_HABITS,
            recording_seconds=0.0,
            recordings=folder / "recordings",
            seed=seed,
            speed=SPEED,
        ).start()
        self.journal = Journal(self._variable)
        self.sim.switch.listeners.append(_Witness(self.journal))
        self.sim.switch.subscriptions_changed()

    @property
    def port(self) -> int:
        return self.sim.port

    def _variable(self, leg: str, name: str) -> str:
        channel = self.sim.switch.channels.get(leg)
        return channel.variables.get(name, "") if channel else ""

    def opens(self) -> None:
        self._traffic = self.sim.traffic(_CALLERS)

    def closes(self) -> None:
        self._traffic.stop()
        for caller in list(self.journal.calls.values()):
            leg = self.sim.switch.channels.get(caller.id)
            if leg is not None and caller.ended_at is None:
                self.sim.switch.hang_up(leg, "NORMAL_CLEARING", by_far_end=True)

    def at_phone(self) -> dict[str, str]:
        legs = {seat: self.sim.seat(seat).leg for seat in self.seats}
        return {seat: leg.variables.get("switchd_call", "") for seat, leg in legs.items() if leg}

    def collisions(self) -> dict[str, int]:
        return {seat: self.sim.seat(seat).collisions for seat in self.seats}

    def dies(self) -> None:
        self.journal.switch_died()
        self.sim.restart()

    def comes_back(self) -> None:
        """It is there again at once."""

    def freezes(self) -> None:
        self.sim.silence()

    def wakes(self) -> None:
        self.sim.silence(False)

    def stop(self) -> None:
        self.sim.stop()


class _Witness:
    """Listens inside the stand-in, so no cut connection and no dead daemon hides anything."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def wants(self, name: str) -> bool:
        return self._journal.wants(name)

    def push(self, body: bytes) -> None:
        self._journal.takes(orjson.loads(body))
