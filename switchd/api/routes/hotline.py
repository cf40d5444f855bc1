"""The hotline as a whole: what is going on, its figures, its plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from routing.record import CallRecord, TraceRecord
from routing.screenpop import EarlierCall, OpenCallback
from switchd.api.ports import House, NotThere
from switchd.api.route import About, Answer, Asked, Deed, Nothing, get, post


class Figures(Answer):
    """Counted of calls that have ended. Rates are shares from 0 to 1, `null` if nobody asked for a
    person; waits and talks are in seconds."""

    calls: int
    answered: int
    answered_in_time: int
    abandoned: int
    short_abandons: int
    timed_out: int
    removed: int
    """Taken out of the list by a supervisor."""
    callbacks: int
    voicemails: int
    could_not_enter: int
    failed: int
    abandoned_at_entry: int
    forwarded: int
    redirected: int
    closed: int
    refused: int
    repeated: int
    waited: int
    talked: int
    surveys: dict[str, int]
    offered: int
    """Calls that asked for a person."""
    connect_rate: float | None
    in_time_rate: float | None
    average_wait: float | None
    longest_wait: float | None
    average_talk: float | None
    talk_seconds: float


class LineFigures(Figures):
    """The same of one line."""

    line: str
    """Whose number was dialled; empty for unknown numbers."""
    title: str


class GroupFigures(Figures):
    """The same of one skill group."""

    group: str
    """Empty for calls that were led to none."""
    title: str


class Period(Answer):
    """Calls that arrived from `since` up to, not at, `until`, and have ended."""

    since: float
    until: float
    total: Figures
    lines: list[LineFigures]
    groups: list[GroupFigures]


class Indicators(Answer):
    """Figures since the city's midnight and of the last hour."""

    today: Period
    hour: Period


class Node(Answer):
    """A node that lives."""

    owner: str
    place: str
    """Machine and folder of its daemon."""
    heard_at: float


class Switch(Answer):
    """The connection to FreeSWITCH."""

    connected: bool
    trouble: str


class Admission(Answer):
    """Whether there is room for callers."""

    overloaded_since: float | None
    legs: int
    """On the switch now."""
    legs_for_callers: int
    """From so many on, no caller is taken."""
    refused: dict[str, int]
    """Rule → calls refused by it since the start."""


class Glance(Answer):
    """The hotline at a glance."""

    city: str
    title: str
    version: str
    plan: str
    """Version of the plan in force."""
    node: str
    owned_at: str
    """Where the daemon is that has the calls, while this one stands by; empty if this one has."""
    standbys: list[str]
    """Where the daemons are that stand by for the node."""
    nodes: list[Node]
    now: float
    started_at: float
    draining: bool
    """Whether new callers are turned away, since the daemon is about to stop."""
    freeswitch: Switch
    calls: int
    waiting: int
    longest_wait: float
    """Of those who wait now, in seconds."""
    seats: dict[str, int]
    """State → seats."""
    figures: Figures
    """Since midnight."""
    records_waiting: int
    """Ended calls on their way to SQL."""
    admission: Admission
    unexpected: dict[str, int]
    """What calls were told in a state where it made no sense; such events change nothing."""


class Queue(Answer):
    """One skill group's list."""

    group: str
    title: str
    waiting: int
    paused: bool
    longest_wait: float
    first: list[str]
    """The first callers in line, by their calls."""
    seats: dict[str, int]
    """State → seats that serve it."""
    today: Figures


class Call(Answer):
    """A call in progress."""

    call: str
    """Its id, FreeSWITCH's Unique-ID of the caller's leg."""
    state: str
    line: str
    caller: str
    """Empty if withheld."""
    group: str
    seat: str
    """Empty if none."""
    arrived_at: float
    queued_at: float | None
    answered_at: float | None


class CallShown(Answer):
    """A call in progress, in full."""

    state: str
    record: CallRecord
    """As it would be if the call ended now."""


class PopLine(Answer):
    """A line, as a screen shows it."""

    line: str
    title: str
    department: str
    kind: str


class PopHistory(Answer):
    """What the records tell of the number."""

    days: int
    """So far back."""
    calls: int
    answered: int
    """How many of them somebody talked in."""
    repeat_caller: bool
    last: list[EarlierCall]
    """The latest, the latest first."""
    callbacks: list[OpenCallback]
    """Those that the number still waits for."""


class Pop(Answer):
    """What a seat's screen shows of a call (来电弹屏)."""

    call: str
    at: float
    state: str
    kind: str
    seat: str
    agent: str
    offer: str
    caller: str
    """Empty if withheld."""
    dialled: str
    line_dialled: PopLine | None
    line_meant: PopLine | None
    group: str
    language: str
    priority: int
    arrived_at: float
    queued_at: float | None
    wait_seconds: float | None
    callback: str
    """Id of the callback that this call is about; empty if none."""
    history: PopHistory | None
    """`null` until it has been read, and for withheld numbers."""
    trace: list[TraceRecord]
    """Why the call went where it went."""


class Reloaded(Answer):
    """What came of a reload."""

    changed: bool
    plan: str
    before: str
    number: int | None
    """Under which the plan is kept; `null` if it is the same, or could not be written down."""
    differences: list[str]
    needs: list[str]
    """What is in force only after something else has been done."""
    warnings: list[dict[str, Any]]
    trouble: str


def status(house: House, asked: Asked[Nothing]) -> Mapping[str, Any]:
    """Give the hotline at a glance."""
    return house.status()


def queues(house: House, asked: Asked[Nothing]) -> Sequence[Mapping[str, Any]]:
    """Give every skill group: who waits, who serves."""
    return house.queues()


def indicators(house: House, asked: Asked[Nothing]) -> Mapping[str, Any]:
    """Give answered and lost calls, rates and waits, since midnight and in the last hour."""
    return house.indicators()


def calls(house: House, asked: Asked[Nothing]) -> Sequence[Mapping[str, Any]]:
    """Give the calls in progress that one may see, oldest first."""
    return house.calls()


def call(house: House, asked: Asked[Nothing]) -> Mapping[str, Any]:
    """Give one call in progress: its state, and its record so far."""
    found = house.call(asked["call"])
    if found is None:
        raise NotThere(f"no call {asked['call']} is in progress here")
    return found


def pop(house: House, asked: Asked[Nothing]) -> Mapping[str, Any]:
    """Give what a seat's screen shows of a call, also for a while after its end."""
    found = house.pop(asked["call"])
    if found is None:
        raise NotThere(f"no call {asked['call']} is in progress here")
    return found


def reload(house: House, asked: Asked[Deed]) -> Mapping[str, Any]:
    """Read the city's folder again and put its plan into force."""
    return house.reload(asked.who, asked.body.why or "reload")


ROUTES: Final = (
    get("/v1/status", status, Glance, "see.status"),
    get("/v1/queues", queues, list[Queue], "see.queues"),
    get("/v1/indicators", indicators, Indicators, "see.indicators"),
    get("/v1/calls", calls, list[Call], "see.calls", each=("call", About.CALL)),
    get("/v1/calls/{call}", call, CallShown, "see.calls"),
    get("/v1/calls/{call}/pop", pop, Pop, "see.pop"),
    post("/v1/reload", reload, Reloaded, "plan.reload", Deed),
)
