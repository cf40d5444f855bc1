"""`switchd replay`: a day that was, with another plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from routing.indicators import Counts
from routing.past import Past
from routing.plan import Plan
from routing.replay import as_it_was, replay
from routing.timeline import day_begins
from switchd.cli.common import DEFAULT_CITY, City, Exit, Json, fail, load_or_fail, print_json
from switchd.cli.figures import seconds
from switchd.cli.inspect import percent
from switchd.config import ServerSettings
from switchd.records.database import exists
from switchd.records.errors import RecordsError
from switchd.records.store import Store

_DAY = timedelta(days=1)
_ROWS: tuple[tuple[str, Callable[[Counts], str]], ...] = (
    ("calls", lambda counts: f"{counts.calls:,}"),
    ("asked for a person", lambda counts: f"{counts.offered:,}"),
    ("answered", lambda counts: f"{counts.answered:,}"),
    ("abandoned", lambda counts: f"{counts.abandoned:,}"),
    ("timed out", lambda counts: f"{counts.timed_out:,}"),
    ("removed by a supervisor", lambda counts: f"{counts.removed:,}"),
    ("left to be called back", lambda counts: f"{counts.callbacks:,}"),
    ("left for voicemail", lambda counts: f"{counts.voicemails:,}"),
    ("failed or kept out", lambda counts: f"{counts.failed + counts.could_not_enter:,}"),
    ("closed", lambda counts: f"{counts.closed:,}"),
    ("refused", lambda counts: f"{counts.refused:,}"),
    ("connect rate", lambda counts: percent(counts.connect_rate)),
    ("within 15 s", lambda counts: percent(counts.in_time_rate)),
    ("average wait", lambda counts: seconds(counts.average_wait)),
    ("longest wait", lambda counts: seconds(counts.longest_wait)),
)


def run(
    day: Annotated[str, typer.Argument(help="A day of the city, 2026-11-22.")],
    plan: Annotated[
        Path, typer.Option("--plan", help="Folder of the plan to try.", file_okay=False)
    ],
    seed: Annotated[int, typer.Option(help="For what is drawn; the same gives the same.")] = 0,
    city: City = DEFAULT_CITY,
    json: Json = False,
) -> None:
    """Let the callers of a day call again under another plan, and compare.

    The day's calls come from the records of --city. Three columns: the day as it was, replayed
    under the city's own plan, and replayed under the other. Compare the last two: what tells the
    first two apart is what a replay cannot know, such as breaks of agents.
    """
    own, other = load_or_fail(city), load_or_fail(plan)
    since, until = _period(day, own.plan)
    past = _read(own.server, since, until)
    if not past:
        fail(f"no calls of {day} are in the records of {own.plan.city}")
    columns = {"as it was": as_it_was(past)}
    named = {f"with {own.plan.city} as it is": own.plan, f"with {plan}": other.plan}
    for name, tried in named.items():
        columns[name] = _played(past, tried, seed, name)
    if json:
        print_json({name: counts.plain() for name, counts in columns.items()})
        return
    table = Table(box=None)
    table.add_column(day, no_wrap=True)
    for name in columns:
        table.add_column(name, justify="right")
    for row, show in _ROWS:
        table.add_row(row, *(show(counts) for counts in columns.values()))
    Console(soft_wrap=True).print(table)


def _period(day: str, plan: Plan) -> tuple[float, float]:
    try:
        first = date.fromisoformat(day)
    except ValueError:
        raise typer.BadParameter(f"{day!r} is no day; write 2026-11-22") from None
    return day_begins(first, plan), day_begins(first + _DAY, plan)


def _read(settings: ServerSettings, since: float, until: float) -> Sequence[Past]:
    if not exists(settings.sql):
        fail("there are no records yet: the database is made when switchd runs", Exit.UNAVAILABLE)
    store = None
    try:
        store = Store(settings.sql)
        return store.day(since, until)
    except RecordsError as error:
        fail(f"the records cannot be read: {error}", Exit.UNAVAILABLE)
    finally:
        if store is not None:
            store.close()


def _played(past: Sequence[Past], plan: Plan, seed: int, name: str) -> Counts:
    """Replay with a bar on the terminal, if there is one."""
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"replaying {name}", total=len(past))
        return replay(past, plan, seed=seed, progress=lambda done: bar.update(task, completed=done))
