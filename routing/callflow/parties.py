"""Who is brought into a call besides caller and seat, and who is being looked for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from routing.seats import Offer
from routing.transfers import Reach, Role, Target


class Purpose(StrEnum):
    """What happens when somebody who is looked for picks up."""

    CONSULT = "consult"
    """Talks with the seat alone."""
    JOIN = "join"
    """Talks with everybody; until then seat and caller talk on."""
    TRANSFER = "transfer"
    """Talks with the caller; the seat has gone."""
    PICK_UP = "pick_up"
    """A seat takes over a parked caller."""


@dataclass(frozen=True, slots=True)
class Quest:
    """Somebody is being looked for."""

    target: Target
    purpose: Purpose
    role: Role
    title: str
    rest: tuple[Reach, ...] = ()
    """Telephones and seats that are still to be tried."""
    together: bool = False
    group: str = ""
    """The group in whose list somebody is looked for once nobody is left to be tried."""
    seconds: float = 0.0
    """How long somebody of the group is waited for."""
    listed: bool = False
    """Whether that has begun."""
    claiming: tuple[str, ...] = ()
    """Seats that the queue has been asked for."""
    request: str = ""
    """The wish that is still to be answered."""
    spoken: bool = False
    """Whether the seat hears of a failure that the answer tells already."""
    reason: str = ""
    """Why the last of those who were tried was not reached."""


@dataclass(frozen=True, slots=True)
class Party:
    """One leg besides those of the caller and of the seat that has the call."""

    leg: str
    role: Role
    name: str
    """The seat, or the number that was dialled."""
    target: Target
    offer: Offer | None = None
    """The seat's lease; None for a telephone."""
    sought: bool = False
    """Whether the offer came from a group's list, not by a claim."""
    answered: bool = False
    told_twice: bool = False
    """Whether the switch has told by both its ways that the phone was picked up."""
