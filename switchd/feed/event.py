"""One event of the feed, as it stands in the stream and as it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

BEGINNING: Final = "0-0"
"""Before every event."""
GAP: Final = "feed.gap"
"""Kind of the event that says that others are lost: whoever follows must read everything anew."""
_IN_FULL: Final = {"seat": "seat.state"}
"""Kinds that the queue writes in brief."""
_OWN: Final = ("kind", "at", "call", "seat", "facts")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened."""

    id: str
    """Its place in the stream; later events have greater ones (see `place`)."""
    at: float
    """Seconds since the epoch."""
    kind: str
    call: str = ""
    seat: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {
            "id": self.id,
            "at": self.at,
            "kind": self.kind,
            "call": self.call,
            "seat": self.seat,
            "facts": dict(self.facts),
        }


def place(id: str) -> tuple[int, int]:
    """Give the order of an id: milliseconds, and a number within them. ValueError for what is
    none."""
    moment, _, number = id.partition("-")
    return int(moment), int(number or 0)


def full(id: str) -> str:
    """Give an id with its number, also if it was written without."""
    moment, number = place(id)
    return f"{moment}-{number}"


def after(id: str) -> str:
    """Give the first id that may come after another."""
    moment, number = place(id)
    return f"{moment}-{number + 1}"


def write(at: float, kind: str, call: str, seat: str, facts: Mapping[str, Any]) -> dict[str, str]:
    """Give the fields of an entry in the stream."""
    return {
        "kind": kind,
        "at": str(round(at * 1000)),
        "call": call,
        "seat": seat,
        "facts": orjson.dumps(facts).decode(),
    }


def read(id: str, fields: Mapping[str, str]) -> Event:
    """Read an entry; fields beside the usual ones are facts."""
    facts = orjson.loads(fields.get("facts") or "{}")
    facts.update({name: text for name, text in fields.items() if name not in _OWN})
    at = int(fields["at"]) / 1000 if "at" in fields else place(id)[0] / 1000
    kind = fields.get("kind", "")
    return Event(
        id, at, _IN_FULL.get(kind, kind), fields.get("call", ""), fields.get("seat", ""), facts
    )
