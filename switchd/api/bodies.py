"""Reading a request's body."""

from __future__ import annotations

from typing import TypeVar

import falcon
from pydantic import BaseModel, ValidationError

_Body = TypeVar("_Body", bound=BaseModel)


def body_of(request: falcon.Request, model: type[_Body]) -> _Body:
    """Give the request's body as the model. Raises HTTP 422 that names the first wrong field."""
    try:
        return model.model_validate(request.get_media(default_when_empty={}))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "body"
        raise falcon.HTTPUnprocessableEntity(
            title="Bad request body", description=f"{where}: {first['msg']}"
        ) from error
