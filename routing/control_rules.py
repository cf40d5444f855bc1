"""What a city's plan says about what seats do with a call: keys, supervisors, times."""

from __future__ import annotations

from dataclasses import dataclass, field

from routing.keys import Keys


@dataclass(frozen=True, slots=True)
class ControlRules:
    """The section `control`."""

    keys: Keys = field(default_factory=Keys)
    """What may be pressed on a seat's phone during a call."""
    supervisor_group: str = ""
    """Skill group of the supervisors (班长席); "" if they are named as seats, or not at all."""
    supervisor_seats: tuple[str, ...] = ()
    """Seats of the supervisors; the first that is ready is rung, before any of the group."""
    supervisor_joins: bool = False
    """Whether a supervisor who is called joins caller and seat at once, instead of being
    consulted while the caller hears music."""
    emergency_trunks: tuple[str, ...] = ()
    """Further trunks for emergency numbers, tried in this order."""
    ring_seconds: float = 20.0
    """How long the phone of a seat rings that is consulted or handed a caller."""
    group_seconds: float = 60.0
    """How long a seat waits for somebody of a group before it is back with the caller."""
    park_seconds: float = 300.0
    """How long a parked caller waits to be picked up before the call goes back to the list."""
