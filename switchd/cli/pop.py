"""`switchd pop`: what a seat's screen shows of a call."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Annotated, Any
from urllib.parse import quote

import typer

from switchd.cli.common import DEFAULT_CITY, City, Json, load_or_fail, print_json
from switchd.cli.inspect import ask, clock


def pop(
    call: Annotated[str, typer.Argument(help="The call id, as `switchd calls` shows it.")],
    city: City = DEFAULT_CITY,
    json: Json = False,
) -> None:
    """Show what a seat's screen shows of a call (来电弹屏), also shortly after its end."""
    answer = ask(city, lambda client: client.get(f"calls/{quote(call, safe='')}/pop"))
    if json:
        print_json(answer)
        return
    zone = load_or_fail(city).plan.zone
    for name, value in _lines(answer, zone):
        typer.echo(f"{name:>14}  {value}")


def _lines(pop: dict[str, Any], zone: tzinfo) -> Iterator[tuple[str, str]]:
    yield "call", f"{pop['call']} ({pop['state']})"
    yield "seat", f"{pop['seat']} (agent {pop['agent']})" if pop["seat"] else "-"
    yield "caller", pop["caller"] or "withheld"
    yield "dialled", _line(pop["line_dialled"]) or pop["dialled"]
    yield "meant", _line(pop["line_meant"]) or "-"
    waited = pop["wait_seconds"]
    yield "waited", "-" if waited is None else clock(waited)
    history = pop["history"]
    if history is None:
        yield "earlier calls", "not known"
        return
    again = ", calls again" if history["repeat_caller"] else ""
    counted = f"{history['calls']} in {history['days']} days, {history['answered']} answered"
    yield "earlier calls", f"{counted}{again}"
    for one in history["last"]:
        at = f"{datetime.fromtimestamp(one['arrived_at'], zone):%m-%d %H:%M}"
        agent = f", agent {one['agent']}" if one["agent"] else ""
        yield at, f"{one['line_dialled'] or '-'}: {one['outcome']}{agent}"
    for one in history["callbacks"]:
        asked = datetime.fromtimestamp(one["asked_at"], zone)
        yield "callback", f"{one['id']} for {one['line']}, {one['reason']} {asked:%m-%d %H:%M}"


def _line(line: dict[str, str] | None) -> str:
    return f"{line['line']} {line['title']}" if line else ""
