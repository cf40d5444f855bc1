"""`python -m bench NAME [--json] [--quick]`, or `all`; `--write FILE` makes docs/benchmarks.md."""

from __future__ import annotations

import argparse
import importlib
import json
import platform
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path

from bench.figures import Figure

NAMES = (
    *("parse", "match", "flow", "entry", "reload", "estimate"),
    *("control", "reconcile", "callcenter", "nanjing", "outages"),
)


def main() -> None:
    """Run one benchmark or all of them."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", choices=[*NAMES, "all"])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="shorter and less exact")
    parser.add_argument("--write", type=Path, help="write the figures as a page")
    day = parser.add_argument_group("nanjing")
    day.add_argument("--hours", default="", help="hours of the day, such as 9-11")
    day.add_argument("--whole", action="store_true", help="the whole day: a million calls")
    day.add_argument("--speed", type=float, default=10.0, help="times real time that is tried")
    chosen = parser.parse_args()
    names = NAMES if chosen.name == "all" else (chosen.name,)
    results = {}
    for name in names:
        print(f"{name} ...", file=sys.stderr, flush=True)
        benchmark = importlib.import_module(f"bench.{name}")
        wishes = {"hours": chosen.hours, "speed": chosen.speed, "whole": chosen.whole}
        results[name] = benchmark.run(quick=chosen.quick, **(wishes if name == "nanjing" else {}))
        if not chosen.json:
            for figure in results[name]:
                print(f"  {figure}", flush=True)
    if chosen.json:
        print(json.dumps({name: [asdict(f) for f in found] for name, found in results.items()}))
    if chosen.write:
        chosen.write.write_text(_page(results), encoding="utf-8")


def _page(results: dict[str, list[Figure]]) -> str:
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench` on {date.today().isoformat()}: Python "
        f"{platform.python_version()}, {_processor()}. Each benchmark explains in its own text",
        "(`bench/NAME.py`) what it measures and against what. Repeat one with",
        "`.venv/bin/python -m bench NAME`.",
    ]
    for name, figures in results.items():
        module = importlib.import_module(f"bench.{name}")
        first = (module.__doc__ or "").strip().splitlines()[0]
        lines += ["", f"## {name}", "", first, "", "| figure | value | unit | compared |"]
        lines.append("|---|---|---|---|")
        for figure in figures:
            ratio = f"{figure.ratio:.2f} × {figure.compared_with}" if figure.ratio else ""
            lines.append(f"| {figure.name} | {figure.value:,.1f} | {figure.unit} | {ratio} |")
    return "\n".join(lines) + "\n"


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.machine()
    names = [line.split(":", 1)[1].strip() for line in text.splitlines() if "model name" in line]
    return f"{len(names)} cores of {names[0]}" if names else platform.machine()


if __name__ == "__main__":
    main()
