"""pydantic's findings in the admin's words."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping as AnyMapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from switchd.config.models import Mistake
from switchd.config.problems import choose
from switchd.config.source import Path

_EXPECTED = {
    "int": ("a whole number", "a whole number such as 10"),
    "float": ("a number", "a number such as 10 or 2.5"),
    "finite_number": ("a number", "a number such as 10 or 2.5"),
    "bool": ("yes or no", "yes or no"),
    "date": ("a date", "a date such as 2020-01-03"),
    "string_type": ("one text", "one text"),
    "tuple": ("a list", "a list such as [a, b]"),
    "dict": ("a group of keys", "keys with values, indented below it"),
    "model": ("a group of keys", "keys with values, indented below it"),
}
"""Beginning of pydantic's type of finding → what was expected, and what to write."""
PATTERN_WORDS = {
    r"^(|[A-Za-z0-9._-]{1,255}:[0-9]{1,5})$": "an address and a port, such as 127.0.0.1:9345",
    r"^[^\x00-\x1f\x7f]*$": "text in one line, without control characters",
    r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$": "a name of letters, digits, _ . and -",
    r"^\+?[0-9]{1,12}$": "digits, perhaps with a leading +",
    r"^[0-9]{1,12}$": "one to twelve digits",
    r"^([1-9]|1[0-9])$": "a number of digits, 1 to 19",
    r"^(0[1-9][0-9]{1,2})?$": "an area code with its zero, such as 0375 or 010",
    r"^([a-z][a-z0-9-]{0,31})?$": "small letters, digits and hyphens, beginning with a letter",
    r"^([A-Za-z0-9.-]{1,255}(:[0-9]{1,5})?)?$": "host:port, such as 10.20.0.5:5060",
    r"^0[1-9][0-9]{1,2}$": "an area code with its zero, such as 0375 or 010",
    r"^[0-9*#]$": "one key of the phone: 0 to 9, * or #",
    r"^[0-9*#]?$": "one key of the phone: 0 to 9, * or #, or nothing",
    r"^[0-9#]?$": "one key of the phone: 0 to 9 or #, or nothing",
    r"^(https?://[^\s\x00-\x1f\x7f]+)?$": "a URL that begins with http:// or https://",
    r"^[*#0-9]{2,6}$": 'two to six of 0 to 9, * and #, in quotes, such as "*10"',
    r"^(\*([0-9]{1,6}|#))?$": 'a * and one to six digits, or "*#", in quotes; "" for no code',
    r"^\*[0-9]{1,6}$": 'a * and one to six digits, in quotes, such as "*110"',
    r"^[0-9]{1,8}$": "one to eight digits",
    r"^(seat|agent|group|expert|line|number):\S{1,64}$": "what is meant and its name, such as "
    "expert:medical, group:market, agent:A017, seat:1001, line:12315 or number:0375-4882789",
    r"^[A-Za-z0-9.:_-]{1,255}$": "an IP address or a host name",
    r"^(embedded|rediss?://\S+|redis\+sentinel://\S+|unix://\S+)$": "embedded, or a URL such as "
    "redis://127.0.0.1:6379/0",
    r"^([0-9.]+:[0-9]{1,5}|\[[0-9A-Fa-f:.]+\]:[0-9]{1,5})?$": "address:port, such as "
    "127.0.0.1:8345",
    r"^https?://([A-Za-z0-9.-]{1,255}|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?$": "https:// and a "
    "host, such as https://desk.example.org",
    r"^(|sqlite:///\S+|postgresql(\+psycopg)?://\S+)$": "a URL such as "
    "postgresql+psycopg://switchd@db/switchd, or nothing for SQLite",
}
"""Every pattern of the models in words for people."""


def explain(error: ErrorDetails, owner: Any) -> tuple[str, str]:
    """Say what is wrong and what to do, for one finding below the type `owner`."""
    kind, value = error["type"], error["input"]
    context: AnyMapping[str, Any] = error.get("ctx", {})
    path = key_path(error)
    if kind == "value_error" and isinstance(mistake := context.get("error"), Mistake):
        return mistake.what, mistake.instead
    if kind == "extra_forbidden":
        return f"there is no key {path[-1]} here", choose(str(path[-1]), _keys(owner, path[:-1]))
    if kind == "missing":
        return f"{path[-1]} is missing", f"Write `{path[-1]}: …`{_meaning(owner, path)}"
    if value is None:
        return "no value is written", "Write a value, or delete the key"
    if kind in ("enum", "literal_error"):
        names = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        return f"{_shown(value)} is not known here", choose(str(value), names)
    return _constraint(kind, value, context)


def key_path(error: ErrorDetails) -> Path:
    """Give the finding's path without pydantic's own marks."""
    return tuple(step for step in error["loc"] if step != "[key]")


def _constraint(kind: str, value: Any, context: AnyMapping[str, Any]) -> tuple[str, str]:
    """Explain a value of the wrong form or outside its bounds."""
    match kind:
        case "string_pattern_mismatch":
            words = PATTERN_WORDS.get(str(context["pattern"]), f"text like {context['pattern']}")
            return f"{_shown(value)} cannot stand here", f"Write {words}"
        case "greater_than_equal":
            return f"{_shown(value)} is too small", f"Write {_bound(context['ge'])} or more"
        case "less_than_equal":
            return f"{_shown(value)} is too large", f"Write {_bound(context['le'])} or less"
        case "too_short" | "string_too_short":
            return "nothing is written here", "Write at least one, or delete the key"
        case "string_too_long":
            return "the text is too long", f"Write at most {context['max_length']} characters"
    for beginning, (noun, advice) in _EXPECTED.items():
        if kind.startswith(beginning):
            return f"{_shown(value)} is not {noun}", f"Write {advice}"
    return f"{_shown(value)} is wrong ({kind})", "See docs/configuration.md"


def _bound(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _shown(value: Any) -> str:
    """Quote what was written, short and without secrets that URLs may carry."""
    if isinstance(value, dict):
        return "a group of keys"
    if isinstance(value, list | tuple):
        return "a list"
    text = str(value)
    if "://" in text:
        return "this URL"
    return ascii(text[:40]) if not text.isprintable() else f"'{text[:40]}'"


def _meaning(owner: Any, path: Path) -> str:
    """Give the description of the key at `path`, or nothing."""
    model = _type_at(owner, path[:-1])
    if isinstance(model, type) and issubclass(model, BaseModel):
        info = model.model_fields.get(str(path[-1]))
        if info is not None and info.description:
            return f" ({info.description.rstrip('.')})"
    return ""


def _keys(owner: Any, path: Path) -> list[str]:
    """Give the keys that may stand at `path`."""
    model = _type_at(owner, path)
    known = isinstance(model, type) and issubclass(model, BaseModel)
    return list(model.model_fields) if known else []


def _type_at(owner: Any, path: Path) -> Any:
    """Follow `path` through models, mappings and lists."""
    current = bare(owner)
    for step in path:
        if isinstance(current, type) and issubclass(current, BaseModel):
            info = current.model_fields.get(str(step))
            current = bare(info.annotation) if info else None
        elif get_origin(current) is dict:
            current = bare(get_args(current)[1])
        elif get_origin(current) in (tuple, list):
            current = bare(get_args(current)[0])
    return current


def bare(annotation: Any) -> Any:
    """Take Annotated and Optional away from a type."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return bare(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return bare(next(one for one in get_args(annotation) if one is not type(None)))
    return annotation
