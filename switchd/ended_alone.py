"""Calls that ended while no daemon was there to write them down.

FreeSWITCH keeps one line for each (`dialplan/scripts/ended_alone.lua`); here the lines become
records. What a call was is read as if it had been found on the switch, and its end is put through
the call flow like any other. A line that is read twice makes one record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import gevent
import orjson
import structlog

from routing.callflow import Call
from routing.callflow import events as on
from routing.callflow.alone import ended_alone
from routing.entry import Arrival
from routing.plan import Plan
from routing.record import CallRecord
from switchd.switchboard import incoming
from switchd.switchboard.legs import Variable, reader

log = structlog.get_logger(__name__)

FILE = "ended_alone.jsonl"
"""Below the recordings folder, the one that FreeSWITCH writes to anyway."""
EVERY_SECONDS = 5.0


class _Finder:
    """Takes what `incoming` makes of a leg's variables. Calls of callers have records here, and
    those of people whom the hotline has called and was talking with."""

    def __init__(self) -> None:
        self.event: on.Event | None = None

    def arrived(self, leg: str, arrival: Arrival) -> None:
        self.event = on.Arrived(arrival)

    def found(self, leg: str, event: on.Found) -> None:
        self.event = event

    def talks(self, leg: str, event: on.Talking | on.Controlled) -> None:
        self.event = event

    def code_dialled(self, leg: str, seat: str, code: str) -> None:
        """No call."""

    def number_dialled(self, leg: str, seat: str, number: str) -> None:
        """Nobody was called."""

    def stray(self, leg: str, seat: str = "") -> None:
        """No call."""


class EndedAlone:
    """Reads the lines that FreeSWITCH has left, now and then."""

    def __init__(
        self,
        recordings: Path,
        plan: Callable[[], Plan],
        write: Callable[[CallRecord], object],
        pause: Callable[[float], None] = gevent.sleep,
    ) -> None:
        """`write(record)` returns when the record is safe."""
        self._file = recordings / FILE
        self._taken = self._file.with_suffix(".taken")
        self._plan = plan
        self._write = write
        self._pause = pause

    def run(self) -> None:
        """Look every few seconds; endless."""
        while True:
            self.read()
            self._pause(EVERY_SECONDS)

    def read(self) -> int:
        """Make records of what is there; return how many."""
        written = 0
        try:
            # What an earlier daemon had begun to read comes first, and is read again.
            for _ in range(2):
                if self._taken.exists():
                    written += self.make_records(self._taken.read_bytes().splitlines())
                    self._taken.unlink()
                if self._file.exists():
                    self._file.rename(self._taken)
        except OSError as error:
            log.warning("calls that ended alone not read", file=str(self._file), why=str(error))
        if written:
            log.info("calls written down that ended without a daemon", calls=written)
        return written

    def make_records(self, lines: Iterable[bytes]) -> int:
        """Make records of lines; return how many were calls of ours. Raises what `write` does."""
        written = 0
        for line in lines:
            try:
                record = record_of(orjson.loads(line), self._plan())
            except (ValueError, KeyError, AttributeError, TypeError) as error:
                log.error("call that ended alone not understood", line=line[:500], why=str(error))
                continue
            if record is not None:
                self._write(record)
                written += 1
        return written


def record_of(facts: Mapping[str, str], plan: Plan) -> CallRecord | None:
    """The record of a call that ended alone; None if it was none of ours.

    Raises `KeyError` or `ValueError` for a line that lacks what every line has.
    """
    leg = facts["uuid"]
    arrived_at = _seconds(facts["Caller-Channel-Created-Time"])
    ended_at = _seconds(facts["Caller-Channel-Hangup-Time"]) or arrived_at
    cause = facts.get("hangup_cause", "")
    by_caller = facts.get("sip_hangup_disposition") in incoming.PHONE_HUNG_UP
    found = _found(facts)
    if found is None:
        return None
    call = Call(id=leg, arrived_at=arrived_at)
    state = facts.get("switchd_state", "")
    recorded = incoming.not_recorded(lambda name: facts.get(name, ""))
    return ended_alone(call, found, cause, by_caller, state, plan, ended_at, recorded)


def _found(facts: Mapping[str, str]) -> on.Event | None:
    """What a daemon would have made of the call, had it found it on the switch."""
    variables = {f"variable_{name}": value for name, value in facts.items()}
    finder = _Finder()
    bridged_at = _seconds(facts.get("Caller-Channel-Bridged-Time", ""))
    queued_at = facts.get("switchd_queued_at", "")
    if facts.get("switchd_state") == incoming.DEGRADED:
        if bridged_at and queued_at and bridged_at >= float(queued_at):
            # Its last partner; what an earlier daemon had written of a talk is overwritten.
            variables["variable_switchd_state"] = "talking"
            variables["variable_switchd_answered_at"] = f"{bridged_at:.3f}"
            variables["variable_switchd_offer"] = facts.get("last_bridge_to", "")
            variables["variable_switchd_agent"] = ""
        else:
            variables["variable_switchd_state"] = "waiting"
    talk = _talk(reader(variables))
    if talk is not None:
        return talk
    incoming.found(finder, facts["uuid"], variables)
    return finder.event


def _talk(variable: Variable) -> on.Talking | None:
    """The talk that the call ended with, if it did."""
    queued_at, answered_at = variable("switchd_queued_at"), variable("switchd_answered_at")
    seat_leg = variable("switchd_offer")
    if variable("switchd_state") != "talking" or not (queued_at and answered_at and seat_leg):
        return None
    return on.Talking(
        incoming.arrival_of(variable),
        float(queued_at),
        float(answered_at),
        seat_leg,
        variable("switchd_seat"),
        variable("switchd_agent"),
        variable("switchd_group"),
        variable("switchd_recording"),
        variable("switchd_callback") if variable("switchd_kind") == incoming.CALLED_BACK else "",
        incoming.kind_of(variable),
        variable("switchd_called_seat"),
        variable("switchd_called_agent"),
    )


def _seconds(microseconds: str) -> float:
    """FreeSWITCH's µs since the epoch, 0 for never, in seconds."""
    return int(microseconds or 0) / 1_000_000
