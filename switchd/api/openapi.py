"""The OpenAPI 3.1 document, from the routes and the models that they name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from pydantic import TypeAdapter

from switchd import __version__
from switchd.api.problems import MEDIA_TYPE, ProblemAnswer
from switchd.api.route import NUMBER, Nothing, Route
from switchd.api.routes.events import ID

_Schemas = Mapping[tuple[str, Literal["validation", "serialization"]], Mapping[str, Any]]
_REF: Final = "#/components/schemas/{model}"
_NAME: Final = {
    "type": "string",
    "minLength": 1,
    "maxLength": 128,
    "pattern": r"^[^\x00-\x1f\x7f/]+$",
}
_WHOLE: Final = {"type": "integer", "minimum": 0, "maximum": 2147483647}
_PROBLEMS: Final = {
    400: "What was sent cannot be read.",
    401: "There is no valid token.",
    403: "The token's role may not do this, or not to this.",
    404: "What it is about is not there.",
    409: "Not possible in the state that things are in; nothing was done.",
    411: "The body has no Content-Length.",
    413: "The body is too large.",
    415: "The body is no JSON.",
    422: "The body or the query has wrong fields.",
    429: "Too many requests; Retry-After says when the next one may come.",
    500: "A defect of switchd.",
    503: "Redis, SQL or FreeSWITCH, which the answer needs, cannot be reached.",
}
_ASKING: Final = (401, 403, 404, 422, 429, 500, 503)
_DOING: Final = tuple(_PROBLEMS)
_ONCE: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A new text, such as a UUID, for every request: one that is sent again with "
    "the same text is answered as before and not carried out again, for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": r"^[!-~]+$"},
}
_SINCE: Final = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "description": "Goes before `since`; sent by browsers that connect again.",
    "schema": {"type": "string", "pattern": ID},
}


def describe(routes: Sequence[Route[Any]]) -> Mapping[str, Any]:
    """Give the document."""
    models = [(route.name, mode, model) for route in routes for mode, model in _models(route)]
    models.append(("problem", "serialization", ProblemAnswer))
    schemas, definitions = TypeAdapter.json_schemas(
        [(name, mode, TypeAdapter(model)) for name, mode, model in models], ref_template=_REF
    )
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        path = route.path.replace(NUMBER, "")
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "switchd",
            "version": __version__,
            "description": "The call routing engine of a 12345 hotline: what is going on, and "
            "what seats and supervisors do. Times are seconds since the epoch.",
        },
        "paths": paths,
        "components": {
            "schemas": definitions.get("$defs", {}),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _models(route: Route[Any]) -> Sequence[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = [("serialization", route.answers)]
    if route.method == "POST":
        found.append(("validation", route.body))
    return found


def _operation(route: Route[Any], schemas: _Schemas) -> Mapping[str, Any]:
    needs = f"Needs the right `{route.right}`." if route.right else ""
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": [route.path.split("/")[2]],
        "parameters": list(_parameters(route)),
        "responses": _responses(route, schemas),
    }
    if needs:
        operation["description"] = needs
    if route.open:
        operation["security"] = []
    if route.method == "POST":
        schema = schemas[(route.name, "validation")]
        required = any(field.is_required() for field in route.body.model_fields.values())
        operation["requestBody"] = {
            "required": required,
            "content": {"application/json": {"schema": schema}},
        }
    return operation


def _parameters(route: Route[Any]) -> Sequence[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for name in route.parameters:
        schema = _WHOLE if f"{{{name}{NUMBER}}}" in route.path else _NAME
        found.append({"name": name, "in": "path", "required": True, "schema": schema})
    if route.method == "GET" and route.body is not Nothing:
        shape = route.body.model_json_schema()
        for name, schema in shape["properties"].items():
            schema = dict(schema)
            description = schema.pop("description", "")
            found.append(
                {"name": name, "in": "query", "description": description, "schema": schema}
            )
    if route.method == "POST":
        found.append(_ONCE)
    if route.stream:
        found.append(_SINCE)
    return found


def _responses(route: Route[Any], schemas: _Schemas) -> Mapping[str, Any]:
    kind = "text/event-stream" if route.stream else "application/json"
    schema = schemas[(route.name, "serialization")]
    found: dict[str, Any] = {
        "200": {"description": "As asked.", "content": {kind: {"schema": schema}}}
    }
    problem = {MEDIA_TYPE: {"schema": schemas[("problem", "serialization")]}}
    usual = (500, 503) if route.open else _DOING if route.method == "POST" else _ASKING
    for status in usual:
        found[str(status)] = {"description": _PROBLEMS[status], "content": problem}
    return found
