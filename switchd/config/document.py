"""The whole document: every section that a city's folder may have, in the order of the docs."""

from __future__ import annotations

from pydantic import Field

from switchd.config.admission import Admission
from switchd.config.api import Api
from switchd.config.calendars import Calendar, Holidays, Shift
from switchd.config.callbacks import Callbacks, Voicemail
from switchd.config.callers import Callers
from switchd.config.control import Control, Dialling, Expert
from switchd.config.follow_ups import FollowUps
from switchd.config.introduction import Introduction
from switchd.config.lines import Line
from switchd.config.menus import EmergencyEntry, EmergencyKey, Menu
from switchd.config.models import (
    Agent,
    City,
    Group,
    SeatEntry,
    Section,
    Survey,
    Trunk,
    Waiting,
    Word,
)
from switchd.config.server import FeatureCodes, Folders, FreeSwitch, Log, Metrics, Node, Storage
from switchd.config.signing_in import SignIn


class Document(Section):
    """A city's plan and its server, as YAML."""

    city: City = Field(description="The city as a whole.")
    lines: dict[str, Line] = Field(
        min_length=1, description="Lines by the number that people know."
    )
    groups: dict[Word, Group] = Field(min_length=1, description="Skill groups (技能组) by name.")
    seats: dict[str, SeatEntry] = Field(
        min_length=1,
        description="Seats (坐席) by extension, one or a range; `1001-1008: intake` says it all.",
    )
    agents: dict[Word, Agent] = Field(
        default={},
        description="Agents (话务员) by staff number (工号) and what they can do. Others may sign "
        "in as well, with the skills of their seat.",
    )
    sign_in: SignIn = Field(default=SignIn(), description="How agents sign in at seats (签入).")
    trunks: dict[Word, Trunk] = Field(
        default={"trunk": Trunk()}, min_length=1, description="Trunk groups (中继) by name."
    )
    menus: dict[Word, Menu] = Field(
        default={}, description="Menus by name. None is heard unless a line has a key `menu`."
    )
    emergency: dict[EmergencyKey, EmergencyEntry] = Field(
        default={},
        description="Where calls to 110, 119, 120 and 122 go that arrive here: `trunk: carrier` "
        "for all of them, `110: police` for one. Without it they get UNALLOCATED_NUMBER.",
    )
    calendars: dict[Word, Calendar] = Field(
        default={}, description="Hours (工作时间) by name; `always` is there without being written."
    )
    holidays: Holidays = Field(
        default=Holidays(), description="Public holidays and make-up work days (调休)."
    )
    shifts: dict[Word, Shift] = Field(
        default={}, description="Shifts by name: rotating crews (四班三运转), day shift (长白班)."
    )
    waiting: Waiting = Field(default=Waiting(), description="What callers hear while they wait.")
    introduction: Introduction = Field(
        default=Introduction(),
        description="What a seat hears of its caller before the talk, and the caller of the seat.",
    )
    survey: Survey = Field(default=Survey(), description="The question for satisfaction.")
    callers: Callers = Field(
        default=Callers(), description="Who may call, how often, and who goes first."
    )
    admission: Admission = Field(
        default=Admission(), description="Who is let in when there is too much of everything."
    )
    callbacks: Callbacks = Field(
        default=Callbacks(), description="Calling people back who did not wait on (回拨)."
    )
    follow_ups: FollowUps = Field(
        default=FollowUps(), description="Asking people how their matters went (回访)."
    )
    voicemail: Voicemail = Field(default=Voicemail(), description="Messages that callers leave.")
    control: Control = Field(
        default=Control(), description="What seats do with a call: keys, supervisors, times."
    )
    experts: dict[Word, Expert] = Field(
        default={}, description="Expert seats (专家席) by name; seats consult them."
    )
    dialling: Dialling = Field(
        default=Dialling(),
        description="Which numbers outside seats may dial, and over which trunk.",
    )
    freeswitch: FreeSwitch = Field(
        default=FreeSwitch(), description="The FreeSWITCH that this city's calls run on."
    )
    nodes: dict[Word, Node] = Field(
        default={},
        description="Several FreeSWITCHes that share one queue, by name; each has a switchd that "
        "is started with `switchd run --node NAME`. What a node leaves out is as in `freeswitch`. "
        "A city with one FreeSWITCH writes nothing here.",
    )
    storage: Storage = Field(default=Storage(), description="Redis and SQL.")
    folders: Folders = Field(default=Folders(), description="Folders on this machine.")
    log: Log = Field(default=Log(), description="What switchd writes down about itself.")
    metrics: Metrics = Field(default=Metrics(), description="Figures for Prometheus.")
    feature_codes: FeatureCodes = Field(
        default=FeatureCodes(), description="What an agent dials on the seat's phone."
    )
    api: Api = Field(default=Api(), description="The HTTP interface for softphones.")
