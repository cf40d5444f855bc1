"""`switchd check`, `prompts`, `freeswitch` and `doctor`: the city's folder and its switch."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from switchd.city import known_names
from switchd.cli.common import (
    DEFAULT_CITY,
    City,
    Exit,
    Json,
    Node,
    fail,
    load_node_or_fail,
    load_or_fail,
)
from switchd.cli.run import configure_log
from switchd.config import Problem, Severity, render_json, render_problem
from switchd.config import check as check_folder
from switchd.config.server import Log
from switchd.esl.errors import EslError
from switchd.esl.link import asking
from switchd.freeswitch.doctor import Finding, Level, diagnose
from switchd.freeswitch.render import RenderError, render
from switchd.freeswitch.secrets import SecretsError
from switchd.freeswitch.settings import SettingsError
from switchd.history import against_history
from switchd.installing import UNIT, differences
from switchd.places import share
from switchd.prompts.check import Severity as PromptSeverity
from switchd.prompts.check import check_prompts
from switchd.records.database import exists
from switchd.records.errors import RecordsError
from switchd.records.plans import PlanVersions

prompts = typer.Typer(no_args_is_help=True, help="The announcements.")
freeswitch = typer.Typer(no_args_is_help=True, help="FreeSWITCH's configuration.")

CONNECT_SECONDS = 5.0


def check(
    folder: Annotated[Path, typer.Argument(help="The city's folder.")] = DEFAULT_CITY,
    json: Json = False,
    history: Annotated[
        bool,
        typer.Option(
            "--against-history",
            help="Compare with the last plan in force, which the database knows: a retired number "
            "is never restored.",
        ),
    ] = False,
) -> None:
    """Check a city's folder: every error and warning with file, line, key and what to write."""
    problems = check_folder(folder, known_names)
    if history and all(problem.severity is not Severity.ERROR for problem in problems):
        problems += _brought_back(folder)
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    if json:
        typer.echo(render_json(problems))
    else:
        for problem in problems:
            typer.echo(render_problem(problem))
        verdict = f"{errors} errors" if errors else "no errors"
        typer.echo(f"{folder}: {verdict}, {len(problems) - errors} warnings")
    raise typer.Exit(Exit.CONFIG if errors else Exit.OK)


def _brought_back(folder: Path) -> tuple[Problem, ...]:
    """Tell what the last plan in force forbids; exit if the database does not say."""
    loaded = load_or_fail(folder)
    sql = loaded.server.sql
    if not exists(sql):
        typer.echo(f"no plan has been in force yet: there is no database {sql}", err=True)
        return ()
    versions = PlanVersions(sql)
    try:
        return against_history(loaded, versions, time.time())
    except RecordsError as error:
        fail(str(error), Exit.UNAVAILABLE)
    finally:
        versions.close()


@prompts.command("check")
def prompts_check(city: City = DEFAULT_CITY) -> None:
    """Name prompts that are missing, silent, clipped or in the wrong format."""
    loaded = load_or_fail(city)
    own = loaded.server.folders.prompts
    folders = [*([own] if own else []), share("ivr_prompts")]
    findings = check_prompts(folders, list(dict.fromkeys([loaded.plan.language, "zh"])))
    for finding in findings:
        typer.echo(str(finding))
    errors = [finding for finding in findings if finding.severity is PromptSeverity.ERROR]
    typer.echo(f"{len(errors)} errors, {len(findings) - len(errors)} warnings")
    raise typer.Exit(Exit.FAILED if errors else Exit.OK)


@freeswitch.command("render")
def freeswitch_render(
    out: Annotated[Path, typer.Option(help="Folder to write; an earlier rendering is replaced.")],
    city: City = DEFAULT_CITY,
    modules: Annotated[
        Path | None, typer.Option(help="FreeSWITCH's module folder, if not the built-in one.")
    ] = None,
    node: Node = "",
) -> None:
    """Write the configuration folder that `freeswitch -conf` starts with."""
    from switchd.site import render_settings

    loaded = load_node_or_fail(city, node)
    try:
        rendered = render(loaded.plan, render_settings(loaded, modules), out.resolve())
    except (RenderError, SettingsError, SecretsError, OSError) as error:
        fail(str(error))
    host, port = rendered.event_socket
    work = loaded.server.folders.state / "fs"
    arguments = " ".join(rendered.arguments(work))
    typer.echo(f"{rendered.folder}: written; start FreeSWITCH with")
    typer.echo(f"  freeswitch {arguments}")
    typer.echo(f"event socket on {host}:{port}, password in {loaded.server.password_file}")
    typer.echo(f"seats' passwords in {loaded.server.seat_passwords_file}")


def doctor(city: City = DEFAULT_CITY, node: Node = "") -> None:
    """Ask the running FreeSWITCH whether it is as the plan wants it, and look at the server."""
    from switchd.site import NoPassword, event_socket_password, render_settings

    loaded = load_node_or_fail(city, node)
    event_socket = loaded.server.freeswitch.event_socket
    try:
        password = event_socket_password(loaded.server)
    except NoPassword as error:
        fail(str(error), Exit.CONFIG)
    configure_log(Log(level="error"))
    host, port = event_socket.host, event_socket.port
    findings = _server()
    _tell(findings)
    try:
        with asking(host, port, password, CONNECT_SECONDS) as link:
            switch = [*diagnose(link.api, loaded.plan, render_settings(loaded))]
    except EslError as error:
        fail(f"no FreeSWITCH on the event socket {host}:{port}: {error}", Exit.UNAVAILABLE)
    _tell(switch)
    findings += switch
    if any(finding.level is not Level.OK for finding in findings):
        password_file = loaded.server.password_file
        typer.echo(
            f"fs_cli reaches this FreeSWITCH with: fs_cli -H {host} "
            f'-P {port} -p "$(cat {password_file})"'
        )
    failed = any(finding.level is Level.ERROR for finding in findings)
    raise typer.Exit(Exit.FAILED if failed else Exit.OK)


def _tell(findings: Iterable[Finding]) -> None:
    marks = {Level.OK: "ok", Level.WARNING: "warning", Level.ERROR: "ERROR"}
    for finding in findings:
        typer.echo(f"{marks[finding.level]:>8}  {_advice([finding.what, finding.what_to_do])}")


def _server() -> list[Finding]:
    """What `switchd install` put onto this server, if it did."""
    root = Path("/")
    if not (root / UNIT).exists():
        return []
    found = [
        Finding(Level.WARNING, what, what_to_do)
        for what, what_to_do in differences(root, str(Path(sys.prefix) / "bin" / "switchd"))
    ]
    return found or [Finding(Level.OK, "unit, user and folders are as installed")]


def _advice(parts: Iterable[str]) -> str:
    return "; ".join(part for part in parts if part)
