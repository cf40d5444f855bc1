"""`switchd reload` and `switchd plan log`, `show` and `rollback`: plans that were in force."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from switchd.api.client import Answer, Client, NoDaemon
from switchd.city import load_city
from switchd.cli.common import (
    DEFAULT_CITY,
    City,
    Exit,
    Json,
    city_time,
    fail,
    print_json,
    settings_or_fail,
    user,
)
from switchd.config import ConfigError, ServerSettings, render_problem
from switchd.config.exchange import exchange, put_back
from switchd.places import socket_path
from switchd.records.database import exists
from switchd.records.errors import RecordsError
from switchd.records.plans import PlanVersion, PlanVersions

_Found = TypeVar("_Found")
By = Annotated[
    str, typer.Option("--by", help="Who wants it, for the log of plans. Default: the user.")
]
Number = Annotated[int, typer.Argument(min=1, help="Number in `switchd plan log`.")]


def reload(by: By = "", city: City = DEFAULT_CITY, json: Json = False) -> None:
    """Have the running daemon read the city's folder again.

    New callers follow the new plan at once, calls in progress end under theirs. A folder with
    errors changes nothing.
    """
    settings = settings_or_fail(city)
    try:
        answer = _client(settings).reload(by or user())
    except NoDaemon as error:
        fail(str(error), Exit.UNAVAILABLE)
    except Answer as error:
        if json:
            print_json(error.body)
        _fail_with(error, quiet=json)
    if json:
        print_json(answer)
        return
    _tell(answer)


def log(
    city: City = DEFAULT_CITY,
    last: Annotated[int, typer.Option(min=1, help="How many.")] = 20,
    json: Json = False,
) -> None:
    """List the plans that were in force, the latest first."""
    settings = settings_or_fail(city)
    versions = _read(settings, lambda plans: plans.log(settings.city, last))
    if json:
        print_json([_plain(version) for version in versions])
        return
    table = Table("number", "since", "plan", "who", "why", "differences", box=None)
    for version in versions:
        summary = version.summary[0] if version.summary else "-"
        more = f" (and {len(version.summary) - 1} more)" if len(version.summary) > 1 else ""
        table.add_row(
            str(version.number),
            city_time(version.applied_at, settings.zone, "seconds"),
            version.digest,
            version.who,
            version.why,
            summary + more,
        )
    Console(soft_wrap=True).print(table)


def show(
    number: Number,
    city: City = DEFAULT_CITY,
    out: Annotated[
        Path | None, typer.Option(help="Write its files into this folder instead.")
    ] = None,
    json: Json = False,
) -> None:
    """Show a plan that was in force: who, when, the differences, and its files."""
    settings = settings_or_fail(city)
    version = _version(settings, number)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in version.files.items():
            (out / Path(name).name).write_text(text, encoding="utf-8")
        typer.echo(f"{out}: {len(version.files)} files of plan {number}")
        return
    if json:
        print_json({**_plain(version), "files": version.files})
        return
    since = city_time(version.applied_at, settings.zone, "seconds")
    typer.echo(
        f"plan {version.number} ({version.digest}), in force from {since}, "
        f"by {version.who} ({version.why})"
    )
    _bullets(version.summary)
    for name, text in version.files.items():
        typer.echo(f"\n==> {name} <==\n{text.rstrip()}")


def rollback(number: Number, by: By = "", city: City = DEFAULT_CITY) -> None:
    """Write an earlier plan's files back into the city's folder and reload.

    The present files are kept beside them, in .before-rollback-TIME, whatever errors they may
    have. If the earlier plan cannot be used today, they are put back and nothing changes.
    """
    settings = settings_or_fail(city)
    version = _version(settings, number)
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S-%f")
    try:
        backup = exchange(city, version.files, stamp)
    except (OSError, ValueError) as error:
        fail(f"{city}: plan {number} was not written back: {error}")
    try:
        load_city(city)
        answer = _client(settings).reload(by or user(), f"rollback to {number}")
    except ConfigError as error:
        put_back(city, backup)
        for problem in error.problems:
            typer.echo(render_problem(problem), err=True)
        fail(f"plan {number} cannot be used today; {city} is as it was", Exit.CONFIG)
    except Answer as error:
        put_back(city, backup)
        typer.echo(f"switchd: {city} is as it was", err=True)
        _fail_with(error)
    except NoDaemon as error:
        typer.echo(f"{city}: the files of plan {number}; those before are in {backup}")
        typer.echo(f"switchd: they will be read when it starts: {error}", err=True)
        return
    typer.echo(f"{city}: the files of plan {number}; those before are in {backup}")
    _tell(answer)


def _client(settings: ServerSettings) -> Client:
    return Client(socket_path(settings.folders.state))


def _tell(answer: dict[str, Any]) -> None:
    """What came of a reload."""
    for warning in answer["warnings"]:
        typer.echo(warning["text"], err=True)
    if not answer["changed"]:
        typer.echo(f"plan {answer['plan']}: nothing has changed")
    else:
        number = f" as number {answer['number']}" if answer["number"] else ""
        typer.echo(f"plan {answer['plan']} is in force{number}, before it {answer['before']}")
        _bullets(answer["differences"] or ["no caller and no seat will notice"])
    for need in answer["needs"]:
        typer.echo(f"applied, but {need}")
    if answer["trouble"]:
        typer.echo(f"switchd: {answer['trouble']}", err=True)


def _bullets(sentences: Iterable[str]) -> None:
    for sentence in sentences:
        typer.echo(f"  - {sentence}")


def _fail_with(error: Answer, quiet: bool = False) -> NoReturn:
    """Say why the daemon refused a plan, each problem with its place, and exit."""
    problems = (error.body or {}).get("problems", []) if isinstance(error.body, dict) else []
    for problem in [] if quiet else problems:
        typer.echo(problem["text"], err=True)
    fail(str(error), Exit.CONFIG if problems else Exit.FAILED)


def _version(settings: ServerSettings, number: int) -> PlanVersion:
    found = _read(settings, lambda plans: plans.get(settings.city, number))
    if found is None:
        count = _read(settings, lambda plans: plans.count(settings.city))
        known = f"there are 1 to {count}" if count else "there is none yet"
        fail(f"there is no plan {number} of {settings.city}: {known}")
    return found


def _read(settings: ServerSettings, question: Callable[[PlanVersions], _Found]) -> _Found:
    if not exists(settings.sql):
        fail(f"no plan has been in force yet: there is no database {settings.sql}")
    plans = PlanVersions(settings.sql)
    try:
        return question(plans)
    except RecordsError as error:
        fail(str(error), Exit.UNAVAILABLE)
    finally:
        plans.close()


def _plain(version: PlanVersion) -> dict[str, Any]:
    plain = asdict(version)
    del plain["files"]
    return plain
