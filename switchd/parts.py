"""What a daemon is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from routing.plan import Plan
from switchd.attendance import Attendance
from switchd.callbacks.desk import CallbackDesk
from switchd.callbacks.follow_ups import FollowUpDesk
from switchd.callbacks.notifier import Notifier
from switchd.callers import CallerDesk
from switchd.calls.desk import Desk
from switchd.clock import Clock
from switchd.control import Controls
from switchd.dead_man import DeadMan
from switchd.dialling import ClickToDial
from switchd.ended_alone import EndedAlone
from switchd.ended_lately import EndedLately
from switchd.esl.link import Link
from switchd.feed.follow import Feed
from switchd.feed.publisher import Publisher
from switchd.following_up import FollowUpHouse
from switchd.guard import Guard
from switchd.indicators import IndicatorDesk
from switchd.keeping import CallbackHouse
from switchd.keying import Keying
from switchd.left_alone import LeftAlone
from switchd.membership import Membership
from switchd.nailed.desk import LineDesk
from switchd.observing import Observer
from switchd.operators import Operators
from switchd.people import People
from switchd.popping import PopDesk
from switchd.queueless import Queueless
from switchd.queues.deadlines import Deadlines
from switchd.queues.entrance import Entrance
from switchd.queues.inbox import Inbox
from switchd.queues.waitlist import Waitlist
from switchd.records.spool import Spool
from switchd.records.writer import Writer
from switchd.reloading import Reloader
from switchd.restoring import Restoring
from switchd.seating import Seating
from switchd.seats.codes import FeatureCodes
from switchd.seats.phones import Phones
from switchd.supervisors import Supervisors
from switchd.switchboard.turns import Turns
from switchd.wiring import SeatDesk


@dataclass(frozen=True, slots=True)
class Compared:
    """What a comparison of FreeSWITCH with what the daemon knew has found and done."""

    at: float
    """Seconds since the epoch."""
    seconds: float
    """How long it took."""
    legs: int
    found: Mapping[str, int]


@dataclass(slots=True)
class Parts:
    """The parts of one daemon, and where it is in its life."""

    plan: Plan
    """The plan in force."""
    clock: Clock
    link: Link
    waitlist: Waitlist
    entrance: Entrance
    inbox: Inbox
    deadlines: Deadlines
    membership: Membership
    guard: Guard
    dead_man: DeadMan
    queueless: Queueless
    left_alone: LeftAlone
    ended_alone: EndedAlone
    ended_lately: EndedLately
    desk: Desk
    seating: Seating
    reloader: Reloader
    codes: FeatureCodes
    keys: Keying
    phones: Phones
    seat_desk: SeatDesk
    callers: CallerDesk
    callbacks: CallbackDesk
    follow_ups: FollowUpDesk
    notifier: Notifier
    kept: CallbackHouse
    """Callbacks and messages, for the interface."""
    asked: FollowUpHouse
    """Follow-ups, for the interface."""
    dialling: ClickToDial
    operators: Operators
    supervisors: Supervisors
    controls: Controls
    people: People
    pops: PopDesk
    attendance: Attendance
    restoring: Restoring
    turns: Turns
    """Those of calls at seats' phones."""
    lines: LineDesk
    """Those that are kept open."""
    spool: Spool
    writer: Writer
    indicators: IndicatorDesk
    observer: Observer
    publisher: Publisher
    feed: Feed
    owner: str
    """This node's name in the queue."""
    domain: str
    """SIP domain of the seats."""
    started_at: float = 0.0
    draining: bool = False
    """No new callers but those of an emergency number."""
    compared: Compared | None = None
    """The last comparison that changed anything, or else the first."""
