"""What was measured of waits and talks, and who serves now: the facts of an estimate.

All daemons of a city write and read the same, so each knows what the others' callers met.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from routing.estimate import SeatOn
from routing.patience import End, Waiter
from routing.seats import SeatState
from switchd.queues.order import to_ms, to_seconds
from switchd.queues.verbs import Verbs, pairs

TALKS_KEPT: Final = 200
ENDS_KEPT: Final = 500
KEPT_SECONDS: Final = 36 * 3600.0
"""What was measured longer ago, without anything since, says nothing about today."""
SAMPLES: Final = 24


@dataclass(frozen=True, slots=True)
class Talk:
    """How long a seat was busy with one caller, in seconds."""

    rung: float
    talked: float
    wrap_up: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """What was measured of a group, and who waits for it, at one moment."""

    talks: tuple[Talk, ...]
    ends: tuple[End, ...]
    waiters: tuple[Waiter, ...]
    """Those who wait for the group now, the longest first; each stands for several."""
    waiting: int


class Measured(Verbs):
    """The measurements of one city, as one daemon uses them."""

    def note_end(
        self, group: str, call: str, *, at: float, waited: float, gave_up: bool, talk: Talk | None
    ) -> None:
        """Note that a caller's wait ended at `at`; noting a call again changes nothing."""
        busy = "" if talk is None else orjson.dumps([to_ms(part) for part in _parts(talk)]).decode()
        self._run(
            "note_end",
            group,
            call,
            to_ms(at),
            to_ms(waited),
            int(gave_up),
            ENDS_KEPT,
            to_ms(KEPT_SECONDS),
            busy,
            TALKS_KEPT,
        )

    def seats_on(self, now: float) -> tuple[tuple[SeatOn, frozenset[str]], ...]:
        """Read every seat that takes callers, of whatever group, each with its pools."""
        rows = self._run("seats_on")
        return tuple((_seat_on(row, now), frozenset(orjson.loads(row[3]))) for row in rows)

    def outlook(self, group: str, now: float) -> Outlook:
        """Read what was measured of a group, and who waits for it."""
        talks, ends, waiting, samples = self._run("outlook", group, SAMPLES)
        each = waiting / max(1, len(samples))
        return Outlook(
            talks=tuple(Talk(*map(to_seconds, orjson.loads(talk)[:3])) for talk in talks),
            ends=tuple(_end(text, at) for text, at in pairs(ends).items()),
            waiters=tuple(Waiter(max(0.0, now - to_seconds(at)), each) for at in samples),
            waiting=waiting,
        )

    def ahead(self, call: str, groups: Collection[str], now: float) -> Mapping[str, int] | None:
        """Count those of each group who have a higher score; None if the caller is in no list."""
        flat = self._run("ahead", call, to_ms(now), orjson.dumps(sorted(groups)).decode())
        return None if flat is None else {name: int(many) for name, many in pairs(flat).items()}


def _parts(talk: Talk) -> tuple[float, float, float]:
    return talk.rung, talk.talked, talk.wrap_up


def _seat_on(row: list[Any], now: float) -> SeatOn:
    state = SeatState(row[0])
    if state is SeatState.WRAP_UP and row[2]:
        return SeatOn(state, max(0.0, to_seconds(row[2]) - now))
    return SeatOn(state, max(0.0, now - to_seconds(row[1])))


def _end(text: str, at: str) -> End:
    waited, gave_up, _ = orjson.loads(text)
    return End(to_seconds(at), to_seconds(waited), gave_up == "1")
