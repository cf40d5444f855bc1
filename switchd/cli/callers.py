"""`switchd block`, `unblock` and `blocked`: who may not call."""

from __future__ import annotations

import re
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table

from switchd.cli.common import (
    DEFAULT_CITY,
    City,
    Json,
    city_time,
    console,
    print_json,
    settings_or_fail,
)
from switchd.cli.inspect import ask

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

Number = Annotated[str, typer.Argument(help="The caller's number, in any written form.")]
Who = Annotated[str, typer.Option("--by", help="Who does it: staff number or name.")]


def duration(text: str) -> float | None:
    """Read 30m, 24h or 7d as seconds, `ever` as None. Raises typer.BadParameter."""
    if text == "ever":
        return None
    match = re.fullmatch(r"([1-9][0-9]{0,5})([smhd])", text)
    if match is None:
        raise typer.BadParameter(f"{text} is no duration: write 30m, 24h, 7d or ever")
    return float(int(match[1]) * _UNITS[match[2]])


def block(
    number: Number,
    reason: Annotated[str, typer.Option(help="Why; it stands in the record of each call.")],
    by: Who,
    for_: Annotated[str, typer.Option("--for", help="How long: 30m, 24h, 7d or ever.")] = "24h",
    city: City = DEFAULT_CITY,
) -> None:
    """A number may not call: its calls are rejected unanswered."""
    seconds = duration(for_)
    rule = ask(city, lambda client: client.block(number, seconds, reason, by))
    typer.echo(f"{rule['number']}: blocked {_until(rule['until'], settings_or_fail(city).zone)}")


def unblock(number: Number, by: Who, city: City = DEFAULT_CITY) -> None:
    """A number may call again."""
    answer = ask(city, lambda client: client.unblock(number, by))
    typer.echo(f"{answer['number']}: may call again")


def blocked(city: City = DEFAULT_CITY, json: Json = False) -> None:
    """List who is blocked, by a person or by the limit; the plan's own list is not shown."""
    rules = ask(city, lambda client: client.get("blocked"))
    if json:
        print_json(rules)
        return
    if not rules:
        typer.echo("nobody is blocked")
        return
    zone = settings_or_fail(city).zone
    table = Table("number", "why", "until", "by", "since", box=None)
    for rule in rules:
        table.add_row(
            rule["number"],
            escape(rule["reason"]),
            _until(rule["until"], zone),
            escape(rule["who"]),
            city_time(rule["at"], zone),
        )
    console().print(table)


def _until(until: float | None, zone: ZoneInfo) -> str:
    return "for ever" if until is None else f"until {city_time(until, zone)}"
