"""The feed of events."""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field

from switchd.api.ports import Following, House
from switchd.api.route import Answer, Asked, Query, get

ID: Final = r"^([0-9]{1,15}(-[0-9]{1,15})?)?$"


class Since(Query):
    """From where, and what."""

    since: str = Field(default="", pattern=ID)
    """The id of the last event that is known; what came after it is told first. `0`: everything
    that is kept. Left out: from now on."""
    kinds: str = Field(default="", max_length=400, pattern=r"^([a-z_.]+(,[a-z_.]+)*)?$")
    """Beginnings of the kinds that are wanted, separated by commas: `call.,seat.state`. Left out:
    all."""


class Event(Answer):
    """What stands behind `data:` of an event."""

    id: str
    """Greater for later events; give it as `since` to go on after this one."""
    at: float
    kind: str
    """call.arrived, call.queued, call.offered, call.answered, call.held, call.ended, seat.state, …;
    feed.gap if events are lost and everything has to be read anew."""
    call: str
    """Empty if it is about none."""
    seat: str
    """The seat that has the call, or that it is about; empty if there is none."""
    facts: dict[str, Any]
    """What else is known, by kind."""


def events(house: House, asked: Asked[Since]) -> Following:
    """Follow what happens, as server-sent events, resumed after a lost connection."""
    return house.follow(asked.body.since)


ROUTES: Final = (get("/v1/events", events, Event, "see.events", Since, stream=True),)
