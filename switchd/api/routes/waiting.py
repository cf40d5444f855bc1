"""What supervisors do to callers who wait, to groups and to agents' skills."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field

from switchd.api.ports import House
from switchd.api.route import TEXT, WHOLE, Answer, Asked, Deed, post

Skill = Annotated[str, Field(max_length=64)]
Level = Annotated[int, Field(ge=0, le=9), WHOLE]
Prompt = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9_.-]*$")]


class Rank(Deed):
    """Another priority."""

    priority: Annotated[int, Field(ge=-86400, le=86400), WHOLE]
    """In points: one is worth a second of waiting at slope 1."""


class Move(Deed):
    """Another group."""

    group: str = Field(min_length=1, max_length=64, pattern=TEXT)


class Notice(Deed):
    """What callers are told."""

    prompt: Prompt = ""
    """Name of a prompt; nothing is said if it is left out."""


class Skills(Deed):
    """What an agent is to be able to do."""

    skills: dict[Skill, Level | None] = Field(min_length=1, max_length=64)
    """Skill → level, 0: not at all, null: as the plan says."""


class Done(Answer):
    """What was done, as it stands in the audit."""

    city: str
    at: float
    who: str
    verb: str
    target: str
    """The call, the group or the agent."""
    facts: dict[str, Any]
    why: str
    trouble: str
    """Why it could not be written down; empty if it was."""


class SkillsDone(Done):
    """The same, and what came of it."""

    brings: dict[str, int]
    """Skill → level that the agent has now."""
    seat: str
    """Where the agent is signed in; empty if nowhere."""
    serves: list[str]
    """Groups that the seat serves now."""


def rank(house: House, asked: Asked[Rank]) -> Mapping[str, Any]:
    """Give a caller who waits another priority."""
    return house.rank(asked["call"], asked.body.priority, asked.who, asked.body.why)


def move(house: House, asked: Asked[Move]) -> Mapping[str, Any]:
    """Let a caller wait for another group."""
    return house.move(asked["call"], asked.body.group, asked.who, asked.body.why)


def remove(house: House, asked: Asked[Notice]) -> Mapping[str, Any]:
    """Take a caller out of the list: the prompt, or nothing, and good-bye."""
    return house.remove(asked["call"], asked.body.prompt, asked.who, asked.body.why)


def pause(house: House, asked: Asked[Notice]) -> Mapping[str, Any]:
    """Hold the callers of a group back, or tell those of a paused group something else."""
    return house.pause(asked["group"], asked.body.prompt, asked.who, asked.body.why)


def resume(house: House, asked: Asked[Deed]) -> Mapping[str, Any]:
    """Let the callers of a paused group come again."""
    return house.resume(asked["group"], asked.who, asked.body.why)


def skills(house: House, asked: Asked[Skills]) -> Mapping[str, Any]:
    """Give an agent skills, or take them away, at once and until it is taken back."""
    return house.change_skills(asked["agent"], asked.body.skills, asked.who, asked.body.why)


ROUTES: Final = (
    post("/v1/waiting/{call}/rank", rank, Done, "waiting.rank", Rank),
    post("/v1/waiting/{call}/move", move, Done, "waiting.move", Move),
    post("/v1/waiting/{call}/remove", remove, Done, "waiting.remove", Notice),
    post("/v1/groups/{group}/pause", pause, Done, "group.pause", Notice),
    post("/v1/groups/{group}/resume", resume, Done, "group.resume", Deed),
    post("/v1/agents/{agent}/skills", skills, SkillsDone, "agent.skills", Skills),
)
