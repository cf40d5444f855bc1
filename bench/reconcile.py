"""How soon a new owner works on 5,000 calls that a dead one has left behind.

The stand-in and its callers are in this process, the daemon (`switchd run`) with its own Redis in
others. 4,500 callers wait, 500 talk, every fifth of those is held by its seat. The daemon is killed
with kill -9 and started again. Measured:

- the comparison itself, as the daemon reports it: FreeSWITCH's list asked for, every leg asked
  about, every call taken over in its state;
- from the moment when the new daemon has the connection until every waiting caller is in the list
  again.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import gevent

from bench.figures import Figure
from bench.flow import Hall, no_collections, until
from switchd.api.client import Unreachable
from switchd.sim.profile import AgentHabits, Fixed

CALLS, SEATS = 5000, 500
TALK_SECONDS = 7200.0
HELD = 5
"""Every so many talks one is held."""


def run(*, quick: bool = False) -> list[Figure]:
    """Measure with 5,000 calls, or with 500."""
    calls, seats = (CALLS // 10, SEATS // 10) if quick else (CALLS, SEATS)
    with tempfile.TemporaryDirectory(prefix="switchd-bench-") as name:
        habits = AgentHabits(
            answer_after=Fixed(0.05), talk=Fixed(TALK_SECONDS), codes_at_start=("*10", "*11")
        )
        hall = Hall(seats, habits, Path(name))
        hall.open(seats, freeswitch={"max_sessions": 20_000, "sessions_per_second": 1000})
        try:
            with no_collections():
                return _measured(hall, calls, seats)
        finally:
            hall.close()


def _measured(hall: Hall, calls: int, seats: int) -> list[Figure]:
    until(lambda: _status(hall).get("seats", {}).get("ready") == seats, 180, "seats are ready")
    for number in range(calls):
        hall.sim.call(f"138{number:08}", "12345")
        gevent.sleep(0.015)
    until(lambda: _status(hall).get("seats", {}).get("talking") == seats, 120, "all seats talk")
    waiting = _waiting(hall, calls - seats, seats)
    talking = [seat["seat"] for seat in hall.client.get("seats") if seat["state"] == "talking"]
    for seat in talking[::HELD]:
        hall.client.control(seat, "hold", who="bench")
    gevent.sleep(1.0)
    legs = len(hall.sim.switch.channels)
    hall.daemon.kill()
    hall.daemon.wait()
    hall.start_daemon()
    until(lambda: _status(hall).get("freeswitch", {}).get("connected"), 120, "it is connected")
    began = time.monotonic()
    until(lambda: _status(hall).get("compared"), 120, "it has compared")
    until(lambda: _status(hall).get("waiting") == waiting, 120, "all wait again")
    again = time.monotonic() - began
    compared = hall.status()["compared"]
    left = len(hall.sim.switch.channels)
    found = compared["found"]
    name = f"{calls:,} calls"
    return [
        Figure(f"{name}: legs on the switch", legs, "legs"),
        Figure(f"{name}: legs afterwards", left, "legs"),
        Figure(f"{name}: comparison", compared["seconds"] * 1000, "ms"),
        Figure(f"{name}: from the connection until all wait again", again * 1000, "ms"),
        *(
            Figure(f"{name}: {what.replace('_', ' ')}", count, "calls or legs")
            for what, count in found.items()
        ),
        Figure(f"{name}: calls afterwards", _status(hall)["calls"], "calls"),
    ]


def _waiting(hall: Hall, wanted: int, seats: int) -> int:
    """Have so many callers wait; whom a busy machine has turned away is called for again."""
    for number in range(5):
        until(lambda: _all_settled(hall, seats), 180, "nobody is on the way to the list")
        there = int(hall.status()["waiting"])
        for missing in range(wanted - there):
            hall.sim.call(f"139{number * 100_000 + missing:08}", "12345")
            gevent.sleep(0.015)
        if there >= wanted:
            break
    return there


def _all_settled(hall: Hall, seats: int) -> bool:
    """Whether every call talks or waits."""
    status = _status(hall)
    return bool(status) and status["calls"] == status["waiting"] + seats


def _status(hall: Hall) -> dict[str, Any]:
    """What the daemon says; {} while it, or its Redis, has too much to do to answer."""
    try:
        return hall.status()
    except Unreachable:
        return {}
