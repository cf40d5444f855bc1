"""What the commands share: the city's folder, exit codes, how errors are told."""

from __future__ import annotations

import getpass
import os
import time
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn
from zoneinfo import ZoneInfo

import orjson
import typer
from rich.console import Console

from switchd.city import load_city
from switchd.config import (
    ConfigError,
    Loaded,
    ServerSettings,
    UnknownNode,
    choose_node,
    readable_settings,
    render_problem,
)
from switchd.places import socket_path


class Exit(IntEnum):
    """Exit codes; those above 2 are sysexits.h's."""

    OK = 0
    FAILED = 1
    UNAVAILABLE = 69
    """Something that is needed cannot be reached: Redis, SQL, FreeSWITCH, the daemon."""
    CONFIG = 78
    """The city's folder has errors."""


City = Annotated[
    Path,
    typer.Option(
        "--city",
        "-c",
        envvar="SWITCHD_CITY",
        help="The city's folder.",
        file_okay=False,
    ),
]
DEFAULT_CITY = Path(os.environ.get("SWITCHD_CITY", "/etc/switchd/city"))
Node = Annotated[
    str,
    typer.Option(
        "--node",
        envvar="SWITCHD_NODE",
        help="Which of the city's nodes, if it has several FreeSWITCHes.",
    ),
]
At = Annotated[
    str | None,
    typer.Option("--at", help="Day or time in the city, 2020-01-31T08:30. Default: now."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def user() -> str:
    """Who types this."""
    return os.environ.get("SUDO_USER") or getpass.getuser()


WIDTH_OF_A_FILE = 250
"""Columns, where there is no terminal to fit: nothing is cut off."""


def console() -> Console:
    """Where tables are printed."""
    found = Console()
    if not found.is_terminal:
        found.width = WIDTH_OF_A_FILE
    return found


def fail(text: str, code: Exit = Exit.FAILED) -> NoReturn:
    """Say what went wrong on stderr and exit."""
    typer.echo(f"switchd: {text}", err=True)
    raise typer.Exit(code)


def settings_or_fail(folder: Path) -> ServerSettings:
    """The machine's settings, from a city whose plan may have errors.

    Of several nodes it is the one that SWITCHD_NODE names, or else one whose daemon runs here.
    """
    try:
        os.listdir(folder)
    except PermissionError as error:
        fail(f"{folder}: {error.strerror}; {user()} has to be in the group of the folder")
    except OSError:
        fail(f"there is no folder {folder}; name the city's with -c or SWITCHD_CITY", Exit.CONFIG)
    settings = readable_settings(folder)
    if not settings.nodes:
        return settings
    named = os.environ.get("SWITCHD_NODE", "")
    if named and named not in settings.nodes:
        fail(f"SWITCHD_NODE={named}: the city's nodes are {', '.join(settings.nodes)}", Exit.CONFIG)
    here = [name for name, node in settings.nodes.items() if socket_path(node.state).exists()]
    return settings.at(named or next(iter([*here, *settings.nodes])))


def read_moment(text: str | None, zone: ZoneInfo) -> float:
    """Read a day or a time of the city as seconds since the epoch; None is now."""
    if text is None:
        return time.time()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no time; write 2020-01-31 or 2020-01-31T08:30"
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()


def city_time(at: float, zone: ZoneInfo, timespec: str = "minutes") -> str:
    """Write a point in time as the city's day and time."""
    return datetime.fromtimestamp(at, zone).replace(tzinfo=None).isoformat(" ", timespec)


def print_json(answer: Any) -> None:
    """Print for programs."""
    typer.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())


def load_node_or_fail(folder: Path, node: str) -> Loaded:
    """Load the city as one of its nodes sees it; say what is wrong and exit if that cannot be."""
    try:
        return choose_node(load_or_fail(folder), node)
    except UnknownNode as error:
        fail(str(error), Exit.CONFIG)


def write_or_fail(file: Path, text: str) -> None:
    """Write a file that was asked for, and say so."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}")
    typer.echo(f"{file}: written")


def load_or_fail(folder: Path) -> Loaded:
    """Load the city; on errors print each with its place and exit."""
    try:
        return load_city(folder)
    except ConfigError as error:
        for problem in error.problems:
            typer.echo(render_problem(problem), err=True)
        fail(f"{folder} cannot be used as it is", Exit.CONFIG)
