"""The plan: everything that a city's YAML says about routing, validated and frozen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo

from routing.admission import DEFAULT_ADMISSION, NO_LIMITS, Admission, Limits
from routing.calendars import NO_HOLIDAYS, Calendar, Holidays
from routing.callbacks import CallbackRules
from routing.control_rules import ControlRules
from routing.credentials import SignInRules
from routing.dialling import Dialling
from routing.experts import Expert
from routing.following_up import FollowUpRules
from routing.introduction import HeardBy, Introduction
from routing.lines import Forward, Line, Overflow
from routing.queueing import Strategy
from routing.seats import Agent, Seat
from routing.shifts import Duty, Shifts
from routing.skills import Need, Skill
from routing.standing import Callers
from routing.voicemail import VoicemailRules


@dataclass(frozen=True, slots=True)
class SkillGroup:
    """技能组: one waiting list and the seats that serve it."""

    name: str
    title: str
    ring_seconds: float = 15.0
    """How long a seat's phone rings before the caller goes back to the list."""
    wrap_up_seconds: float = 10.0
    """How long a seat stays in wrap-up after a call; 0 for none."""
    open: str | None = None
    """Calendar by which its callers are served; None: at all times."""
    shift: str | None = None
    """Arrangement of shifts by which its seats are staffed."""
    crew: str | None = None
    """The only crew of that arrangement that serves it; None: whichever is on duty."""
    limits: Limits = NO_LIMITS
    """How many callers of its lines may wait, and how long."""
    needs: Need | None = None
    """What its callers need of whoever serves them; None: the skill of the group's name."""
    strategy: Strategy = Strategy.LONGEST_IDLE
    ring_several: int = 1
    """How many seats at most ring at once for one caller."""
    overflow: tuple[Overflow, ...] = ()
    """Steps for all who wait for it, besides those of their line."""
    whisper: tuple[str, ...] | None = None
    """What its seats hear of a caller, see routing.introduction; None: as the city has it."""
    staff_number: HeardBy | None = None
    """Who hears the staff number; None: as the city has it."""

    @property
    def need(self) -> Need:
        """What its callers need."""
        return self.needs or Skill(self.name)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a caller hears and may do while waiting."""

    busy_after_seconds: float = 3.0
    """If no seat has been found by then, 'all seats are busy' is said once."""
    position_at_entry: bool = True
    """Whether position and estimated wait are said then, too."""
    position_every_seconds: float = 30.0
    """How often position and estimated wait are said; 0 for never."""
    comfort_prompts: tuple[str, ...] = ("comfort",)
    """Phrases that are said in turn between."""
    comfort_every_seconds: float = 0.0
    """How often one of them is said; 0 for never."""
    callback_key: str = "1"
    """The key by which a waiting caller asks to be called back; "" for none."""
    callback_prompt: str = "callback_offer"
    """Tells the caller about the key, behind each announcement of the position."""


@dataclass(frozen=True, slots=True)
class Survey:
    """满意度评价: the question after the talk."""

    keys: Mapping[str, str] = field(
        default_factory=lambda: {
            "1": "very_satisfied",
            "2": "satisfied",
            "3": "neutral",
            "4": "dissatisfied",
        }
    )
    """Key pressed → what it means."""
    seconds: float = 8.0
    """How long to wait for a key."""
    tries: int = 2


class Source(StrEnum):
    """Where the number that a caller dialled may be read."""

    REQUEST = "request"
    """The number that the trunk asks for."""
    DIVERSION = "diversion"
    """The SIP header of a forwarded call (RFC 5806)."""
    HISTORY_INFO = "history_info"
    """Its successor (RFC 7044)."""
    DID = "did"
    """The number that the trunk asks for, by the trunk's own table."""


class CallerFrom(StrEnum):
    """Which SIP header tells who calls."""

    FROM = "from"
    ASSERTED = "asserted"
    """P-Asserted-Identity, where the carrier vouches for it (RFC 3325)."""


@dataclass(frozen=True, slots=True)
class MenuItem:
    """What a key leads to: a further menu, or the queue of a group."""

    group: str = ""
    """Skill group to wait for; "" keeps the line's."""
    menu: str = ""
    """Submenu, or "" for the queue."""
    language: str = ""
    """Language of what the caller hears from now on; "" keeps it."""


@dataclass(frozen=True, slots=True)
class Menu:
    """A question with keys. Whoever presses none of them goes to the queue: never a dead end."""

    name: str
    prompts: tuple[str, ...]
    keys: Mapping[str, MenuItem]
    seconds: float = 5.0
    """How long to wait for a key."""
    tries: int = 3


