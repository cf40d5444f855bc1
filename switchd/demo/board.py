"""The wallboard: what people look at, drawn from what the daemon shows."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from rich.align import Align
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from routing.indicators import Counts, counted
from routing.record import CallRecord
from switchd.demo.digits import big, columns

SEAT_STATES = {
    "talking": ("通话", "black on bright_blue"),
    "offered": ("振铃", "black on bright_yellow"),
    "ready": ("空闲", "black on green"),
    "wrap_up": ("整理", "black on cyan"),
    "not_ready": ("示忙", "black on magenta"),
    "signed_out": ("签出", "white on grey37"),
}
"""State of a seat → as agents call it, and its colours; busiest first."""
OUTCOME_COLOURS = {
    "answered": "green",
    "abandoned": "red",
    "abandoned_at_entry": "yellow",
    "failed": "bright_red",
}
LONGEST_GOOD_WAIT = 15.0
"""Seconds; GB/T 33358-2016."""
MINUTE = 60.0

_MOST_CALLS = 50
_SEAT_WIDTH = (23, 28)
"""Columns of a seat, without and with the Chinese word for its state."""
_ROOMY = (100, 30)
"""Columns and lines from which figures are drawn big."""


class House(Protocol):
    """What the board reads; see `api.ports.House`."""

    def status(self) -> Mapping[str, Any]: ...
    def queues(self) -> Sequence[Mapping[str, Any]]: ...
    def seats(self) -> Sequence[Mapping[str, Any]]: ...


class Board:
    """Draws the hotline as it is now, for the groups that serve a line.

    Hand it every record, for the list of last calls, and let it `look` once a second.
    """

    def __init__(self, house: House, what: str, groups: set[str]) -> None:
        self._house = house
        self._what = what
        self._groups = groups
        self._last: deque[CallRecord] = deque(maxlen=_MOST_CALLS)
        self._waiting: deque[int] = deque(maxlen=300)
        self._ends: deque[float] = deque()
        self.figures = Counts()
        """Of every call that it was told of."""

    def ended(self, record: CallRecord) -> None:
        """Remember a call for the list, and for how many there are in a minute."""
        self._last.appendleft(record)
        self._ends.append(record.ended_at)
        for ended in counted((record,)):
            self.figures += ended.counts()

    def look(self) -> None:
        """Remember how many wait, for the columns; they are as many seconds wide."""
        self._waiting.append(int(self._house.status()["waiting"]))

    def _calls_a_minute(self, now: float) -> int:
        while self._ends and self._ends[0] < now - MINUTE:
            self._ends.popleft()
        return len(self._ends)

    def line(self) -> str:
        """The hotline in one line, for a log."""
        status = self._house.status()
        figures = status["figures"]
        states = Counter(str(seat["state"]) for seat in self._seats())
        seats = ", ".join(f"{states[state]} {state}" for state in SEAT_STATES if states[state])
        return (
            f"waiting {status['waiting']} (longest {status['longest_wait']:.0f} s) · "
            f"seats {seats} · answered {figures['answered']} · "
            f"abandoned {figures['abandoned']} · within 15 s {share(figures['in_time_rate'])} · "
            f"{self._calls_a_minute(status['now'])} calls a minute"
        )

    def draw(self, width: int, height: int) -> RenderableType:
        """The whole board for a terminal of so many columns and lines."""
        status = self._house.status()
        seats = self._seats()
        roomy = width >= _ROOMY[0] and height >= _ROOMY[1]
        across = max(1, (width - 4) // _SEAT_WIDTH[width >= _ROOMY[0]])
        seat_rows = min(-(-len(seats) // across), max(2, height // 4))
        groups = [queue for queue in self._house.queues() if queue["group"] in self._groups]
        groups = groups[: max(1, height // 6)]
        graph = 4 if roomy else 2 if height >= 24 else 1
        used = 1 + (5 if roomy else 3) + (seat_rows + 2) + (len(groups) + 3) + (graph + 2)
        parts: list[RenderableType] = [
            self._head(status),
            _tiles(status, self._calls_a_minute(status["now"]), roomy),
            self._graph(width - 4, graph),
            _group_panel(groups, width >= _ROOMY[0]),
            _seat_panel(seats, float(status["now"]), across, seat_rows, width >= _ROOMY[0]),
        ]
        if height - used >= 4:
            parts.append(self._calls(height - used))
        return Group(*parts)

    def _seats(self) -> list[Mapping[str, Any]]:
        return [seat for seat in self._house.seats() if self._groups & set(seat["groups"])]

    def _head(self, status: Mapping[str, Any]) -> RenderableType:
        up = status["now"] - status["started_at"]
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append(status["title"], style="bold")
        text.append(f"  {self._what} · up {clock(up)} · Ctrl-C ends it", style="dim")
        if not status["freeswitch"]["connected"]:
            text.append("  switch not connected", style="bold red")
        return Align.center(text)

    def _graph(self, width: int, rows: int) -> Panel:
        values = list(self._waiting)[-width:]
        lines = columns([0] * (width - len(values)) + values, rows)
        title = f"等待人数 callers waiting, last {clock(width)}"
        if values:
            title += f" · at most {max(values)}"
        return _panel(Text("\n".join(lines), style="yellow", no_wrap=True), title)

    def _calls(self, height: int) -> Panel:
        table = Table(box=None, expand=True, padding=(0, 1), header_style="dim")
        for name in ("caller", "dialled"):
            table.add_column(name, no_wrap=True)
        for name in ("waited", "talked", "seat"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("ended", no_wrap=True, ratio=1)
        for record in list(self._last)[: height - 3]:
            outcome = Text()
            outcome.append(
                record.outcome.replace("_", " "), OUTCOME_COLOURS.get(record.outcome, "")
            )
            if record.survey_meaning:
                outcome.append(f" · {record.survey_meaning.replace('_', ' ')}", style="dim")
            table.add_row(
                record.caller or "withheld",
                record.line_dialled or record.dialled,
                _seconds(record.queue_seconds),
                _seconds(record.talk_seconds),
                record.seat or "-",
                outcome,
            )
        return _panel(table, "最近来电 last calls", height)


def _tiles(status: Mapping[str, Any], calls_a_minute: int, roomy: bool) -> RenderableType:
    figures = status["figures"]
    longest = float(status["longest_wait"])
    rate = figures["in_time_rate"]
    tiles = [
        (
            "等待 waiting",
            "waiting",
            str(status["waiting"]),
            "yellow" if status["waiting"] else "green",
        ),
        (
            "最长 longest",
            "longest",
            f"{longest:.0f}s",
            "red" if longest > LONGEST_GOOD_WAIT else "green",
        ),
        ("接听 answered", "taken", str(figures["answered"]), "green"),
        (
            "放弃 given up",
            "gave up",
            str(figures["abandoned"]),
            "red" if figures["abandoned"] else "green",
        ),
        ("15秒 in 15 s", "in 15 s", share(rate), "bright_blue"),
        ("每分 a minute", "per min", str(calls_a_minute), "white"),
    ]
    grid = Table.grid(expand=True)
    cells = []
    for name, short, value, colour in tiles:
        grid.add_column(ratio=1)
        figure = Text(big(value) if roomy else value, style=f"bold {colour}", no_wrap=True)
        title = name if roomy else short
        cells.append(Panel(Align.center(figure), title=title, border_style="dim"))
    grid.add_row(*cells)
    return grid


def _group_panel(groups: Sequence[Mapping[str, Any]], rates: bool) -> Panel:
    table = Table(box=None, expand=True, padding=(0, 1), header_style="dim")
    table.add_column("group", no_wrap=True)
    table.add_column("waiting", justify="right")
    table.add_column("longest", justify="right")
    for name in ("接通率 connected", "15秒 in 15 s") if rates else ():
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("seats", no_wrap=True, ratio=1)
    for queue in groups:
        wait = queue["longest_wait"]
        states = Text(no_wrap=True, overflow="ellipsis")
        for state in SEAT_STATES:
            if count := queue["seats"].get(state):
                states.append(f"{count} {state.replace('_', ' ')}", _ink(state)).append("  ")
        today = queue["today"]
        shown = (share(today["connect_rate"]), share(today["in_time_rate"])) if rates else ()
        table.add_row(
            f"{queue['title']} {queue['group']}",
            str(queue["waiting"]),
            Text(f"{wait:.0f} s", style="red" if wait > LONGEST_GOOD_WAIT else ""),
            *shown,
            states,
        )
    return _panel(table, "技能组 skill groups")


def _seat_panel(
    seats: Sequence[Mapping[str, Any]], now: float, across: int, rows: int, chinese: bool
) -> Panel:
    grid = Table.grid(expand=True)
    for _ in range(across):
        grid.add_column(ratio=1, no_wrap=True)
    shown = [_seat(seat, now, chinese) for seat in seats[: across * rows]]
    for first in range(0, len(shown), across):
        grid.add_row(*shown[first : first + across])
    left = len(seats) - len(shown)
    return _panel(grid, "坐席 seats" + (f" · {left} more" if left else ""), rows + 2)


def _seat(seat: Mapping[str, Any], now: float, chinese: bool) -> Text:
    state = str(seat["state"])
    word, colours = SEAT_STATES.get(state, ("", ""))
    text = Text()
    text.append(f" {seat['seat']} {word} " if chinese else f" {seat['seat']} ", style=colours)
    text.append(f" {state.replace('_', ' ')}", style=_ink(state))
    if state != "signed_out":
        text.append(f" {clock(now - seat['since'])}", style="dim")
    return text


def _ink(state: str) -> str:
    """A state's colour as the colour of letters."""
    return SEAT_STATES[state][1].rpartition(" on ")[2] if state in SEAT_STATES else ""


def _panel(inside: RenderableType, title: str, height: int | None = None) -> Panel:
    return Panel(inside, title=title, title_align="left", border_style="dim", height=height)


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} s"


def clock(seconds: float) -> str:
    """Show seconds as 1:05."""
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


def share(value: float | None) -> str:
    """Show a share, or a dash if there is nothing to divide."""
    return "-" if value is None else f"{value:.0%}"
