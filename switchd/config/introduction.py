"""What may stand in a city's YAML about seat and caller being told of each other."""

from __future__ import annotations

from pydantic import Field

from routing.introduction import HeardBy
from switchd.config.models import Section, Word


class Introduction(Section):
    """What a seat hears of its caller before the talk, and the caller of the seat."""

    whisper: tuple[Word, ...] = Field(
        default=(),
        max_length=5,
        description="What a seat hears when it has picked up, while the caller still hears music: "
        "`line_name`, `wait`, or prompts. Groups and lines may have their own.",
        examples=["[line_name, wait]"],
    )
    staff_number: HeardBy = Field(
        default=HeardBy.NOBODY,
        description="Who hears the staff number (工号播报) right before the talk: `nobody`, "
        "`caller` or `both`. Groups may have their own.",
    )
    longest_seconds: float = Field(
        default=10.0,
        ge=1,
        le=30,
        description="Seconds that the whisper, and then the staff number, may take at most; the "
        "rest is left out.",
    )
    history_days: int = Field(
        default=30,
        ge=1,
        le=366,
        description="How many days back the screen pop (来电弹屏) counts calls of the number.",
    )