@dataclass(frozen=True, slots=True)
class Trunk:
    """How numbers look on one trunk group and which of them count (see routing.called)."""

    name: str
    strip_prefixes: tuple[str, ...] = ()
    """Access prefixes that the carrier puts before the number, longest first."""
    add_prefixes: Mapping[int, str] = field(default_factory=dict)
    """Length of a called number → what the carrier leaves away before it."""
    caller_add_prefixes: Mapping[int, str] = field(default_factory=dict)
    """The same for the caller's number."""
    area_code: str = ""
    """With its zero, for bare numbers of fixed lines; "" for the city's."""
    trust: tuple[Source, ...] = (Source.REQUEST,)
    """Where the dialled number is looked for, in this order."""
    dids: Mapping[str, str] = field(default_factory=dict)
    """Number that the trunk asks for → number of the line that is meant; both normalised."""
    caller_from: CallerFrom = CallerFrom.FROM
    proxy: str = ""
    """host:port to which calls over this trunk are sent; "" if none can be."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A city's routing, complete and consistent: every name in it leads somewhere."""

    city: str
    """The folder's name: pingdingshan. Used in Redis keys, SIP domains and file names."""
    title: str
    """平顶山市12345政务服务便民热线."""
    zone: ZoneInfo
    area_code: str
    """With its leading zero: 0375."""
    language: str
    """Language of prompts: zh or en."""
    lines: Mapping[str, Line]
    groups: Mapping[str, SkillGroup]
    seats: Mapping[str, Seat]
    trunks: Mapping[str, Trunk]
    agents: Mapping[str, Agent] = field(default_factory=dict)
    """Who brings skills to a seat; others may sign in with the seat's skills alone."""
    menus: Mapping[str, Menu] = field(default_factory=dict)
    emergency: Mapping[str, Forward] = field(default_factory=dict)
    """Emergency number → where calls to it go that arrive here."""
    music: str = "moh"
    """Hold music where no line has a say."""
    waiting: Waiting = Waiting()
    survey: Survey = Survey()
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    holidays: Holidays = NO_HOLIDAYS
    shifts: Mapping[str, Shifts] = field(default_factory=dict)
    callers: Callers = field(default_factory=Callers)
    admission: Admission = DEFAULT_ADMISSION
    callbacks: CallbackRules = field(default_factory=CallbackRules)
    follow_ups: FollowUpRules = field(default_factory=FollowUpRules)
    voicemail: VoicemailRules = field(default_factory=VoicemailRules)
    introduction: Introduction = field(default_factory=Introduction)
    experts: Mapping[str, Expert] = field(default_factory=dict)
    """专家席: whom seats consult and no caller is queued for."""
    dialling: Dialling = field(default_factory=Dialling)
    control: ControlRules = field(default_factory=ControlRules)
    sign_in: SignInRules = field(default_factory=SignInRules)
    version: str = ""
    """Which edition of the YAML this is: 12 hexadecimal digits that change with any byte of it."""
    by_number: Mapping[str, Line] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index = {number: line for line in self.lines.values() for number in line.numbers}
        object.__setattr__(self, "by_number", index)

    def steps(self, group: str, of_line: Sequence[Overflow]) -> tuple[Overflow, ...]:
        """Give every step of a caller who waits for `group`, the line's and the group's.

        Those that come due with the time stand first, the earliest before the others.
        """
        own = self.groups.get(group)
        every = dict.fromkeys((*of_line, *(own.overflow if own else ())))
        return tuple(sorted(every, key=_waited))

    @property
    def hold_music(self) -> frozenset[str]:
        """Every hold music that some caller may hear."""
        return frozenset({self.music, *(line.music for line in self.lines.values())})

    def group_on_duty(self, group: SkillGroup, now: float) -> tuple[Duty, ...]:
        """Give the crews that serve the group at `now` (seconds since the epoch)."""
        return self.on_duty(group.shift, group.crew, now)

    def seat_on_duty(self, seat: Seat, now: float) -> tuple[Duty, ...]:
        """Give the crews that staff the seat at `now`: by its own shifts, or by its groups'."""
        if seat.shift is not None:
            return self.on_duty(seat.shift, seat.crew, now)
        duties = (self.group_on_duty(self.groups[group], now) for group in seat.groups)
        return tuple(dict.fromkeys(duty for found in duties for duty in found))

    def on_duty(self, shift: str | None, crew: str | None, now: float) -> tuple[Duty, ...]:
        """Give the crews of an arrangement that are on duty at `now`; all, or the one named."""
        if shift is None:
            return ()
        duties = self.shifts[shift].on_duty(now, self.zone)
        return tuple(duty for duty in duties if crew in (None, duty.crew))


def _waited(step: Overflow) -> float:
    return math.inf if step.after_seconds is None else step.after_seconds
