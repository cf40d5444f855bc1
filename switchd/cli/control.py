"""`switchd seat hold`, `consult`, `three-way`, …: what a seat does with its call, by command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from switchd.cli.common import DEFAULT_CITY, City, Json, print_json, user
from switchd.cli.inspect import Number, ask

WITHOUT_TARGET = {
    "hold": "Music for the caller (保持).",
    "resume": "Back to the caller (恢复).",
    "mute": "The others do not hear the seat (静音).",
    "unmute": "The others hear the seat again (取消静音).",
    "complete": "Leave the caller with whom was consulted (完成转接).",
    "cancel": "End the consultation, or let the third go: back to the caller (取消).",
    "leave": "Leave a three-way call; the others talk on (退出三方).",
    "swap": "Change between the caller and whom is consulted (切换).",
    "park": "Leave the caller with music, for any seat to pick up (驻留).",
    "survey": "Let the caller go to the satisfaction survey (转满意度评价).",
    "supervisor": "Call a supervisor (呼叫班长).",
    "hang-up": "End the talk, as if the phone were hung up (挂机).",
}
"""Verbs that need no more than the seat, and what they do."""
WITH_TARGET = {
    "consult": "Talk to somebody else while the caller hears music (咨询).",
    "transfer": "Hand the caller over at once (直接转接).",
}
"""Verbs that need to know to whom."""
PERHAPS_TARGET = {
    "three-way": "Let all talk with each other: whom the seat consults, or somebody else who is "
    "called into the call (三方通话).",
    "drop": "Let one go out of a three-way call: the one who is named, or who came last.",
    "pick-up": "Take over a parked caller: of the seat that is named, or who waits longest (取回).",
}

Target = Annotated[
    str,
    typer.Argument(
        help="seat:1002, agent:A017, group:market, expert:medical, line:12350, "
        "number:0375-4882789; or digits, as typed on a phone."
    ),
]
Emergency = Annotated[str, typer.Argument(help="110, 119, 120 or 122.")]
By = Annotated[str, typer.Option("--by", help="Who does it, for the record. Default: the user.")]
Why = Annotated[str, typer.Option("--why", help="Why, for the record.")]


def _do(city: Path, number: str, verb: str, target: str, by: str, why: str, json: bool) -> None:
    body = {"target": target, "who": by or user(), "why": why}
    answer = ask(city, lambda client: client.control(number, verb, **body))
    if json:
        print_json(answer)
        return
    facts = ", ".join(f"{name} {value}" for name, value in _facts(answer))
    typer.echo(f"seat {number}: {verb}{f', {facts}' if facts else ''}")


def _facts(answer: Any) -> list[tuple[str, Any]]:
    """Give what is worth saying besides the verb; the call's id is for programs."""
    known = ("call", "verb")
    return [(name, what) for name, what in answer.items() if name not in known and what]


def _plain(verb: str) -> Callable[..., None]:
    def command(
        number: Number, by: By = "", why: Why = "", city: City = DEFAULT_CITY, json: Json = False
    ) -> None:
        _do(city, number, verb, "", by, why, json)

    return command


def _with_target(verb: str) -> Callable[..., None]:
    def command(
        number: Number,
        target: Target,
        by: By = "",
        why: Why = "",
        city: City = DEFAULT_CITY,
        json: Json = False,
    ) -> None:
        _do(city, number, verb, target, by, why, json)

    return command


def _perhaps(verb: str) -> Callable[..., None]:
    def command(
        number: Number,
        target: Target = "",
        by: By = "",
        why: Why = "",
        city: City = DEFAULT_CITY,
        json: Json = False,
    ) -> None:
        _do(city, number, verb, target, by, why, json)

    return command


def _emergency(
    number: Number,
    service: Emergency,
    by: By = "",
    why: Why = "",
    city: City = DEFAULT_CITY,
    json: Json = False,
) -> None:
    """Call 110, 119, 120 or 122 into the call at once (一键转接)."""
    _do(city, number, "emergency", service, by, why, json)


def add_verbs(seat: typer.Typer) -> None:
    """Add every verb to `switchd seat`."""
    kinds = ((WITHOUT_TARGET, _plain), (WITH_TARGET, _with_target), (PERHAPS_TARGET, _perhaps))
    for verbs, command in kinds:
        for verb, meaning in verbs.items():
            seat.command(verb, help=meaning)(command(verb))
    seat.command("emergency")(_emergency)
