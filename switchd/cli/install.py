"""`switchd install`: what of switchd lies on a server outside of its own folder."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from switchd.cli.common import Exit, fail
from switchd.installing import InstallError
from switchd.installing import install as steps
from switchd.places import ShareNotFoundError

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}")


def install(
    city: Annotated[str, typer.Argument(help="The city's short name, as in switchd@NAME.")],
    root: Annotated[
        Path, typer.Option(help="Write below this folder and run nothing, to look or to package.")
    ] = Path("/"),
    program: Annotated[
        Path | None, typer.Option(help="The switchd that the unit runs. Default: this one.")
    ] = None,
) -> None:
    """Install the systemd unit, user, folders and a city to begin with; twice does no harm."""
    if not _NAME.fullmatch(city):
        fail(f"{city!r} cannot be a city's name: letters, digits, _ and -", Exit.CONFIG)
    runs = program or Path(sys.prefix) / "bin" / "switchd"
    try:
        for step in steps(root, city, str(runs), _run):
            typer.echo(step)
    except (InstallError, ShareNotFoundError) as error:
        fail(str(error))


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True)  # noqa: S603 - fixed commands of ours
