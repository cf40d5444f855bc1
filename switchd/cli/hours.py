"""`switchd hours`: hours on calls and the rest, by agent and day, for overtime (调休)."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table

from routing.calendars import moment
from routing.hours import Hours, Stretch, hours, reasons, total
from routing.plan import Plan
from routing.seats import SeatState
from routing.sessions import UNKNOWN
from switchd.cli.common import (
    DEFAULT_CITY,
    City,
    Exit,
    Json,
    console,
    fail,
    load_or_fail,
    print_json,
    write_or_fail,
)
from switchd.cli.inspect import clock
from switchd.records.database import exists
from switchd.records.errors import RecordsError
from switchd.records.sessions import Sessions

STATES = (SeatState.TALKING, SeatState.READY, SeatState.OFFERED, SeatState.WRAP_UP)
Column = tuple[str, float | None]


def show(
    agent: Annotated[str, typer.Option(help="Only this staff number.")] = "",
    from_: Annotated[
        str, typer.Option("--from", help="First day, 2026-11-01. Default: the first of the month.")
    ] = "",
    to: Annotated[str, typer.Option(help="Last day. Default: today.")] = "",
    file: Annotated[
        Path | None, typer.Option("--csv", help="Write a CSV file, in seconds; - for stdout.")
    ] = None,
    city: City = DEFAULT_CITY,
    json: Json = False,
) -> None:
    """Show the hours of agents by day: on calls, ready, not ready and why, overtime.

    Overtime is what lies outside of the shift and crew that the plan has for the agent.
    """
    loaded = load_or_fail(city)
    plan, sql = loaded.plan, loaded.server.sql
    first, last = _days(from_, to, plan.zone)
    if not exists(sql):
        fail(f"nothing has been written down yet: there is no database {sql}")
    rows = hours(_stretches(sql, plan, first, last, agent), plan)
    if file is not None:
        _write(file, _csv(rows))
    elif json:
        print_json([_plain(row) for row in rows])
    elif not rows:
        typer.echo("nobody was signed in")
    else:
        console().print(_table(rows, plan))


def _days(first: str, last: str, zone: ZoneInfo) -> tuple[date, date]:
    today = datetime.now(zone).date()
    begins = _day(first) if first else today.replace(day=1)
    ends = _day(last) if last else max(begins, today)
    if begins > ends:
        raise typer.BadParameter(f"{begins} is after {ends}")
    return begins, ends


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day: write 2026-11-22") from None


def _stretches(sql: str, plan: Plan, first: date, last: date, agent: str) -> list[Stretch]:
    since = moment(first, 0, plan.zone)
    until = min(moment(last + timedelta(days=1), 0, plan.zone), time.time())
    try:
        sessions = Sessions(sql, plan.city)
        found = sessions.stretches(since, until, agent)
        sessions.close()
    except RecordsError as error:
        fail(str(error), Exit.UNAVAILABLE)
    return found


def _columns(row: Hours, why: Iterable[str]) -> list[Column]:
    """Everything about a row but whose it is, in seconds."""
    found: list[Column] = [("signed in", row.signed_in)]
    names = {SeatState.TALKING: "on calls", SeatState.WRAP_UP: "wrap-up", SeatState.OFFERED: "rung"}
    found += [(names.get(state, str(state)), row.states.get(state, 0.0)) for state in STATES]
    found += [(f"not ready: {reason}", row.not_ready.get(reason, 0.0)) for reason in why]
    found += [("unknown", row.states[UNKNOWN])] if UNKNOWN in row.states else []
    return [*found, ("overtime", row.overtime), ("overtime on calls", row.overtime_on_calls)]


def _table(rows: Sequence[Hours], plan: Plan) -> Table:
    why = reasons(rows)
    whole = total(rows, "all", rows[-1].day)
    heads = [name for name, _ in _columns(whole, why)]
    unknown = UNKNOWN in whole.states
    table = Table("day", "agent", "name", "calls", *heads, box=None)
    for row in [*rows, whole]:
        if unknown:
            row.states.setdefault(UNKNOWN, 0.0)
        known = plan.agents.get(row.agent)
        day = "" if row is whole else str(row.day)
        cells = [_shown(seconds) for _, seconds in _columns(row, why)]
        name = escape(known.title) if known else ""
        table.add_row(day, escape(row.agent), name, str(row.calls), *cells)
    return table


def _shown(seconds: float | None) -> str:
    return "-" if seconds is None else clock(seconds)


def _plain(row: Hours) -> dict[str, Any]:
    return {
        "day": str(row.day),
        "agent": row.agent,
        "calls": row.calls,
        "signed_in": row.signed_in,
        "on_calls": row.on_calls,
        "states": row.states,
        "not_ready": row.not_ready,
        "overtime": row.overtime,
        "overtime_on_calls": row.overtime_on_calls,
    }


def _csv(rows: Sequence[Hours]) -> str:
    """One line for each agent and day; seconds, empty where the plan says nothing."""
    why = reasons(rows)
    for row in rows:
        row.states.setdefault(UNKNOWN, 0.0)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    heads = [name for name, _ in _columns(Hours("", date.min, states={UNKNOWN: 0.0}), why)]
    writer.writerow(["day", "agent", "calls", *map(_harmless, heads)])
    for row in rows:
        seconds = ["" if found is None else round(found) for _, found in _columns(row, why)]
        writer.writerow([row.day, _harmless(row.agent), row.calls, *seconds])
    return text.getvalue()


def _harmless(text: str) -> str:
    """What a spreadsheet would take for a formula begins with an apostrophe."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def _write(file: Path, text: str) -> None:
    if str(file) == "-":
        typer.echo(text, nl=False)
    else:
        write_or_fail(file, text)
