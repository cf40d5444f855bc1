"""What may stand in a city's YAML about its lines: the keys, and which kind of line has which."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from routing.lines import HIGHEST_PRIORITY, LineKind, Otherwise
from switchd.config.models import Limits, Mistake, Number, Section, Steps, Text, Word

KINDS = tuple(kind.value for kind in LineKind)
_NEVER_LINES = {
    "emergency": (
        "110, 119, 120 and 122 are in every plan without being written and are never lines",
        "Write the section `emergency: {trunk: …}` for where calls to them go, and delete this",
    ),
    "reserved": (
        "lines of 人大, 政协, 法院, 检察院, 纪检监察 and 国家安全 may not be merged into a hotline "
        "(国办发〔2020〕53号)",
        "Delete the line; to tell callers its number write `kind: deferred` and `then: tell`",
    ),
}
"""Kinds that the notices know and that no line of a hotline may have: why, and what to do."""

_EVERY = ("kind", "title", "department", "numbers", "whisper_prompt")
_SERVED = ("group", "greeting", "music", "survey", "priority", "age_slope")
_HOURS = ("open", "closed_prompt")
_QUEUED = ("overflow", "menu", "limits", "whisper")
_RETIRED = ("merged_on", "reminder_months", "connects", "into", "announcement")
_REACHED = ("trunk", "to", "ring_seconds", "otherwise", "failed_prompt")

KEYS: dict[LineKind, tuple[str, ...]] = {
    LineKind.HOTLINE: (*_EVERY, *_SERVED, *_HOURS, *_QUEUED),
    LineKind.PARALLEL: (*_EVERY, *_SERVED, *_HOURS, *_QUEUED),
    LineKind.RETIRED: (*_EVERY, *_SERVED, *_HOURS, *_QUEUED, *_RETIRED),
    LineKind.REMOTE: (*_EVERY, *_SERVED, *_HOURS, *_QUEUED, *_RETIRED),
    LineKind.SUB_CENTRE: (*_EVERY, *_SERVED, *_HOURS, "overflow", "into", *_REACHED),
    LineKind.EXPERT: (*_EVERY, *_SERVED, "overflow", "into", "open", "trunk", "to", "ring_seconds"),
    LineKind.DEFERRED: (*_EVERY, *_SERVED, *_HOURS, "into", "then", "tell", *_REACHED),
}
"""Which keys each kind of line may have."""
REQUIRED: dict[LineKind, tuple[str, ...]] = {
    LineKind.RETIRED: ("merged_on",),
    LineKind.REMOTE: ("merged_on",),
    LineKind.DEFERRED: ("then",),
}
"""Which keys a kind of line must have, besides `kind` and `title`."""


def kinds_with(key: str) -> str:
    """Name the kinds of line that have `key`."""
    return ", ".join(kind.value for kind, keys in KEYS.items() if key in keys)


def _by_kind(shape: dict[str, Any]) -> None:
    """Let editors, too, know which kind has which key."""
    shape["allOf"] = [
        {
            "if": {"properties": {"kind": {"const": kind.value}}},
            "then": {
                "propertyNames": {"enum": list(keys)},
                "required": list(REQUIRED.get(kind, ())),
            },
        }
        for kind, keys in KEYS.items()
    ]


def _read_kind(value: Any) -> Any:
    if value in _NEVER_LINES:
        raise Mistake(*_NEVER_LINES[value])
    return value


Kind = Annotated[LineKind, BeforeValidator(_read_kind)]


class Line(Section):
    """One line (热线), under the number by which people know it."""

    model_config = ConfigDict(json_schema_extra=_by_kind)

    kind: Kind = Field(
        description="hotline (12345 itself), parallel (留号并行), retired (撤号合并), remote "
        "(远端坐席), sub_centre (分中心), expert (专家席) or deferred (暂不整合)."
    )
    title: Text = Field(description="What a seat sees: the department or the hotline's name.")
    department: str = Field(
        default="",
        max_length=200,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        description="Department for statistics. Default: the title.",
    )
    numbers: tuple[Number, ...] = Field(
        default=(),
        description="Further numbers that lead here, such as the trunk's DID; any written form.",
    )
    group: Word | None = Field(
        default=None,
        description="Skill group whose seats serve the callers. Default: that of the line in "
        "`into`, for kinds that have it, remote excepted; else the only group.",
    )
    greeting: Word = Field(default="greeting", description="Prompt heard first.")
    music: Word | None = Field(
        default=None, description="Hold music, a stream that FreeSWITCH plays. Default: the city's."
    )
    survey: bool = Field(
        default=True, description="Whether callers are asked for satisfaction (满意度评价)."
    )
    priority: int = Field(
        default=0,
        ge=-HIGHEST_PRIORITY,
        le=HIGHEST_PRIORITY,
        description="Points that its callers have before they begin to wait; the most points are "
        "served first. 60 is as good as a minute of waiting.",
    )
    age_slope: float = Field(
        default=1.0,
        ge=0.1,
        le=10,
        description="Points that its callers gain in each second of waiting; two decimals count.",
    )
    overflow: Steps = Field(
        default=(),
        description="What happens to callers who wait long, besides the steps of the group. "
        "Default: nothing; for a remote line the group of the line in `into` after 20 seconds; for "
        "a line without `group` the overflow of the line in `into`.",
        examples=["[{group: intake, after_seconds: 30}, {then: voicemail, after_seconds: 600}]"],
    )
    menu: Word | None = Field(
        default=None, description="Menu behind the greeting; GB/T 33358-2016 advises against one."
    )
    limits: Limits | None = Field(
        default=None,
        description="How many of its callers may wait, and how long. Default: no limit but that "
        "of the group.",
        examples=["{waiting: 60, wait_seconds: 600, then: callback}"],
    )
    whisper: tuple[Word, ...] | None = Field(
        default=None,
        max_length=5,
        description="What seats hear before they talk with its callers. Default: as the group has "
        "it; `[]`: nothing.",
        examples=["[line_name]"],
    )
    whisper_prompt: Word | None = Field(
        default=None,
        description="Recording of the line's name for the whisper's `line_name`. Default: the "
        "number is spoken.",
        examples=["name_12315"],
    )
    open: Word | None = Field(
        default=None,
        description="Calendar by which the line is open; of sub-centres, experts and deferred "
        "lines: by which the other side answers. Default: at all times.",
    )
    closed_prompt: Word = Field(
        default="out_of_hours",
        description="Prompt that callers hear when the line or its group is closed.",
    )
    merged_on: date | None = Field(
        default=None,
        ge=date(1990, 1, 1),
        le=date(2100, 1, 1),
        description="Retired and remote lines, required: first day of the change announcement "
        "(语音提醒).",
        examples=["2020-01-03"],
    )
    reminder_months: int = Field(
        default=1,
        ge=1,
        le=24,
        description="Retired and remote lines: calendar months of the announcement.",
    )
    connects: bool = Field(
        default=True,
        description="Retired and remote lines: whether the announcement is followed by a seat.",
    )
    announcement: Word | None = Field(
        default=None,
        description="Retired and remote lines: prompt of the announcement. Default: "
        "change_announcement; change_redirect, which asks to dial again, if `connects` is no.",
    )
    into: Number | None = Field(
        default=None,
        description="The line that takes the callers over, or helps out. Default: the only "
        "hotline.",
    )
    then: Literal["pass_on", "tell"] | None = Field(
        default=None,
        description="Deferred lines, required: whether callers are passed on or told the number.",
    )
    tell: Number | None = Field(
        default=None,
        description="Deferred lines: the number that callers are told. Default: the line's own.",
    )
    trunk: Word | None = Field(
        default=None,
        description="Sub-centres, experts, deferred lines: trunk to the other side, one with a "
        "`proxy`. Default: the only trunk.",
    )
    to: Number | None = Field(
        default=None,
        description="The same: number that is dialled there. Default: the line's own.",
    )
    ring_seconds: float = Field(
        default=30.0, ge=1, le=120, description="The same: seconds that it rings there."
    )
    otherwise: Otherwise = Field(
        default=Otherwise.QUEUE,
        description="Sub-centres, deferred lines: if nobody answers there or it is closed, the "
        "`queue` of the line's group, or an announcement and good-bye (`announce`).",
    )
    failed_prompt: Word = Field(
        default="forward_failed", description="The same: the announcement if nobody answers."
    )
