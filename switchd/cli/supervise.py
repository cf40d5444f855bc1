"""`switchd supervise`: listen to talks, speak in them, take them over; seats' states by force."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from switchd.api.client import Client
from switchd.cli.common import (
    DEFAULT_CITY,
    City,
    Json,
    city_time,
    console,
    fail,
    print_json,
    settings_or_fail,
    user,
)
from switchd.cli.inspect import ask

supervise = typer.Typer(
    no_args_is_help=True, help="Listen, whisper, barge, take over, release, force (班长席)."
)

Target = Annotated[str, typer.Argument(help="A seat, or the beginning of a call as in `calls`.")]
Own = Annotated[str, typer.Option("--at", help="Your own seat, whose phone rings.")]
Seat = Annotated[str, typer.Argument(help="The seat.")]
By = Annotated[str, typer.Option("--by", help="Who does it, for the audit. Default: the user.")]
Why = Annotated[str, typer.Option("--why", help="Why, for the audit.")]


@supervise.command("listen")
def listen(target: Target, at: Own, by: By = "", why: Why = "", city: City = DEFAULT_CITY) -> None:
    """Hear a talk; nobody hears you (监听)."""
    _watch("listen", "hears", target, at, by, why, city)


@supervise.command("whisper")
def whisper(target: Target, at: Own, by: By = "", why: Why = "", city: City = DEFAULT_CITY) -> None:
    """Hear a talk and be heard by the seat alone (密语)."""
    _watch("whisper", "is heard only by", target, at, by, why, city)


@supervise.command("barge")
def barge(target: Target, at: Own, by: By = "", why: Why = "", city: City = DEFAULT_CITY) -> None:
    """Speak with all (强插)."""
    _watch("barge", "is heard by all who talk with", target, at, by, why, city)


@supervise.command("take-over")
def take_over(at: Own, by: By = "", why: Why = "", city: City = DEFAULT_CITY) -> None:
    """Have the call that you listen to instead of its seat (接管)."""
    done = _do(city, _over(city, at), "take-over", by, why, at=at)
    typer.echo(f"call {done['target']}: from seat {done['facts']['seat']} to seat {at}")


@supervise.command("stop")
def stop(at: Own, by: By = "", why: Why = "", city: City = DEFAULT_CITY) -> None:
    """Listen no more; hanging up does the same."""
    done = _do(city, _over(city, at), "stop", by, why, at=at)
    typer.echo(f"seat {at} listens to seat {done['facts']['seat']} no more")


@supervise.command("release")
def release(target: Target, by: By = "", why: Why = "", city: City = DEFAULT_CITY) -> None:
    """End a talk; the caller goes to the satisfaction survey (强拆)."""
    done = _do(city, target, "release", by, why)
    typer.echo(f"call {done['target']}: the talk of seat {done['facts']['seat']} is over")


@supervise.command("state")
def state(
    seat: Seat,
    state: Annotated[str, typer.Argument(help="ready, not-ready or sign-out.")],
    reason: Annotated[str, typer.Option(help="Why it is not ready.")] = "",
    by: By = "",
    why: Why = "",
    city: City = DEFAULT_CITY,
) -> None:
    """Make a seat ready or not ready, or sign it out (强制示闲、示忙、签出), after its call."""
    done = _do(city, seat, "force", by, why, state=state, reason=reason)
    typer.echo(f"seat {seat}: {done['now']}")


@supervise.command("list")
def show(json: Json = False, city: City = DEFAULT_CITY) -> None:
    """Who listens to whom."""
    watching = ask(city, lambda client: client.get("supervise"))
    if json:
        print_json(watching)
        return
    zone = settings_or_fail(city).zone
    table = Table("seat", "who", "listens to", "call", "how", "since")
    for row in watching:
        how = row["mode"] if row["stage"] == "listening" else row["stage"]
        since = city_time(row["began_at"], zone)
        cells = (row["seat"], row["who"], row["over"], row["call"], how, since)
        table.add_row(*(escape(str(cell)) for cell in cells))
    console().print(table)


def _watch(verb: str, says: str, target: str, at: str, by: str, why: str, city: City) -> None:
    done = _do(city, target, verb, by, why, at=at)
    typer.echo(f"seat {at} {says} seat {done['facts']['seat']} in call {done['target']}")


def _over(city: City, at: str) -> str:
    """Give the seat to which the supervisor at a seat listens."""
    watching = ask(city, lambda client: client.get("supervise"))
    over = next((row["over"] for row in watching if row["seat"] == at), None)
    return str(over) if over is not None else fail(f"seat {at} listens to nobody")


def _do(city: City, target: str, verb: str, by: str, why: str, **wanted: str) -> Any:
    body = {"who": by or user(), "why": why, **wanted}

    def do(client: Client) -> Any:
        is_seat = any(row["seat"] == target for row in client.get("seats"))
        return client.supervise("seats" if is_seat else "calls", target, verb, **body)

    done = ask(city, do)
    if done["trouble"]:
        typer.echo(f"switchd: {done['trouble']}", err=True)
    return done
