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
    parser.add_argument("--write", type=Path, help="put the figures into this page")
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
        before = chosen.write.read_text(encoding="utf-8") if chosen.write.exists() else ""
        chosen.write.write_text(page(results, before), encoding="utf-8")


def page(results: dict[str, list[Figure]], before: str = "") -> str:
    """The page with the figures of these benchmarks, and of others those that it had `before`."""
    sections = {text.partition("\n")[0]: text for text in before.split("\n## ")[1:]}
    sections |= {name: _section(name, figures) for name, figures in results.items()}
    head = (
        "# Benchmarks\n\n"
        "Each benchmark explains in its own text (`bench/NAME.py`) what it measures and against "
        "what.\n`make bench` runs all of them, `.venv/bin/python -m bench NAME --write "
        "docs/benchmarks.md` one.\n"
    )
    return "\n## ".join([head, *(sections[name] for name in NAMES if name in sections)])


def _section(name: str, figures: list[Figure]) -> str:
    module = importlib.import_module(f"bench.{name}")
    first = (module.__doc__ or "").strip().splitlines()[0]
    where = f"{date.today().isoformat()}, Python {platform.python_version()}, {_processor()}"
    lines = [name, "", f"{first} *{where}.*", "", "| figure | value | unit | compared |"]
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
