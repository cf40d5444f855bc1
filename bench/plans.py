"""Cities of any size, made up, for benchmarks."""

from __future__ import annotations

from pathlib import Path

FIRST_NUMBER = 2_000_000
FIRST_SEAT = 10_001


def write_city(folder: Path, lines: int, title: str = "热线", seats: int = 500) -> None:
    """Write a city's folder: the hotline, retired and parallel lines, seats in ten groups."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "city.yaml").write_text(
        "city:\n  title: 示例市热线\n  area_code: '0375'\n"
        "groups:\n"
        + "".join(f"  group{n}:\n    title: 技能组{n}\n" for n in range(10))
        + "seats:\n"
        + "".join(f"  {FIRST_SEAT + n}: group{n % 10}\n" for n in range(seats))
    )
    entries = [f"lines:\n  12345:\n    kind: hotline\n    title: {title}\n    group: group0\n"]
    for n in range(lines - 1):
        number = FIRST_NUMBER + n
        if n % 2:
            rest = f"kind: parallel\n    title: {title}{n}\n    group: group{n % 10}\n"
        else:
            rest = f"kind: retired\n    title: {title}{n}\n    merged_on: 2026-{n % 12 + 1:02}-15\n"
        entries.append(f"  {number}:\n    {rest}")
    (folder / "lines.yaml").write_text("".join(entries))
