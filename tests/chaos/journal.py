"""What the switch itself saw of every call: the witness that the invariants are checked by.

It listens inside the stand-in, so no cut connection and no dead daemon hides anything from it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

from switchd.sim.simulator import Simulator
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

    sim: Simulator
    calls: dict[str, Call] = field(default_factory=dict)
    rings: dict[str, Ring] = field(default_factory=dict)
    talks: list[Talk] = field(default_factory=list)
    lines: list[tuple[float, str, str]] = field(default_factory=list)
    """When, whose call, what."""
    excused: list[Period] = field(default_factory=list)
    """When the waiting list could not be reached."""
    unheard: list[Period] = field(default_factory=list)
    """From the last word of one owner to the first of the next; nobody writes down what ends."""
    trouble: Period = (math.inf, math.inf)
    """From the beginning of the last fault until all was calm."""
    _talking: dict[str, Talk] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sim.switch.listeners.append(self)
        self.sim.switch.subscriptions_changed()

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
        """Calls that were heard to end, and have no record."""
        return [call for call in self._unwritten(written) if not self._was_unheard(call)]

    def ended_unheard(self, written: Collection[str]) -> list[str]:
        """Calls without a record because nobody was in charge when they ended."""
        return [call for call in self._unwritten(written) if self._was_unheard(call)]

    def _unwritten(self, written: Collection[str]) -> list[str]:
        ended = (call for call in self.calls.values() if call.ended_at and call.answered_at)
        return [call.id for call in ended if call.id not in written]

    def _was_unheard(self, call: str) -> bool:
        ended_at = self.calls[call].ended_at or 0.0
        return any(began <= ended_at <= ended for began, ended in self.unheard)

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

    # what the switch calls

    def wants(self, name: str) -> bool:
        return name in EVENTS

    def push(self, body: bytes) -> None:
        event = orjson.loads(body)
        leg, name = event["Unique-ID"], event["Event-Name"]
        getattr(self, f"_{name.lower()}")(leg, event)
        whose = self.rings[leg].call if leg in self.rings else leg
        seat = f" seat {self.rings[leg].seat}" if leg in self.rings else " caller"
        cause = f" {event['Hangup-Cause']} ({self._ended_by(leg)})" if "HANGUP" in name else ""
        self.lines.append((time.time(), whose, name + seat + cause))

    def _channel_create(self, leg: str, event: dict[str, Any]) -> None:
        now = time.time()
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

    def _channel_answer(self, leg: str, event: dict[str, Any]) -> None:
        if leg in self.calls:
            self.calls[leg].answered_at = time.time()

    def _channel_bridge(self, leg: str, event: dict[str, Any]) -> None:
        a, b = event["Bridge-A-Unique-ID"], event["Bridge-B-Unique-ID"]
        caller, seat = (a, b) if a in self.calls else (b, a)
        self.calls[caller].talked = True
        ring = self.rings.get(seat)
        talk = Talk(caller, ring.seat if ring else seat, began_at=time.time())
        self.talks.append(talk)
        self._talking[caller] = talk

    def _channel_unbridge(self, leg: str, event: dict[str, Any]) -> None:
        legs = (event["Bridge-A-Unique-ID"], event["Bridge-B-Unique-ID"])
        caller = next(one for one in legs if one in self.calls)
        talk = self._talking.pop(caller, None)
        if talk is None:
            return
        far = {one: self._ended_by(one) != SWITCH for one in legs}
        talk.ended_at = time.time()
        talk.ended_by = CALLER if far[caller] else SEAT if any(far.values()) else SWITCH

    def _channel_hangup_complete(self, leg: str, event: dict[str, Any]) -> None:
        now = time.time()
        if leg in self.calls:
            call = self.calls[leg]
            call.queued_at = self._queued_at(leg)
            call.ended_at, call.ended_by, call.cause = (
                now,
                self._ended_by(leg),
                event["Hangup-Cause"],
            )
        elif leg in self.rings:
            ring = self.rings[leg]
            ring.ended_at = now
            if ring.call in self.calls:
                self.calls[ring.call].alone_since = now

    def _ended_by(self, leg: str) -> str:
        channel = self.sim.switch.channels.get(leg)
        far = channel is not None and channel.disposition.startswith("recv_")
        return CALLER if far else SWITCH

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
        channel = self.sim.switch.channels.get(leg)
        return float(channel.variables.get("switchd_queued_at", 0)) if channel else 0.0


AT_REST_SECONDS = 1.5
"""Who came, or came back, to the list so lately may be on the way to it."""
