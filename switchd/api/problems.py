"""Errors as application/problem+json (RFC 9457): what was wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import falcon
import orjson
import structlog
from pydantic import Field, ValidationError

from switchd.api.ports import NotThere, PlanRefused, Refused, Unavailable
from switchd.api.route import Answer

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
_Headers = Mapping[str, str]


class Wrong(Answer):
    """One thing that is wrong with a request."""

    where: str
    """The field, `body` for the whole of it."""
    what: str


class ProblemAnswer(Answer):
    """Why a request was not carried out (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    """What exactly, and what to do."""
    errors: list[Wrong] = Field(default=[])
    """Every field that is wrong, with status 422."""
    problems: list[dict[str, Any]] = Field(default=[])
    """What is wrong with the city's folder, where a reload was refused."""


class Problem(Exception):
    """A request that is not carried out."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        *,
        headers: _Headers | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = more

    def plain(self) -> dict[str, Any]:
        """Give it as the document that is sent."""
        return {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.more,
        }


def invalid(error: ValidationError, where: str) -> Problem:
    """Name every field of a body or a query that is wrong, without repeating what was sent."""
    wrong = [
        {"where": ".".join(map(str, one["loc"])) or where, "what": one["msg"]}
        for one in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    first = f"{wrong[0]['where']}: {wrong[0]['what']}"
    return Problem(422, f"Wrong {where}", first, errors=wrong)


def of(error: Exception) -> Problem:
    """Say what an exception means for whoever asked."""
    match error:
        case Problem():
            return error
        case NotThere():
            return Problem(404, "Not there", str(error))
        case PlanRefused():
            return Problem(422, "The plan has errors", str(error), problems=error.problems)
        case Refused():
            return Problem(409, "Not possible now", str(error))
        case Unavailable():
            return Problem(503, "Not reachable", str(error), headers={"Retry-After": "1"})
        case falcon.HTTPError():
            detail = error.description or error.title or "this cannot be answered"
            return Problem(
                error.status_code, error.title or "Error", detail, headers=_of_falcon(error)
            )
    log.error("a request failed", exc_info=error)
    return Problem(500, "Defect", "switchd failed at this; its log says why")


def _of_falcon(error: falcon.HTTPError) -> _Headers:
    headers = error.headers or {}
    return {str(name): str(value) for name, value in dict(headers).items()}


def send(problem: Problem, response: falcon.Response) -> None:
    """Answer with a problem."""
    response.status = problem.status
    response.content_type = MEDIA_TYPE
    response.data = orjson.dumps(problem.plain())
    for name, value in problem.headers.items():
        response.set_header(name, value)
