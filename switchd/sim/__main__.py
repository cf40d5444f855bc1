"""The stand-in as a process of its own: `python -m switchd.sim --port 8021 --password …`.

Prints `listening on HOST:PORT` when clients can connect. Ends at SIGTERM or SIGINT, after --for
seconds, or when the process that started it is gone (pass its id with --parent to be sure that
a parent that dies at once is noticed too).
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

import gevent
from gevent.event import Event

from switchd.sim.profile import AgentHabits, Lognormal, Profile
from switchd.sim.simulator import Simulator


def parser() -> argparse.ArgumentParser:
    """What can be said on the command line."""
    p = argparse.ArgumentParser(prog="python -m switchd.sim", description=__doc__)
    p.add_argument("--host", default="127.0.0.1")
    p.add_argument("--port", type=int, default=0, help="0 lets the system choose")
    p.add_argument("--password", default="", help="default: SWITCHD_SIM_PASSWORD")
    p.add_argument("--city", default="pingdingshan")
    p.add_argument("--domain", default="", help="SIP domain of the seats; default: the city")
    p.add_argument("--trunk", default="trunk")
    p.add_argument("--seats", default="1001-1015", help="such as 1001-1015 or 1001,1003")
    p.add_argument("--rate", type=float, default=0.0, help="calls an hour; 0 for none")
    p.add_argument("--numbers", default="12345", help="such as 12345:9,12319:1")
    p.add_argument("--patience", type=float, default=90.0, help="median seconds of patience")
    p.add_argument("--talk", type=float, default=90.0, help="median seconds of talk")
    p.add_argument("--answer-after", type=float, default=3.0, help="median seconds of ringing")
    p.add_argument("--no-answer", type=float, default=0.0, help="probability, per call")
    p.add_argument("--busy", type=float, default=0.0, help="probability, per call")
    p.add_argument("--refuses", type=float, default=0.0, help="probability, per call")
    p.add_argument("--redials", type=float, default=0.5, help="probability")
    p.add_argument("--codes", default="", help="feature codes every agent dials first: *11,*12")
    p.add_argument("--code-after-miss", default="", help="code dialled after a missed call")
    p.add_argument("--sounds", type=Path, default=None, help="folder of relative sound files")
    p.add_argument("--recording-seconds", type=float, default=30.0, help="0 writes none")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--speed", type=float, default=1.0, help="10: ten seconds pass in one")
    p.add_argument("--parent", type=int, default=0, help="end when this parent process is gone")
    p.add_argument("--for", dest="duration", type=float, default=0.0, help="real seconds; 0: ever")
    return p


def seat_numbers(text: str) -> list[str]:
    """Read `1001-1015,1020`. Raises ValueError."""
    numbers: list[str] = []
    for part in filter(None, text.split(",")):
        first, dash, last = part.partition("-")
        if dash:
            numbers.extend(str(number) for number in range(int(first), int(last) + 1))
        else:
            numbers.append(first)
    return numbers


def weights(text: str) -> dict[str, float]:
    """Read `12345:9,12319:1`. Raises ValueError."""
    found = {}
    for part in filter(None, text.split(",")):
        number, _, weight = part.partition(":")
        found[number] = float(weight or 1)
    return found


def main() -> int:
    """Run until told to end."""
    options = parser().parse_args()
    habits = AgentHabits(
        answer_after=Lognormal(options.answer_after, 0.4),
        talk=Lognormal(options.talk, 0.6),
        no_answer=options.no_answer,
        busy=options.busy,
        refuses=options.refuses,
        codes_at_start=tuple(filter(None, options.codes.split(","))),
        code_after_miss=options.code_after_miss,
    )
    simulator = Simulator(
        options.host,
        options.port,
        password=options.password or os.environ.get("SWITCHD_SIM_PASSWORD", ""),
        city=options.city,
        domain=options.domain,
        trunk=options.trunk,
        seats=seat_numbers(options.seats),
        habits=habits,
        sounds=options.sounds,
        recording_seconds=options.recording_seconds,
        seed=options.seed,
        speed=options.speed,
    )
    over = Event()
    parent = options.parent or os.getppid()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, over.set)
    if options.duration:
        gevent.spawn_later(options.duration, over.set)
    simulator.start()
    sys.stdout.write(f"listening on {options.host}:{simulator.port}\n")
    sys.stdout.flush()
    if options.rate:
        simulator.traffic(
            Profile(
                calls_per_hour=options.rate,
                numbers=weights(options.numbers),
                patience=Lognormal(options.patience, 0.8),
                redials=options.redials,
            )
        )
    while not over.wait(1.0) and os.getppid() == parent:
        pass
    simulator.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
