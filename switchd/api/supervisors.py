"""The routes of supervisors who listen: /v1/supervise and /v1/supervise/{verb}."""

from __future__ import annotations

from typing import Annotated, Any

import falcon
from pydantic import Field

from switchd.api.bodies import body_of
from switchd.api.operators import OperatorRequest
from switchd.api.ports import House

Word = Annotated[str, Field(max_length=64, pattern=r"^[^\x00-\x20\x7f]*$")]


class SuperviseRequest(OperatorRequest):
    """The body of every verb; what a verb does not need is left out."""

    target: Word = ""
    """The seat or the call that it is about: of listen, whisper, barge, release and force."""
    seat: Word = ""
    """The supervisor's own, whose phone rings: of listen, whisper, barge, take-over and stop."""
    state: Word = ""
    """ready, not-ready or sign-out, of force."""
    reason: str = Field(default="", max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")
    """Why the seat is not ready, of force."""


class _Watching:
    """GET: who listens to whom."""

    def __init__(self, house: House) -> None:
        self._house = house

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        response.media = self._house.watching()


class _Supervise:
    """POST: listen, whisper, barge, take over, stop, release, force."""

    def __init__(self, house: House) -> None:
        self._house = house

    def on_post(self, request: falcon.Request, response: falcon.Response, verb: str) -> None:
        wanted = body_of(request, SuperviseRequest)
        response.media = self._house.supervise(verb, **wanted.model_dump())


def add_routes(app: falcon.App[Any, Any], house: House) -> None:
    """Let the application answer them."""
    app.add_route("/v1/supervise", _Watching(house))
    app.add_route("/v1/supervise/{verb}", _Supervise(house))
