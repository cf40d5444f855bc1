"""Decisions a second of `routing.entry.decide` on one core, and what a larger plan costs.

The same mix of calls - plain, with area code, with +86, unknown, in all phases of a line's life -
is decided under a plan of 20 lines and under one of 2,000 that also blocks 10,000 numbers. Both
take turns, and the quickest pass of each counts: whatever else the machine does only makes a pass
slower.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench.figures import Figure
from bench.plans import FIRST_NUMBER, write_city
from routing.entry import Arrival, decide
from routing.plan import Plan
from routing.standing import CallerList, Entry
from switchd.config import load

CALLS = 2_000
NOW = 1_790_000_000.0  # 2026-09: some retired lines are in service, some gone, one in its month
SMALL, LARGE = 20, 2_000
BLOCKED = 10_000
"""Numbers on the block list of the large plan; none of them calls."""


def run(*, quick: bool = False) -> list[Figure]:
    """Measure for about three seconds, or a few tenths if `quick`."""
    large = 200 if quick else LARGE
    small_plan, large_plan = city(SMALL), blocking(city(large), BLOCKED)
    few, many = mix(small_plan), mix(large_plan)
    quickest = {SMALL: float("inf"), large: float("inf")}
    for _ in range(3 if quick else 30):
        for size, plan, calls in ((SMALL, small_plan, few), (large, large_plan, many)):
            quickest[size] = min(quickest[size], _pass(plan, calls))
    rates = {size: CALLS / seconds for size, seconds in quickest.items()}
    base = f"decisions, {SMALL} lines"
    return [
        Figure(base, rates[SMALL], "decisions/s"),
        Figure(
            f"decisions, {large:,} lines, {BLOCKED:,} blocked", rates[large], "decisions/s", base,
            rates[large] / rates[SMALL],
        ),
    ]  # fmt: skip


def city(lines: int) -> Plan:
    """Make the plan of a city with so many lines."""
    with tempfile.TemporaryDirectory() as folder:
        write_city(Path(folder) / "bench", lines)
        return load(Path(folder) / "bench", now=NOW).plan


def blocking(plan: Plan, numbers: int) -> Plan:
    """Put so many numbers on the plan's block list."""
    entries = [Entry(f"138{n:08}", "harassment") for n in range(numbers)]
    return replace(plan, callers=replace(plan.callers, blocked=CallerList(entries)))


def mix(plan: Plan) -> list[Arrival]:
    """Make calls to the plan's numbers in several written forms, one in ten to an unknown one."""
    numbers = list(plan.by_number)
    forms = ("{}", "0375{}", "+86375{}", "0375-{}", "{}")
    arrivals = []
    for n in range(CALLS):
        number = str(FIRST_NUMBER - n - 1) if n % 10 == 9 else numbers[n * 7919 % len(numbers)]
        caller = f"+86139{n:08}"
        arrivals.append(Arrival(caller, forms[n % len(forms)].format(number), "trunk"))
    return arrivals


def _pass(plan: Plan, calls: Sequence[Arrival]) -> float:
    began = time.perf_counter()
    for arrival in calls:
        decide(arrival, plan, NOW)
    return time.perf_counter() - began


if __name__ == "__main__":
    for figure in run():
        print(figure)
