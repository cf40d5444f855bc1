"""Follow-up calls (回访)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from routing.follow_ups import FollowUp
from switchd.api.ports import House
from switchd.api.route import TEXT, About, Answer, Asked, Deed, Nothing, get, post

Moment = Annotated[float, Field(gt=0, lt=253402300800)]
"""Seconds since the epoch, before the year 10000."""


class Person(BaseModel):
    """One person to be asked."""

    model_config = ConfigDict(extra="forbid")

    number: str = Field(min_length=1, max_length=40, pattern=TEXT)
    line: str = Field(default="", max_length=40, pattern=TEXT)
    """The line on whose behalf; the hotline if left out."""
    reference: str = Field(default="", max_length=64, pattern=TEXT)
    """The matter's number in the city's own system; it has one open follow-up at most."""
    subject: str = Field(default="", max_length=200, pattern=TEXT)
    group: str = Field(default="", max_length=64, pattern=TEXT)
    """The skill group whose seats ask; that of the plan if left out."""
    not_before: Moment | None = None
    not_after: Moment | None = None
    priority: int | None = Field(default=None, ge=-86400, le=86400)


class NewFollowUps(Deed):
    """Whom to ask."""

    follow_ups: list[Person] = Field(min_length=1, max_length=500)


class Taken(Answer):
    """What became of one of them."""

    id: int | None
    """None if it was not taken."""
    number: str
    problem: str
    """Why it was not taken."""


class Result(Deed):
    """What the person said."""

    result: str = Field(min_length=1, max_length=32, pattern=TEXT)
    """A code of the plan's `follow_ups: results`."""
    note: str = Field(default="", max_length=500, pattern=TEXT)


def follow_ups(house: House, asked: Asked[Nothing]) -> Sequence[Mapping[str, Any]]:
    """Give the latest follow-ups, open and closed."""
    return house.follow_ups()


def add_follow_ups(house: House, asked: Asked[NewFollowUps]) -> Sequence[Mapping[str, Any]]:
    """Put several in; one that cannot be carried out keeps no other from it."""
    wishes = [person.model_dump() for person in asked.body.follow_ups]
    return house.add_follow_ups(wishes, asked.who)


def cancel_follow_up(house: House, asked: Asked[Deed]) -> Mapping[str, Any]:
    """Take a follow-up back."""
    return house.change_follow_up(int(asked["follow_up"]), "cancel", asked.who)


def retry_follow_up(house: House, asked: Asked[Deed]) -> Mapping[str, Any]:
    """Try a follow-up now that pauses between two tries."""
    return house.change_follow_up(int(asked["follow_up"]), "retry", asked.who)


def follow_up_result(house: House, asked: Asked[Result]) -> Mapping[str, Any]:
    """Keep what the person said."""
    said = asked.body
    return house.follow_up_result(int(asked["follow_up"]), said.result, said.note, asked.who)


def seat_result(house: House, asked: Asked[Result]) -> Mapping[str, Any]:
    """Keep what the person said whom the seat asked last."""
    return house.seat_result(asked["seat"], asked.body.result, asked.body.note, asked.who)


_ONE: Final = "/v1/follow-ups/{follow_up:int}"
ROUTES: Final = (
    get(
        "/v1/follow-ups",
        follow_ups,
        list[FollowUp],
        "follow-ups.see",
        each=("group", About.GROUP),
    ),
    post("/v1/follow-ups", add_follow_ups, list[Taken], "follow-ups.add", NewFollowUps),
    post(f"{_ONE}/cancel", cancel_follow_up, FollowUp, "follow-ups.cancel", Deed),
    post(f"{_ONE}/retry", retry_follow_up, FollowUp, "follow-ups.retry", Deed),
    post(f"{_ONE}/result", follow_up_result, FollowUp, "follow-ups.result", Result),
    post("/v1/seats/{seat}/result", seat_result, FollowUp, "follow-ups.result", Result),
)
