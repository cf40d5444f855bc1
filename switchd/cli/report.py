"""`switchd report`: how a day or another period went, from the records."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from routing.indicators import Counts, Dimension
from routing.plan import Plan
from switchd.cli.common import (
    DEFAULT_CITY,
    City,
    Exit,
    Json,
    city_time,
    console,
    fail,
    load_or_fail,
    print_json,
    read_moment,
)
from switchd.cli.figures import table
from switchd.records.database import exists
from switchd.records.errors import RecordsError
from switchd.records.store import Store


def report(
    day: Annotated[
        str | None, typer.Option(help="A day of the city, 2026-11-22. Default: today.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Instead of a day: from this day or time on.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="Up to this day or time, which is not in it. Default: now.")
    ] = None,
    by: Annotated[
        Dimension,
        typer.Option(help="A row for each line dialled, line that served, group, …"),
    ] = Dimension.LINE,
    city: City = DEFAULT_CITY,
    json: Json = False,
) -> None:
    """Show answered and lost calls, rates, waits and talk of a period.

    A call belongs to the time at which it arrived.
    """
    loaded = load_or_fail(city)
    plan, sql = loaded.plan, loaded.server.sql
    first, last = _period(day, since, until, plan.zone)
    if not exists(sql):
        fail(f"no call has been written down yet: there is no database {sql}")
    try:
        store = Store(sql)
        total, rows = store.summary(first, last), store.report(first, last, by, plan.zone)
        store.close()
    except RecordsError as error:
        fail(str(error), Exit.UNAVAILABLE)
    if json:
        print_json(
            {
                "since": first,
                "until": last,
                "by": by.value,
                "total": total.plain(),
                "rows": [{by.value: key, **counts.plain()} for key, counts in rows.items()],
            }
        )
        return
    _print(total, rows, by, plan, f"{city_time(first, plan.zone)} to {city_time(last, plan.zone)}")


def _period(
    day: str | None, since: str | None, until: str | None, zone: ZoneInfo
) -> tuple[float, float]:
    """Read the options; a day is from midnight to midnight in the city."""
    if day is not None and (since is not None or until is not None):
        raise typer.BadParameter("write either --day, or --since and --until")
    if since is not None:
        first, last = read_moment(since, zone), read_moment(until, zone)
    elif until is not None:
        raise typer.BadParameter("--until needs --since")
    else:
        moment = datetime.fromtimestamp(read_moment(day, zone), zone)
        midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        first = midnight.timestamp()
        last = (midnight + timedelta(days=1)).timestamp() if day is not None else time.time()
    if first >= last:
        raise typer.BadParameter("the period ends before it begins")
    return first, last


def _print(total: Counts, rows: dict[str, Counts], by: Dimension, plan: Plan, period: str) -> None:
    titles: dict[str, str] = {}
    if by in (Dimension.LINE, Dimension.MEANT):
        titles = {name: line.title for name, line in plan.lines.items()}
    elif by is Dimension.GROUP:
        titles = {name: group.title for name, group in plan.groups.items()}
    shown = [
        (f"{key or f'no {by}'} {titles.get(key, '')}".rstrip(), counts.plain())
        for key, counts in rows.items()
    ]
    console().print(table(by.value, [*shown, ("all", total.plain())], title=period))
