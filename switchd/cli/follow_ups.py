"""`switchd follow-ups import|add|list|cancel|retry|result`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table

from switchd.cli.callbacks import OPEN, remark
from switchd.cli.callers import Who
from switchd.cli.common import (
    DEFAULT_CITY,
    City,
    Json,
    console,
    print_json,
    settings_or_fail,
)
from switchd.cli.inspect import ask

follow_ups = typer.Typer(
    no_args_is_help=True, help="People to be asked how their matters went (回访)."
)

Id = Annotated[int, typer.Argument(help="Its number in `switchd follow-ups list`.")]
COLUMNS = (
    "number",
    "line",
    "reference",
    "subject",
    "group",
    "not_before",
    "not_after",
    "priority",
)
"""Of a file; only `number` must be there."""
AT_ONCE = 200
"""How many go to the daemon with one request."""
ENCODINGS = ("utf-8-sig", "gb18030")
"""As spreadsheets write them."""


@follow_ups.command("import")
def import_follow_ups(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help=f"CSV with a heading: {', '.join(COLUMNS)}."
        ),
    ],
    by: Who,
    city: City = DEFAULT_CITY,
) -> None:
    """Put the people of a file in; rows that cannot be carried out are named and left out."""
    rows = list(read_rows(file, settings_or_fail(city).zone))
    refused = 0
    for first in range(0, len(rows), AT_ONCE):
        some = rows[first : first + AT_ONCE]
        answers = _put_in([wish for _, wish in some], by, city)
        for (line, _), answer in zip(some, answers, strict=True):
            if answer["problem"]:
                refused += 1
                typer.echo(f"{file}:{line}: {answer['problem']}", err=True)
    typer.echo(f"{len(rows) - refused} of {len(rows)} follow-ups put in")
    if refused:
        raise typer.Exit(1)


@follow_ups.command("add")
def add_follow_up(
    number: Annotated[str, typer.Argument(help="Whom to ask, in any written form.")],
    by: Who,
    reference: Annotated[str, typer.Option(help="The matter's number (工单号).")] = "",
    subject: Annotated[str, typer.Option(help="What it was, for the seat to read.")] = "",
    line: Annotated[str, typer.Option(help="The line on whose behalf.")] = "",
    group: Annotated[str, typer.Option(help="Whose seats ask; default: the plan's.")] = "",
    not_before: Annotated[str, typer.Option(help="Such as '2026-11-23 09:00'.")] = "",
    not_after: Annotated[str, typer.Option(help="Such as '2026-11-27 17:30'.")] = "",
    city: City = DEFAULT_CITY,
) -> None:
    """Put one in."""
    given = {
        "number": number,
        "line": line,
        "reference": reference,
        "subject": subject,
        "group": group,
        "not_before": not_before,
        "not_after": not_after,
    }
    wish = _wish(given, settings_or_fail(city).zone, "")
    (answer,) = _put_in([wish], by, city)
    if answer["problem"]:
        typer.echo(answer["problem"], err=True)
        raise typer.Exit(1)
    typer.echo(f"{answer['number']}: follow-up {answer['id']}")


@follow_ups.command("list")
def list_follow_ups(
    city: City = DEFAULT_CITY,
    every: Annotated[bool, typer.Option("--all", help="Closed ones, too.")] = False,
    json: Json = False,
) -> None:
    """List who is to be asked, the latest first."""
    found = ask(city, lambda client: client.get("follow-ups"))
    rows = [one for one in found if every or one["status"] in OPEN]
    if json:
        print_json(rows)
        return
    if not rows:
        typer.echo("nobody is to be asked" if not every else "there was no follow-up yet")
        return
    zone = settings_or_fail(city).zone
    table = Table("id", "number", "reference", "subject", "status", "tries", box=None)
    for name in ("seat", "result", "satisfied", ""):
        table.add_column(name)
    for one in rows:
        table.add_row(
            str(one["id"]),
            one["number"],
            escape(one["reference"]),
            escape(one["subject"]),
            one["status"],
            str(one["tries"]),
            one["seat"],
            escape(" ".join(filter(None, (one["result"], one["note"])))),
            one["survey"],
            escape(remark(one, zone)),
        )
    console().print(table)


@follow_ups.command("cancel")
def cancel_follow_up(id: Id, by: Who, city: City = DEFAULT_CITY) -> None:
    """Take one back."""
    _change(id, "cancel", by, city)


@follow_ups.command("retry")
def retry_follow_up(id: Id, by: Who, city: City = DEFAULT_CITY) -> None:
    """Try one now, within the hours; a failed one begins anew."""
    _change(id, "retry", by, city)


def _change(id: int, verb: str, by: str, city: Path) -> None:
    one = ask(city, lambda client: client.change_follow_up(id, verb, by))
    typer.echo(f"follow-up {id} to {one['number']}: {one['status']}")


@follow_ups.command("result")
def put_result_in(
    id: Id,
    code: Annotated[str, typer.Argument(help="One of `follow_ups: results` in the plan.")],
    by: Who,
    note: Annotated[str, typer.Option(help="What the person said besides.")] = "",
    city: City = DEFAULT_CITY,
) -> None:
    """Keep what a person said."""
    one = ask(city, lambda client: client.follow_up_result(id, code, note, by))
    typer.echo(f"follow-up {id} to {one['number']}: {one['result']}")


def put_seat_result_in(
    seat: Annotated[str, typer.Argument(help="The seat's number, such as 1001.")],
    code: Annotated[str, typer.Argument(help="One of `follow_ups: results` in the plan.")],
    by: Who,
    note: Annotated[str, typer.Option(help="What the person said besides.")] = "",
    city: City = DEFAULT_CITY,
) -> None:
    """Keep what the person said whom a seat asked last (回访结果)."""
    one = ask(city, lambda client: client.seat_result(seat, code, note, by))
    typer.echo(f"follow-up {one['id']} to {one['number']}: {one['result']}")


def _put_in(wishes: Sequence[Mapping[str, Any]], by: str, city: Path) -> list[dict[str, Any]]:
    return list(ask(city, lambda client: client.add_follow_ups(wishes, by)))


def read_rows(file: Path, zone: ZoneInfo) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Read a file's rows as wishes, each with its line. Raises typer.BadParameter."""
    reader = csv.DictReader(io.StringIO(_text(file), newline=""))
    heading = [name.strip() for name in reader.fieldnames or ()]
    unknown = [name for name in heading if name not in COLUMNS]
    if "number" not in heading or unknown:
        wrong = f"there is no column {unknown[0]}" if unknown else "a column `number` is missing"
        raise typer.BadParameter(f"{file}:1: {wrong}; columns are {', '.join(COLUMNS)}")
    reader.fieldnames = heading
    for row in reader:
        where = f"{file}:{reader.line_num}: "
        if None in row:
            raise typer.BadParameter(f"{where}there are more values than columns")
        given = {name: (value or "").strip() for name, value in row.items()}
        if any(given.values()):
            yield reader.line_num, _wish(given, zone, where)


def _text(file: Path) -> str:
    data = file.read_bytes()
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise typer.BadParameter(f"{file} is neither UTF-8 nor GB 18030 text")


def _wish(given: Mapping[str, str], zone: ZoneInfo, where: str) -> Mapping[str, Any]:
    wish: dict[str, Any] = {name: value for name, value in given.items() if value}
    for name in ("not_before", "not_after"):
        if name in wish:
            wish[name] = _moment(wish[name], zone, f"{where}{name}")
    if "priority" in wish:
        try:
            wish["priority"] = int(wish["priority"])
        except ValueError as error:
            what = f"{where}priority {wish['priority']!r} is no whole number"
            raise typer.BadParameter(what) from error
    return wish


def _moment(written: str, zone: ZoneInfo, where: str) -> float:
    try:
        moment = datetime.fromisoformat(written.replace("/", "-"))
    except ValueError as error:
        what = f"{where} {written!r} is no moment; write it like 2026-11-23 09:00"
        raise typer.BadParameter(what) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()
