"""`switchd demo`: the whole hotline on one machine, to look at."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from switchd.cli.common import Exit, fail, load_or_fail
from switchd.cli.inspect import percent
from switchd.cli.run import configure_log
from switchd.config import Loaded
from switchd.config.server import Log
from switchd.demo.freeswitch import FreeSwitchFailed, find_program
from switchd.demo.telephones.sipp import SIPP
from switchd.places import share
from switchd.queues.embedded import EmbeddedRedisFailed
from switchd.queues.facts import QueueUnavailable

if TYPE_CHECKING:
    from switchd.demo.show import Outcome
    from switchd.demo.stage import People, Stage


def _duration(text: str) -> float:
    """Read 60s, 2m or 1h as seconds."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(s|m|h)?", text)
    if not match:
        raise typer.BadParameter(f"{text!r} is no duration; write 60s, 2m or 1h")
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2] or "s"]


def demo(
    seconds: Annotated[
        float,
        typer.Option(
            "--for",
            parser=_duration,
            metavar="TIME",
            show_default=False,
            help="60s, 2m; default: until Ctrl-C.",
        ),
    ] = "0",  # type: ignore[assignment]  # the parser reads it
    city: Annotated[Path | None, typer.Option(help="Default: config/pingdingshan.")] = None,
    rate: Annotated[float, typer.Option(min=0, help="Calls an hour.")] = 1200.0,
    talk: Annotated[float, typer.Option(min=0.1, help="Median talk, in seconds.")] = 8.0,
    patience: Annotated[float, typer.Option(min=0.1, help="Median patience, in seconds.")] = 30.0,
    speed: Annotated[float, typer.Option(min=0.1, help="How fast people's time passes.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Same seed, same people.")] = 12319,
    stand_in: Annotated[
        bool, typer.Option("--stand-in", help="Use no FreeSWITCH even if there is one.")
    ] = False,
    picture: Annotated[
        Path | None,
        typer.Option(help="Write the wallboard as it is at the end to this SVG file."),
    ] = None,
    keep: Annotated[
        Path, typer.Option(help="Folder for records and recordings; a new one inside each run.")
    ] = Path("var/demo"),
) -> None:
    """Run the hotline with simulated callers and seats, and show the wallboard.

    It runs on a FreeSWITCH of its own if there is one (the environment variable FREESWITCH, or
    freeswitch on the PATH) and sipp is on the PATH; otherwise on a stand-in.
    """
    from switchd.demo.show import Interrupted, Signals, play  # heavy: the whole daemon
    from switchd.demo.stage import People, StageFailed

    loaded = load_or_fail(city or share("config") / "pingdingshan")
    folder = _new_folder(keep)
    console = Console()
    configure_log(Log(format="console", level="error" if console.is_terminal else "warning"))
    people = People(rate, talk, patience, speed, seed)
    try:
        with Signals() as signals:
            stage = _stage(console, loaded, folder, people, stand_in)
            outcome = play(stage, signals, console, seconds, picture)
    except Interrupted:
        fail("interrupted before it had begun")
    except (StageFailed, FreeSwitchFailed, EmbeddedRedisFailed, QueueUnavailable) as error:
        fail(f"the demo cannot start: {error}", Exit.UNAVAILABLE)
    except (OSError, SQLAlchemyError) as error:
        fail(f"the demo failed: {error}")
    _tell(console, outcome)


def _new_folder(keep: Path) -> Path:
    """Make a folder named after the time; demos that begin in the same second get numbers."""
    name = datetime.now().strftime("%Y%m%d-%H%M%S")
    number = 0
    while True:
        number += 1
        folder = (keep / (f"{name}-{number}" if number > 1 else name)).resolve()
        try:
            folder.mkdir(parents=True)
            (folder / "recordings").mkdir()
        except FileExistsError:
            if not folder.is_dir():
                fail(f"{keep} is no folder; --keep names another")
        except OSError as error:
            fail(f"no folder for records and recordings: {error}; --keep names another")
        else:
            return folder


def _stage(
    console: Console, loaded: Loaded, folder: Path, people: People, stand_in: bool
) -> Callable[[], Stage]:
    """Choose a real FreeSWITCH or the stand-in. Raises FreeSwitchFailed for a wrong FREESWITCH."""
    from switchd.demo.real import FreeSwitchStage
    from switchd.demo.standin import StandInStage

    program = None if stand_in else find_program(os.environ)
    if program is not None and SIPP is None:
        console.print(
            f"{program} is there, but sipp is not on the PATH (Debian and Ubuntu: apt install "
            "sip-tester), so this is the stand-in",
            soft_wrap=True,
            highlight=False,
        )
        program = None
    if program is None:
        return lambda: StandInStage(loaded, folder, people)
    console.print(f"starting {program} ...", soft_wrap=True, highlight=False)
    return lambda: FreeSwitchStage(loaded, folder, people, program, os.environ)


def _tell(console: Console, outcome: Outcome) -> None:
    figures, folder = outcome.figures, outcome.folder
    surveys = ", ".join(
        f"{count} {meaning.replace('_', ' ')}" for meaning, count in figures["surveys"].items()
    )
    records = folder / "records.sqlite3"
    rows = [
        ("calls ended", figures["calls"]),
        ("answered", figures["answered"]),
        ("abandoned while waiting", figures["abandoned"]),
        ("connect rate", percent(figures["connect_rate"])),
        ("within 15 s", percent(figures["in_time_rate"])),
        ("satisfaction", surveys or "-"),
        ("cut off by the end", outcome.cut_off),
        ("records", records),
        ("recordings", folder / "recordings"),
    ]
    if outcome.last is not None:
        rows.append(("last recording", folder / "recordings" / outcome.last.recording))
    rows.append(("to look at the records", f'sqlite3 -box {records} "{_QUERY}"'))
    for name, value in rows:
        console.print(f"{name:>24}  {value}", soft_wrap=True, highlight=False, markup=False)


_QUERY = "select caller, outcome, seat, survey_meaning from calls order by arrived_at desc limit 20"
