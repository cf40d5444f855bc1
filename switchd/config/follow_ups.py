"""What may stand in the section `follow_ups`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from routing.lines import HIGHEST_PRIORITY
from switchd.config.models import Number, Section, Word

Code = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,32}$")]


class FollowUps(Section):
    """Asking people how their matters went (回访). The section's presence turns it on."""

    group: Word | None = Field(
        default=None,
        description="Skill group whose seats ask. Needed, unless each follow-up names its own.",
    )
    trunk: Word | None = Field(
        default=None, description="Trunk over which people are called. Default: the only trunk."
    )
    at_once: int = Field(
        default=2,
        ge=1,
        le=500,
        description="How many may wait for a seat or be tried at one time. A seat that asks "
        "somebody cannot take a caller.",
    )
    priority: int = Field(
        default=-HIGHEST_PRIORITY,
        ge=-HIGHEST_PRIORITY,
        le=HIGHEST_PRIORITY,
        description="Points in the list of the group. Default: behind every caller.",
    )
    tries: int = Field(
        default=3,
        ge=1,
        le=20,
        description="How often somebody is called who is busy or does not answer.",
    )
    pause_seconds: float = Field(
        default=3600.0, ge=1, le=7 * 86400, description="Seconds between one try and the next."
    )
    ring_seconds: float = Field(
        default=30.0, ge=5, le=120, description="Seconds that the person's phone rings."
    )
    open: Word | None = Field(
        default=None, description="Calendar by which people are called. Default: at all times."
    )
    shown_number: Number | None = Field(
        default=None,
        description="Number that the person sees. Default: that of the line.",
        examples=["037512345"],
    )
    longest_days: float = Field(
        default=7.0,
        ge=0.01,
        le=60,
        description="Days after which a follow-up without a last moment of its own is given up.",
    )
    results: dict[Code, str] = Field(
        default={},
        description="Codes that seats put in, and what they mean.",
        examples=["{1: 已解决, 2: 未解决, 3: 拒绝回访}"],
    )
    survey: bool = Field(
        default=True,
        description="Whether the person is asked for satisfaction when the seat has hung up.",
    )
