"""The wallboard: what people look at, drawn from what the daemon shows."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from rich.align import Align
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from routing.record import CallRecord

SEAT_COLOURS = {
    "ready": "green",
    "offered": "yellow",
    "talking": "bright_blue",
    "wrap_up": "cyan",
    "not_ready": "magenta",
    "signed_out": "bright_black",
}
OUTCOME_COLOURS = {"answered": "green", "abandoned": "red", "failed": "bright_red"}
LAST_CALLS = 8
LONGEST_GOOD_WAIT = 15.0
"""Seconds; GB/T 33358-2016."""


class House(Protocol):
    """What the board reads; see `api.ports.House`."""

    def status(self) -> Mapping[str, Any]: ...
    def queues(self) -> Sequence[Mapping[str, Any]]: ...
    def seats(self) -> Sequence[Mapping[str, Any]]: ...


class Board:
    """Draws the hotline as it is now. Hand it every record, for the list of last calls."""

    def __init__(self, house: House, what: str) -> None:
        self._house = house
        self._what = what
        self._last: deque[CallRecord] = deque(maxlen=LAST_CALLS)

    def ended(self, record: CallRecord) -> None:
        """Remember a call for the list."""
        self._last.appendleft(record)

    def line(self) -> str:
        """The hotline in one line, for a log."""
        status = self._house.status()
        figures = status["figures"]
        seats = ", ".join(f"{count} {state}" for state, count in sorted(status["seats"].items()))
        return (
            f"waiting {status['waiting']} (longest {status['longest_wait']:.0f} s) · "
            f"seats {seats} · answered {figures['answered']} · "
            f"abandoned {figures['abandoned']} · within 15 s {share(figures['rate_15s'])} · "
            f"{figures['calls_a_minute']} calls a minute"
        )

    def draw(self) -> RenderableType:
        """The whole board."""
        status = self._house.status()
        return Group(
            self._head(status),
            Columns([_figure(*figure) for figure in _figures(status)], equal=True, expand=True),
            self._groups(),
            self._seats(),
            self._calls(),
        )

    def _head(self, status: Mapping[str, Any]) -> RenderableType:
        up = status["now"] - status["started_at"]
        text = Text(status["title"], style="bold")
        text.append(f"   {self._what} · up {up:.0f} s · Ctrl-C ends it", style="dim")
        if not status["freeswitch"]["connected"]:
            text.append("   switch not connected", style="bold red")
        return Align.center(text)

    def _groups(self) -> RenderableType:
        table = Table("group", "waiting", "longest", "seats", box=None, expand=True)
        for queue in self._house.queues():
            seats = "  ".join(f"{n} {s}" for s, n in sorted(queue["seats"].items()))
            wait = queue["longest_wait"]
            style = "red" if wait > LONGEST_GOOD_WAIT else ""
            table.add_row(
                f"{queue['title']} ({queue['group']})",
                str(queue["waiting"]),
                Text(f"{wait:.0f} s", style=style),
                seats,
            )
        return Panel(table, title="技能组 skill groups", title_align="left")

    def _seats(self) -> RenderableType:
        cells = []
        for seat in self._house.seats():
            style = SEAT_COLOURS.get(str(seat["state"]), "")
            cells.append(Text(f"{seat['seat']} {seat['state']}", style=style))
        return Panel(Columns(cells, equal=True), title="坐席 seats", title_align="left")

    def _calls(self) -> RenderableType:
        table = Table("caller", "line", "waited", "talked", "seat", "ended", box=None, expand=True)
        for record in self._last:
            table.add_row(
                record.caller or "withheld",
                record.line_dialled or record.dialled,
                _seconds(record.queue_seconds),
                _seconds(record.talk_seconds),
                record.seat or "-",
                Text(
                    f"{record.outcome} {record.survey_meaning}".strip(),
                    style=OUTCOME_COLOURS.get(record.outcome, ""),
                ),
            )
        return Panel(table, title="last calls", title_align="left")


def _figures(status: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    figures = status["figures"]
    longest = status["longest_wait"]
    return [
        ("waiting", str(status["waiting"]), "yellow" if status["waiting"] else "green"),
        ("longest wait", f"{longest:.0f} s", "red" if longest > LONGEST_GOOD_WAIT else "green"),
        ("answered", str(figures["answered"]), "green"),
        ("abandoned", str(figures["abandoned"]), "red" if figures["abandoned"] else "green"),
        ("within 15 s", share(figures["rate_15s"]), "bright_blue"),
        ("calls a minute", str(figures["calls_a_minute"]), "white"),
    ]


def _figure(name: str, value: str, colour: str) -> Panel:
    return Panel(Align.center(Text(value, style=f"bold {colour}")), title=name, height=3)


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} s"


def share(value: float | None) -> str:
    """Show a share, or a dash if there is nothing to divide."""
    return "-" if value is None else f"{value:.0%}"
