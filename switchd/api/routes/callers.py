"""Whose calls are not taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import Field

from switchd.api.ports import House
from switchd.api.route import TEXT, Answer, Asked, Deed, Nothing, get, post


class Block(Deed):
    """Why, and for how long."""

    reason: str = Field(min_length=1, max_length=200, pattern=TEXT)
    seconds: float | None = Field(default=None, gt=0, le=10 * 366 * 86400)
    """For ever if left out."""


class Bar(Answer):
    """A number that may not call."""

    number: str
    kind: str
    """`blocked` by a person, or `limit`: too many calls in an hour."""
    until: float | None
    """`null`: for ever."""
    reason: str
    who: str
    at: float


class Unblocked(Answer):
    """A number that may call again."""

    number: str
    removed_by: str


def blocked(house: House, asked: Asked[Nothing]) -> Sequence[Mapping[str, Any]]:
    """Give the numbers that are barred, by a person or by the limit."""
    return house.blocked()


def block(house: House, asked: Asked[Block]) -> Mapping[str, Any]:
    """Bar a caller's number."""
    return house.block(asked["number"], asked.body.seconds, asked.body.reason, asked.who)


def unblock(house: House, asked: Asked[Deed]) -> Mapping[str, Any]:
    """End the bar of a caller's number."""
    return house.unblock(asked["number"], asked.who)


ROUTES: Final = (
    get("/v1/blocked", blocked, list[Bar], "see.blocked"),
    post("/v1/callers/{number}/block", block, Bar, "callers.block", Block),
    post("/v1/callers/{number}/unblock", unblock, Unblocked, "callers.unblock", Deed),
)
