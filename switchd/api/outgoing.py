"""The route of outgoing calls: /v1/seats/{seat}/dial."""

from __future__ import annotations

from typing import Any

import falcon
from pydantic import Field

from switchd.api.bodies import body_of
from switchd.api.callbacks import WhoRequest
from switchd.api.ports import House


class DialRequest(WhoRequest):
    """The body of dial."""

    number: str = Field(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f]+$")
    """Whom to call, in any written form."""
    line: str = Field(default="", max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$")
    """The line on whose behalf; the one that the seat serves if left out."""


class _Dial:
    """POST: a seat calls a number."""

    def __init__(self, house: House) -> None:
        self._house = house

    def on_post(self, request: falcon.Request, response: falcon.Response, seat: str) -> None:
        wanted = body_of(request, DialRequest)
        response.media = self._house.dial(seat, wanted.number, wanted.line, wanted.who)


def add_routes(app: falcon.App[Any, Any], house: House) -> None:
    """Add it to the application."""
    app.add_route("/v1/seats/{seat}/dial", _Dial(house))
