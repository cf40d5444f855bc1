"""Where the legs of a call are that is being controlled, and how they get where they should be.

A leg is parked, bridged with another, in the call's conference, or on the way to one of these.
Every way leads through the park: who is bridged is parted first, who is in the conference leaves
it, and only who is parked is bridged, conferred or given music. A leg on its way is left alone
until the switch has told of its arrival. So whatever is wanted meanwhile, and in whatever order
the switch tells, `settle` finds the next commands from where the legs are and where they should
be.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class At(StrEnum):
    """Where a leg is, or where it is going."""

    PARKED = "parked"
    BRIDGED = "bridged"
    ROOM = "room"
    TO_PARK = "to_park"
    TO_BRIDGE = "to_bridge"
    TO_ROOM = "to_room"


MOVING = frozenset({At.TO_PARK, At.TO_BRIDGE, At.TO_ROOM})


@dataclass(frozen=True, slots=True)
class Spot:
    """One leg's place."""

    at: At
    other: str = ""
    """The leg with which it is bridged, or is about to be."""
    hears: str = ""
    """What is played to it while it is parked."""


PARKED = Spot(At.PARKED)
TO_PARK = Spot(At.TO_PARK)
