"""`switchd queue`, `switchd agent` and `switchd audit`: what supervisors do, and what they did."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from routing.skills import LEVELS, SEAT_LEVEL
from switchd.cli.common import (
    DEFAULT_CITY,
    City,
    Exit,
    Json,
    city_time,
    console,
    fail,
    print_json,
    settings_or_fail,
    user,
)
from switchd.cli.inspect import ask
from switchd.records.audit import Audit
from switchd.records.database import exists
from switchd.records.errors import RecordsError

queue = typer.Typer(no_args_is_help=True, help="Rank, move and remove callers; pause groups.")
agent = typer.Typer(no_args_is_help=True, help="What agents can do.")

SIGNED = {"ignore_unknown_options": True}
"""Lets -600 and -intake be arguments."""
_CHANGE = re.compile(
    r"(?P<sign>[+=-])(?P<skill>[A-Za-z0-9_][A-Za-z0-9_.-]*)(?::(?P<level>[0-9]+))?"
)

Call = Annotated[str, typer.Argument(help="The call, or the beginning of it, as in `calls`.")]
Group = Annotated[str, typer.Argument(help="The skill group.")]
Agent = Annotated[str, typer.Argument(help="Staff number, such as A017.")]
By = Annotated[str, typer.Option("--by", help="Who does it, for the audit. Default: the user.")]
Why = Annotated[str, typer.Option("--why", help="Why, for the audit.")]


@queue.command("rank", context_settings=SIGNED)
def rank(
    call: Call,
    priority: Annotated[
        int,
        typer.Argument(min=-86400, max=86400, help="Points; one is a second of waiting, 0 normal."),
    ],
    by: By = "",
    why: Why = "",
    city: City = DEFAULT_CITY,
) -> None:
    """Give a waiting caller another priority; the age goes on."""
    body = {"priority": priority, "who": by or user(), "why": why}
    done = ask(city, lambda client: client.waiting(call, "rank", **body))
    _say(done, f"call {done['target']}: priority {priority}")


@queue.command("move")
def move(call: Call, group: Group, by: By = "", why: Why = "", city: City = DEFAULT_CITY) -> None:
    """Let a caller wait for another group, with place and age."""
    body = {"group": group, "who": by or user(), "why": why}
    done = ask(city, lambda client: client.waiting(call, "move", **body))
    _say(done, f"call {done['target']}: waits for {group}")


@queue.command("remove")
def remove(
    call: Call,
    prompt: Annotated[str, typer.Option(help="What the caller hears first.")] = "goodbye",
    by: By = "",
    why: Why = "",
    city: City = DEFAULT_CITY,
) -> None:
    """Take a caller out of the list: an announcement, then good-bye."""
    body = {"prompt": prompt, "who": by or user(), "why": why}
    done = ask(city, lambda client: client.waiting(call, "remove", **body))
    _say(done, f"call {done['target']}: hears {prompt or 'nothing'} and is hung up")


@queue.command("pause")
def pause(
    group: Group,
    prompt: Annotated[str, typer.Option(help="What its callers hear; default: nothing new.")] = "",
    by: By = "",
    why: Why = "",
    city: City = DEFAULT_CITY,
) -> None:
    """Hold a group's callers back until `resume`; its seats go on serving other groups."""
    body = {"prompt": prompt, "who": by or user(), "why": why}
    done = ask(city, lambda client: client.group(group, "pause", **body))
    hears = f", who hear {prompt}" if prompt else ""
    _say(done, f"group {group}: paused, {done['facts']['waiting']} callers wait{hears}")


@queue.command("resume")
def resume(group: Group, by: By = "", why: Why = "", city: City = DEFAULT_CITY) -> None:
    """Let the callers of a paused group come again."""
    body = {"who": by or user(), "why": why}
    done = ask(city, lambda client: client.group(group, "resume", **body))
    _say(done, f"group {group}: goes on, {done['facts']['waiting']} callers waited")


@agent.command("skill", context_settings=SIGNED)
def skill(
    agent: Agent,
    changes: Annotated[
        list[str],
        typer.Argument(help="+english:5 adds (level 1 to 9), -intake takes away, =web undoes."),
    ],
    by: By = "",
    why: Why = "",
    city: City = DEFAULT_CITY,
) -> None:
    """Change what an agent can do, at once and until it is undone with =SKILL."""
    skills = dict(map(change, changes))
    body = {"skills": skills, "who": by or user(), "why": why}
    done = ask(city, lambda client: client.skills(agent, **body))
    brings = ", ".join(f"{name}:{level}" for name, level in sorted(done["brings"].items()))
    where = f", at seat {done['seat']}" if done["seat"] else ", signed in nowhere"
    serves = f", serves {', '.join(done['serves']) or 'nobody'}" if done["seat"] else ""
    _say(done, f"agent {agent}: brings {brings or 'no skill'}{where}{serves}")


def change(text: str) -> tuple[str, int | None]:
    """Read +english:5, -intake or =web as skill and level. Raises typer.BadParameter."""
    match = _CHANGE.fullmatch(text)
    if match is None or (match["sign"] != "+" and match["level"]):
        raise typer.BadParameter(
            f"{text!r} is no change: write +english:5, -intake, or =web for what the plan says"
        )
    if match["sign"] != "+":
        return match["skill"], 0 if match["sign"] == "-" else None
    level = int(match["level"] or SEAT_LEVEL)
    if level not in LEVELS:
        raise typer.BadParameter(f"{text!r}: levels go from {LEVELS[0]} to {LEVELS[-1]}")
    return match["skill"], level


def audit(
    last: Annotated[int, typer.Option(min=1, help="How many.")] = 50,
    of: Annotated[str, typer.Option(help="Only this call, group, agent, number or callback.")] = "",
    city: City = DEFAULT_CITY,
    json: Json = False,
) -> None:
    """List what supervisors did, the latest first."""
    settings = settings_or_fail(city)
    if not exists(settings.sql):
        fail(f"nothing has been written down yet: there is no database {settings.sql}")
    ledger = Audit(settings.sql)
    try:
        actions = ledger.latest(settings.city, last, of)
    except RecordsError as error:
        fail(str(error), Exit.UNAVAILABLE)
    finally:
        ledger.close()
    if json:
        print_json([asdict(action) for action in actions])
        return
    if not actions:
        typer.echo("nothing")
        return
    table = Table("when", "who", "what", "to", "how", "why", box=None)
    for action in actions:
        how = ", ".join(f"{name} {_shown(value)}" for name, value in action.facts.items())
        cells = (action.who, action.verb, action.target, how, action.why)
        table.add_row(city_time(action.at, settings.zone, "seconds"), *map(escape, cells))
    console().print(table)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        levels = ((name, "as planned" if level is None else level) for name, level in value.items())
        return " ".join(f"{name}:{level}" for name, level in levels)
    return "-" if value == "" else str(value)


def _say(done: dict[str, Any], text: str) -> None:
    typer.echo(text)
    if done["trouble"]:
        typer.echo(f"switchd: {done['trouble']}", err=True)
