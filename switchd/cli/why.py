"""`switchd why`: the story of one call."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from routing.record import CallRecord
from routing.story import tell
from routing.story_words import WORDS
from switchd.api.client import Answer, Client, NoDaemon
from switchd.cli.common import (
    DEFAULT_CITY,
    City,
    Exit,
    Json,
    fail,
    load_or_fail,
    print_json,
)
from switchd.config import ServerSettings
from switchd.places import socket_path
from switchd.records import codec
from switchd.records.database import exists
from switchd.records.errors import RecordsError
from switchd.records.store import Store

Language = Annotated[
    str, typer.Option("--language", "-l", help="zh or en. Default: the city's language.")
]


def why(
    call: Annotated[str, typer.Argument(help="The call id, as `switchd calls` and SQL have it.")],
    language: Language = "",
    city: City = DEFAULT_CITY,
    json: Json = False,
) -> None:
    """Tell why a call went as it did: what was decided, when, from what.

    A call that has ended is told from its record, one in progress by the running daemon.
    """
    loaded = load_or_fail(city)
    chosen = language or loaded.plan.language
    if chosen not in WORDS:
        raise typer.BadParameter(f"a story can be told in {', '.join(WORDS)}, not in {chosen!r}")
    record, state = _find(loaded.server, call)
    zone = loaded.plan.zone
    story = tell(record, chosen, zone, state)
    if json:
        print_json({**asdict(story), "state": state, "record": codec.to_dict(record)})
        return
    typer.echo(story.summary)
    if story.wait:
        typer.echo(story.wait)
    for line in story.lines:
        typer.echo(f"  {datetime.fromtimestamp(line.at, zone):%H:%M:%S}  {line.text}")


def _find(settings: ServerSettings, call: str) -> tuple[CallRecord, str]:
    """Give the record of a call and, if it is in progress, its state; or say where it is not."""
    record = _written_down(settings, call)
    if record is not None:
        return record, ""
    found = _in_progress(settings.folders.state, call)
    if found is None:
        fail(
            f"there is no call {call!r}: neither among the records nor in progress. "
            "`switchd calls` lists the calls in progress; a record is written when a call ends"
        )
    return codec.from_dict(found["record"]), str(found["state"])


def _written_down(settings: ServerSettings, call: str) -> CallRecord | None:
    if not exists(settings.sql):
        return None
    store = None
    try:
        store = Store(settings.sql)
        return store.get(call)
    except RecordsError as error:
        fail(f"the records cannot be read: {error}", Exit.UNAVAILABLE)
    finally:
        if store is not None:
            store.close()


def _in_progress(state: Path, call: str) -> Any:
    try:
        return Client(socket_path(state)).get(f"calls/{quote(call, safe='')}")
    except (NoDaemon, Answer):
        return None
