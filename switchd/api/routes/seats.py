"""Seats: who sits where, and what agents ask for outside of a call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import Field

from routing.seats import SeatState
from switchd.api.ports import House
from switchd.api.route import TEXT, About, Answer, Asked, Deed, Nothing, get, post


class Seat(Answer):
    """A seat as it is now."""

    seat: str
    agent: str
    """Staff number; empty if nobody is signed in."""
    state: SeatState
    since: float
    reason: str
    """Why it is not ready."""
    reachable: bool
    """Whether its phone is registered."""
    home: str
    """The node at which its phone is registered, empty if at none."""
    groups: list[str]
    """Groups whose callers it may be offered."""
    pools: dict[str, int]
    """The same with lowered ones, and the level of each."""
    call: str
    """The caller who is offered to it or talks with it."""
    until: float | None
    """End of the offer or of the wrap-up."""
    after_call: SeatState | None
    """What the agent asked for while busy, for when the call has ended."""
    owner: str
    """The node that has the call which is offered to it or in which it talks, empty for none."""


class SignIn(Deed):
    """Who sits down."""

    agent: str = Field(default="", max_length=32, pattern=r"^[A-Za-z0-9_.-]*$")
    """Staff number; the seat's own number if left out."""
    pin: str = Field(default="", max_length=12, pattern=r"^[0-9]*$", repr=False)
    """Where the city wants one; not needed with the agent's own token."""
    take_over: bool = False
    """Whether an agent who sits elsewhere moves here."""


class NotReady(Deed):
    """Why not."""

    reason: str = Field(default="", max_length=64, pattern=TEXT)
    """`break` if left out."""


class Dial(Deed):
    """Whom to call."""

    number: str = Field(min_length=1, max_length=40, pattern=TEXT)
    """In any written form."""
    line: str = Field(default="", max_length=40, pattern=TEXT)
    """The line on whose behalf; the one that the seat serves if left out."""


class Dialled(Answer):
    """The call that has begun."""

    call: str
    seat: str
    number: str
    """In its normal form."""
    shown: str
    """The number that the called person sees."""


class Me(Answer):
    """Whose token this is."""

    name: str
    role: str
    seat: str
    """The seat that is one's own; empty if there is none."""
    groups: list[str]
    """The groups to which the token is narrowed; empty: it is not."""
    agent: str


def me(house: House, asked: Asked[Nothing]) -> Mapping[str, Any]:
    """Tell whose token this is, and how far it reaches."""
    who = asked.identity
    return {
        "name": who.name,
        "role": str(who.role),
        "seat": who.seat,
        "groups": sorted(who.groups),
        "agent": who.agent,
    }


def seats(house: House, asked: Asked[Nothing]) -> Sequence[Mapping[str, Any]]:
    """Give every seat that one may see."""
    return house.seats()


def sign_in(house: House, asked: Asked[SignIn]) -> Mapping[str, Any]:
    """Sit down at a seat (签入), not ready yet."""
    body = asked.body
    vouched = bool(body.agent) and asked.identity.agent == body.agent
    return house.seat_verb(
        asked["seat"], "sign-in", body.agent, "", body.pin, body.take_over, vouched
    )


def ready(house: House, asked: Asked[Deed]) -> Mapping[str, Any]:
    """Let callers come (示闲); takes back what was asked for during a call."""
    return house.seat_verb(asked["seat"], "ready", "", "")


def not_ready(house: House, asked: Asked[NotReady]) -> Mapping[str, Any]:
    """No callers, please (示忙); during a call, once it has ended."""
    return house.seat_verb(asked["seat"], "not-ready", "", asked.body.reason)


def sign_out(house: House, asked: Asked[Deed]) -> Mapping[str, Any]:
    """Leave the seat (签出); during a call, once it has ended."""
    return house.seat_verb(asked["seat"], "sign-out", "", "")


def dial(house: House, asked: Asked[Dial]) -> Mapping[str, Any]:
    """Call a number from a seat (外呼): the seat's phone rings first, then the number."""
    return house.dial(asked["seat"], asked.body.number, asked.body.line, asked.who)


ROUTES: Final = (
    get("/v1/me", me, Me),
    get("/v1/seats", seats, list[Seat], "see.seats", each=("seat", About.SEAT)),
    post("/v1/seats/{seat}/sign-in", sign_in, Seat, "seat.sign-in", SignIn),
    post("/v1/seats/{seat}/ready", ready, Seat, "seat.ready", Deed, name="seat_ready"),
    post("/v1/seats/{seat}/not-ready", not_ready, Seat, "seat.not-ready", NotReady),
    post("/v1/seats/{seat}/sign-out", sign_out, Seat, "seat.sign-out", Deed),
    post("/v1/seats/{seat}/dial", dial, Dialled, "seat.dial", Dial),
)
