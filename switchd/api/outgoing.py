"""The routes of calls that the hotline makes: /v1/seats/{seat}/dial and result, /v1/follow-ups,
/v1/follow-ups/{id}/result, cancel and retry."""

from __future__ import annotations

from typing import Annotated, Any

import falcon
from pydantic import BaseModel, ConfigDict, Field

from switchd.api.bodies import body_of
from switchd.api.callbacks import VERBS, WhoRequest
from switchd.api.ports import House

_TEXT = r"^[^\x00-\x1f\x7f]*$"
Moment = Annotated[float, Field(gt=0, lt=253402300800)]
"""Seconds since the epoch, before the year 10000."""


class DialRequest(WhoRequest):
    """The body of dial."""

    number: str = Field(min_length=1, max_length=40, pattern=_TEXT)
    """Whom to call, in any written form."""
    line: str = Field(default="", max_length=40, pattern=_TEXT)
    """The line on whose behalf; the one that the seat serves if left out."""


class FollowUpRequest(BaseModel):
    """One person to be asked."""

    model_config = ConfigDict(extra="forbid")

    number: str = Field(min_length=1, max_length=40, pattern=_TEXT)
    line: str = Field(default="", max_length=40, pattern=_TEXT)
    """The line on whose behalf; the hotline if left out."""
    reference: str = Field(default="", max_length=64, pattern=_TEXT)
    """The matter's number in the city's own system; it has one open follow-up at most."""
    subject: str = Field(default="", max_length=200, pattern=_TEXT)
    group: str = Field(default="", max_length=64, pattern=_TEXT)
    """The skill group whose seats ask; that of the plan if left out."""
    not_before: Moment | None = None
    not_after: Moment | None = None
    priority: int | None = Field(default=None, ge=-86400, le=86400)


class FollowUpsRequest(WhoRequest):
    """The body of new follow-ups."""

    follow_ups: list[FollowUpRequest] = Field(min_length=1, max_length=500)


class ResultRequest(WhoRequest):
    """The body of a result."""

    result: str = Field(min_length=1, max_length=32, pattern=_TEXT)
    """A code of the plan's `follow_ups: results`."""
    note: str = Field(default="", max_length=500, pattern=_TEXT)


class _Dial:
    """POST: a seat calls a number."""

    def __init__(self, house: House) -> None:
        self._house = house

    def on_post(self, request: falcon.Request, response: falcon.Response, seat: str) -> None:
        wanted = body_of(request, DialRequest)
        response.media = self._house.dial(seat, wanted.number, wanted.line, wanted.who)


class _FollowUps:
    """GET the latest, POST new ones."""

    def __init__(self, house: House) -> None:
        self._house = house

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        response.media = self._house.follow_ups()

    def on_post(self, request: falcon.Request, response: falcon.Response) -> None:
        wanted = body_of(request, FollowUpsRequest)
        wishes = [one.model_dump() for one in wanted.follow_ups]
        response.media = self._house.add_follow_ups(wishes, wanted.who)


class _FollowUp:
    """POST: cancel or retry one, or put its result in."""

    def __init__(self, house: House) -> None:
        self._house = house

    def on_post(
        self, request: falcon.Request, response: falcon.Response, id: int, verb: str
    ) -> None:
        if verb == "result":
            said = body_of(request, ResultRequest)
            response.media = self._house.follow_up_result(id, said.result, said.note, said.who)
            return
        if verb not in VERBS:
            raise falcon.HTTPNotFound(
                title="No such verb", description=f"{verb}: use one of result, {', '.join(VERBS)}."
            )
        who = body_of(request, WhoRequest).who
        response.media = self._house.change_follow_up(id, verb, who)


class _SeatResult:
    """POST: the result of the follow-up that a seat tried last."""

    def __init__(self, house: House) -> None:
        self._house = house

    def on_post(self, request: falcon.Request, response: falcon.Response, seat: str) -> None:
        said = body_of(request, ResultRequest)
        response.media = self._house.seat_result(seat, said.result, said.note, said.who)


def add_routes(app: falcon.App[Any, Any], house: House) -> None:
    """Add them to the application."""
    app.add_route("/v1/seats/{seat}/dial", _Dial(house))
    app.add_route("/v1/seats/{seat}/result", _SeatResult(house))
    app.add_route("/v1/follow-ups", _FollowUps(house))
    app.add_route("/v1/follow-ups/{id:int}/{verb}", _FollowUp(house))
