"""`switchd status`, `calls`, `queues`, `seats` and `seat`: ask the running daemon."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from switchd.api.client import Answer, Client, NoDaemon, Unreachable
from switchd.cli.common import (
    DEFAULT_CITY,
    City,
    Exit,
    Json,
    console,
    fail,
    print_json,
    settings_or_fail,
)
from switchd.places import socket_path

seat = typer.Typer(
    no_args_is_help=True,
    help="Sign a seat in or out, make it ready or not; what it does with its call.",
)

Column = tuple[str, Callable[[dict[str, Any], float], str]]


def ask(city: Path, question: Callable[[Client], Any]) -> Any:
    """Put a question to the daemon of a city; say so and exit if there is no good answer."""
    client = Client(socket_path(settings_or_fail(city).folders.state))
    try:
        return question(client)
    except (NoDaemon, Unreachable) as error:
        fail(str(error), Exit.UNAVAILABLE)
    except Answer as error:
        fail(str(error))


def status(city: City = DEFAULT_CITY, json: Json = False) -> None:
    """Show the hotline at a glance."""
    answer = ask(city, lambda client: client.get("status"))
    if json:
        print_json(answer)
        return
    figures, freeswitch = answer["figures"], answer["freeswitch"]
    admission = answer["admission"]
    lines = [
        ("city", f"{answer['title']} ({answer['city']}, plan {answer['plan']})"),
        ("up", clock(answer["now"] - answer["started_at"])),
        ("FreeSWITCH", "connected" if freeswitch["connected"] else freeswitch["trouble"] or "-"),
        ("calls", str(answer["calls"])),
        ("waiting", f"{answer['waiting']}, longest {clock(answer['longest_wait'])}"),
        ("seats", ", ".join(f"{count} {state}" for state, count in answer["seats"].items())),
        ("answered", f"{figures['answered']} of {figures['offered']} who asked for a person today"),
        ("abandoned", str(figures["abandoned"])),
        ("connect rate", percent(figures["connect_rate"])),
        ("within 15 s", percent(figures["in_time_rate"])),
        ("legs", f"{admission['legs']} of {admission['legs_for_callers']} for callers"),
        ("refused", counted(admission["refused"])),
        ("records to write", str(answer["records_waiting"])),
    ]
    compared = answer.get("compared")
    if compared:
        ago = clock(answer["now"] - compared["at"])
        done = counted({what: count for what, count in compared["found"].items() if count})
        took = f"{compared['legs']} legs in {compared['seconds']:.2f} s, {ago} ago: {done}"
        lines.append(("compared", took))
    others = [node for node in answer.get("nodes", ()) if node["owner"] != answer["node"]]
    if others:
        heard = (f"{node['owner']} ({clock(answer['now'] - node['heard_at'])})" for node in others)
        lines.insert(1, ("node", f"{answer['node']}; the others, last heard: {', '.join(heard)}"))
    if admission["overloaded_since"] is not None:
        since = clock(answer["now"] - admission["overloaded_since"])
        lines.insert(0, ("overloaded", f"for {since}: new callers get SIP 503"))
    if answer["draining"]:
        lines.insert(0, ("draining", "takes no new callers"))
    for name, value in lines:
        typer.echo(f"{name:>18}  {value}")


def calls(city: City = DEFAULT_CITY, json: Json = False) -> None:
    """List the calls in progress, oldest first."""
    _list(
        city,
        json,
        "calls",
        ("call", lambda row, now: row["call"]),
        ("state", lambda row, now: row["state"]),
        ("line", lambda row, now: row["line"]),
        ("caller", lambda row, now: row["caller"] or "withheld"),
        ("group", lambda row, now: row["group"]),
        ("seat", lambda row, now: row["seat"]),
        ("since", lambda row, now: clock(now - row["arrived_at"])),
    )


def queues(city: City = DEFAULT_CITY, json: Json = False) -> None:
    """List the skill groups: who waits, who serves, and how it went since midnight."""
    _list(
        city,
        json,
        "queues",
        ("group", lambda row, now: row["group"]),
        ("title", lambda row, now: row["title"]),
        ("waiting", lambda row, now: f"{row['waiting']}{', paused' if row['paused'] else ''}"),
        ("longest", lambda row, now: clock(row["longest_wait"])),
        ("seats", lambda row, now: ", ".join(f"{n} {s}" for s, n in row["seats"].items())),
        ("offered", lambda row, now: str(row["today"]["offered"])),
        ("answered", lambda row, now: str(row["today"]["answered"])),
        ("connected", lambda row, now: percent(row["today"]["connect_rate"])),
        ("in 15 s", lambda row, now: percent(row["today"]["in_time_rate"])),
    )


def seats(city: City = DEFAULT_CITY, json: Json = False) -> None:
    """List the seats and what they are doing."""
    several = len(ask(city, lambda client: client.get("status")).get("nodes", ())) > 1
    _list(
        city,
        json,
        "seats",
        ("seat", lambda row, now: row["seat"]),
        ("agent", lambda row, now: row["agent"]),
        ("state", lambda row, now: row["state"]),
        ("since", lambda row, now: clock(now - row["since"])),
        ("reason", lambda row, now: row["reason"]),
        ("phone", lambda row, now: _phone(row, several)),
        ("groups", lambda row, now: ", ".join(row["groups"])),
    )


def _phone(row: dict[str, Any], several: bool) -> str:
    if not row["reachable"]:
        return "not registered"
    return f"registered at {row['home']}" if several else "registered"


Number = Annotated[str, typer.Argument(help="The seat's number, such as 1001.")]


@seat.command("sign-in")
def sign_in(
    number: Number,
    agent: Annotated[str, typer.Option(help="Staff number; default: the seat's.")] = "",
    with_pin: Annotated[
        bool, typer.Option("--pin", help="Ask for the PIN, where the city wants one.")
    ] = False,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="An agent who sits elsewhere moves here.")
    ] = False,
    city: City = DEFAULT_CITY,
) -> None:
    """An agent sits down (签入); not ready yet."""
    pin: str = typer.prompt("PIN", hide_input=True) if with_pin else ""
    _do(city, number, "sign-in", agent=agent, pin=pin, take_over=take_over)


@seat.command()
def ready(number: Number, city: City = DEFAULT_CITY) -> None:
    """Callers may come (示闲)."""
    _do(city, number, "ready")


@seat.command("not-ready")
def not_ready(
    number: Number,
    reason: Annotated[str, typer.Option(help="Why, such as break or training.")] = "",
    city: City = DEFAULT_CITY,
) -> None:
    """No callers, please (示忙); during a call, after it."""
    _do(city, number, "not-ready", reason=reason)


@seat.command("sign-out")
def sign_out(number: Number, city: City = DEFAULT_CITY) -> None:
    """The agent leaves (签出); during a call, after it."""
    _do(city, number, "sign-out")


def _do(city: Path, number: str, verb: str, **body: str | bool) -> None:
    view = ask(city, lambda client: client.seat(number, verb, **body))
    later = f", {view['after_call']} after the call" if view["after_call"] else ""
    reason = f" ({view['reason']})" if view["reason"] else ""
    typer.echo(f"seat {view['seat']}: {view['state']}{reason}{later}")
    if not view["reachable"]:
        typer.echo("its phone is not registered, so no call can be offered to it", err=True)


def _list(city: Path, json: bool, what: str, *columns: Column) -> None:
    answer = ask(city, lambda client: (client.get(what), client.get("status")["now"]))
    rows: Sequence[dict[str, Any]] = answer[0]
    if json:
        print_json(rows)
        return
    if not rows:
        typer.echo(f"no {what}")
        return
    table = Table(box=None)
    for name, _ in columns:
        table.add_column(name, no_wrap=True)
    for row in rows:
        table.add_row(*(show(row, answer[1]) for _, show in columns))
    console().print(table)


def clock(seconds: float) -> str:
    """Show a duration as m:ss, or h:mm:ss."""
    whole = max(0, int(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def counted(rules: dict[str, int]) -> str:
    """Show how many calls each rule refused, the commonest first."""
    ordered = sorted(rules.items(), key=lambda rule: -rule[1])
    return ", ".join(f"{count} {rule.removeprefix('entry.')}" for rule, count in ordered) or "0"


def percent(share: float | None) -> str:
    """Show a share, or a dash if there is nothing to divide."""
    return "-" if share is None else f"{share:.1%}"
