"""`switchd plan`: what a plan does, without a running daemon."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from routing.compare import compare
from routing.timeline import lives, window
from switchd.cli import versions
from switchd.cli.common import (
    DEFAULT_CITY,
    At,
    City,
    Json,
    load_or_fail,
    print_json,
    read_moment,
    write_or_fail,
)
from switchd.drawing import graph, graph_svg, timeline

plan = typer.Typer(no_args_is_help=True, help="The plan: compared, drawn, and its history.")
plan.command("log")(versions.log)
plan.command("show")(versions.show)
plan.command("rollback")(versions.rollback)

CELLS = 48
"""How many cells a line has on a terminal."""


@plan.command("diff")
def diff(
    old: Annotated[Path, typer.Argument(help="The city's folder as it was.")],
    new: Annotated[Path, typer.Argument(help="The city's folder as it is to be.")],
    at: At = None,
    json: Json = False,
) -> None:
    """Say which callers will notice that a new plan takes an old one's place.

    Found by calling every number of both plans, now and at each later change of its life.
    """
    before, after = load_or_fail(old).plan, load_or_fail(new).plan
    found = compare(before, after, read_moment(at, after.zone))
    if json:
        notices = [asdict(notice) for notice in found.notices]
        print_json({"notices": notices, "settings": found.settings, "words": found.words()})
        return
    for sentence in found.words() or ("no caller and no seat will notice",):
        typer.echo(sentence)


@plan.command("timeline")
def draw_timeline(
    city: City = DEFAULT_CITY,
    svg: Annotated[Path | None, typer.Option(help="Write an SVG picture.")] = None,
    first: Annotated[str, typer.Option("--from", help="First month, 2020-01.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last month, 2020-12.")] = "",
) -> None:
    """Draw the months of every number: in service, change announcement, number changed."""
    loaded = load_or_fail(city)
    today = datetime.now(loaded.plan.zone).date()
    span = window(loaded.plan, today)
    begin, end = _month(first) or span[0], _month(last) or span[1]
    if begin > end:
        raise typer.BadParameter(f"{begin:%Y-%m} lies after {end:%Y-%m}")
    if svg is not None:
        write_or_fail(svg, timeline.svg(loaded.plan, begin, end, today))
        return
    months = timeline.count_months(begin, end)
    each = -(-months // CELLS)
    cells = -(-months // each)
    unit = "a month" if each == 1 else f"{each} months"
    typer.echo(f"from {begin:%Y-%m} to {end:%Y-%m}, each sign {unit}")
    for life in lives(loaded.plan):
        row = timeline.marks(life, begin, cells, each)
        typer.echo(f"{life.line.name:>12}  {row}  {life.line.title}")
    legend = (f"{mark} {timeline.WORDS[phase]}" for phase, mark in timeline.MARKS.items())
    typer.echo(", ".join(legend))


def _month(text: str) -> date | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no month; write 2020-01") from None


class Form(StrEnum):
    """How the graph is drawn."""

    TEXT = "text"
    MERMAID = "mermaid"
    SVG = "svg"


@plan.command("graph")
def draw_graph(
    city: City = DEFAULT_CITY,
    form: Annotated[Form, typer.Option("--format", help="How it is drawn.")] = Form.TEXT,
    out: Annotated[Path | None, typer.Option(help="Write it into this file.")] = None,
) -> None:
    """Draw which numbers lead to which groups, and who sits there."""
    loaded = load_or_fail(city)
    draw = {Form.TEXT: graph.text, Form.MERMAID: graph.mermaid, Form.SVG: graph_svg.svg}[form]
    drawn = draw(loaded.plan)
    if out is None:
        typer.echo(drawn, nl=False)
    else:
        write_or_fail(out, drawn)
