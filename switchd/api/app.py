"""The WSGI application, made from the table of routes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import falcon

from switchd.api import problems
from switchd.api.door import Door, LocalDoor
from switchd.api.handling import Requests
from switchd.api.ports import House
from switchd.api.problems import Problem
from switchd.api.replies import MemoryReplies, Replies
from switchd.api.streams import Streams
from switchd.api.table import ROUTES, by_path, near

EXPOSED = ("Retry-After", "Idempotency-Replayed")
"""Headers of an answer that a browser's script may read."""


def build(
    house: House,
    door: Door | None = None,
    *,
    origins: Collection[str] = (),
    replies: Replies | None = None,
    streams: Streams | None = None,
) -> falcon.App[Any, Any]:
    """Return the WSGI application. Without a `door` it trusts whoever reaches it; scripts of web
    pages from `origins` may use it."""
    requests = Requests(
        house, door or LocalDoor(), replies or MemoryReplies(), streams or Streams(), ROUTES
    )
    app: falcon.App[Any, Any] = falcon.App()
    if origins:
        app.add_middleware(
            falcon.CORSMiddleware(allow_origins=list(origins), expose_headers=list(EXPOSED))
        )
    for path, routes in by_path(ROUTES).items():
        app.add_route(path, _Resource({one.method: requests.responder(one) for one in routes}))
    app.add_route("/v1/openapi.json", _Resource({"GET": requests.document}))
    for kind in (falcon.HTTPError, Exception):
        app.add_error_handler(kind, _failed)
    return app


class _Resource:
    """What falcon calls for one path."""

    def __init__(self, responders: dict[str, Any]) -> None:
        for method, responder in responders.items():
            setattr(self, f"on_{method.lower()}", responder)


def _failed(
    request: falcon.Request, response: falcon.Response, error: Exception, params: Any
) -> None:
    if isinstance(error, falcon.HTTPRouteNotFound):
        error = Problem(404, "Not there", f"there is nothing at this path{near(request.path)}")
    problems.send(problems.of(error), response)
