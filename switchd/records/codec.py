"""A call's record as plain data and as bytes: the one place that knows both forms.

What is kept differs from what came in only where SQL or JSON could not hold it:

- NUL and lone surrogates (what is left of invalid UTF-8) become U+FFFD;
- a text of a call or a leg is cut to 512 characters, so that an index can hold it;
- times are rounded to the millisecond.

So `decode(encode(record))` is the record itself unless its texts are hostile, and doing it again
changes nothing. The fields follow from the dataclasses of `routing.record`: one that is added
there with a default is kept from then on, and lines from before it are still read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import orjson

from routing.record import CallRecord, LegRecord, Segment, TraceRecord
from switchd.records.errors import BadRecord

LONGEST_TEXT = 512
"""Characters. PostgreSQL refuses an indexed text above 2,704 bytes."""

_Convert = Callable[[Any], Any]
_T = TypeVar("_T", CallRecord, LegRecord, Segment, TraceRecord)


def encode(record: CallRecord) -> bytes:
    """Return the record as one JSON text in UTF-8, without a line end."""
    return orjson.dumps(to_dict(record))


def decode(data: bytes) -> CallRecord:
    """Return the record that `encode` wrote; raise BadRecord if `data` is not one."""
    try:
        plain = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise BadRecord(f"not JSON: {error}") from error
    return from_dict(plain)


def to_dict(record: CallRecord) -> dict[str, Any]:
    """Return the record as JSON's types, cleaned; raise BadRecord if a field has no such form."""
    return _plain(record)


def from_dict(plain: Mapping[str, Any]) -> CallRecord:
    """Return the record; keys that it does not have are passed over. BadRecord names the field."""
    return _build(CallRecord, plain)


def _text(value: Any) -> str:
    return _clean(value)[:LONGEST_TEXT]


def _clean(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("expected a text")
    try:
        value.encode()
    except UnicodeEncodeError:
        value = "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in value)
    return str(value.replace("\0", "\ufffd"))


def _time(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError("expected seconds since the epoch")
    return round(float(value), 3)


def _time_or_none(value: Any) -> float | None:
    return None if value is None else _time(value)


def _facts(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise TypeError("expected a mapping")
    return {_clean(str(name)): _clean(str(fact)) for name, fact in value.items()}


def _word(kind: type[StrEnum]) -> _Convert:
    return lambda value: kind(value).value


def _each(convert: _Convert) -> _Convert:
    def convert_all(values: Any) -> list[Any]:
        if not isinstance(values, Iterable) or isinstance(values, str | Mapping):
            raise TypeError("expected a list")
        return [convert(value) for value in values]

    return convert_all


def _converters(hint: Any) -> tuple[_Convert, _Convert]:
    """Return how a field of this type becomes plain, and how it comes back."""
    if get_origin(hint) is tuple:
        part = get_args(hint)[0]
        rebuild = _each(lambda plain: _build(part, plain))
        return _each(_plain), lambda plain: tuple(rebuild(plain))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _word(hint), hint
    convert: _Convert = {
        str: _text,
        float: _time,
        float | None: _time_or_none,
        dict[str, str]: _facts,
    }[hint]
    return convert, convert


def _plain(record: CallRecord | LegRecord | Segment | TraceRecord) -> dict[str, Any]:
    plain = {}
    for name, (convert, _) in _FIELDS[type(record)].items():
        value = getattr(record, name)
        try:
            plain[name] = convert(value)
        except (TypeError, ValueError) as error:
            raise _bad(type(record), name, value, error) from error
    return plain


def _build(kind: type[_T], plain: Any) -> _T:
    if not isinstance(plain, Mapping):
        raise BadRecord(f"{kind.__name__}: expected an object, found {type(plain).__name__}")
    values = {}
    for name, (_, convert) in _FIELDS[kind].items():
        if name not in plain:
            continue
        try:
            values[name] = convert(plain[name])
        except (TypeError, ValueError) as error:
            raise _bad(kind, name, plain[name], error) from error
    try:
        return kind(**values)
    except TypeError as error:
        raise BadRecord(f"{kind.__name__}: {error}") from error


def _bad(kind: type, name: str, value: Any, error: Exception) -> BadRecord:
    if isinstance(error, BadRecord):
        return error
    return BadRecord(f"{kind.__name__}.{name}: {error}, found {value!r:.80}")


_FIELDS = {
    kind: {name: _converters(hint) for name, hint in get_type_hints(kind).items()}
    for kind in (CallRecord, LegRecord, Segment, TraceRecord)
}
