"""Nanjing's day of 2021-07-25: 1,008,000 calls for 60 seats, nearly all of them redials.

The city's hotline had been used to 7,000 calls a day. What is known of the day is its total and,
by inference, its busiest hour: a tenth of the day, 28 calls a second. What is assumed here:

- the shape of the other hours (`SHAPE`): little at night, two humps by day;
- that 97 % of the calls are redials by somebody who has not got through (`REDIALS`);
- 60 seats all day, talks of about two minutes (log-normal), 10 s of wrap-up, answered after 3 s;
  whoever misses a call is ready again soon;
- callers who have got into the queue wait for about two minutes (log-normal), then give up;
- a plan that lets 180 callers wait for the line and refuses the others with busy.

The stand-in runs in this process, the daemon (`switchd run`) with its own Redis and SQLite in
others, all on one machine. The people's time passes `--speed` times as fast as real time, and the
plan's own times are shortened alike; the daemon's clock and what it has to do for a call are real.
So `--speed 10` asks the daemon for ten times the calls a second that Nanjing had.

Without `--hours` or `--whole` ten minutes of the busiest hour are run, the hardest ones: what the
daemon bears there it bears all day. Measured are that every call left exactly one record, the
speed that was kept up, the daemon's processor time for each call, and its memory.
"""

from __future__ import annotations

import math
import random
import sqlite3
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gevent

from bench.figures import Figure
from bench.flow import Hall, until
from switchd.sim.callers import CallerState, SimCaller
from switchd.sim.profile import AgentHabits, Lognormal

