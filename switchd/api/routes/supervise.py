"""What supervisors do to talks and to seats: listen, whisper, barge, take over, release, force."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

from pydantic import Field

from switchd.api.ports import House, Refused
from switchd.api.route import TEXT, About, Answer, Asked, Deed, Nothing, Route, get, post
from switchd.api.routes.waiting import Done


class Listen(Deed):
    """Where the supervisor is."""

    at: str = Field(default="", max_length=32, pattern=r"^[A-Za-z0-9._-]*$")
    """The supervisor's own seat, whose phone rings; the token's seat if left out."""


class Force(Deed):
    """What a seat is to be."""

    state: Literal["ready", "not-ready", "sign-out"]
    reason: str = Field(default="", max_length=64, pattern=TEXT)
    """Why it is not ready; `break` if left out."""


class Forced(Done):
    """The same, and what came of it."""

    now: str
    """The seat's state; behind its call it will be what was asked for."""


class Watching(Answer):
    """A supervisor who listens."""

    seat: str
    """The supervisor's."""
    who: str
    call: str
    over: str
    """The seat that is listened to."""
    mode: str
    """listen: nobody hears the supervisor; whisper: the seat does; barge: all do."""
    stage: str
    """ringing, listening, taking_over or ending."""
    began_at: float


def watching(house: House, asked: Asked[Nothing]) -> Sequence[Mapping[str, Any]]:
    """Give every supervisor who listens."""
    return house.watching()


def force(house: House, asked: Asked[Force]) -> Mapping[str, Any]:
    """Make a seat ready or not ready (强制示闲、示忙), or sign it out (强制签出)."""
    return house.supervise(
        "force",
        target=asked["seat"],
        at="",
        state=asked.body.state,
        reason=asked.body.reason,
        who=asked.who,
        why=asked.body.why,
    )


def _own_seat(asked: Asked[Listen]) -> str:
    """Give the seat whose phone rings: a token that is for a seat rings no other."""
    own, at = asked.identity.seat, asked.body.at
    if own and at not in ("", own):
        raise Refused(f"this token is for seat {own}: no other phone can be rung with it")
    return at or own


def _run(verb: str, about: str) -> Callable[[House, Asked[Listen]], Mapping[str, Any]]:
    def run(house: House, asked: Asked[Listen]) -> Mapping[str, Any]:
        return house.supervise(
            verb,
            target=asked[about],
            at=_own_seat(asked),
            state="",
            reason="",
            who=asked.who,
            why=asked.body.why,
        )

    return run


_VERBS: Final = {
    "listen": "Hear a talk; nobody hears the supervisor (监听).",
    "whisper": "Hear a talk and be heard by its seat alone (密语).",
    "barge": "Speak with all (强插).",
    "take-over": "Have the call that one listens to instead of its seat (接管).",
    "stop": "Listen no more.",
    "release": "End a seat's part in its talk (强拆).",
}
_OF_CALLS: Final = ("listen", "whisper", "barge", "release")

ROUTES: Final[tuple[Route[Any], ...]] = (
    get("/v1/supervise", watching, list[Watching], "see.seats", each=("over", About.SEAT)),
    *(
        post(
            f"/v1/seats/{{seat}}/supervise/{verb}",
            _run(verb, "seat"),
            Done,
            f"supervise.{verb}",
            Listen,
            name=f"supervise_{verb.replace('-', '_')}",
            summary=summary,
        )
        for verb, summary in _VERBS.items()
    ),
    post("/v1/seats/{seat}/supervise/force", force, Forced, "supervise.force", Force),
    *(
        post(
            f"/v1/calls/{{call}}/supervise/{verb}",
            _run(verb, "call"),
            Done,
            f"supervise.{verb}",
            Listen,
            name=f"supervise_call_{verb}",
            summary=_VERBS[verb],
        )
        for verb in _OF_CALLS
    ),
)
