"""`switchd demo`: the whole hotline on one machine, to look at."""

from __future__ import annotations

import re
import signal
from datetime import datetime
from pathlib import Path
from typing import Annotated

import gevent
import typer
from gevent.event import Event as Flag
from rich.console import Console
from rich.live import Live

from routing.record import CallRecord
from switchd.bootstrap import Running, build
from switchd.cli.common import Exit, fail, load_or_fail
from switchd.cli.inspect import percent
from switchd.cli.run import configure_log
from switchd.config.server import Log
from switchd.demo.board import Board
from switchd.demo.stage import People, StageFailed, StandIn, on_stage
from switchd.places import share

BOARD_SECONDS = 0.5
LINE_SECONDS = 5.0
DRAIN_SECONDS = 1.0


def _duration(text: str) -> float:
    """Read 60s, 2m or 1h as seconds."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(s|m|h)?", text)
    if not match:
        raise typer.BadParameter(f"{text!r} is no duration; write 60s, 2m or 1h")
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2] or "s"]


def demo(
    seconds: Annotated[
        float,
        typer.Option("--for", parser=_duration, metavar="TIME", help="60s, 2m; default: Ctrl-C."),
    ] = "0",  # type: ignore[assignment]  # the parser reads it
    city: Annotated[Path | None, typer.Option(help="Default: config/pingdingshan.")] = None,
    rate: Annotated[float, typer.Option(min=0, help="Calls an hour.")] = 1200.0,
    talk: Annotated[float, typer.Option(min=0.1, help="Median talk, in seconds.")] = 12.0,
    patience: Annotated[float, typer.Option(min=0.1, help="Median patience, in seconds.")] = 45.0,
    speed: Annotated[float, typer.Option(min=0.1, help="How fast people's time passes.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Same seed, same people.")] = 12345,
    keep: Annotated[
        Path, typer.Option(help="Folder for records and recordings; a new one inside each run.")
    ] = Path("var/demo"),
) -> None:
    """Run the hotline with simulated callers and seats, and show the wallboard."""
    loaded = load_or_fail(city or share("config") / "pingdingshan")
    folder = (keep / datetime.now().strftime("%Y%m%d-%H%M%S")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    console = Console()
    configure_log(Log(format="console", level="error" if console.is_terminal else "warning"))
    people = People(rate, talk, patience, speed, seed)
    try:
        stage = StandIn(loaded, people)
    except StageFailed as error:
        fail(str(error), Exit.UNAVAILABLE)
    try:
        running = build(on_stage(loaded, folder, stage.port), password=stage.password)
        try:
            _show(running, stage.what, console, seconds)
        finally:
            running.close()
    finally:
        stage.stop()


def _show(running: Running, what: str, console: Console, seconds: float) -> None:
    daemon = running.daemon
    board = Board(daemon, what)
    daemon.parts.desk.closed.append(board.ended)
    stop = Flag()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, stop.set)
    daemon.start()
    ending = gevent.spawn_later(seconds, stop.set) if seconds else None
    if console.is_terminal:
        with Live(board.draw(), console=console, auto_refresh=False, screen=True) as live:
            while not stop.wait(BOARD_SECONDS):
                live.update(board.draw(), refresh=True)
    else:
        while not stop.wait(LINE_SECONDS):
            console.print(board.line(), soft_wrap=True, highlight=False)
    if ending is not None:
        ending.kill()
    daemon.drain(DRAIN_SECONDS)
    figures = daemon.status()["figures"]
    left = len(daemon.parts.desk)
    daemon.stop()
    _summary(running, console, figures, left)


def _summary(running: Running, console: Console, figures: dict[str, object], left: int) -> None:
    server_folder = running.folder
    last: list[CallRecord] = running.store.recent(1)
    rows = [
        ("calls ended", figures["ended"]),
        ("answered", figures["answered"]),
        ("abandoned while waiting", figures["abandoned"]),
        ("connect rate", percent(figures["connect_rate"])),  # type: ignore[arg-type]
        ("within 15 s", percent(figures["rate_15s"])),  # type: ignore[arg-type]
        ("satisfaction", figures["surveys"] or "-"),
        ("still in progress at the end", left),
        ("records", server_folder / "records.sqlite3"),
        ("recordings", server_folder / "recordings"),
    ]
    for name, value in rows:
        console.print(f"{name:>28}  {value}", soft_wrap=True, highlight=False)
    if last and last[0].recording:
        path = server_folder / "recordings" / last[0].recording
        console.print(f"{'last recording':>28}  {path}", soft_wrap=True, highlight=False)
