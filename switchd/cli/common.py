"""What the commands share: the city's folder, exit codes, how errors are told."""

from __future__ import annotations

import os
from enum import IntEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from switchd.bootstrap import load_city
from switchd.config import ConfigError, Loaded, render_problem


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
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def fail(text: str, code: Exit = Exit.FAILED) -> NoReturn:
    """Say what went wrong on stderr and exit."""
    typer.echo(f"switchd: {text}", err=True)
    raise typer.Exit(code)


def load_or_fail(folder: Path) -> Loaded:
    """Load the city; on errors print each with its place and exit."""
    try:
        return load_city(folder)
    except ConfigError as error:
        for problem in error.problems:
            typer.echo(render_problem(problem), err=True)
        fail(f"{folder} cannot be used as it is", Exit.CONFIG)
