"""`switchd agents`: who signs in with which PIN, and who sat where."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table

from routing.credentials import STAFF_NUMBER, dialled_agent, pin_problem
from routing.seats import Agent
from switchd.cli.common import (
    DEFAULT_CITY,
    City,
    Json,
    city_time,
    console,
    fail,
    load_or_fail,
    print_json,
    user,
)
from switchd.cli.ledger import records, write_down
from switchd.config import Loaded
from switchd.records.agents import Agents, KnownAgent
from switchd.records.sessions import Sessions
from switchd.records.tokens import Tokens

agents = typer.Typer(no_args_is_help=True, help="Agents: their PINs, and who sat where.")

PIN_DIGITS = 6
Number = Annotated[str, typer.Argument(help="Staff number (工号), such as A017.")]
Ask = Annotated[bool, typer.Option("--ask", help="Ask for the PIN instead of making one.")]
By = Annotated[str, typer.Option("--by", help="Who does it, for the audit. Default: the user.")]
Why = Annotated[str, typer.Option("--why", help="Why, for the audit.")]


@agents.command("list")
def list_agents(city: City = DEFAULT_CITY, json: Json = False) -> None:
    """List the agents of the plan and everybody who has a PIN."""
    loaded = load_or_fail(city)
    with _kept(loaded) as kept:
        known = {one.agent: one for one in kept.all()}
    numbers = sorted({*loaded.plan.agents, *known})
    if json:
        pins = {number: asdict(one) for number, one in known.items()}
        plan = {number: asdict(one) for number, one in loaded.plan.agents.items()}
        print_json([{"agent": one, "plan": plan.get(one), "pin": pins.get(one)} for one in numbers])
        return
    if not numbers:
        typer.echo("no agents")
        return
    table = Table("agent", "name", "role", "skills", "PIN", box=None)
    zone = loaded.plan.zone
    for number in numbers:
        planned = loaded.plan.agents.get(number, Agent(number, "not in the plan"))
        skills = ", ".join(f"{name}:{level}" for name, level in planned.skills.items())
        pin = _pin(known.get(number), zone)
        table.add_row(number, escape(planned.title), str(planned.role), skills, pin)
    console().print(table)


@agents.command("add")
def add(
    number: Number, ask: Ask = False, by: By = "", why: Why = "", city: City = DEFAULT_CITY
) -> None:
    """Give somebody a first PIN, so that he or she can sign in with it."""
    loaded = load_or_fail(city)
    if not STAFF_NUMBER.fullmatch(number):
        fail(f"{number!r} is no staff number: up to 32 letters, digits, '.', '_' or '-'")
    with _kept(loaded) as kept:
        others = {one.agent for one in kept.all()}
        if number in others:
            fail(f"agent {number} has a PIN; `switchd agents pin {number}` makes a new one")
        pin = _new_pin(ask)
        kept.set_pin(number, pin, time.time(), by or user())
        write_down(loaded.server, "agent_added", number, {}, by, why)
    _show(number, pin, ask)
    digits = re.sub("[^0-9]", "", number)
    if dialled_agent(digits, {*others, number}) != number:
        typer.echo(
            f"switchd: on a phone {digits or 'no digits'} does not mean {number} alone, so this "
            "agent can sign in over HTTP only",
            err=True,
        )
    if number not in loaded.plan.agents:
        what = f"the plan has no agent {number}, who will have the seat's skills alone"
        typer.echo(f"switchd: {what}", err=True)


@agents.command("pin")
def pin(
    number: Number, ask: Ask = False, by: By = "", why: Why = "", city: City = DEFAULT_CITY
) -> None:
    """Give somebody a new PIN; the old one ends, and a lock-out, too."""
    loaded = load_or_fail(city)
    with _kept(loaded) as kept:
        if number not in {one.agent for one in kept.all()}:
            fail(f"agent {number} has no PIN; `switchd agents add {number}` makes the first")
        new = _new_pin(ask)
        kept.set_pin(number, new, time.time(), by or user())
        write_down(loaded.server, "pin_changed", number, {}, by, why)
    _show(number, new, ask)


@agents.command("remove")
def remove(number: Number, by: By = "", why: Why = "", city: City = DEFAULT_CITY) -> None:
    """Take somebody's PIN and tokens away; what he or she did stays known."""
    loaded = load_or_fail(city)
    with _kept(loaded) as kept:
        had_pin = kept.remove(number)
        tokens = Tokens(loaded.server.sql, loaded.server.city)
        revoked = tokens.revoke_of(number, time.time(), by or user())
        tokens.close()
        if not had_pin and not revoked:
            fail(f"agent {number} has neither PIN nor token")
        write_down(loaded.server, "agent_removed", number, {"tokens": revoked}, by, why)
    typer.echo(f"agent {number}: removed, {revoked} tokens revoked")


@agents.command("sessions")
def sessions(
    agent: Annotated[str, typer.Option(help="Only this staff number.")] = "",
    last: Annotated[int, typer.Option(min=1, help="How many.")] = 50,
    city: City = DEFAULT_CITY,
    json: Json = False,
) -> None:
    """List who sat where, the latest first."""
    loaded = load_or_fail(city)
    with records(loaded.server):
        kept = Sessions(loaded.server.sql, loaded.server.city)
        found = kept.recent(last, agent)
        kept.close()
    if json:
        print_json([asdict(one) for one in found])
        return
    if not found:
        typer.echo("no sessions")
        return
    zone = loaded.plan.zone
    table = Table("agent", "seat", "from", "to", "ended", box=None)
    for one in found:
        ended = "" if one.ended_at is None else city_time(one.ended_at, zone)
        began = city_time(one.began_at, zone)
        table.add_row(escape(one.agent), one.seat, began, ended, one.ended_by or "sits there")
    console().print(table)


@contextmanager
def _kept(loaded: Loaded) -> Iterator[Agents]:
    with records(loaded.server):
        kept = Agents(loaded.server.sql, loaded.server.city)
        try:
            yield kept
        finally:
            kept.close()


def _pin(one: KnownAgent | None, zone: ZoneInfo) -> str:
    if one is None:
        return "none"
    since = f"since {city_time(one.pin_changed_at, zone)}"
    if one.locked_until is None or one.locked_until <= time.time():
        return since
    return f"{since}, locked until {city_time(one.locked_until, zone)}"


def _new_pin(ask: bool) -> str:
    if not ask:
        return _random_pin()
    written: str = typer.prompt("PIN", hide_input=True, confirmation_prompt=True)
    if problem := pin_problem(written):
        fail(problem)
    return written


def _random_pin() -> str:
    while True:
        made = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"
        if not pin_problem(made):
            return made


def _show(number: str, pin: str, asked: bool) -> None:
    typer.echo(f"agent {number}: " + ("the PIN is set" if asked else f"PIN {pin}"))