CALLS = 1_008_000
SHAPE = (
    *(0.8, 0.5, 0.4, 0.4, 0.5, 1.0, 2.0, 4.0),
    *(7.5, 10.0, 9.0, 7.0, 5.5, 5.5, 6.5, 7.0),
    *(6.5, 5.5, 5.0, 5.0, 4.4, 3.0, 2.0, 1.0),
)
"""Share of the day's calls in each hour, in per cent."""
REDIALS = 0.97
SEATS = 60
WAITING = 180
TALK, PATIENCE = Lognormal(110.0, 0.5), Lognormal(120.0, 0.8)
WRAP_UP_SECONDS = 10.0
SPEED = 10.0
BUSIEST_MINUTES = 10.0
NEXT_DOOR = 200_000
"""So many people at most wait for their next try; a further one tries no more."""
PROGRESS_SECONDS = 10.0
REFUSALS_A_SECOND = 280.0
"""Ten times Nanjing's busiest hour."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the day, in hours since midnight."""

    begins: float
    ends: float

    @property
    def seconds(self) -> float:
        return (self.ends - self.begins) * 3600

    @property
    def calls(self) -> float:
        """How many calls the day had in it."""
        return sum(self.rate(self.begins * 3600 + n) for n in range(round(self.seconds)))

    @staticmethod
    def rate(second: float) -> float:
        """Calls a second at a second of the day."""
        return CALLS * SHAPE[int(second // 3600) % 24] / sum(SHAPE) / 3600


class Storm:
    """The day's callers: whoever has not got through tries again."""

    def __init__(self, hall: Hall, part: Slice, speed: float) -> None:
        self._hall, self._part, self._speed = hall, part, speed
        self._rng = random.Random("2021-07-25")
        self._unlucky: list[str] = []
        self._fresh = 0
        self._on_the_line: set[SimCaller] = set()
        self.arrived = self.busy = self.talked = self.gave_up = 0
        self.calls = 0
        """Exclusive or of the calls' ids: what SQL must have, whatever the order."""

    def blow(self) -> float:
        """Let everybody call, in time; return the real seconds that it took."""
        began, shown = time.monotonic(), time.monotonic()
        for due in self._arrivals():
            # The stand-in lives in this process: it has its turn before each call, so that a
            # machine that is too slow lowers the speed and not the switch's answers.
            gevent.sleep(max(0.0, began + due / self._speed - time.monotonic()))
            self._call()
            if time.monotonic() - shown > PROGRESS_SECONDS:
                shown = time.monotonic()
                self._show(due, shown - began)
                self._hall.ready_again()
        return time.monotonic() - began

    def _arrivals(self) -> Iterator[float]:
        """Seconds of the day since the slice's beginning, one for each call."""
        at = 0.0
        begins = self._part.begins * 3600
        while True:
            at += self._rng.expovariate(self._part.rate(begins + at))
            if at >= self._part.seconds:
                return
            yield at

    def _call(self) -> None:
        number = self._number()
        rng = self._rng
        caller = self._hall.sim.call(
            number,
            "12345",
            patience=PATIENCE.draw(rng),
            talk=math.inf,
            survey="1" if rng.random() < 0.7 else None,
            over=self._over,
        )
        if caller.state is not CallerState.ENDED:
            self._on_the_line.add(caller)
        self.arrived += 1
        self.calls ^= uuid.UUID(caller.uuid).int

    def _number(self) -> str:
        unlucky = self._unlucky
        if unlucky and self._rng.random() < REDIALS:
            place = self._rng.randrange(len(unlucky))
            unlucky[place], unlucky[-1] = unlucky[-1], unlucky[place]
            return unlucky.pop()
        self._fresh += 1
        return f"138{self._fresh:08}"

    def ends(self) -> None:
        """Whoever is still on the line hangs up."""
        for caller in list(self._on_the_line):
            caller.hang_up()

    def _over(self, caller: SimCaller) -> None:
        self._on_the_line.discard(caller)
        if caller.talked:
            self.talked += 1
            return
        if caller.cause == "USER_BUSY":
            self.busy += 1
        else:
            self.gave_up += 1
        if len(self._unlucky) < NEXT_DOOR:
            self._unlucky.append(caller.number)

    def _show(self, due: float, real: float) -> None:
        share = due / self._part.seconds
        print(
            f"  {share:6.1%}  {self.arrived:>9,} calls, {self.talked:,} talked, "
            f"{due / real:.1f} times real time, daemon {self._hall.memory():.0f} MB",
            file=sys.stderr,
            flush=True,
        )


def run(
    *, quick: bool = False, hours: str = "", speed: float = SPEED, whole: bool = False
) -> list[Figure]:
    """Run a part of the day; `hours` such as 9-11, `quick` one minute of the busiest hour."""
    part = _part(hours, quick, whole)
    with tempfile.TemporaryDirectory(prefix="switchd-nanjing-") as name:
        hall = _hall(Path(name), speed)
        try:
            figures = _measure(hall, part, speed)
        finally:
            hall.close()
    return [*figures, refusals(500 if quick else 5000)]


def refusals(calls: int) -> Figure:
    """What a refused call costs: one caller waits, nobody else may, and nobody serves."""
    with tempfile.TemporaryDirectory(prefix="switchd-refusals-") as name:
        hall = Hall(1, AgentHabits(), Path(name))
        line = {"kind": "hotline", "title": "12345", "limits": {"waiting": 1, "then": "busy"}}
        hall.open(1, lines={"12345": line})
        try:
            until(lambda: hall.status().get("freeswitch", {}).get("connected"), 120, "it is up")
            hall.sim.call("13900000000", "12345")
            until(lambda: hall.status()["waiting"] == 1, 60, "one waits")
            used, began = hall.processor_seconds(), time.monotonic()
            for number in range(calls):
                hall.sim.call(f"138{number % 997:08}", "12345")
                gevent.sleep(max(0.0, began + number / REFUSALS_A_SECOND - time.monotonic()))
            until(lambda: _only_who_wait(hall.status()), 60, "all others are gone")
            until(lambda: hall.status()["records_waiting"] == 0, 60, "all records are written")
            used = hall.processor_seconds() - used
        finally:
            hall.close()
    return Figure("processor time for a refused call", used / calls * 1_000_000, "µs")


def _only_who_wait(status: dict[str, Any]) -> bool:
    return bool(status["admission"]["legs"] == status["waiting"])


def _part(hours: str, quick: bool, whole: bool) -> Slice:
    if whole:
        return Slice(0, 24)
    if hours:
        begins, _, ends = hours.partition("-")
        return Slice(float(begins), float(ends or float(begins) + 1))
    busiest = SHAPE.index(max(SHAPE))
    return Slice(busiest, busiest + (1.0 if quick else BUSIEST_MINUTES) / 60)


def _hall(folder: Path, speed: float) -> Hall:
    habits = AgentHabits(answer_after=Lognormal(3.0, 0.3), talk=TALK)
    hall = Hall(SEATS, habits, folder, speed=speed)
    hall.open(
        SEATS,
        lines={
            "12345": {
                "kind": "hotline",
                "title": "12345",
                "limits": {"waiting": WAITING, "then": "busy"},
            }
        },
        groups={"intake": {"title": "受理", "wrap_up_seconds": WRAP_UP_SECONDS / speed}},
        waiting={"busy_after_seconds": 3 / speed, "position_every_seconds": 30 / speed},
        admission={"dropped_seconds": 120 / speed},
        freeswitch={"sessions_per_second": min(10_000, round(200 * speed))},
    )
    return hall


def _measure(hall: Hall, part: Slice, speed: float) -> list[Figure]:
    until(lambda: hall.status().get("freeswitch", {}).get("connected"), 120, "the daemon is up")
    for number in range(1001, 1001 + SEATS):
        hall.client.seat(str(number), "sign-in")
        hall.client.seat(str(number), "ready")
    until(lambda: hall.status()["seats"].get("ready") == SEATS, 120, "seats are ready")
    storm = Storm(hall, part, speed)
    used, memory = hall.processor_seconds(), hall.memory()
    real = storm.blow()
    most = hall.memory()
    used = hall.processor_seconds() - used
    storm.ends()
    until(lambda: hall.status()["calls"] == 0, 600, "all calls end")
    until(lambda: hall.status()["records_waiting"] == 0, 600, "all records are written")
    records, calls, congested, answered = _records(hall.state / "records.sqlite3")
    if (records, calls) != (storm.arrived, storm.calls):
        raise RuntimeError(f"{storm.arrived} calls left {records} records, or others' records")
    kept = part.seconds / real
    return [
        Figure("seconds of the day", part.seconds, "s"),
        Figure("calls", storm.arrived, "calls"),
        Figure("records, one for each call", records, "records"),
        Figure("calls refused with busy", congested, "calls"),
        Figure("calls answered by a seat", answered, "calls"),
        Figure("speed kept up", kept, "times real time", "Nanjing's own", kept),
        Figure("calls a second", storm.arrived / real, "calls/s"),
        Figure("daemon's processor time", used / real * 100, "% of a core"),
        Figure("processor time for a call", used / storm.arrived * 1_000_000, "µs"),
        Figure("memory before", memory, "MB"),
        Figure("memory after", most, "MB"),
        Figure(
            "memory for 100,000 calls more",
            (most - memory) / storm.arrived * 100_000,
            "MB",
        ),
    ]


def _records(path: Path) -> tuple[int, int, int, int]:
    """Count records; give the exclusive or of their ids, too."""
    with closing(sqlite3.connect(path)) as database:
        count = calls = congested = answered = 0
        for call, outcome in database.execute("SELECT call, outcome FROM calls"):
            count += 1
            calls ^= uuid.UUID(call).int
            congested += outcome == "congested"
            answered += outcome == "answered"
        return count, calls, congested, answered
