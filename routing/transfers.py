"""Whom a seat may bring into a call, and by which way: seats, agents, groups, experts, lines,
numbers outside, emergency services.

A target is written `seat:1002`, `agent:A017`, `group:market`, `expert:medical`, `line:12350`,
`number:13800138000` or `emergency:110`; what is typed on a phone is digits alone, which `resolve`
looks up.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from routing.dialling import Barred, emergency_ways
from routing.experts import Expert, Ring
from routing.lines import Forward, Line, LineKind
from routing.numbers import EMERGENCY, normalise
from routing.plan import Plan


class Kind(StrEnum):
    """What a target is."""

    SEAT = "seat"
    AGENT = "agent"
    GROUP = "group"
    EXPERT = "expert"
    LINE = "line"
    NUMBER = "number"
    EMERGENCY = "emergency"
    DIGITS = "digits"
    """Keys of a phone: whatever they mean first of short number, emergency number, seat, line,
    allowed number."""


class Role(StrEnum):
    """What somebody is to a call who was brought into it; the words of `LegRecord.role`."""

    CONSULT = "consult"
    """Another seat, or one of a group."""
    EXPERT = "expert"
    SUB_CENTRE = "sub_centre"
    EMERGENCY = "emergency"
    SUPERVISOR = "supervisor"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a seat asks for."""

    kind: Kind
    name: str

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read `kind:name`, or digits alone. Raises ValueError with what to write instead."""
        kind, colon, name = text.strip().partition(":")
        if not colon:
            kind, name = Kind.DIGITS, kind
        known = [one.value for one in Kind if one is not Kind.DIGITS]
        if kind not in (*known, Kind.DIGITS):
            raise ValueError(f"{text!r}: {kind!r} is not one of {', '.join(known)}")
        if not name.strip() or len(name) > 64:
            raise ValueError(f"{text!r}: write whom, such as seat:1002 or expert:medical")
        return cls(Kind(kind), name.strip())

    def __str__(self) -> str:
        return self.name if self.kind is Kind.DIGITS else f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone outside, over a trunk."""

    number: str
    trunk: str
    seconds: float
    shown: str = ""
    """The number that its display shows; "" for the caller's."""
    told: bool = False
    """Whether the caller's number and the call's id go along in headers."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A seat, by its number or by the agent who sits there, if it is ready."""

    name: str
    seconds: float


Reach = Phone | Desk
"""One way to reach somebody."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a target is reached: by one of several telephones, or from a group's list."""

    role: Role
    title: str
    """What is shown of the target."""
    reaches: tuple[Reach, ...] = ()
    together: bool = False
    """Whether all of them are rung at once; else one after the other."""
    group: str = ""
    """The group in whose list somebody is looked for, after `reaches`; "" for none."""
    seconds: float = 0.0
    """How long somebody of the group is waited for."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a target cannot be reached; `prompt` tells the seat so."""

    why: str
    prompt: str = "transfer_not_allowed"


def resolve(plan: Plan, target: Target, seat: str, line: str, now: float) -> Way | Problem:
    """Find the way to a target that `seat` asks for in a call of `line`; `now` in seconds since
    the epoch."""
    if target.kind is Kind.DIGITS:
        return _digits(plan, target.name, seat, line, now)
    name = target.name
    match target.kind:
        case Kind.SEAT:
            return _seat(plan, name, seat)
        case Kind.AGENT:
            return Way(Role.CONSULT, name, (Desk(name, plan.control.ring_seconds),))
        case Kind.GROUP:
            return _group(plan, name)
        case Kind.EXPERT:
            return _expert(plan, plan.experts.get(name), name, now)
        case Kind.LINE:
            return _line(plan, plan.lines.get(name), name, now)
        case Kind.EMERGENCY:
            return emergency(plan, name)
    return _number(plan, name, line)


def supervisors(plan: Plan, seat: str) -> Way | Problem:
    """Find the way to a supervisor (班长席): seats that are named, then anybody of the group."""
    rules = plan.control
    seats = tuple(Desk(one, rules.ring_seconds) for one in rules.supervisor_seats if one != seat)
    if not seats and not rules.supervisor_group:
        return Problem("the plan names no supervisors: add them to control.supervisors")
    return Way(
        Role.SUPERVISOR,
        "supervisor",
        seats,
        group=rules.supervisor_group,
        seconds=rules.group_seconds,
    )


