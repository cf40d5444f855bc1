"""What may stand in a city's YAML about menus and emergency numbers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from switchd.config.models import Number, Section, Word

Key = Annotated[str, Field(pattern=r"^[0-9*#]$")]
EmergencyKey = Literal["trunk", "110", "119", "120", "122"]


def _read_item(value: Any) -> Any:
    """Let a key be written as `1: intake`."""
    return {"group": value} if isinstance(value, str) else value


def _read_target(value: Any) -> Any:
    """Let a target be written as `110: police`."""
    return {"trunk": value} if isinstance(value, str) else value


class MenuItem(Section):
    """What one key leads to."""

    group: Word | None = Field(
        default=None, description="Skill group to wait for. Default: the line's."
    )
    menu: Word | None = Field(default=None, description="Submenu, instead of the queue.")
    language: Literal["zh", "en"] | None = Field(
        default=None,
        description="Language of what is heard from now on. Default: as before. Dialects are "
        "groups with seats that speak them.",
    )


MenuEntry = Annotated[MenuItem, BeforeValidator(_read_item, json_schema_input_type=MenuItem | str)]


class Menu(Section):
    """A question with keys; whoever presses none of them goes to the queue."""

    prompts: tuple[Word, ...] = Field(min_length=1, description="Prompts of the question.")
    keys: dict[Key, MenuEntry] = Field(
        min_length=1,
        description="Key on the phone and what it leads to: a skill group, or `{menu: …}`, "
        "`{language: …}` and `{group: …}`.",
        examples=["{1: intake, 2: {language: en}}"],
    )
    seconds: float = Field(default=5.0, ge=1, le=60, description="Seconds to wait for a key.")
    tries: int = Field(
        default=3, ge=1, le=5, description="How often the question is asked before the queue."
    )


class EmergencyTarget(Section):
    """Where calls to an emergency number go that arrive here."""

    trunk: Word | None = Field(
        default=None, description="Trunk with a `proxy`. Default: the one of the key `trunk`."
    )
    number: Number | None = Field(
        default=None, description="Number that is dialled there. Default: the emergency number."
    )
    ring_seconds: float = Field(
        default=60.0, ge=5, le=300, description="Seconds that it rings there."
    )


EmergencyEntry = Annotated[
    EmergencyTarget, BeforeValidator(_read_target, json_schema_input_type=EmergencyTarget | str)
]
