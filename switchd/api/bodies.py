"""Reading a request's body and query."""

from __future__ import annotations

from typing import Any, TypeVar

import falcon
import orjson
from pydantic import BaseModel, ValidationError

from switchd.api.problems import Problem, invalid
from switchd.api.route import Route

_Body = TypeVar("_Body", bound=BaseModel)
LARGEST_BODY = 524288
"""Bytes: 500 follow-ups with all that may stand in them."""


def bytes_of(request: falcon.Request) -> bytes:
    """Give the body as it was sent. Raises `Problem`: 411, 413 or 415."""
    length = request.content_length
    if length is None:
        if request.get_header("Transfer-Encoding"):
            raise Problem(
                411, "Length needed", "send the body with a Content-Length, not in chunks"
            )
        return b""
    if length > LARGEST_BODY:
        detail = f"a body may have {LARGEST_BODY} bytes; this one has {length}"
        raise Problem(413, "Too large", detail)
    kind = (request.content_type or "application/json").partition(";")[0].strip().lower()
    if length and kind != "application/json":
        raise Problem(415, "Not JSON", "send the body as application/json")
    return bytes(request.bounded_stream.read(length))


def body_of(sent: bytes, model: type[_Body]) -> _Body:
    """Give a body as the model; an empty one is as good as `{}`. Raises `Problem`: 400 or 422."""
    try:
        plain = orjson.loads(sent or b"{}")
    except orjson.JSONDecodeError as error:
        raise Problem(400, "Not JSON", f"the body is not JSON: {error}") from error
    try:
        # Checked as JSON is: what is no text is no text, but a list may be a tuple.
        return model.model_validate(plain, strict=True)
    except ValidationError as error:
        raise invalid(error, "body") from error


def query_of(request: falcon.Request, route: Route[Any]) -> BaseModel:
    """Give a GET's query as the route's model. Raises `Problem`: 422."""
    try:
        given = dict(request.params)
        last = request.get_header("Last-Event-ID") if route.stream else None
        if last:
            given["since"] = last
        found: BaseModel = route.body.model_validate(given)
    except ValidationError as error:
        raise invalid(error, "query") from error
    return found
