"""One thing that can be asked over HTTP, as data: the router, the rights, the OpenAPI document and
docs/http-api.md are all made from the same routes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from routing.rights import Identity
from switchd.api.ports import House

TEXT = r"^[^\x00-\x1f\x7f]*$"
"""One line of text."""


NUMBER: Final = ":int(min=0, max=2147483647)"
"""Behind the name of a parameter in a path: it is a whole number."""


def _whole(value: Any) -> Any:
    """Give 5 for 5.0, which is the same number in JSON."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE: Final = BeforeValidator(_whole)
"""Behind the limits of a whole number in a body."""


class Body(BaseModel):
    """What is sent with a request; nothing that is not known."""

    model_config = ConfigDict(
        extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False, strict=True
    )


class Query(Body):
    """What may stand behind the `?`; read from text."""

    model_config = ConfigDict(strict=False)


class Deed(Body):
    """The body of whatever changes something."""

    who: str = Field(default="", max_length=64, pattern=TEXT)
    """The person behind an application; the token's name is written down in any case."""
    why: str = Field(default="", max_length=200, pattern=TEXT)
    """For the audit."""


class Nothing(Query):
    """No body, no query."""


class Answer(BaseModel):
    """What comes back. Clients pass over fields that they do not know."""

    model_config = ConfigDict(use_attribute_docstrings=True)


BodyT = TypeVar("BodyT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Asked(Generic[BodyT]):
    """One request that may be carried out."""

    who: str
    """For the audit."""
    identity: Identity
    path: Mapping[str, str]
    body: BodyT
    """The body, or the query of a GET."""

    def __getitem__(self, name: str) -> str:
        return self.path[name]


class About(StrEnum):
    """What a request can be about, hence whose right it needs: named like the first parameter of
    its path."""

    CITY = ""
    SEAT = "seat"
    CALL = "call"
    GROUP = "group"
    AGENT = "agent"
    CALLBACK = "callback"
    FOLLOW_UP = "follow_up"
    VOICEMAIL = "voicemail"
    """By the call in which it was left."""


@dataclass(frozen=True, slots=True)
class Route(Generic[BodyT]):
    """Method and path, and everything that follows from them. A POST heeds an Idempotency-Key."""

    method: Literal["GET", "POST"]
    path: str
    run: Callable[[House, Asked[BodyT]], Any]
    answers: Any
    """A model, or a list of one."""
    right: str
    """Verb of `routing.rights`; "": whoever has a token may."""
    body: type[BodyT]
    """The query of a GET."""
    each: tuple[str, About] | None = None
    """For a list: which field of an item names what it is about. Whoever asks gets the items that
    the right covers."""
    open: bool = False
    """Answered without a token."""
    stream: bool = False
    """Answers with server-sent events."""
    name: str = ""
    summary: str = ""

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names in the path."""
        return tuple(re.findall(r"{(\w+)[^}]*}", self.path))

    @property
    def about(self) -> About:
        """What it is about."""
        first = self.parameters[:1]
        return About(first[0]) if first and first[0] in set(About) else About.CITY


def get(
    path: str,
    run: Callable[[House, Asked[BodyT]], Any],
    answers: Any,
    right: str = "",
    query: type[BodyT] = Nothing,  # type: ignore[assignment]
    *,
    each: tuple[str, About] | None = None,
    open: bool = False,
    stream: bool = False,
) -> Route[BodyT]:
    """Give a route by which something is seen; `run` is named and described for its users."""
    return Route(
        "GET", path, run, answers, right, query, each, open, stream, run.__name__, _first(run)
    )


def post(
    path: str,
    run: Callable[[House, Asked[BodyT]], Any],
    answers: Any,
    right: str,
    body: type[BodyT],
    *,
    name: str = "",
    summary: str = "",
) -> Route[BodyT]:
    """Give a route by which something is done."""
    name, summary = name or run.__name__, summary or _first(run)
    return Route("POST", path, run, answers, right, body, name=name, summary=summary)


def _first(run: Callable[..., Any]) -> str:
    """Give the first sentence of what a function says about itself."""
    return inspect.cleandoc(run.__doc__ or "").split("\n\n")[0].replace("\n", " ")
