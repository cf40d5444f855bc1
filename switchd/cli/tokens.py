"""`switchd tokens`: keys to the HTTP interface."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from routing.plan import Plan
from routing.rights import Role, scope_problem
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
from switchd.records.tokens import NewToken, Token, Tokens

tokens = typer.Typer(no_args_is_help=True, help="Tokens for softphones, wallboards and programs.")

DAY = 86400.0
By = Annotated[str, typer.Option("--by", help="Who does it, for the audit. Default: the user.")]
Why = Annotated[str, typer.Option("--why", help="Why, for the audit.")]


@tokens.command("make")
def make(
    name: Annotated[str, typer.Argument(help="What it is for; it stands in the audit.")],
    role: Annotated[
        Role | None, typer.Option(help="What it may do. Default: the agent's role, or seat.")
    ] = None,
    seat: Annotated[str, typer.Option(help="The seat that it is for.")] = "",
    agent: Annotated[str, typer.Option(help="The agent who signs in with it, anywhere.")] = "",
    group: Annotated[
        list[str] | None, typer.Option(help="Narrow it to a skill group; may be repeated.")
    ] = None,
    days: Annotated[float, typer.Option(min=0, help="Days until it expires; 0: never.")] = 365,
    by: By = "",
    why: Why = "",
    city: City = DEFAULT_CITY,
) -> None:
    """Make a token and show it, once: only a hash of it is kept."""
    loaded = load_or_fail(city)
    now = time.time()
    known = loaded.plan.agents.get(agent)
    wanted = NewToken(
        name=name,
        role=role or (known.role if known else Role.SEAT),
        made_at=now,
        made_by=by or user(),
        seat=seat,
        agent=agent,
        groups=frozenset(group or (known.leads if known and role is None else ())),
        expires_at=now + days * DAY if days else None,
    )
    problem = _problem(wanted, loaded.plan)
    if problem:
        fail(problem)
    with _kept(loaded) as kept:
        written, token = kept.make(wanted)
        facts = {"role": str(wanted.role), "seat": seat, "agent": agent}
        write_down(loaded.server, "token_made", f"token:{token.id}", facts, by, why or name)
    typer.echo(written)
    typer.echo(f"switchd: token {token.id}, {_whose(token)}; it is not shown again", err=True)


@tokens.command("list")
def list_tokens(
    revoked: Annotated[bool, typer.Option("--all", help="Revoked and expired ones, too.")] = False,
    city: City = DEFAULT_CITY,
    json: Json = False,
) -> None:
    """List the tokens, the latest first."""
    loaded = load_or_fail(city)
    now = time.time()
    with _kept(loaded) as kept:
        found = [one for one in kept.all() if revoked or one.counts(now)]
    if json:
        print_json([_plain(one) for one in found])
        return
    if not found:
        typer.echo("no tokens")
        return
    zone = loaded.plan.zone
    table = Table("id", "name", "for", "made", "by", "until", "last used", box=None)
    for one in found:
        until = "for ever" if one.expires_at is None else city_time(one.expires_at, zone)
        if one.revoked_at is not None:
            until = f"revoked {city_time(one.revoked_at, zone)} by {one.revoked_by}"
        used = "never" if one.last_used_at is None else city_time(one.last_used_at, zone)
        made = city_time(one.made_at, zone)
        cells = (one.name, _whose(one), made, one.made_by, until, used)
        table.add_row(str(one.id), *map(escape, cells))
    console().print(table)


@tokens.command("revoke")
def revoke(
    id: Annotated[int, typer.Argument(help="Its number, as in `tokens list`.")],
    by: By = "",
    why: Why = "",
    city: City = DEFAULT_CITY,
) -> None:
    """End a token; whoever has it is let in nowhere within seconds."""
    loaded = load_or_fail(city)
    with _kept(loaded) as kept:
        if not kept.revoke(id, time.time(), by or user()):
            fail(f"no token {id} is in force")
        write_down(loaded.server, "token_revoked", f"token:{id}", {}, by, why)
    typer.echo(f"token {id}: revoked")


@contextmanager
def _kept(loaded: Loaded) -> Iterator[Tokens]:
    with records(loaded.server):
        kept = Tokens(loaded.server.sql, loaded.server.city)
        try:
            yield kept
        finally:
            kept.close()


def _problem(token: NewToken, plan: Plan) -> str:
    if token.seat and token.seat not in plan.seats:
        return f"the plan has no seat {token.seat}"
    unknown = sorted(token.groups - set(plan.groups))
    if unknown:
        return f"the plan has no group {unknown[0]}; its groups are {', '.join(plan.groups)}"
    return scope_problem(token.role, token.seat, token.groups, token.agent)


def _whose(token: NewToken) -> str:
    parts = [str(token.role)]
    if token.seat:
        parts.append(f"seat {token.seat}")
    if token.agent:
        parts.append(f"agent {token.agent}")
    if token.groups:
        parts.append(", ".join(sorted(token.groups)))
    return " · ".join(parts)


def _plain(token: Token) -> dict[str, object]:
    found = {name: value for name, value in asdict(token).items() if name != "hash"}
    return {**found, "groups": sorted(token.groups)}
