"""`switchd roster`: which crews and seats are on duty."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from routing.plan import Plan
from routing.roster import Post, Turns, posts, turns
from routing.shifts import Duty, Rotation
from switchd.cli.common import (
    DEFAULT_CITY,
    At,
    City,
    Json,
    console,
    load_or_fail,
    print_json,
    read_moment,
)


def roster(
    city: City = DEFAULT_CITY,
    at: At = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days are drawn.")] = 7,
    json: Json = False,
) -> None:
    """Say which crew and which seats are on duty, and draw the coming days."""
    plan = load_or_fail(city).plan
    now = read_moment(at, plan.zone)
    seats, coming = posts(plan, now), tuple(turns(plan, now, days))
    if json:
        shown = [asdict(post) | {"on_duty": post.on_duty} for post in seats]
        print_json({"at": now, "seats": shown, "days": [asdict(day) for day in coming]})
        return
    moment = datetime.fromtimestamp(now, plan.zone)
    typer.echo(f"{moment:%a %Y-%m-%d %H:%M} ({plan.zone.key})")
    for line in _now(seats, plan):
        typer.echo(line)
    for name, arrangement in plan.shifts.items():
        typer.echo("")
        if isinstance(arrangement, Rotation):
            times = ", ".join(f"{shift} {span}" for shift, span in arrangement.times.items())
            typer.echo(f"{name}: {times}")
        else:
            typer.echo(f"{name}: hours of the calendar {arrangement.calendar.name}")
        _draw([day for day in coming if day.shifts == name], arrangement.crews, plan)


def _now(seats: Iterable[Post], plan: Plan) -> Iterable[str]:
    """One line for the seats that share their crews."""
    alike: dict[tuple[bool, tuple[Duty, ...]], list[str]] = {}
    for post in seats:
        alike.setdefault((post.by_shifts, post.duties), []).append(post.seat)
    for (by_shifts, duties), numbers in alike.items():
        who = ", ".join(_crew(duty, plan) for duty in duties)
        if not by_shifts:
            who = f"{who}, and at any time" if who else "at any time, without shifts"
        yield f"  {_ranges(numbers)} ({len(numbers)}): {who or 'off duty'}"


def _ranges(numbers: list[str]) -> str:
    """Write 1001, 1002, 1003, 2001 as 1001-1003, 2001."""
    ranges: list[list[str]] = []
    for number in numbers:
        if ranges and int(number) == int(ranges[-1][-1]) + 1:
            ranges[-1].append(number)
        else:
            ranges.append([number])
    return ", ".join(one[0] if len(one) == 1 else f"{one[0]}-{one[-1]}" for one in ranges)


def _crew(duty: Duty, plan: Plan) -> str:
    ends = datetime.fromtimestamp(duty.ends, plan.zone)
    return f"{duty.crew} ({duty.shift}) until {ends:%H:%M}"


def _draw(coming: list[Turns], crews: tuple[str, ...], plan: Plan) -> None:
    """A row for each day, a column for each crew."""
    table = Table("", *map(escape, crews), "", box=None)
    for day in coming:
        cells = (_cell(day, crew, plan) for crew in crews)
        table.add_row(f"{day.day:%a %Y-%m-%d}", *map(escape, cells), day.kind.value)
    console().print(table)


def _cell(day: Turns, crew: str, plan: Plan) -> str:
    """What a crew does on a day: its shift, or the hours of a day shift."""
    duties = [duty for duty in day.duties if duty.crew == crew]
    if isinstance(plan.shifts[day.shifts], Rotation):
        return ", ".join(duty.shift for duty in duties) or "-"
    return " ".join(_hours(duty, plan) for duty in duties) or "-"


def _hours(duty: Duty, plan: Plan) -> str:
    begins, ends = (datetime.fromtimestamp(at, plan.zone) for at in (duty.begins, duty.ends))
    return f"{begins:%H:%M}-{ends:%H:%M}"
