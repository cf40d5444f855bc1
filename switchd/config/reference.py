"""docs/configuration.md, made from the models: every section, key, unit, default and bound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from switchd.config.document import Document
from switchd.config.explain import bare
from switchd.config.lines import KEYS, REQUIRED, Line
from switchd.config.schema import schema

_OPENING = """\
# Configuration of a city

*This page is made from the models in `switchd/config` by `python -m switchd.config.generate`.*

A city is a folder of YAML. Every `*.yaml` in it is read; a section may stand in any file, but in
one only. `config/minimal` needs ten lines, `config/pingdingshan` shows a whole city, and
`config/jiayuguan` one with sub-centres and experts. Check a folder with `switchd check DIR`: it
names file, line and key of everything that is wrong, and what to write instead. Editors complete
and check while you type if the first line of a file is

```yaml
# yaml-language-server: $schema=../switchd.schema.json
```

What is written is read as text first: `0375` keeps its zero without quotes, and `on` stays a word
where a word is wanted. Quotes are needed only where YAML gives a sign a meaning of its own:
`"*10"`, `"#"`. Aliases, anchors, tags and repeated keys are refused.

Durations are in seconds, dates are days of the city's time zone.
"""


def render() -> str:
    """Give the whole page as Markdown."""
    parts = [_OPENING]
    for name, info in Document.model_fields.items():
        parts += _section(name, info)
    return "\n".join(parts)


def _section(name: str, info: FieldInfo) -> Iterator[str]:
    """Describe one section and the groups of keys in it."""
    kind = bare(info.annotation)
    named = get_origin(kind) is dict
    model: type[BaseModel] = bare(get_args(kind)[1]) if named else kind
    required = "Required." if info.is_required() else "May be left out."
    yield f"## {name}\n\n{info.description} {required}\n"
    if named:
        yield f"Each name in `{name}` has these keys:\n"
    yield from _table(model, "")
    yield ""
    if model is Line:
        yield from _kinds()


def _kinds() -> Iterator[str]:
    """Say which kind of line has which keys; common ones only once."""
    common = [key for key in Line.model_fields if all(key in keys for keys in KEYS.values())]
    yield f"Every kind has {_listed(common)}. Besides, in bold what it must have:\n"
    yield "| kind | keys |\n|---|---|"
    for kind, keys in KEYS.items():
        must = REQUIRED.get(kind, ())
        own = (key for key in Line.model_fields if key in keys and key not in common)
        shown = ", ".join(f"**`{key}`**" if key in must else f"`{key}`" for key in own)
        yield f"| `{kind.value}` | {shown} |"
    yield ""


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(model: type[BaseModel], prefix: str) -> Iterator[str]:
    """Give one row for each key, those of inner groups with dots."""
    if not prefix:
        yield "| key | value | default | meaning |\n|---|---|---|---|"
    properties = _properties(model)
    for name, info in model.model_fields.items():
        kind = bare(info.annotation)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _table(kind, f"{prefix}{name}.")
            continue
        value = _value(properties[name]).replace("|", "\\|")
        examples = ", ".join(f"`{example}`" for example in info.examples or ())
        meaning = f"{info.description} Such as {examples}." if examples else info.description
        yield f"| `{prefix}{name}` | {value} | {_default(info)} | {meaning} |"
        inner, sign = _inner(kind)
        if inner is not None:
            yield from _table(inner, f"{prefix}{name}{sign}.")


def _inner(kind: Any) -> tuple[type[BaseModel] | None, str]:
    """Give the group of keys that a list or a mapping holds, and how its place is written."""
    signs = {tuple: "[]", list: "[]", dict: ".KEY"}
    origin = get_origin(kind)
    if origin not in signs:
        return None, ""
    held = bare(get_args(kind)[1 if origin is dict else 0])
    is_group = isinstance(held, type) and issubclass(held, BaseModel)
    return (held if is_group else None), signs[origin]


def _properties(model: type[BaseModel]) -> Mapping[str, Any]:
    definitions = schema()["$defs"]
    properties: Mapping[str, Any] = definitions[model.__name__]["properties"]
    return properties


def _value(shape: Mapping[str, Any]) -> str:
    """Say what may be written, with bounds."""
    if "$ref" in shape:
        return _value(schema()["$defs"][shape["$ref"].rsplit("/", 1)[1]])
    if "anyOf" in shape:
        return " or ".join(_value(one) for one in shape["anyOf"] if one.get("type") != "null")
    if "enum" in shape:
        return ", ".join(f"`{one}`" for one in shape["enum"])
    if shape.get("format") == "date":
        return "date"
    if shape["type"] == "array":
        return f"list of {_value(shape['items'])}"
    if shape["type"] == "object":
        return "keys with values"
    words = {"integer": "whole number", "number": "number", "boolean": "`yes` or `no`"}
    word = words.get(str(shape["type"]), "text")
    if "minimum" in shape and "maximum" in shape:
        return f"{word}, {shape['minimum']:g} to {shape['maximum']:g}"
    return word


def _default(info: FieldInfo) -> str:
    """Show the default as it would be written."""
    if info.is_required():
        return "required"
    value = info.default
    if isinstance(value, bool):
        return "`yes`" if value else "`no`"
    if isinstance(value, tuple):
        return f"`[{', '.join(value)}]`"
    if isinstance(value, dict) and value:
        return ", ".join(f"`{key}: {item}`" for key, item in value.items())
    if value in (None, "", {}):
        return "–"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"
