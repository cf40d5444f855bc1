"""The routes: /v1/status, /v1/calls, /v1/calls/{call}, /v1/calls/{call}/pop, /v1/queues,
/v1/indicators, /v1/seats, /v1/seats/{seat}/{verb}, /v1/blocked, /v1/callers/{number}/block and
unblock, /v1/reload; further ones in `callbacks` and `operators`."""

from __future__ import annotations

from typing import Any

import falcon
import orjson
from falcon import media
from pydantic import BaseModel, ConfigDict, Field

from switchd.api import operators, outgoing
from switchd.api.bodies import body_of
from switchd.api.callbacks import add_routes as add_callback_routes
from switchd.api.ports import House, PlanRefused, Refused, Unavailable

VERBS = ("sign-in", "ready", "not-ready", "sign-out")


class SeatRequest(BaseModel):
    """The body of a seat verb."""

    model_config = ConfigDict(extra="forbid")

    agent: str = Field(default="", max_length=32, pattern=r"^[A-Za-z0-9_.-]*$")
    """Staff number, for sign-in; the seat's own number if left out."""
    reason: str = Field(default="", max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")
    """Why not ready; `break` if left out."""


class ReloadRequest(BaseModel):
    """The body of a reload."""

    model_config = ConfigDict(extra="forbid")

    who: str = Field(default="api", max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")
    """Who wants it, for the log of plans."""
    why: str = Field(default="reload", max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")


class UnblockRequest(BaseModel):
    """The body of unblock."""

    model_config = ConfigDict(extra="forbid")

    who: str = Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")
    """Who does it, for the audit."""


class BlockRequest(UnblockRequest):
    """The body of block."""

    reason: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
    seconds: float | None = Field(default=None, gt=0, le=10 * 366 * 86400)
    """For how long; for ever if left out."""


class _Show:
    """Answers GET with what one method of the house returns."""

    def __init__(self, house: House, what: str) -> None:
        self._read = getattr(house, what)

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        response.media = self._read()


class _Call:
    """GET of one call in progress."""

    def __init__(self, house: House) -> None:
        self._house = house

    def on_get(self, request: falcon.Request, response: falcon.Response, call: str) -> None:
        found = self._house.call(call)
        if found is None:
            raise falcon.HTTPNotFound(
                title="No such call", description=f"no call {call} is in progress here"
            )
        response.media = found


class _Pop:
    """GET of what a seat's screen shows of one call."""

    def __init__(self, house: House) -> None:
        self._house = house

    def on_get(self, request: falcon.Request, response: falcon.Response, call: str) -> None:
        found = self._house.pop(call)
        if found is None:
            raise falcon.HTTPNotFound(
                title="No such call", description=f"no call {call} is in progress here"
            )
        response.media = found


class _Seat:
    """POST of a verb for one seat."""

    def __init__(self, house: House) -> None:
        self._house = house

    def on_post(
        self, request: falcon.Request, response: falcon.Response, seat: str, verb: str
    ) -> None:
        if verb not in VERBS:
            raise falcon.HTTPNotFound(
                title="No such verb", description=f"{verb}: use one of {', '.join(VERBS)}."
            )
        wanted = body_of(request, SeatRequest)
        response.media = self._house.seat_verb(seat, verb, wanted.agent, wanted.reason)


class _Reload:
    """POST: read the city's folder again."""

    def __init__(self, house: House) -> None:
        self._house = house

    def on_post(self, request: falcon.Request, response: falcon.Response) -> None:
        wanted = body_of(request, ReloadRequest)
        try:
            response.media = self._house.reload(wanted.who, wanted.why)
        except PlanRefused as error:
            response.status = falcon.HTTP_422
            response.media = {
                "title": "The plan has errors",
                "description": str(error),
                "problems": error.problems,
            }


class _Block:
    """POST: a number may not call."""

    def __init__(self, house: House) -> None:
        self._house = house

    def on_post(self, request: falcon.Request, response: falcon.Response, number: str) -> None:
        wanted = body_of(request, BlockRequest)
        response.media = self._house.block(number, wanted.seconds, wanted.reason, wanted.who)


class _Unblock:
    """POST: a number may call again."""

    def __init__(self, house: House) -> None:
        self._house = house

    def on_post(self, request: falcon.Request, response: falcon.Response, number: str) -> None:
        response.media = self._house.unblock(number, body_of(request, UnblockRequest).who)


def _refused(request: Any, response: Any, error: Exception, params: Any) -> None:
    raise falcon.HTTPConflict(title="Not possible now", description=str(error))


def _unavailable(request: Any, response: Any, error: Exception, params: Any) -> None:
    raise falcon.HTTPServiceUnavailable(title="Not reachable", description=str(error))


def build(house: House) -> falcon.App[Any, Any]:
    """Return the WSGI application."""
    app = falcon.App()
    json = media.JSONHandler(dumps=orjson.dumps, loads=orjson.loads)
    app.req_options.media_handlers["application/json"] = json
    app.resp_options.media_handlers["application/json"] = json
    for what in ("status", "calls", "queues", "indicators", "seats", "blocked"):
        app.add_route(f"/v1/{what}", _Show(house, what))
    app.add_route("/v1/calls/{call}", _Call(house))
    app.add_route("/v1/calls/{call}/pop", _Pop(house))
    app.add_route("/v1/seats/{seat}/{verb}", _Seat(house))
    app.add_route("/v1/reload", _Reload(house))
    app.add_route("/v1/callers/{number}/block", _Block(house))
    app.add_route("/v1/callers/{number}/unblock", _Unblock(house))
    add_callback_routes(app, house)
    operators.add_routes(app, house)
    outgoing.add_routes(app, house)
    app.add_error_handler(Refused, _refused)
    app.add_error_handler(Unavailable, _unavailable)
    return app
