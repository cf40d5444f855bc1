"""`switchd explain` and `switchd plan`: what a plan does, without a running daemon."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from routing.compare import compare, listed
from routing.entry import Arrival, Refusal, Route
from routing.explain import Explanation
from routing.explain import explain as explain_arrival
from routing.plan import Plan
from routing.timeline import lives, window
from switchd.cli import versions
from switchd.cli.common import DEFAULT_CITY, City, Json, load_or_fail, print_json, read_moment
from switchd.drawing import graph, timeline

plan = typer.Typer(no_args_is_help=True, help="The plan: compared, drawn, and its history.")
plan.command("log")(versions.log)
plan.command("show")(versions.show)
plan.command("rollback")(versions.rollback)

At = Annotated[
    str | None,
    typer.Option("--at", help="Day or time in the city, 2020-01-31T08:30. Default: now."),
]
CELLS = 48
"""How many cells a line has on a terminal."""


def explain(
    called: Annotated[str, typer.Argument(help="The number that is called, in any form.")],
    caller: Annotated[str, typer.Option(help="Who calls.")] = "",
    at: At = None,
    trunk: Annotated[str, typer.Option(help="Trunk of arrival. Default: the first.")] = "",
    withheld: Annotated[bool, typer.Option(help="The caller hides the number.")] = False,
    city: City = DEFAULT_CITY,
    json: Json = False,
) -> None:
    """Tell what a call to a number would get, by the same rules that route calls."""
    loaded = load_or_fail(city)
    if trunk and trunk not in loaded.plan.trunks:
        known = ", ".join(loaded.plan.trunks)
        raise typer.BadParameter(f"there is no trunk {trunk}; the plan has {known}")
    arrival = Arrival(caller, called, trunk or next(iter(loaded.plan.trunks)), withheld)
    now = read_moment(at, loaded.plan.zone)
    explained = explain_arrival(arrival, loaded.plan, now)
    if json:
        print_json(_plain(explained))
        return
    for name, value in _rows(explained, loaded.plan):
        typer.echo(f"{name:>13}  {value}")


def _rows(explained: Explanation, plan: Plan) -> list[tuple[str, str]]:
    outcome = explained.outcome
    moment = datetime.fromtimestamp(explained.at, plan.zone)
    number = outcome.called or "no telephone number"
    rows = [("call", f"to {number}, {moment:%Y-%m-%d %H:%M} ({plan.zone.key})")]
    if explained.kind is not None:
        rows.append(("line", f"{explained.line} {explained.title} ({explained.kind.value})"))
    if explained.phase is not None and explained.merged_on is not None:
        rows.append(("phase", timeline.WORDS[explained.phase]))
        rows.append(("announcement", f"from {explained.merged_on} to {explained.last_day}"))
        rows.append(("gone", f"from {explained.gone_on}"))
    rows += _refused(outcome) if isinstance(outcome, Refusal) else _taken(outcome, explained)
    rows += [("because", _reason(reason.what, reason.facts)) for reason in outcome.reasons]
    return rows


def _refused(outcome: Refusal) -> list[tuple[str, str]]:
    return [("refused", outcome.cause.value)]


def _taken(outcome: Route, explained: Explanation) -> list[tuple[str, str]]:
    rows = [("hears", ", ".join(outcome.greeting))]
    if not outcome.connect:
        return [*rows, ("then", "is hung up and must redial")]
    seats = listed(explained.seats, "more") or "nobody"
    return [
        *rows,
        ("served as", outcome.line_meant),
        ("waits for", f"{outcome.group} ({explained.group_title}), priority {outcome.priority}"),
        ("offered to", f"{seats} ({len(explained.seats)})"),
        ("music", outcome.music),
        ("survey", "yes" if outcome.survey else "no"),
    ]


def _reason(what: str, facts: Any) -> str:
    return " ".join([what, *(f"{name}={value}" for name, value in facts.items())])


def _plain(explained: Explanation) -> dict[str, Any]:
    taken = isinstance(explained.outcome, Route)
    return {**asdict(explained), "taken": taken, "gone_on": explained.gone_on}


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
        svg.write_text(timeline.svg(loaded.plan, begin, end, today), encoding="utf-8")
        typer.echo(f"{svg}: written")
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


@plan.command("graph")
def draw_graph(
    city: City = DEFAULT_CITY,
    form: Annotated[Form, typer.Option("--as", help="text or mermaid.")] = Form.TEXT,
) -> None:
    """Draw which numbers lead to which groups, and who sits there."""
    loaded = load_or_fail(city)
    draw = {Form.TEXT: graph.text, Form.MERMAID: graph.mermaid}[form]
    typer.echo(draw(loaded.plan), nl=False)
