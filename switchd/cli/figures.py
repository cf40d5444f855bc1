"""How figures are shown: `switchd indicators` from the running hotline, `switchd report` from SQL.

Both have the same columns; `routing.indicators` says what they mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rich.table import Table

from switchd.cli.inspect import clock, percent

Figures = Mapping[str, Any]
_SUMS = (
    ("calls", "calls"),
    ("offered", "offered"),
    ("answered", "answered"),
    ("abandoned", "abandoned"),
    ("short", "short_abandons"),
    ("timed out", "timed_out"),
    ("removed", "removed"),
    ("no entry", "could_not_enter"),
    ("failed", "failed"),
    ("callback", "callbacks"),
    ("voicemail", "voicemails"),
)
"""Heading of a column → its figure."""
_RATES: tuple[tuple[str, Callable[[Figures], str]], ...] = (
    ("connected", lambda figures: percent(figures["connect_rate"])),
    ("in 15 s", lambda figures: percent(figures["in_time_rate"])),
    ("wait", lambda figures: seconds(figures["average_wait"])),
    ("longest", lambda figures: seconds(figures["longest_wait"])),
    ("talk", lambda figures: seconds(figures["average_talk"])),
)


def table(what: str, rows: Iterable[tuple[str, Figures]], title: str | None = None) -> Table:
    """Draw figures, a row for each name; `what` the names are."""
    drawn = Table(box=None, title=title, title_justify="left")
    drawn.add_column(what, no_wrap=True)
    for heading in (*(heading for heading, _ in _SUMS), *(heading for heading, _ in _RATES)):
        drawn.add_column(heading, justify="right", no_wrap=True)
    for name, figures in rows:
        sums = (str(figures[figure]) for _, figure in _SUMS)
        drawn.add_row(name, *sums, *(show(figures) for _, show in _RATES))
    return drawn


def seconds(value: float | None) -> str:
    """Show a duration, or a dash if there is none."""
    return "-" if value is None else clock(value)
