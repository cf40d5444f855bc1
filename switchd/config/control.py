"""What may stand in the sections `control`, `experts` and `dialling`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from routing.experts import Ring
from switchd.config.models import Number, Prefix, Section, Text, Word

KeyCode = Annotated[str, Field(pattern=r"^(\*([0-9]{1,6}|#))?$")]
EmergencyCode = Annotated[str, Field(pattern=r"^\*[0-9]{1,6}$")]
EmergencyNumber = Literal["110", "119", "120", "122"]


class KeyCodes(Section):
    """What a seat presses during a call. Put codes in quotes; `""`: no code."""

    hold: KeyCode = Field(default="*1", description="Hold the caller, and resume (保持).")
    consult: KeyCode = Field(
        default="*2", description="Consult somebody; then the number and # (咨询)."
    )
    complete: KeyCode = Field(
        default="*3", description="Leave the caller with whom was consulted (完成转接)."
    )
    cancel: KeyCode = Field(
        default="*4",
        description="End the consultation, or let the third of a three-way call go (取消).",
    )
    three_way: KeyCode = Field(default="*5", description="Three-way call (三方通话).")
    leave: KeyCode = Field(
        default="*6", description="Leave a three-way call; the other two talk on (退出三方)."
    )
    transfer: KeyCode = Field(
        default="*7", description="Hand the caller over at once; then the number and # (直接转接)."
    )
    swap: KeyCode = Field(
        default="*8", description="Change between the caller and whom is consulted (切换)."
    )
    park: KeyCode = Field(
        default="*9", description="Park the caller for any seat to pick up (驻留)."
    )
    supervisor: KeyCode = Field(default="*0", description="Call the supervisor (呼叫班长).")
    survey: KeyCode = Field(
        default="*#", description="Send the caller to the satisfaction survey (转满意度评价)."
    )
    mute: KeyCode = Field(
        default="", description="Mute, and unmute (静音); phones have a key of their own for it."
    )
    emergency: dict[EmergencyNumber, EmergencyCode] = Field(
        default={"110": "*110", "119": "*119", "120": "*120", "122": "*122"},
        description="Call an emergency service into the call at once (一键转接). What is left out "
        "keeps its default.",
    )


class Supervisors(Section):
    """Who is called by the verb `supervisor` (班长席)."""

    group: Word | None = Field(default=None, description="Their skill group.")
    seats: tuple[Word, ...] = Field(
        default=(), description="Their seats; the first that is ready is rung, before the group."
    )
    joins: bool = Field(
        default=False,
        description="Whether the supervisor joins caller and seat at once. Default: the seat "
        "talks to the supervisor while the caller hears music.",
    )


class Control(Section):
    """What seats do with a call: keys on the phone, supervisors, times."""

    keys: KeyCodes = Field(default=KeyCodes(), description="Codes during a call.")
    code_seconds: float = Field(
        default=2.0,
        ge=0.5,
        le=10,
        description="Pause after which a code counts that begins like a longer one; # makes it "
        "count at once.",
    )
    number_seconds: float = Field(
        default=5.0, ge=1, le=30, description="Pause after which a number without # counts."
    )
    supervisors: Supervisors = Field(default=Supervisors(), description="Supervisors (班长席).")
    emergency_trunks: tuple[Word, ...] = Field(
        default=(),
        description="Trunks for emergency numbers behind the one of `emergency`, in this order. "
        "Every other trunk with a `proxy` is tried after them.",
    )
    ring_seconds: float = Field(
        default=20.0,
        ge=5,
        le=120,
        description="Seconds that a seat's phone rings that is consulted or handed a caller.",
    )
    group_seconds: float = Field(
        default=60.0,
        ge=5,
        le=3600,
        description="Seconds that a seat waits for somebody of a group.",
    )
    park_seconds: float = Field(
        default=300.0,
        ge=10,
        le=7200,
        description="Seconds that a parked caller waits to be picked up; then the caller goes "
        "back to the list, first in line.",
    )


def _read_member(value: Any) -> Any:
    """Let a person be written as a telephone number alone."""
    return {"phone": value} if isinstance(value, str) else value


class Member(Section):
    """One person of an expert seat, reached by telephone or at a seat in the hall."""

    title: str = Field(default="", max_length=200, description="Who it is. Default: the number.")
    phone: Number | None = Field(
        default=None,
        description="Telephone number, dialled over `trunk`.",
        examples=["13900000000"],
    )
    trunk: Word | None = Field(
        default=None, description="Trunk over which `phone` is dialled. Default: the only trunk."
    )
    seat: Word | None = Field(default=None, description="Instead of `phone`: a seat in the hall.")
    open: Word | None = Field(
        default=None, description="Calendar by which the person may be called. Default: always."
    )
    shift: Word | None = Field(
        default=None, description="Shifts by which the person is on call. Default: always."
    )
    crew: Text | None = Field(
        default=None, description="The person's crew of that shift. Default: whichever is on duty."
    )


MemberEntry = Annotated[Member, BeforeValidator(_read_member, json_schema_input_type=Member | str)]


class Expert(Section):
    """One expert seat (专家席): seats consult it, no caller is queued for it."""

    title: Text = Field(description="The subject, or the department.")
    members: tuple[MemberEntry, ...] = Field(
        min_length=1, description="People in the order in which they are rung."
    )
    ring: Ring = Field(
        default=Ring.IN_TURN,
        description="`in_turn` (one after another) or `together` (the first to answer has the "
        "call).",
    )
    ring_seconds: float = Field(
        default=20.0, ge=5, le=120, description="Seconds that each phone rings."
    )
    open: Word | None = Field(
        default=None, description="Calendar by which anybody is called at all. Default: always."
    )


ShortNumber = Annotated[str, Field(pattern=r"^[0-9]{1,8}$")]
TargetText = Annotated[str, Field(pattern=r"^(seat|agent|group|expert|line|number):\S{1,64}$")]


class Dialling(Section):
    """Which numbers outside seats may dial. Of the prefixes that fit the longest decides."""

    trunk: Word | None = Field(
        default=None,
        description="Trunk of numbers that `trunks` does not name. Default: the only trunk that "
        "has a `proxy`; if there is none, seats do not dial outside.",
    )
    trunks: dict[Prefix, Word] = Field(
        default={},
        description="Prefix and the trunk over which its numbers are dialled.",
        examples=["{40: government}"],
    )
    allowed: tuple[Prefix, ...] = Field(
        default=(),
        description="Prefixes that may be dialled. Default: all of the country. Numbers abroad "
        "need a prefix such as 00852 here.",
        examples=["[1, 0371, 00852]"],
    )
    barred: tuple[Prefix, ...] = Field(
        default=(),
        description="Prefixes that may not be dialled. 00 is always among them.",
        examples=["[168]"],
    )
    shown_number: Number | None = Field(
        default=None,
        description="Number that the other side sees. Default: that of the line.",
        examples=["037512345"],
    )
    shown: dict[Number, Number] = Field(
        default={},
        description="A line and the number that the other side sees in its calls instead.",
        examples=["{12315: 037512315}"],
    )
    short_numbers: dict[ShortNumber, TargetText] = Field(
        default={},
        description="What seats dial for somebody whom no number of the plan reaches: "
        "`expert:NAME`, `group:NAME`, `agent:NUMBER`, `seat:`, `line:` or `number:`.",
        examples=['{81: "expert:medical", 71: "group:market"}'],
    )
    ring_seconds: float = Field(
        default=30.0, ge=5, le=120, description="Seconds that a phone outside rings."
    )
