"""The city's stream of events as whoever follows it reads it, and how to tell that it broke off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import redis

from routing.sessions import Change, Sitting
from switchd.queues.facts import QueueUnavailable
from switchd.queues.keys import Keys
from switchd.queues.order import to_ms, to_seconds
from switchd.queues.scripts import Fence
from switchd.queues.verbs import Verbs

BEGINNING: Final = "0-0"
"""Before the first entry of any stream."""
RESTORING_SECONDS: Final = 20.0
"""How long whoever restores may take before another one tries."""


@dataclass(frozen=True, slots=True)
class Read:
    """What was read at once."""

    last_id: str
    """The last entry, of whatever kind."""
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Life:
    """What Redis knows, for somebody who has read the stream up to an entry."""

    name: str
    """Which Redis it is; "" while what an earlier one knew has not been restored."""
    has_entry: bool
    first_id: str
    """The stream's first entry, BEGINNING if there is none."""


@dataclass(frozen=True, slots=True)
class Sat:
    """Who sits where, at one moment of the stream."""

    last_id: str
    life: str
    seats: tuple[Sitting, ...]


class SeatStream(Verbs):
    """The stream of one city. Every method raises QueueUnavailable."""

    def __init__(
        self, client: redis.Redis, city: str, owner: str, fence: Fence | None = None
    ) -> None:
        super().__init__(client, city, owner, fence=fence)
        self._key = Keys(city).events

    def read(self, after: str, most: int, seconds: float) -> Read:
        """Give the entries after one, at most `most`; wait up to `seconds` for the first."""
        try:
            found: Any = self._client.xread(
                {self._key: after}, count=most, block=max(1, to_ms(seconds))
            )
        except redis.RedisError as error:
            raise QueueUnavailable(
                f"stream: Redis does not answer as it should: {error}"
            ) from error
        entries: Sequence[tuple[str, Mapping[str, str]]] = found[0][1] if found else ()
        changes = [_change(fields) for _, fields in entries if fields.get("kind") == "seat"]
        return Read(entries[-1][0] if entries else after, tuple(changes))

    def life(self, read: str) -> Life:
        """Tell what Redis knows, for somebody who has read the stream up to an entry."""
        name, has_entry, first = self._run("life", read)
        return Life(name or "", has_entry == 1 or read == BEGINNING, first or BEGINNING)

    def sat(self) -> Sat:
        """Tell who sits where."""
        last, life, rows = self._run("sat")
        seats = tuple(_sitting(row) for row in sorted(rows))
        return Sat(last or BEGINNING, life or "", seats)

    def begin_restoring(self) -> bool:
        """Ask to be the one who restores; False if another one does just now."""
        return bool(self._run("begin_restoring", self._owner, to_ms(RESTORING_SECONDS)))

    def begin_life(self) -> None:
        """What an earlier Redis knew has been restored."""
        self._run("begin_life", self._new_token())


def came_before(one: str, other: str) -> bool:
    """Tell whether an entry's id is lower than another's."""
    return _parts(one) < _parts(other)


def _parts(id: str) -> tuple[int, int]:
    ms, _, number = id.partition("-")
    return int(ms), int(number or 0)


def _change(fields: Mapping[str, str]) -> Change:
    texts = (fields[name] for name in ("seat", "agent", "state", "reason", "call"))
    return Change(to_seconds(fields["at"]), *texts)


def _sitting(row: Sequence[Any]) -> Sitting:
    seat, agent, seated, state, since, reason, call = row
    began = to_seconds(seated or since)
    return Sitting(seat, agent, began, state, to_seconds(since), reason, call or "")
