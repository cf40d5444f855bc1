"""The routes of callbacks and messages: /v1/callbacks, /v1/callbacks/{id}/cancel and retry,
/v1/voicemails, /v1/voicemails/{call}/handled."""

from __future__ import annotations

from typing import Any

import falcon
from pydantic import BaseModel, ConfigDict, Field

from switchd.api.bodies import body_of
from switchd.api.ports import House

VERBS = ("cancel", "retry")


class WhoRequest(BaseModel):
    """The body of every verb."""

    model_config = ConfigDict(extra="forbid")

    who: str = Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")
    """Who does it, for the audit."""


class AddRequest(WhoRequest):
    """The body of a new callback."""

    number: str = Field(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f]+$")
    line: str = Field(default="12345", max_length=40, pattern=r"^[^\x00-\x1f\x7f]+$")


class _Callbacks:
    """GET the latest, POST a new one."""

    def __init__(self, house: House) -> None:
        self._house = house

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        response.media = self._house.callbacks()

    def on_post(self, request: falcon.Request, response: falcon.Response) -> None:
        wanted = body_of(request, AddRequest)
        response.media = self._house.add_callback(wanted.number, wanted.line, wanted.who)


class _Callback:
    """POST: cancel or retry one."""

    def __init__(self, house: House) -> None:
        self._house = house

    def on_post(
        self, request: falcon.Request, response: falcon.Response, id: int, verb: str
    ) -> None:
        if verb not in VERBS:
            raise falcon.HTTPNotFound(
                title="No such verb", description=f"{verb}: use one of {', '.join(VERBS)}."
            )
        who = body_of(request, WhoRequest).who
        response.media = self._house.change_callback(id, verb, who)


class _Voicemails:
    """GET the latest."""

    def __init__(self, house: House) -> None:
        self._house = house

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        response.media = self._house.voicemails()


class _Handled:
    """POST: somebody has seen to a message."""

    def __init__(self, house: House) -> None:
        self._house = house

    def on_post(self, request: falcon.Request, response: falcon.Response, call: str) -> None:
        who = body_of(request, WhoRequest).who
        response.media = self._house.voicemail_handled(call, who)


def add_routes(app: falcon.App[Any, Any], house: House) -> None:
    """Add them to the application."""
    app.add_route("/v1/callbacks", _Callbacks(house))
    app.add_route("/v1/callbacks/{id:int}/{verb}", _Callback(house))
    app.add_route("/v1/voicemails", _Voicemails(house))
    app.add_route("/v1/voicemails/{call}/handled", _Handled(house))
