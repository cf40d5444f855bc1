"""The demo itself: a stage, a daemon, people, and the wallboard until it is over."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import gevent
from gevent.event import Event as Flag
from rich.console import Console
from rich.live import Live

from routing.record import CallRecord
from switchd.bootstrap import Running, build
from switchd.daemon import Daemon
from switchd.demo.board import Board
from switchd.demo.picture import SIZE, save_picture
from switchd.demo.stage import Stage
from switchd.esl.errors import EslError

BOARD_SECONDS = 0.5
LINE_SECONDS = 5.0
CONNECT_SECONDS = 30.0
DRAIN_SECONDS = 3.0


class Interrupted(BaseException):
    """Somebody ended the demo before it had begun."""


class Signals:
    """SIGINT and SIGTERM: before the show begins they interrupt, afterwards they set `stop`."""

    def __init__(self) -> None:
        self.stop = Flag()
        self.begun = False
        self._main = gevent.getcurrent()
        self._handlers: list[Any] = []

    def __enter__(self) -> Signals:
        for number in (signal.SIGTERM, signal.SIGINT):
            self._handlers.append(gevent.signal_handler(number, self._told))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for handler in self._handlers:
            handler.cancel()

    def _told(self) -> None:
        first = not self.stop.is_set()
        self.stop.set()
        if first and not self.begun:
            gevent.kill(self._main, Interrupted())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What there is to tell when it is over."""

    figures: Mapping[str, Any]
    cut_off: int
    """Calls that were in progress or came at the end, and ended with it."""
    folder: Path
    last: CallRecord | None
    """The last call that was recorded."""


def play(
    stage: Callable[[], Stage],
    signals: Signals,
    console: Console,
    seconds: float,
    picture: Path | None = None,
) -> Outcome:
    """Run the whole demo for `seconds` (0: until a signal), and end everything it started.

    Raises StageFailed, Interrupted, and whatever `bootstrap.build` and the daemon's start raise.
    """
    opened = stage()
    try:
        running = build(opened.city, password=opened.password)
        try:
            return _show(running, opened, signals, console, seconds, picture)
        finally:
            running.close()
    finally:
        opened.close()


def _show(
    running: Running,
    stage: Stage,
    signals: Signals,
    console: Console,
    seconds: float,
    picture: Path | None,
) -> Outcome:
    daemon = running.daemon
    plan = stage.city.plan
    board = Board(daemon.house, stage.what, {line.group for line in plan.lines.values()})
    daemon.parts.desk.closed.append(board.ended)
    try:
        daemon.start()
        _until_in_charge(daemon)
        stage.open(daemon.house)
        signals.begun = True
        timer = gevent.spawn_later(seconds, signals.stop.set) if seconds else None
        watcher = gevent.spawn(_watch, board)
        _until_over(board, console, signals.stop)
        gevent.killall([each for each in (timer, watcher) if each is not None])
        if picture is not None:
            save_picture(board.draw(*SIZE), picture)
        figures, ended = board.figures.plain(), board.figures.calls
        _end_calls(daemon)
    finally:
        daemon.stop()
    # Until then people call and are turned away, which leaves records, too.
    cut_off = board.figures.calls - ended
    recorded = [record for record in running.store.recent(50) if record.recording]
    return Outcome(figures, cut_off, running.folder, recorded[0] if recorded else None)


def _end_calls(daemon: Daemon) -> None:
    """End the calls in progress on the switch, so that they leave their records too."""
    with contextlib.suppress(EslError):
        daemon.parts.link.api("hupall", "SYSTEM_SHUTDOWN")
    daemon.drain(DRAIN_SECONDS)


def _watch(board: Board) -> None:
    while True:
        board.look()
        gevent.sleep(1.0)


def _until_in_charge(daemon: Daemon) -> None:
    """Let nobody call before the daemon has looked at the switch: it would be served without it."""
    with gevent.Timeout(CONNECT_SECONDS, TimeoutError("the switch was not heard")):
        while daemon.parts.compared is None:
            gevent.sleep(BOARD_SECONDS / 10)


def _until_over(board: Board, console: Console, stop: Flag) -> None:
    if not console.is_terminal:
        while not stop.wait(LINE_SECONDS):
            console.print(board.line(), soft_wrap=True, highlight=False)
        return
    with Live(console=console, auto_refresh=False, screen=True) as live:
        while True:
            live.update(board.draw(*console.size), refresh=True)
            if stop.wait(BOARD_SECONDS):
                return
