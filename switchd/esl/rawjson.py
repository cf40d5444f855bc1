"""Reading the JSON of an event: one header without parsing the rest, or all of it.

FreeSWITCH writes `"Name":"value"` without blanks and escapes every quote inside a text. So the
bytes `"Name":"` behind a comma or a brace occur where the header begins and nowhere else, whatever
a value contains, and if no backslash stands before the next quote, what lies between is the value.
In any other case the answer is "not seen", never a guess, and the whole object is parsed.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

import orjson

from .errors import BadEvent

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.%-]+")


def find_text(body: bytes, name: str) -> str | None:
    """Return the value of header `name`, or None if it cannot be told without parsing."""
    key = _key(name)
    if key is None:
        return None
    start = body.find(key)
    if start < 1 or body[start - 1] not in b"{,":
        return None
    start += len(key)
    end = body.find(b'"', start)
    value = body[start:end]
    if end < 0 or b"\\" in value:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None


@lru_cache(maxsize=4096)
def _key(name: str) -> bytes | None:
    """Return what to look for; None for a name that could be JSON's punctuation."""
    return f'"{name}":"'.encode() if _PLAIN_NAME.fullmatch(name) else None


def parse_object(body: bytes) -> dict[str, Any]:
    """Parse the whole object. Raises `BadEvent` if it is none.

    Damaged UTF-8 becomes U+FFFD. If Event-Name is repeated, the first of repeated names counts, as
    it does in `find_text`; FreeSWITCH repeats others (Hangup-Cause) only with the same value.
    """
    try:
        found = orjson.loads(body) if body.count(b'"Event-Name":') == 1 else _parse_slowly(body)
    except ValueError:
        found = _parse_slowly(body)
    if not isinstance(found, dict):
        raise BadEvent(f"an event that is no JSON object: {body[:80]!r}")
    return found


def _parse_slowly(body: bytes) -> Any:
    try:
        return json.loads(
            body.decode("utf-8", "replace"), strict=False, object_pairs_hook=_first_wins
        )
    except (ValueError, RecursionError) as error:
        raise BadEvent(f"an event that is no JSON: {error}: {body[:80]!r}") from error


def _first_wins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return dict(reversed(pairs))