def emergency(plan: Plan, number: str) -> Way | Problem:
    """Find every way to an emergency service, the best first."""
    if number not in EMERGENCY:
        return Problem(f"{number} is no emergency number: it is one of {', '.join(_SERVICES)}")
    phones = tuple(_forwarded(way, told=False) for way in emergency_ways(plan, number))
    if not phones:
        return Problem(
            f"no trunk can dial {number}: give one a proxy, or name one under emergency",
            "transfer_unavailable",
        )
    return Way(Role.EMERGENCY, number, phones)


_SERVICES = sorted(EMERGENCY)


def _digits(plan: Plan, digits: str, seat: str, line: str, now: float) -> Way | Problem:
    short = plan.dialling.short_numbers.get(digits)
    if short is not None:
        return resolve(plan, Target.parse(short), seat, line, now)
    number = normalise(digits, plan.area_code)
    if number in EMERGENCY:
        return emergency(plan, number)
    if digits in plan.seats:
        return _seat(plan, digits, seat)
    known = plan.lines.get(digits) or plan.by_number.get(number)
    if known is not None:
        return _line(plan, known, digits, now)
    return _number(plan, digits, line)


def _seat(plan: Plan, name: str, asking: str) -> Way | Problem:
    if name not in plan.seats:
        return Problem(f"there is no seat {name}")
    if name == asking:
        return Problem(f"seat {name} cannot be brought into its own call")
    title = plan.seats[name].title or name
    return Way(Role.CONSULT, title, (Desk(name, plan.control.ring_seconds),))


def _group(plan: Plan, name: str) -> Way | Problem:
    group = plan.groups.get(name)
    if group is None:
        return Problem(f"there is no group {name}")
    return Way(Role.CONSULT, group.title, group=name, seconds=plan.control.group_seconds)


def _expert(plan: Plan, expert: Expert | None, name: str, now: float) -> Way | Problem:
    if expert is None:
        return Problem(f"there is no expert seat {name}")
    reaches = tuple(
        Desk(member.seat, expert.ring_seconds)
        if member.seat
        else Phone(member.number, member.trunk, expert.ring_seconds, told=True)
        for member in expert.on_call(plan, now)
    )
    if not reaches:
        return Problem(f"nobody is on call for {expert.title}", "transfer_unavailable")
    return Way(Role.EXPERT, expert.title, reaches, expert.ring is Ring.TOGETHER)


def _line(plan: Plan, line: Line | None, name: str, now: float) -> Way | Problem:
    if line is None:
        return Problem(f"there is no line {name}")
    way = line.transfer_to or line.forward
    if way is not None:
        if way.open is not None and not plan.calendars[way.open].is_open(now, plan.zone):
            return Problem(f"{line.title} is closed now", "transfer_unavailable")
        role = Role.EXPERT if line.kind is LineKind.EXPERT else Role.SUB_CENTRE
        return Way(role, line.title, (_forwarded(way, told=True),))
    if line.group in plan.groups:
        return _group(plan, line.group)
    return Problem(f"nobody answers for {line.title}: it has neither group nor number")


def _number(plan: Plan, raw: str, line: str) -> Way | Problem:
    number = normalise(raw, plan.area_code)
    if not number:
        return Problem(f"{raw[:40]!r} is no telephone number")
    if number in EMERGENCY:
        return emergency(plan, number)
    ruling = plan.dialling.ruling(number, line)
    if isinstance(ruling, Barred):
        if not plan.dialling.trunk and not plan.dialling.trunks:
            return Problem(f"{number} cannot be dialled: the plan names no trunk under dialling")
        return Problem(f"{number} may not be dialled")
    phone = Phone(number, ruling.trunk, plan.dialling.ring_seconds, ruling.shown or line)
    return Way(Role.OUTSIDE, number, (phone,))


def _forwarded(way: Forward, *, told: bool) -> Phone:
    return Phone(way.number, way.trunk, way.ring_seconds, told=told)
