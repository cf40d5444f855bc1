"""docs/http-api.md, from the table of routes, the models and the table of rights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from routing.rights import TABLE, Reach, Role
from switchd.api.openapi import describe
from switchd.api.table import ROUTES

_HEAD: Final = """# HTTP interface: every request

Made by `python -m docs.generate` from the table of routes in `switchd/api/routes`; the running
daemon gives the same as OpenAPI 3.1 at `GET /v1/openapi.json`. How to use it, with examples, is in
[integration](integration.md).
"""
_REACHES: Final = {
    Reach.NOWHERE: "",
    Reach.OWN: "own seat",
    Reach.GROUPS: "own groups",
    Reach.CITY: "all",
    Reach.ALWAYS: "all, also narrowed",
}
_PATH: Final = "#/components/schemas/"


def page() -> str:
    """Give the page."""
    document = describe(ROUTES)
    return "\n".join([_HEAD, *_requests(document), *_models(document), *_rights()]) + "\n"


def _requests(document: Mapping[str, Any]) -> Iterator[str]:
    operations = [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    yield "## Requests\n"
    for tag, some in groupby(operations, lambda one: one[2]["tags"][0]):
        yield f"### {tag}\n"
        yield "| request | what it does | sent | answer | right |"
        yield "|---|---|---|---|---|"
        for method, path, operation in some:
            cells = (
                f"`{method} {path}`",
                operation["summary"],
                _sent(operation),
                _answer(operation),
                operation.get("description", "").removeprefix("Needs the right ").rstrip("."),
            )
            yield f"| {' | '.join(cells)} |"
        yield ""


def _sent(operation: Mapping[str, Any]) -> str:
    body = operation.get("requestBody")
    if body is not None:
        return _shape(body["content"]["application/json"]["schema"])
    queries = [f"`{one['name']}`" for one in operation["parameters"] if one["in"] == "query"]
    return ", ".join(queries)


def _answer(operation: Mapping[str, Any]) -> str:
    (content,) = operation["responses"]["200"]["content"].values()
    return _shape(content["schema"])


def _models(document: Mapping[str, Any]) -> Iterator[str]:
    yield "## What is sent and what comes back\n"
    yield "Times are seconds since the epoch. What is marked `?` may be left out.\n"
    for name, schema in sorted(document["components"]["schemas"].items()):
        if "properties" not in schema:
            values = ", ".join(f"`{value}`" for value in schema.get("enum", ()))
            yield f"### {name}\n\n{_text(schema)} {values}".rstrip() + "\n"
            continue
        yield f"### {name}\n\n{_text(schema)}\n"
        yield "| field | type | meaning |"
        yield "|---|---|---|"
        required = schema.get("required", ())
        for field, its in schema["properties"].items():
            may = "" if field in required else "?"
            yield f"| `{field}`{may} | {_shape(its)} | {_text(its)} |"
        yield ""


def _text(schema: Mapping[str, Any]) -> str:
    return " ".join(str(schema.get("description", "")).split()).replace("|", "\\|")


def _shape(schema: Mapping[str, Any]) -> str:
    """Say in a few words what a value is."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_PATH)
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_shape(one) for one in schema["anyOf"])
    kind = str(schema.get("type", "anything"))
    if kind == "array":
        return f"list of {_shape(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"name → {_shape(schema['additionalProperties'])}"
    return kind


def _rights() -> Sequence[str]:
    titles = [role.replace("_", " ") for role in Role]
    rows = [
        f"| `{right}` | {' | '.join(_REACHES[reaches[role]] for role in Role)} |"
        for right, reaches in TABLE.items()
    ]
    return [
        "## Rights\n",
        "How far each right reaches for the token of each role; a token that is narrowed to groups",
        "reaches no further than those.\n",
        f"| right | {' | '.join(titles)} |",
        f"|---{'|---' * len(titles)}|",
        *rows,
    ]
