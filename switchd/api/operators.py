"""The routes of supervisors: /v1/waiting/{call}/rank, move and remove, /v1/groups/{group}/pause and
resume, /v1/agents/{agent}/skills."""

from __future__ import annotations

from typing import Annotated, Any

import falcon
from pydantic import BaseModel, ConfigDict, Field

from switchd.api.bodies import body_of
from switchd.api.ports import House

_TEXT = r"^[^\x00-\x1f\x7f]*$"
Prompt = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9_.-]*$")]


class OperatorRequest(BaseModel):
    """What every body has."""

    model_config = ConfigDict(extra="forbid")

    who: str = Field(min_length=1, max_length=64, pattern=_TEXT)
    """Who does it, for the audit."""
    why: str = Field(default="", max_length=200, pattern=_TEXT)


class RankRequest(OperatorRequest):
    """The body of rank."""

    priority: int = Field(ge=-86400, le=86400)
    """In points: one is worth a second of waiting at slope 1."""


class MoveRequest(OperatorRequest):
    """The body of move."""

    group: str = Field(min_length=1, max_length=64, pattern=_TEXT)


class NoticeRequest(OperatorRequest):
    """The body of remove and of pause."""

    prompt: Prompt = ""
    """What callers are told; nothing if left out."""


class SkillsRequest(OperatorRequest):
    """The body of skills."""

    skills: dict[str, Annotated[int, Field(ge=0, le=9)] | None] = Field(min_length=1)
    """Skill → level, 0: not at all, null: as the plan says."""


class _Caller:
    """POST: do something to a caller who waits."""

    def __init__(self, house: House) -> None:
        self._house = house

    def on_post_rank(self, request: falcon.Request, response: falcon.Response, call: str) -> None:
        wanted = body_of(request, RankRequest)
        response.media = self._house.rank(call, wanted.priority, wanted.who, wanted.why)

    def on_post_move(self, request: falcon.Request, response: falcon.Response, call: str) -> None:
        wanted = body_of(request, MoveRequest)
        response.media = self._house.move(call, wanted.group, wanted.who, wanted.why)

    def on_post_remove(self, request: falcon.Request, response: falcon.Response, call: str) -> None:
        wanted = body_of(request, NoticeRequest)
        response.media = self._house.remove(call, wanted.prompt, wanted.who, wanted.why)


class _Group:
    """POST: pause or resume a group."""

    def __init__(self, house: House) -> None:
        self._house = house

    def on_post_pause(self, request: falcon.Request, response: falcon.Response, group: str) -> None:
        wanted = body_of(request, NoticeRequest)
        response.media = self._house.pause(group, wanted.prompt, wanted.who, wanted.why)

    def on_post_resume(
        self, request: falcon.Request, response: falcon.Response, group: str
    ) -> None:
        wanted = body_of(request, OperatorRequest)
        response.media = self._house.resume(group, wanted.who, wanted.why)


class _Skills:
    """POST: give an agent skills, or take them away."""

    def __init__(self, house: House) -> None:
        self._house = house

    def on_post(self, request: falcon.Request, response: falcon.Response, agent: str) -> None:
        wanted = body_of(request, SkillsRequest)
        response.media = self._house.change_skills(agent, wanted.skills, wanted.who, wanted.why)


def add_routes(app: falcon.App[Any, Any], house: House) -> None:
    """Let the application answer them."""
    for verb in ("rank", "move", "remove"):
        app.add_route(f"/v1/waiting/{{call}}/{verb}", _Caller(house), suffix=verb)
    for verb in ("pause", "resume"):
        app.add_route(f"/v1/groups/{{group}}/{verb}", _Group(house), suffix=verb)
    app.add_route("/v1/agents/{agent}/skills", _Skills(house))
