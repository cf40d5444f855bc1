"""A plan of 2,000 lines is reloaded: for how long does routing stand still?

A daemon of parts that are all real (embedded Redis, SQLite) but for FreeSWITCH, which is not
there, reloads its city from YAML again and again, every title changed each time. Meanwhile a
greenlet asks for a turn every millisecond; the longest that it had to wait is how long a caller
would have. It runs in a process of its own, as gevent must patch it first.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from bench.figures import Figure
from bench.plans import write_city

LINES = 2_000
TARGET_SECONDS = 0.2
TURN_SECONDS = 0.001


def run(*, quick: bool = False) -> list[Figure]:
    """Measure five reloads of 2,000 lines, or one of 200 if `quick`."""
    lines, rounds = (200, 1) if quick else (LINES, 5)
    with tempfile.TemporaryDirectory(prefix="switchd-bench-") as folder:
        done = subprocess.run(
            [sys.executable, "-m", "bench.reload", folder, str(lines), str(rounds)],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)},
            stdout=subprocess.PIPE,
            check=True,
        )
    found = json.loads(done.stdout)
    stalls, whole, in_loop = found["stalls"], found["whole"], found["in_loop"]
    blocking = f"reading {lines:,} lines in the loop"
    return [
        Figure(
            f"longest stall, {lines:,} lines", max(stalls) * 1000, "ms", blocking,
            in_loop / max(stalls),
        ),
        Figure("its target", TARGET_SECONDS * 1000, "ms"),
        Figure("a reload, from the command to its answer", max(whole) * 1000, "ms"),
        Figure(blocking, in_loop * 1000, "ms"),
    ]  # fmt: skip


def _measure(base: Path, lines: int, rounds: int) -> dict[str, object]:
    """In the patched process: reload so often and say what the turns looked like."""
    import gevent

    from switchd.bootstrap import build
    from switchd.city import load_city

    city = base / "bench"
    _write(city, base, lines, 0)
    began = time.perf_counter()
    loaded = load_city(city)
    in_loop = time.perf_counter() - began
    running = build(loaded, password="none", serve=False)  # noqa: S106 - nobody is asked for it
    running.daemon.start()
    stalls, whole = [], []
    try:
        for number in range(1, rounds + 1):
            _write(city, base, lines, number)
            turns = [time.perf_counter()]
            watching = gevent.spawn(_take_turns, turns)
            gevent.sleep(0.1)
            began = time.perf_counter()
            answer = running.daemon.house.reload("bench", "reload")
            whole.append(time.perf_counter() - began)
            gevent.sleep(0.1)
            watching.kill()
            assert answer["changed"]
            stalls.append(max(b - a for a, b in pairwise(turns)))
    finally:
        running.daemon.stop()
        running.close()
    return {"stalls": stalls, "whole": whole, "in_loop": in_loop}


def _write(city: Path, base: Path, lines: int, number: int) -> None:
    write_city(city, lines, title=f"热线{number}")
    server = {
        "freeswitch": {"event_socket": {"host": "127.0.0.1", "port": 1}},
        "folders": {"state": str(base / "state")},
        "log": {"level": "error"},
    }
    (city / "server.yaml").write_text(json.dumps(server))


def _take_turns(turns: list[float]) -> None:
    import gevent

    while True:
        gevent.sleep(TURN_SECONDS)
        turns.append(time.perf_counter())


def _main() -> None:
    from gevent import monkey

    monkey.patch_all()
    import logging

    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    base, lines, rounds = sys.argv[1:]
    print(json.dumps(_measure(Path(base), int(lines), int(rounds))))


if __name__ == "__main__":
    _main()
