"""What may stand in a city's YAML about routing: the sections, their keys, units and defaults.

docs/configuration.md and the JSON Schema are made from these models. Values arrive as the text
that the admin wrote; pydantic reads numbers, dates and yes/no from it.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from routing.lines import LineKind
from routing.plan import CallerFrom, Source

PLANNED_KINDS = ("sub_centre", "remote", "expert", "deferred", "emergency", "reserved")
"""Kinds that the notices know and that this version cannot route."""
NAME = "[a-z][a-z0-9-]{0,31}"
"""Pattern of a city's short name."""
AREA_CODE = "0[1-9][0-9]{1,2}"
"""Pattern of an area code."""
KINDS = tuple(kind.value for kind in LineKind)


class Mistake(ValueError):
    """A value that is wrong for a reason that needs words of its own."""

    def __init__(self, what: str, instead: str) -> None:
        super().__init__(what)
        self.what = what
        self.instead = instead


class Section(BaseModel):
    """A mapping in the YAML: unknown keys are refused, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _read_kind(value: Any) -> Any:
    if value in PLANNED_KINDS:
        raise Mistake(
            f"the kind {value} is not supported by this version",
            f"Write one of {', '.join(KINDS)}, or leave the line out",
        )
    return value


def _read_groups(value: Any) -> Any:
    """Let a seat be written as `1001: intake` or `1001: [intake, dispatch]`."""
    if isinstance(value, str):
        return {"groups": [value]}
    return {"groups": value} if isinstance(value, list) else value


Kind = Annotated[LineKind, BeforeValidator(_read_kind)]
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$")]
Number = Annotated[
    str,
    Field(min_length=1, max_length=40),
    WithJsonSchema({"type": ["string", "integer"], "maxLength": 40}),
]
Prefix = Annotated[
    str,
    Field(pattern=r"^\+?[0-9]{1,12}$"),
    WithJsonSchema({"type": ["string", "integer"], "pattern": r"^\+?[0-9]{1,12}$"}),
]


Addition = Annotated[
    str,
    Field(pattern=r"^[0-9]{1,12}$"),
    WithJsonSchema({"type": ["string", "integer"], "pattern": r"^[0-9]{1,12}$"}),
]
Length = Annotated[str, Field(pattern=r"^([1-9]|1[0-9])$")]


class City(Section):
    """The city as a whole."""

    name: str = Field(
        default="",
        pattern=f"^({NAME})?$",
        description="Short name in Redis keys, SIP domains and file names: small letters, digits, "
        "hyphen. Default: the folder's name.",
    )
    title: Text = Field(description="The hotline's full name, 平顶山市12345政务服务便民热线.")
    area_code: str = Field(
        pattern=f"^{AREA_CODE}$",
        description="Area code (区号) with its leading zero.",
        examples=["0375"],
    )
    time_zone: str = Field(
        default="Asia/Shanghai", description="Time zone of dates and shifts, by its IANA name."
    )
    language: Literal["zh", "en"] = Field(default="zh", description="Language of the prompts.")


class Trunk(Section):
    """One trunk group (中继) by which calls arrive."""

    strip_prefixes: tuple[Prefix, ...] = Field(
        default=(), description="Access prefixes that the carrier puts before numbers."
    )
    add_prefixes: dict[Length, Addition] = Field(
        default={},
        description="Called numbers that arrive shortened: how many digits arrive, and what "
        "belongs before them.",
        examples=["{4: 331}"],
    )
    caller_add_prefixes: dict[Length, Addition] = Field(
        default={},
        description="The same for callers' numbers; mobiles are left alone.",
        examples=["{10: 0}"],
    )
    area_code: str = Field(
        default="",
        pattern=f"^({AREA_CODE})?$",
        description="Area code of fixed lines that arrive without one. Default: the city's.",
        examples=["0371"],
    )
    trust: tuple[Source, ...] = Field(
        default=(Source.REQUEST,),
        min_length=1,
        description="Where the dialled number is looked for, the first that names a line counts: "
        "`request` (the number asked for), `diversion` and `history_info` (headers of forwarded "
        "calls; write them first if old numbers are forwarded to 12345), `did` (the table `dids`).",
        examples=["[diversion, history_info, request]"],
    )
    dids: dict[Number, Number] = Field(
        default={},
        description="Numbers on this trunk and the line's number that each one means; used if "
        "`trust` has `did`.",
        examples=['{"69001234": 12316}'],
    )
    caller_from: CallerFrom = Field(
        default=CallerFrom.FROM,
        description="Where the caller's number is read: `from`, or `asserted` "
        "(P-Asserted-Identity, From without one) if the carrier vouches for it.",
    )
    addresses: tuple[str, ...] = Field(
        default=("127.0.0.1/32",),
        min_length=1,
        description="IP addresses or networks of the carrier; calls from elsewhere are refused.",
        examples=["10.20.0.0/24"],
    )


class Line(Section):
    """One line (热线), under the number by which people know it."""

    kind: Kind = Field(
        description="hotline (12345 itself), retired (撤号合并) or parallel (留号并行)."
    )
    title: Text = Field(description="What a seat sees: the department or the hotline's name.")
    numbers: tuple[Number, ...] = Field(
        default=(),
        description="Further numbers that lead here, such as the trunk's DID; any written form.",
    )
    group: Word | None = Field(
        default=None,
        description="Skill group whose seats serve the callers. Default: the only group; for a "
        "retired line the group of the line that it merged into.",
    )
    greeting: Word = Field(default="greeting", description="Prompt heard first.")
    music: Word = Field(default="moh", description="Hold music, a stream that FreeSWITCH plays.")
    survey: bool = Field(
        default=True, description="Whether callers are asked for satisfaction (满意度评价)."
    )
    priority: int = Field(
        default=0, ge=0, le=9, description="Higher waits less; equal ones by age. 0 is normal."
    )
    merged_on: date | None = Field(
        default=None,
        ge=date(1990, 1, 1),
        le=date(2100, 1, 1),
        description="Retired lines: first day of the change announcement (语音提醒).",
        examples=["2020-01-03"],
    )
    reminder_months: int = Field(
        default=1, ge=1, le=24, description="Retired lines: calendar months of the announcement."
    )
    connects: bool = Field(
        default=True,
        description="Retired lines: whether the announcement is followed by a seat.",
    )
    into: Number | None = Field(
        default=None,
        description="Retired lines: the line that takes its callers. Default: the only hotline.",
    )
    announcement: Word = Field(
        default="change_announcement", description="Retired lines: prompt of the announcement."
    )


class Group(Section):
    """One skill group (技能组): a waiting list and the seats that serve it."""

    title: Text = Field(description="What seats and wallboard show.")
    ring_seconds: float = Field(
        default=15.0, ge=1, le=120, description="Seconds that a seat's phone rings for one caller."
    )
    wrap_up_seconds: float = Field(
        default=10.0,
        ge=0,
        le=3600,
        description="Seconds of wrap-up (话后整理) after a call; 0: none.",
    )


class Seat(Section):
    """One seat (坐席), or a range of them such as 1001-1015."""

    groups: tuple[Word, ...] = Field(
        min_length=1, description="Skill groups whose callers it is offered."
    )
    title: str = Field(default="", max_length=200, description="What the wallboard shows.")


SeatEntry = Annotated[
    Seat,
    BeforeValidator(_read_groups, json_schema_input_type=Seat | str | list[str]),
]


class Waiting(Section):
    """What callers hear while they wait."""

    busy_after_seconds: float = Field(
        default=3.0, ge=0, le=600, description="Seconds until 'all seats are busy' is said once."
    )
    position_every_seconds: float = Field(
        default=30.0,
        ge=0,
        le=3600,
        description="Seconds between announcements of position and expected wait; 0: never.",
    )


class Survey(Section):
    """The question for satisfaction after the talk (满意度评价)."""

    keys: dict[Annotated[str, Field(pattern=r"^[0-9*#]$")], Word] = Field(
        default={"1": "very_satisfied", "2": "satisfied", "3": "neutral", "4": "dissatisfied"},
        min_length=1,
        description="Key on the phone and what it means.",
    )
    seconds: float = Field(default=8.0, ge=1, le=60, description="Seconds to wait for a key.")
    tries: int = Field(default=2, ge=1, le=5, description="How often the question is asked.")
