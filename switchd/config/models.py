"""What may stand in a city's YAML about routing: the sections, their keys, units and defaults.

docs/configuration.md and the JSON Schema are made from these models. Values arrive as the text
that the admin wrote; pydantic reads numbers, dates and yes/no from it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from routing.admission import Instead
from routing.introduction import HeardBy
from routing.lines import Exit
from routing.plan import CallerFrom, Source
from routing.queueing import Strategy
from routing.rights import Role

NAME = "[a-z][a-z0-9-]{0,31}"
"""Pattern of a city's short name."""
AREA_CODE = "0[1-9][0-9]{1,2}"
"""Pattern of an area code."""


class Mistake(ValueError):
    """A value that is wrong for a reason that needs words of its own."""

    def __init__(self, what: str, instead: str) -> None:
        super().__init__(what)
        self.what = what
        self.instead = instead


class Section(BaseModel):
    """A mapping in the YAML: unknown keys are refused, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _read_groups(value: Any) -> Any:
    """Let a seat be written as `1001: intake` or `1001: [intake, dispatch]`."""
    if isinstance(value, str):
        return {"groups": [value]}
    return {"groups": value} if isinstance(value, list) else value


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


DEFAULT_ZONE = "Asia/Shanghai"


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
        default=DEFAULT_ZONE, description="Time zone of dates and shifts, by its IANA name."
    )
    language: Literal["zh", "en"] = Field(default="zh", description="Language of the prompts.")
    music: Word = Field(
        default="moh", description="Hold music where no line says otherwise: a stream's name."
    )


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
    proxy: str = Field(
        default="",
        pattern=r"^([A-Za-z0-9.-]{1,255}(:[0-9]{1,5})?)?$",
        description="Where calls over this trunk are sent, host or host:port. Default: nowhere; "
        "the trunk only brings calls.",
        examples=["10.20.0.5:5060"],
    )
    addresses: tuple[str, ...] = Field(
        default=("127.0.0.1/32",),
        min_length=1,
        description="IP addresses or networks of the carrier; calls from elsewhere are refused.",
        examples=["10.20.0.0/24"],
    )


class Limits(Section):
    """How many callers may wait, and how long, when one more arrives."""

    waiting: int = Field(
        default=0,
        ge=0,
        le=100_000,
        description="Callers, those who still hear the greeting among them. 0: no limit.",
    )
    wait_seconds: float = Field(
        default=0.0,
        ge=0,
        le=86_400,
        description="Longest estimated wait. 0: no limit; nobody is kept out while it cannot be "
        "estimated.",
    )
    then: Instead = Field(
        default=Instead.BUSY,
        description="What one more caller meets: `busy` (not answered), `announce` (a prompt, "
        "then good-bye), `callback` (the offer to be called back) or `voicemail`.",
    )
    announcement: Word = Field(default="try_later", description="Prompt for `then: announce`.")


DEFAULT_AFTER_SECONDS = 20.0
"""When further seats may serve if nothing else is written."""
TRY_LATER = "try_later"
"""The prompt of `then: announce` if no other is written."""


class Overflow(Section):
    """One step of a wait that has become long: further seats may serve, or a way out."""

    group: Word | None = Field(
        default=None, description="Skill group whose seats may serve, too, such as supervisors."
    )
    level: int | None = Field(
        default=None,
        ge=1,
        le=9,
        description="Level of skill that will do from now on: in `group`, or else in the group "
        "for which the caller waits.",
    )
    then: Exit | None = Field(
        default=None,
        description="A way out instead: `callback` (the caller is asked and may wait on), "
        "`voicemail`, `announce` (an announcement and good-bye) or `hang_up`.",
    )
    announcement: Word | None = Field(
        default=None, description=f"Prompt of `then: announce`. Default: {TRY_LATER}."
    )
    after_seconds: float | None = Field(
        default=None,
        ge=0,
        le=7200,
        description="Seconds in the queue; further groups at once if nobody is signed in for those "
        f"before. Default for further seats: {DEFAULT_AFTER_SECONDS:g}.",
    )
    wait_above_seconds: float | None = Field(
        default=None,
        ge=0,
        le=7200,
        description="Instead of `after_seconds`: the estimated wait above which the step is due.",
    )

    @property
    def due_after(self) -> float | None:
        """Seconds in the queue with the default applied; None if the estimated wait decides."""
        if self.after_seconds is not None or self.wait_above_seconds is not None:
            return self.after_seconds
        return None if self.then is not None else DEFAULT_AFTER_SECONDS


def _read_steps(value: Any) -> Any:
    """Let one step be written without a list."""
    return [value] if isinstance(value, dict) else value


Steps = Annotated[
    tuple[Overflow, ...],
    BeforeValidator(_read_steps, json_schema_input_type=tuple[Overflow, ...] | Overflow),
]


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
    needs: Text | None = Field(
        default=None,
        description="What its callers need, an expression over skills: `&`, `|`, parentheses, "
        "`english>=2` for a level. Default: the skill of the group's own name.",
        examples=["intake & (english>=2 | enterprise)"],
    )
    strategy: Strategy = Field(
        default=Strategy.LONGEST_IDLE,
        description="Which idle seat is taken: `longest_idle`, `round_robin` (offered longest "
        "ago), `fewest_calls` (since signing in) or `level_first` (the best skilled).",
    )
    ring_several: int = Field(
        default=1,
        ge=1,
        le=10,
        description="How many idle seats ring at once for one caller; the first to answer has "
        "the caller.",
    )
    inbound: bool = Field(
        default=True,
        description="Whether callers are to reach it; `no` for seats that work on matters, the "
        "web or callbacks, which no line leads to.",
    )
    open: Word | None = Field(
        default=None, description="Calendar by which it serves callers. Default: at all times."
    )
    shift: Word | None = Field(
        default=None, description="Shifts by which it is staffed, named in `shifts`."
    )
    crew: Text | None = Field(
        default=None, description="The one crew of that shift. Default: whichever is on duty."
    )
    limits: Limits | None = Field(
        default=None,
        description="How many callers of all its lines may wait, and how long. Default: no limit.",
        examples=["{waiting: 200, wait_seconds: 900, then: announce}"],
    )
    overflow: Steps = Field(
        default=(),
        description="What happens to callers who wait long for this group, besides the steps of "
        "their line.",
        examples=["[{level: 1, after_seconds: 60}, {then: callback, wait_above_seconds: 300}]"],
    )
    whisper: tuple[Word, ...] | None = Field(
        default=None,
        max_length=5,
        description="What its seats hear before a talk. Default: as in `introduction`; `[]`: "
        "nothing.",
        examples=["[line_name, wait]"],
    )
    staff_number: HeardBy | None = Field(
        default=None,
        description="Who hears the staff number before a talk. Default: as in `introduction`.",
    )


class Seat(Section):
    """One seat (坐席), or a range of them such as 1001-1015."""

    groups: tuple[Word, ...] = Field(
        min_length=1,
        description="Skills, named like groups, that whoever sits there has at level 5. Without "
        "`needs` a group is served by the seats that name it.",
    )
    title: str = Field(default="", max_length=200, description="What the wallboard shows.")
    phone: Number | None = Field(
        default=None,
        description="Telephone number that reaches the seat, for one without a SIP phone; "
        "dialled over `trunk`.",
        examples=["13900000000"],
    )
    trunk: Word | None = Field(
        default=None, description="Trunk over which `phone` is dialled. Default: the only trunk."
    )
    nailed_up: bool = Field(
        default=False,
        description="Whether its line is dialled at signing in and kept open for the whole shift "
        "(长保持); a tone tells of each call then.",
    )
    accept_key: str = Field(
        default="",
        pattern=r"^[0-9#]?$",
        description='With `nailed_up`: the key that takes a call. Default: `""`, each call comes '
        "by itself behind the tone.",
    )
    shift: Word | None = Field(
        default=None, description="Shifts by which it is staffed. Default: those of its groups."
    )
    crew: Text | None = Field(
        default=None, description="The one crew of that shift. Default: whichever is on duty."
    )


SkillLevel = Annotated[int, Field(ge=1, le=9)]


class Agent(Section):
    """One agent (话务员), under the staff number (工号)."""

    title: str = Field(default="", max_length=200, description="What the wallboard shows.")
    skills: dict[Word, SkillLevel] = Field(
        default={},
        description="Skills and their levels, 1 to 9; they count besides those of the seat where "
        "the agent signs in, of each the higher level.",
        examples=["{intake: 3, english: 5}"],
    )
    announcement: Word | None = Field(
        default=None,
        description="Prompt that callers hear instead of the staff number, such as a recording of "
        "the agent's own.",
        examples=["agent_8001"],
    )
    role: Role = Field(
        default=Role.SEAT,
        description="What the agent may do over HTTP with a token of his or her own: `seat`, "
        "`team_lead` (组长, `leads` says of which groups) or `shift_supervisor` (值班长).",
    )
    leads: tuple[Word, ...] = Field(
        default=(), description="Groups that a team lead supervises.", examples=["[intake, web]"]
    )
    shift: Word | None = Field(
        default=None,
        description="Shifts by which the agent works; `switchd hours` counts as overtime what is "
        "outside of them. Default: no overtime is counted.",
    )
    crew: Text | None = Field(
        default=None, description="The agent's crew; needed for shifts with several."
    )


SeatEntry = Annotated[
    Seat,
    BeforeValidator(_read_groups, json_schema_input_type=Seat | str | list[str]),
]


class Waiting(Section):
    """What callers hear and may do while they wait."""

    busy_after_seconds: float = Field(
        default=3.0, ge=0, le=600, description="Seconds until 'all seats are busy' is said once."
    )
    position_at_entry: bool = Field(
        default=True, description="Whether position and estimated wait are said then, too."
    )
    position_every_seconds: float = Field(
        default=30.0,
        ge=0,
        le=3600,
        description="Seconds between announcements of position and estimated wait; 0: never.",
    )
    comfort_prompts: tuple[Word, ...] = Field(
        default=("comfort",), description="Comfort phrases, said in turn between the others."
    )
    comfort_every_seconds: float = Field(
        default=0.0, ge=0, le=3600, description="Seconds between comfort phrases; 0: never."
    )
    callback_key: str = Field(
        default="1",
        pattern=r"^[0-9*#]?$",
        description="Key by which a waiting caller asks to be called back, where the line has "
        'callbacks; `""`: none.',
    )
    callback_prompt: Word = Field(
        default="callback_offer",
        description="Prompt that tells of the key, behind each announcement of the position. The "
        "one that is shipped says 1.",
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
