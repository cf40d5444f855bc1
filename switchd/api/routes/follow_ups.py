"""Follow-up calls (回访)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import Field

from routing.follow_ups import FollowUp
from switchd.api.ports import House
from switchd.api.route import (
    NUMBER,
    TEXT,
    WHOLE,
    About,
    Answer,
    Asked,
    Body,
    Deed,
    Nothing,
    get,
    post,
)

Moment = Annotated[float, Field(gt=0, lt=253402300800)]
MOST: Final = 500
"""Follow-ups in one request."""


class NewFollowUp(Body):
    """Whom to ask, about what."""

    number: str = Field(min_length=1, max_length=40, pattern=TEXT)
    """In any written form."""
    line: str = Field(default="", max_length=40, pattern=TEXT)
    """The line on whose behalf; the hotline if left out."""
    reference: str = Field(default="", max_length=64, pattern=TEXT)
    """The matter's number in the city's own system; it has one open follow-up at most."""
    subject: str = Field(default="", max_length=200, pattern=TEXT)
    """What the seat reads before it picks up."""
    group: str = Field(default="", max_length=64, pattern=TEXT)
    """The skill group whose seats ask; that of the plan if left out."""
    not_before: Moment | None = None
    """Seconds since the epoch."""
    not_after: Moment | None = None
    """Seconds since the epoch; then it is given up."""
    priority: Annotated[int, Field(ge=-86400, le=86400), WHOLE] | None = None
    """In points; that of the plan if left out."""


class NewFollowUps(Deed):
    """Whom to ask."""

    follow_ups: list[NewFollowUp] = Field(min_length=1, max_length=MOST)


class PutIn(Answer):
    """What became of one of them."""

    id: int | None
    """Null if it was not taken."""
    number: str
    problem: str
    """Why not; empty if it was taken."""


class Result(Deed):
    """What the person said."""

    result: str = Field(min_length=1, max_length=32, pattern=TEXT)
    """A code of the plan's `follow_ups: results`."""
    note: str = Field(default="", max_length=500, pattern=TEXT)
    """In words; empty leaves the note as it is."""


def follow_ups(house: House, asked: Asked[Nothing]) -> Sequence[Mapping[str, Any]]:
    """Give the latest follow-ups, open and closed."""
    return house.follow_ups()


def add_follow_ups(house: House, asked: Asked[NewFollowUps]) -> Sequence[Mapping[str, Any]]:
    """Have people asked how their matters went; each is taken or refused for itself."""
    wishes = [one.model_dump() for one in asked.body.follow_ups]
    return house.add_follow_ups(wishes, asked.who)


def cancel_follow_up(house: House, asked: Asked[Deed]) -> Mapping[str, Any]:
    """Take a follow-up back."""
    return house.change_follow_up(int(asked["follow_up"]), "cancel", asked.who)


def retry_follow_up(house: House, asked: Asked[Deed]) -> Mapping[str, Any]:
    """Try a follow-up now, within the hours; a failed one begins anew."""
    return house.change_follow_up(int(asked["follow_up"]), "retry", asked.who)


def follow_up_result(house: House, asked: Asked[Result]) -> Mapping[str, Any]:
    """Keep what a person said; it may be put in again."""
    said = asked.body
    return house.follow_up_result(int(asked["follow_up"]), said.result, said.note, asked.who)


def seat_follow_up(house: House, asked: Asked[Nothing]) -> Mapping[str, Any]:
    """Give the follow-up that is offered to a seat, or that it tried last."""
    return house.seat_follow_up(asked["seat"])


def seat_result(house: House, asked: Asked[Result]) -> Mapping[str, Any]:
    """Keep what the person said whom a seat asked last."""
    return house.seat_result(asked["seat"], asked.body.result, asked.body.note, asked.who)


_ONE: Final = f"/v1/follow-ups/{{follow_up{NUMBER}}}"
ROUTES: Final = (
    get(
        "/v1/follow-ups",
        follow_ups,
        list[FollowUp],
        "follow-ups.see",
        each=("group", About.GROUP),
    ),
    post("/v1/follow-ups", add_follow_ups, list[PutIn], "follow-ups.add", NewFollowUps),
    post(f"{_ONE}/cancel", cancel_follow_up, FollowUp, "follow-ups.cancel", Deed),
    post(f"{_ONE}/retry", retry_follow_up, FollowUp, "follow-ups.retry", Deed),
    post(f"{_ONE}/result", follow_up_result, FollowUp, "follow-ups.result", Result),
    get("/v1/seats/{seat}/follow-up", seat_follow_up, FollowUp, "follow-ups.preview"),
    post("/v1/seats/{seat}/follow-up/result", seat_result, FollowUp, "follow-ups.result", Result),
)
