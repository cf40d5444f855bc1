"""Calls in progress: what a seat asks for in its call, one route for each verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import ConfigDict, Field

from switchd.api.ports import House
from switchd.api.route import TEXT, Answer, Asked, Deed, Route, post

VERBS: Final = {
    "hold": "Give the caller music.",
    "resume": "Go back to the caller.",
    "mute": "Let the others not hear the seat.",
    "unmute": "Let the others hear the seat again.",
    "transfer": "Hand the caller over without a word (盲转).",
    "consult": "Talk to somebody else while the caller hears music (咨询).",
    "complete": "Leave the caller to whom the seat consults.",
    "cancel": "End the consultation, or let the third of a conference go.",
    "three-way": "Let all talk with each other (三方通话).",
    "leave": "Leave a conference; the others talk on.",
    "drop": "Let one of a conference go: the target, or who came last.",
    "swap": "Change between the caller and whom the seat consults.",
    "park": "Leave the caller with music, for any seat to pick up.",
    "pick-up": "Take a parked caller over: the target is the seat that parked it, or the call.",
    "survey": "Let the caller go to the satisfaction survey.",
    "supervisor": "Call a supervisor for help (班长).",
    "emergency": "Let 110, 119, 120 or 122 join at once; the target is which.",
    "hang-up": "End the talk as if the phone was hung up.",
}


class Wish(Deed):
    """Whom it is about, for verbs that need that."""

    target: str = Field(default="", max_length=80, pattern=TEXT)
    """`seat:1002`, `agent:A017`, `group:market`, `expert:medical`, `line:12350`,
    `number:13800138000`, `emergency:120`, or digits as typed on the phone."""


class Granted(Answer):
    """Done, or begun; what becomes of it is told by events."""

    model_config = ConfigDict(extra="allow")

    call: str
    verb: str


OF_CALLS: Final = tuple(verb for verb in VERBS if verb != "pick-up")
"""What a supervisor does with a call in place of its seat; only a seat can pick a caller up."""


def _doing(verb: str) -> Callable[[House, Asked[Wish]], Mapping[str, Any]]:
    def run(house: House, asked: Asked[Wish]) -> Mapping[str, Any]:
        return house.control(asked["seat"], verb, asked.body.target, asked.who, asked.body.why)

    return run


def _doing_to_call(verb: str) -> Callable[[House, Asked[Wish]], Mapping[str, Any]]:
    def run(house: House, asked: Asked[Wish]) -> Mapping[str, Any]:
        return house.control_call(asked["call"], verb, asked.body.target, asked.who, asked.body.why)

    return run


def _of_seat(verb: str) -> Route[Wish]:
    path, name = f"/v1/seats/{{seat}}/call/{verb}", f"seat_call_{verb.replace('-', '_')}"
    right, summary = f"call.{verb}", VERBS[verb]
    return post(path, _doing(verb), Granted, right, Wish, name=name, summary=summary)


def _of_call(verb: str) -> Route[Wish]:
    path, name = f"/v1/calls/{{call}}/{verb}", f"call_{verb.replace('-', '_')}"
    right, summary = "supervise.control", f"In place of the seat: {_small(VERBS[verb])}"
    return post(path, _doing_to_call(verb), Granted, right, Wish, name=name, summary=summary)


def _small(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


ROUTES: Final = (*map(_of_seat, VERBS), *map(_of_call, OF_CALLS))
