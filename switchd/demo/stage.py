"""What every stage of the demo has: a switch for the daemon, and people around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from routing.lines import LineKind
from routing.plan import Plan
from switchd.config import Loaded, Places
from switchd.sim.profile import AgentHabits, Lognormal, Profile


class StageFailed(Exception):
    """What the demo needs could not be started; the text says what and why."""


class House(Protocol):
    """What people do with the daemon; see `api.ports.House`."""

    def calls(self) -> Sequence[Mapping[str, Any]]: ...
    def seats(self) -> Sequence[Mapping[str, Any]]: ...
    def seat_verb(self, seat: str, verb: str, agent: str, reason: str) -> Mapping[str, Any]: ...


class Stage(Protocol):
    """A switch that runs, for a daemon that does not run yet."""

    what: str
    """In a word or two, for the wallboard."""
    city: Loaded
    """The city as the daemon has to see it."""
    password: str
    """The event socket's."""

    def open(self, house: House) -> None:
        """The daemon runs: let people call and answer, if they do not yet."""

    def close(self) -> None:
        """End the people and the switch; a second call does nothing."""


@dataclass(frozen=True, slots=True)
class People:
    """How busy the demo is."""

    calls_an_hour: float
    talk_seconds: float
    """Median, like patience."""
    patience_seconds: float
    speed: float
    """How many of their seconds pass in one."""
    seed: int

    @property
    def callers(self) -> Profile:
        """What callers are like."""
        return Profile(
            calls_per_hour=self.calls_an_hour,
            patience=Lognormal(self.patience_seconds, 0.8),
            caller_talk=Lognormal(self.talk_seconds, 0.6),
        )

    @property
    def agents(self) -> AgentHabits:
        """What agents are like."""
        return AgentHabits(talk=Lognormal(self.talk_seconds, 0.6), no_answer=0.02, busy=0.01)


def serving_seats(plan: Plan) -> list[str]:
    """The hotline's own seats: those that serve its group before any other."""
    lines = plan.lines.values()
    groups = {line.group for line in lines if line.kind is LineKind.HOTLINE}
    return [seat.number for seat in plan.seats.values() if seat.groups[0] in groups]


def on_stage(loaded: Loaded, folder: Path, port: int, people: People) -> Loaded:
    """The city with its data in `folder`, its own Redis and SQLite, and the switch on `port`.

    Agents' wrap-up passes at the people's speed too.
    """
    server = loaded.server
    event_socket = server.freeswitch.event_socket.model_copy(
        update={"host": "127.0.0.1", "port": port}
    )
    groups = {
        name: replace(group, wrap_up_seconds=group.wrap_up_seconds / people.speed)
        for name, group in loaded.plan.groups.items()
    }
    return replace(
        loaded,
        plan=replace(loaded.plan, groups=groups),
        server=replace(
            server,
            # The demo's phones say nothing.
            freeswitch=server.freeswitch.model_copy(
                update={
                    "event_socket": event_socket,
                    "rtp": server.freeswitch.rtp.model_copy(update={"silent_seconds": 0}),
                }
            ),
            password_file=folder / "event-socket.password",
            redis=None,
            sql=f"sqlite:///{folder / 'records.sqlite3'}",
            folders=Places(folder, folder / "recordings", server.folders.prompts),
        ),
    )
