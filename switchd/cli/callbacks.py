"""`switchd callbacks list|add|cancel|retry` and `switchd voicemail list|handled`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table

from switchd.cli.callers import Who
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

callbacks = typer.Typer(no_args_is_help=True, help="People to be called back (回拨).")
voicemail = typer.Typer(no_args_is_help=True, help="Messages that callers left.")

Id = Annotated[int, typer.Argument(help="The callback's number in `switchd callbacks list`.")]
OPEN = ("waiting", "paused", "trying")


@callbacks.command("list")
def list_callbacks(
    city: City = DEFAULT_CITY,
    every: Annotated[bool, typer.Option("--all", help="Closed ones, too.")] = False,
    json: Json = False,
) -> None:
    """List who is to be called back, the latest first."""
    found = ask(city, lambda client: client.get("callbacks"))
    rows = [one for one in found if every or one["status"] in OPEN]
    if json:
        print_json(rows)
        return
    if not rows:
        typer.echo("nobody is to be called back" if not every else "there was no callback yet")
        return
    zone = settings_or_fail(city).zone
    table = Table("id", "number", "line", "why", "waits since", "status", "tries", "", box=None)
    for one in rows:
        table.add_row(
            str(one["id"]),
            one["number"],
            one["line"],
            one["reason"],
            city_time(one["queued_at"], zone),
            one["status"],
            str(one["tries"]),
            escape(remark(one, zone)),
        )
    console().print(table)


@callbacks.command("add")
def add_callback(
    number: Annotated[str, typer.Argument(help="Whom to call, in any written form.")],
    by: Who,
    line: Annotated[str, typer.Option(help="The line on whose behalf.")] = "12345",
    city: City = DEFAULT_CITY,
) -> None:
    """Have a number called back, as soon as its turn comes."""
    made = ask(city, lambda client: client.add_callback(number, line, by))
    typer.echo(f"{made['number']}: callback {made['id']}")


@callbacks.command("cancel")
def cancel_callback(id: Id, by: Who, city: City = DEFAULT_CITY) -> None:
    """Take a callback back."""
    one = ask(city, lambda client: client.change_callback(id, "cancel", by))
    typer.echo(f"callback {id} to {one['number']}: {one['status']}")


@callbacks.command("retry")
def retry_callback(id: Id, by: Who, city: City = DEFAULT_CITY) -> None:
    """Try a callback now, within the hours; a failed one begins anew."""
    one = ask(city, lambda client: client.change_callback(id, "retry", by))
    typer.echo(f"callback {id} to {one['number']}: {one['status']}")


@voicemail.command("list")
def list_voicemails(
    city: City = DEFAULT_CITY,
    every: Annotated[bool, typer.Option("--all", help="Handled ones, too.")] = False,
    json: Json = False,
) -> None:
    """List the messages that nobody has seen to, the latest first."""
    found = ask(city, lambda client: client.get("voicemails"))
    rows = [one for one in found if every or one["handled_at"] is None]
    if json:
        print_json(rows)
        return
    if not rows:
        typer.echo("there is no message" if every else "every message is handled")
        return
    zone = settings_or_fail(city).zone
    table = Table("call", "number", "line", "left", "seconds", "recording", "handled by", box=None)
    for one in rows:
        table.add_row(
            escape(one["call"]),
            escape(one["number"]),
            escape(one["line"]),
            city_time(one["left_at"], zone),
            f"{one['seconds']:.0f}",
            escape(one["recording"]),
            escape(one["handled_by"]),
        )
    console().print(table)


@voicemail.command("handled")
def voicemail_handled(
    call: Annotated[str, typer.Argument(help="The message's call in `switchd voicemail list`.")],
    by: Who,
    city: City = DEFAULT_CITY,
) -> None:
    """Mark a message as seen to."""
    one = ask(city, lambda client: client.voicemail_handled(call, by))
    typer.echo(f"message of {one['number'] or 'a withheld number'}: handled by {one['handled_by']}")


def remark(one: Mapping[str, Any], zone: ZoneInfo) -> str:
    """Say why it is closed, or what came of the last try and when the next one is."""
    if one["closed_by"]:
        return str(one["closed_by"])
    after = f"not before {city_time(one['next_at'], zone)}" if one["next_at"] is not None else ""
    return ", ".join(part for part in (one["last_cause"], after) if part)
