"""Callbacks and messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import Field

from routing.outgoing import Callback
from switchd.api.ports import House
from switchd.api.route import NUMBER, TEXT, About, Answer, Asked, Deed, Nothing, get, post


class NewCallback(Deed):
    """Whom to call back."""

    number: str = Field(min_length=1, max_length=40, pattern=TEXT)
    line: str = Field(default="12345", min_length=1, max_length=40, pattern=TEXT)
    """For which line; its seats do it."""


class Voicemail(Answer):
    """A message that a caller left."""

    call: str
    number: str
    line: str
    group: str
    left_at: float
    seconds: float
    recording: str
    """Path below the recordings folder."""
    notified_at: float | None
    notify_tries: int
    handled_at: float | None
    handled_by: str


def callbacks(house: House, asked: Asked[Nothing]) -> Sequence[Mapping[str, Any]]:
    """Give the latest callbacks, open and closed."""
    return house.callbacks()


def add_callback(house: House, asked: Asked[NewCallback]) -> Mapping[str, Any]:
    """Have a number called back; one that is open for the number already stands."""
    return house.add_callback(asked.body.number, asked.body.line, asked.who)


def cancel_callback(house: House, asked: Asked[Deed]) -> Mapping[str, Any]:
    """Take a callback back."""
    return house.change_callback(int(asked["callback"]), "cancel", asked.who)


def retry_callback(house: House, asked: Asked[Deed]) -> Mapping[str, Any]:
    """Try a callback now that pauses between two tries."""
    return house.change_callback(int(asked["callback"]), "retry", asked.who)


def voicemails(house: House, asked: Asked[Nothing]) -> Sequence[Mapping[str, Any]]:
    """Give the latest messages."""
    return house.voicemails()


def voicemail_handled(house: House, asked: Asked[Deed]) -> Mapping[str, Any]:
    """Mark a message as seen to."""
    return house.voicemail_handled(asked["voicemail"], asked.who)


_CALLBACK: Final = f"/v1/callbacks/{{callback{NUMBER}}}"
_OF_GROUP: Final = ("group", About.GROUP)
ROUTES: Final = (
    get("/v1/callbacks", callbacks, list[Callback], "see.callbacks", each=_OF_GROUP),
    post("/v1/callbacks", add_callback, Callback, "callbacks.add", NewCallback),
    post(f"{_CALLBACK}/cancel", cancel_callback, Callback, "callbacks.cancel", Deed),
    post(f"{_CALLBACK}/retry", retry_callback, Callback, "callbacks.retry", Deed),
    get("/v1/voicemails", voicemails, list[Voicemail], "see.voicemails", each=_OF_GROUP),
    post(
        "/v1/voicemails/{voicemail}/handled",
        voicemail_handled,
        Voicemail,
        "voicemails.handled",
        Deed,
    ),
)
