"""`switchd explain`: what one call would get."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from math import inf
from pathlib import Path
from typing import Annotated, Any

import typer

from routing.admission import HeldPlace, Instead, Overload, Room
from routing.differences import leads_to, listed
from routing.entry import Arrival, Refusal, Route, caller_of
from routing.explain import Explanation, Step
from routing.explain import explain as explain_arrival
from routing.lines import Forward, Otherwise
from routing.plan import Plan
from routing.shifts import Duty
from routing.standing import Standing, having_called
from switchd.api.client import Answer, Client, NoDaemon
from switchd.cli.common import (
    DEFAULT_CITY,
    At,
    City,
    Json,
    load_or_fail,
    print_json,
    read_moment,
    settings_or_fail,
)
from switchd.drawing import timeline
from switchd.places import socket_path

EARLIER = "the earlier one"
"""Stands for the call whose place a caller is supposed to have."""


def explain(
    called: Annotated[str, typer.Argument(help="The number that is called, in any form.")],
    caller: Annotated[str, typer.Option(help="Who calls.")] = "",
    at: At = None,
    trunk: Annotated[str, typer.Option(help="Trunk of arrival. Default: the first.")] = "",
    withheld: Annotated[bool, typer.Option(help="The caller hides the number.")] = False,
    diversion: Annotated[str, typer.Option(help="The Diversion header of the call.")] = "",
    history_info: Annotated[str, typer.Option(help="The History-Info header of the call.")] = "",
    asserted: Annotated[str, typer.Option(help="The P-Asserted-Identity header.")] = "",
    calls_in_hour: Annotated[
        int, typer.Option(min=1, help="The caller's calls within the hour, this one included.")
    ] = 1,
    repeat: Annotated[bool, typer.Option("--repeat", help="The caller called before.")] = False,
    waiting: Annotated[int, typer.Option(min=0, help="How many wait for line and group.")] = 0,
    wait: Annotated[float, typer.Option(min=0, help="The estimated wait, in seconds.")] = 0.0,
    overloaded: Annotated[bool, typer.Option("--overloaded", help="The switch is.")] = False,
    waits_already: Annotated[
        bool, typer.Option("--waits-already", help="The number waits with another call.")
    ] = False,
    cut_off: Annotated[
        bool, typer.Option("--cut-off", help="The number was cut off while it waited.")
    ] = False,
    city: City = DEFAULT_CITY,
    json: Json = False,
) -> None:
    """Tell what a call to a number would get, by the same rules that route calls.

    Where the city's daemon runs, it is asked whether somebody or the limit bars the caller.
    """
    loaded = load_or_fail(city)
    if trunk and trunk not in loaded.plan.trunks:
        known = ", ".join(loaded.plan.trunks)
        raise typer.BadParameter(f"there is no trunk {trunk}; the plan has {known}")
    arrival = Arrival(
        caller=caller,
        called=called,
        trunk=trunk or next(iter(loaded.plan.trunks)),
        privacy=withheld,
        diversion=diversion,
        history_info=history_info,
        asserted=asserted,
    )
    now = read_moment(at, loaded.plan.zone)
    number = caller_of(arrival, loaded.plan)
    if not number and (calls_in_hour > 1 or repeat):
        raise typer.BadParameter("nobody is counted without a number; give --caller")
    standing = _barred(city, number)
    if standing is None:
        standing = having_called(calls_in_hour, repeat, loaded.plan.callers, now)
    standing = replace(
        standing,
        room=Room(waiting, waiting, wait),
        overload=Overload.LEGS if overloaded else None,
        place=HeldPlace(EARLIER, waits=waits_already) if waits_already or cut_off else None,
    )
    explained = explain_arrival(arrival, loaded.plan, now, standing)
    if json:
        print_json(_plain(explained))
        return
    for name, value in _rows(explained, loaded.plan):
        typer.echo(f"{name:>13}  {value}")


def _barred(city: Path, number: str) -> Standing | None:
    """What a running daemon has against a caller; None for nothing, or if none runs."""
    client = Client(socket_path(settings_or_fail(city).folders.state))
    try:
        rules = client.get("blocked") if number else []
    except (NoDaemon, Answer):
        return None
    for rule in rules:
        if rule["number"] == number:
            until = inf if rule["until"] is None else rule["until"]
            return Standing(
                barred_until=until, barred_for=rule["reason"], by_limit=rule["kind"] == "limit"
            )
    return None


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
    rows += _refused(outcome) if isinstance(outcome, Refusal) else _taken(outcome, explained, plan)
    rows += [("because", _reason(reason.what, reason.facts)) for reason in outcome.reasons]
    return rows


def _refused(outcome: Refusal) -> list[tuple[str, str]]:
    return [("refused", outcome.cause.value)]


def _taken(outcome: Route, explained: Explanation, plan: Plan) -> list[tuple[str, str]]:
    rows = [("hears", ", ".join(outcome.greeting) or "nothing first")]
    if outcome.full is not None:
        return [*rows, ("then", _INSTEAD[outcome.full])]
    if not outcome.connect:
        after = "call again" if outcome.closed or outcome.barred else "redial"
        return [*rows, ("then", f"is hung up and must {after}")]
    if outcome.forward is not None:
        rows += _passed_on(outcome.forward)
    if outcome.menu:
        keys = plan.menus[outcome.menu].keys.items()
        rows += [("key", f"{key}: {leads_to(item)}") for key, item in keys]
    if not outcome.group:
        return rows
    rows += [
        ("served as", outcome.line_meant),
        ("waits for", f"{outcome.group} ({explained.group_title}), priority {outcome.priority}"),
        *(("on duty", crew) for crew in _crews(explained.crews, plan)),
        ("offered to", _seats(explained)),
    ]
    rows += [
        (
            found.step.when,
            f"{found.step.what} ({found.title}): {_seats(found)}"
            if found.title
            else found.step.what,
        )
        for found in explained.overflow
    ]
    return [*rows, ("music", outcome.music), ("survey", "yes" if outcome.survey else "no")]


_INSTEAD = {
    Instead.ANNOUNCE: "is hung up and must call again",
    Instead.CALLBACK: "or is offered to be called back, where that is possible",
    Instead.VOICEMAIL: "or is asked for a message",
}
"""What a caller meets for whom there is no room; busy is a refusal."""


def _passed_on(forward: Forward) -> list[tuple[str, str]]:
    then = "the queue" if forward.otherwise is Otherwise.QUEUE else forward.announcement
    return [
        ("passed on to", f"{forward.number} over {forward.trunk}"),
        ("otherwise", f"{then}, after {forward.ring_seconds:g} s without an answer"),
    ]


def _crews(duties: tuple[Duty, ...], plan: Plan) -> list[str]:
    ends = (datetime.fromtimestamp(duty.ends, plan.zone) for duty in duties)
    return [
        f"{duty.crew} ({duty.shift}) until {end:%H:%M}"
        for duty, end in zip(duties, ends, strict=True)
    ]


def _seats(served: Explanation | Step) -> str:
    """Those on duty, those at which nobody is to sit, and who brings the skills to any other."""
    on_duty = [seat for seat in served.seats if seat not in served.off_duty]
    parts = [f"{listed(on_duty, 'more')} ({len(on_duty)})"] if on_duty else []
    if served.off_duty:
        parts.append(f"off duty: {listed(served.off_duty, 'more')} ({len(served.off_duty)})")
    if served.agents:
        parts.append(f"wherever they sit: {listed(served.agents, 'more')} ({len(served.agents)})")
    return "; ".join(parts if on_duty or served.agents else ["nobody (0)", *parts])


def _reason(what: str, facts: Any) -> str:
    return " ".join([what, *(f"{name}={value}" for name, value in facts.items())])


def _plain(explained: Explanation) -> dict[str, Any]:
    taken = isinstance(explained.outcome, Route)
    return {**asdict(explained), "taken": taken, "gone_on": explained.gone_on}
