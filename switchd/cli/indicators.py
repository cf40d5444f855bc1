"""`switchd indicators`: how the running hotline does, since midnight and in the last hour."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer
from rich.console import Console, Group, RenderableType
from rich.live import Live

from switchd.cli.common import DEFAULT_CITY, WIDTH_OF_A_FILE, City, Json, print_json
from switchd.cli.figures import Figures, table
from switchd.cli.inspect import ask

LOOK_SECONDS = 2.0


def indicators(
    city: City = DEFAULT_CITY,
    json: Json = False,
    watch: Annotated[bool, typer.Option("--watch", help="Look again until Ctrl-C.")] = False,
) -> None:
    """Show answered and lost calls, rates and waits of every line and group.

    Of the calls that arrived since midnight, and of those in the last 60 minutes.
    """

    def look() -> Mapping[str, Any]:
        answer: Mapping[str, Any] = ask(city, lambda client: client.get("indicators"))
        return answer

    if json:
        print_json(look())
        return
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH_OF_A_FILE
    if not watch:
        console.print(_drawn(look()))
        return
    with Live(_drawn(look()), console=console, screen=console.is_terminal) as live:
        try:
            while True:
                time.sleep(LOOK_SECONDS)
                live.update(_drawn(look()))
        except KeyboardInterrupt:
            return


def _drawn(answer: Mapping[str, Any]) -> RenderableType:
    return Group(
        table("since midnight", _rows(answer["today"])),
        "",
        table("last 60 minutes", _rows(answer["hour"])),
    )


def _rows(period: Mapping[str, Any]) -> Iterator[tuple[str, Figures]]:
    yield "all", period["total"]
    for what, unknown in (("line", "no line"), ("group", "no group")):
        for figures in period[f"{what}s"]:
            name = figures[what] or unknown
            yield f"  {what if figures[what] else ''} {name} {figures['title']}".rstrip(), figures
