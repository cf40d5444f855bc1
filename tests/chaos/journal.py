"""What the switch itself saw of every call: what the invariants are checked by.

It is told of every event by a witness that no cut connection and no dead daemon concerns.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.invariants import CALLER, CRASH, SEAT, SWITCH, Call, Period, Ring, Talk

EVENTS = frozenset(
    {
        "CHANNEL_CREATE",
        "CHANNEL_ANSWER",
        "CHANNEL_BRIDGE",
        "CHANNEL_UNBRIDGE",
        "CHANNEL_HANGUP_COMPLETE",
    }
)


@dataclass
class Journal:
    """Every call, ring and talk since the beginning, and what the switch said of each leg."""

    variable: Callable[[str, str], str]
    """Gives a channel's variable at this moment, "" if there is none."""
    calls: dict[str, Call] = field(default_factory=dict)
    rings: dict[str, Ring] = field(default_factory=dict)
    talks: list[Talk] = field(default_factory=list)
    lines: list[tuple[float, str, str]] = field(default_factory=list)
    """When, whose call, what."""
    excused: list[Period] = field(default_factory=list)
    """When the waiting list could not be reached."""
    trouble: Period = (math.inf, math.inf)
    """From the beginning of the last fault until all was calm."""
    _talking: dict[str, Talk] = field(default_factory=dict)
    """By the caller."""
    _parting: list[tuple[Talk, tuple[str, str]]] = field(default_factory=list)
    """Talks that have ended, with the caller's leg and the seat's, until it is known by whom."""
    _left: dict[str, float] = field(default_factory=dict)
    """When the person of a leg hung up."""

    def notes(self, what: str) -> None:
        """Something that concerns every call, such as a fault."""
        self.lines.append((time.time(), "", what))

    def story(self, call: str) -> str:
        """What happened to one call, and meanwhile around it."""
        mine = [at for at, whose, _ in self.lines if whose == call]
        if not mine:
            return f"{call}: the switch has never heard of it"
        shown = [
            f"{at:.3f}  {'' if whose else '--- '}{what}"
            for at, whose, what in self.lines
            if whose == call or (not whose and mine[0] - 1 <= at <= mine[-1] + 20)
        ]
        return "\n".join(shown)

    def without_record(self, written: Collection[str]) -> list[str]:
        """Calls that were answered and have ended, and have no record."""
        ended = (call for call in self.calls.values() if call.ended_at and call.answered_at)
        return [call.id for call in ended if call.id not in written]

    def switch_died(self) -> None:
        """Every leg went with it."""
        now = time.time()
        for call in self.calls.values():
            if call.ended_at is None:
                call.ended_at, call.ended_by = now, CRASH
        for ring in self.rings.values():
            ring.ended_at = ring.ended_at or now
        for talk in self._talking.values():
            talk.ended_at, talk.ended_by = now, CRASH
        self._talking.clear()
        self._parting.clear()

    def settle(self) -> None:
        """A talk that neither of the two has left was ended by somebody else."""
        self._look_who_left(time.time())

    @contextmanager
    def excuses(self) -> Iterator[None]:
        """Callers may be told meanwhile that the list cannot take them."""
        self.excused.append((time.time(), math.inf))
        try:
            yield
        finally:
            self.excused[-1] = (self.excused[-1][0], time.time())

    @contextmanager
    def troubled(self, what: str) -> Iterator[None]:
        """A fault, until all is calm again."""
        self.notes(f"{what} begins")
        began = time.time()
        self.trouble = (began, math.inf)
        try:
            yield
        finally:
            self.trouble = (began, time.time())
            self.notes("calm")

    # what a witness tells

    def wants(self, name: str) -> bool:
        """Whether events of this name are to be told."""
        return name in EVENTS

    def takes(self, event: Mapping[str, Any], at: float | None = None) -> None:
        """Something happened on the switch, `at` an epoch second or just now."""
        at = time.time() if at is None else at
        leg, name = event["Unique-ID"], event["Event-Name"]
        getattr(self, f"_{name.lower()}")(leg, event, at)
        whose = self.rings[leg].call if leg in self.rings else leg
        seat = f" seat {self.rings[leg].seat}" if leg in self.rings else " caller"
        cause = f" {event['Hangup-Cause']} ({self._ended_by(leg)})" if "HANGUP" in name else ""
        self.lines.append((at, whose, name + seat + cause))

    def _channel_create(self, leg: str, event: Mapping[str, Any], now: float) -> None:
        if event["Call-Direction"] == "inbound":
            self.calls[leg] = Call(leg, arrived_at=now)
            return
        call = event.get("variable_switchd_call", "")
        passed_over = tuple(
            other.id
            for other in self.calls.values()
            if call in self.calls
            and other.ended_at is None
            and other.id != call
            and self._waits_before(other, self.calls[call], now)
        )
        seat = event["Caller-Destination-Number"]
        self.rings[leg] = Ring(leg, call, seat, began_at=now, passed_over=passed_over)

    def _channel_answer(self, leg: str, event: Mapping[str, Any], now: float) -> None:
        if leg in self.calls:
            self.calls[leg].answered_at = now

    def _channel_bridge(self, leg: str, event: Mapping[str, Any], now: float) -> None:
        caller, seat = self._two(event)
        self.calls[caller].talked = True
        ring = self.rings.get(seat)
        talk = Talk(caller, ring.seat if ring else seat, began_at=now)
        self.talks.append(talk)
        self._talking[caller] = talk

    def _channel_unbridge(self, leg: str, event: Mapping[str, Any], now: float) -> None:
        caller, seat = self._two(event)
        talk = self._talking.pop(caller, None)
        if talk is not None:
            talk.ended_at = now
            self._parting.append((talk, (caller, seat)))
            self._look_who_left(now)

    def _two(self, event: Mapping[str, Any]) -> tuple[str, str]:
        """The caller's leg and the seat's."""
        a, b = event["Bridge-A-Unique-ID"], event["Bridge-B-Unique-ID"]
        return (a, b) if a in self.calls else (b, a)

    def _look_who_left(self, now: float) -> None:
        """The events of a bridge's end and of the legs' come in any order."""
        for talk, (caller, seat) in self._parting:
            left = {leg: self._left.get(leg, math.inf) for leg in (caller, seat)}
            latest = (talk.ended_at or now) + PARTING_SECONDS
            if min(left.values()) <= latest:
                talk.ended_by = CALLER if left[caller] <= left[seat] else SEAT
            elif now > latest:
                talk.ended_by = SWITCH
        self._parting = [(talk, legs) for talk, legs in self._parting if not talk.ended_by]

    def _channel_hangup_complete(self, leg: str, event: Mapping[str, Any], now: float) -> None:
        if str(event.get("variable_sip_hangup_disposition", "")).startswith("recv_"):
            self._left[leg] = now
        self._look_who_left(now)
        if leg in self.calls:
            call = self.calls[leg]
            call.queued_at = float(event.get("variable_switchd_queued_at") or 0)
            call.ended_at, call.ended_by = now, self._ended_by(leg)
            call.cause = event["Hangup-Cause"]
        elif leg in self.rings:
            ring = self.rings[leg]
            ring.ended_at = now
            if ring.call in self.calls:
                self.calls[ring.call].alone_since = now

    def _ended_by(self, leg: str) -> str:
        return CALLER if leg in self._left else SWITCH

    def _waits_before(self, other: Call, call: Call, now: float) -> bool:
        """Whether it has a better place than `call`, and is there to be served."""
        mine, theirs = self._queued_at(call.id), self._queued_at(other.id)
        rung = any(ring.call == other.id and ring.ended_at is None for ring in self.rings.values())
        return (
            0.0 < theirs < mine - 0.05
            and not rung
            and not other.talked
            and now - self._at_rest_since(max(theirs, other.alone_since)) > AT_REST_SECONDS
        )

    def _at_rest_since(self, came: float) -> float:
        """Who came to the list in the middle of a fault may have been heard of only after it."""
        began, ended = self.trouble
        return max(came, ended) if came > began - AT_REST_SECONDS else came

    def _queued_at(self, leg: str) -> float:
        return float(self.variable(leg, "switchd_queued_at") or 0)


AT_REST_SECONDS = 1.5
"""Who came, or came back, to the list so lately may be on the way to it."""
PARTING_SECONDS = 2.0
"""So long after a talk it is known whether one of the two hung up."""
