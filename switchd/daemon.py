"""The running daemon: parts that were put together elsewhere, started, drained and stopped.

It listens to the switch (`switchboard.incoming.Listener`) and answers the HTTP interface
(`api.ports.House`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import gevent
import orjson
import structlog

from routing.callflow import events as on
from routing.entry import Arrival
from routing.plan import Plan
from switchd import __version__
from switchd.api.ports import Unavailable
from switchd.api.server import Server
from switchd.callers import CallerDesk
from switchd.calls.desk import Desk
from switchd.calls.tally import Tally
from switchd.clock import Clock
from switchd.esl.errors import EslError
from switchd.esl.link import Link
from switchd.freeswitch.registrations import QUESTION, registered
from switchd.queues.deadlines import Deadlines
from switchd.queues.facts import OfferLost, OfferMade, QueueUnavailable
from switchd.queues.inbox import Inbox
from switchd.queues.waitlist import Waitlist
from switchd.records.spool import Spool
from switchd.records.writer import Writer
from switchd.seats.codes import FeatureCodes
from switchd.seats.phones import Phones
from switchd.switchboard.incoming import found
from switchd.wiring import SeatDesk

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Parts:
    """What a daemon is made of."""

    plan: Plan
    clock: Clock
    link: Link
    waitlist: Waitlist
    inbox: Inbox
    deadlines: Deadlines
    desk: Desk
    codes: FeatureCodes
    phones: Phones
    seat_desk: SeatDesk
    callers: CallerDesk
    spool: Spool
    writer: Writer
    tally: Tally
    owner: str
    domain: str
    """SIP domain of the seats."""


class Daemon:
    """One city's hotline on one FreeSWITCH."""

    def __init__(self) -> None:
        self._parts: Parts | None = None
        self._server: Server | None = None
        self._background: list[gevent.Greenlet[..., None]] = []
        self._draining = False
        self._started_at = 0.0
        self._stranded: Collection[str] = ()
        """Calls that were in progress when the switch could last be heard."""

    @property
    def parts(self) -> Parts:
        """The parts; only after `assemble`."""
        assert self._parts is not None
        return self._parts

    def assemble(self, parts: Parts, server: Callable[[Daemon], Server] | None) -> None:
        """Take the parts. The daemon itself is one of their listeners, hence not in __init__."""
        self._parts = parts
        parts.desk.closed.append(parts.tally.add)
        if server is not None:
            self._server = server(self)

    def start(self) -> None:
        """Define the seats, begin to listen. Raises `QueueUnavailable` if Redis is not there."""
        parts = self.parts
        self._started_at = now = parts.clock.now()
        parts.waitlist.forget_calls_of(parts.owner, now)
        for number in parts.waitlist.snapshot(now).seats.keys() - parts.plan.seats.keys():
            parts.waitlist.forget_seat(number, now)
        for seat in parts.plan.seats.values():
            parts.waitlist.define_seat(seat.number, seat.groups, now)
        parts.callers.restore()
        parts.writer.start()
        self._background = [
            gevent.spawn(self._read_inbox),
            gevent.spawn(parts.deadlines.run),
        ]
        parts.link.start()
        if self._server is not None:
            self._server.start()
        log.info("started", city=parts.plan.city, plan=parts.plan.version, owner=parts.owner)

    def drain(self, seconds: float) -> bool:
        """Take no new callers and wait for the others, at most `seconds`; True if all are done."""
        self._draining = True
        log.info("draining", calls=len(self.parts.desk), seconds=seconds)
        return self.parts.desk.wait_empty(seconds)

    def stop(self, flush_seconds: float = 10.0) -> bool:
        """End all but the calls, which stay on the switch; True if every record is in SQL."""
        parts = self.parts
        if self._server is not None:
            self._server.stop()
        parts.desk.stop()
        parts.link.stop()
        parts.inbox.close()
        parts.deadlines.close()
        gevent.joinall(self._background, timeout=2.0)
        gevent.killall(self._background, block=False)
        flushed = parts.writer.flush(flush_seconds)
        parts.writer.stop()
        parts.spool.close()
        log.info("stopped", calls_left=len(parts.desk), records_left=parts.spool.waiting)
        return flushed

    def _read_inbox(self) -> None:
        desk = self.parts.desk
        for event in self.parts.inbox:
            match event:
                case OfferMade(offer):
                    desk.offer_made(offer)
                case OfferLost(call, token, _):
                    desk.offer_lost(call, token)

    # what the switch tells

    def arrived(self, leg: str, arrival: Arrival, queued_at: float | None) -> None:
        """A caller is parked and nobody works on the call."""
        parts = self.parts
        if queued_at is not None:
            parts.desk.resume(leg, arrival, queued_at)
        elif self._draining:
            gevent.spawn(self._turn_away, leg)
        else:
            parts.desk.arrive(leg, arrival)

    def _turn_away(self, leg: str) -> None:
        try:
            self.parts.link.api("uuid_kill", f"{leg} NORMAL_TEMPORARY_FAILURE")
        except EslError as error:
            log.warning("caller not turned away", call_id=leg, why=str(error))

    def code_dialled(self, leg: str, seat: str, code: str) -> None:
        """A seat's phone dialled a feature code."""
        self.parts.codes.dialled(leg, seat, code)

    def phone(self, seat: str, reachable: bool) -> None:
        """A phone has registered or is gone."""
        gevent.spawn(self._tell_phones, lambda: self.parts.phones.heard(seat, reachable))

    def _tell_phones(self, tell: Callable[[], None]) -> None:
        try:
            tell()
        except QueueUnavailable as error:
            log.warning("phones not told", why=str(error))

    def deliver(self, leg: str, event: on.Event) -> bool:
        """Something happened on a leg."""
        if leg in self.parts.codes:
            if isinstance(event, on.Played | on.CallerGone):
                self.parts.codes.played(leg)
            return True
        return self.parts.desk.deliver(leg, event)

    def knows(self, leg: str) -> bool:
        """Whether somebody works on the leg."""
        return leg in self.parts.desk or leg in self.parts.codes

    def link_up(self, link: Link) -> None:
        """The switch can be heard (again): compare what it has with what we know."""
        stranded, self._stranded = self._stranded, ()
        gevent.spawn(self._compare, link, stranded)

    def _compare(self, link: Link, stranded: Collection[str]) -> None:
        try:
            phones = registered(link.api(*QUESTION), self.parts.domain)
            self._tell_phones(lambda: self.parts.phones.listed(phones))
            living = {row["uuid"]: row for row in _rows(link, "channels")}
            self.parts.desk.missed(stranded, living.keys())
            for leg, row in living.items():
                if not self.knows(leg) and row["application"] in ("park", "playback"):
                    found(self, leg, orjson.loads(link.api("uuid_dump", f"{leg} json")))
        except (EslError, ValueError, KeyError) as error:
            log.warning("switch not compared", why=str(error) or type(error).__name__)

    def link_down(self, reason: str) -> None:
        """The switch cannot be heard: no seat's phone can be rung."""
        self._stranded = tuple(call.id for call in self.parts.desk.calls())
        gevent.spawn(self._tell_phones, lambda: self.parts.phones.listed(()))

    # what the HTTP interface shows and does

    def status(self) -> Mapping[str, Any]:
        """Everything at a glance."""
        parts = self.parts
        now = parts.clock.now()
        with _unavailable():
            snapshot = parts.waitlist.snapshot(now, first=0)
        states = Counter(str(seat.state) for seat in snapshot.seats.values())
        waits = [group.longest_wait for group in snapshot.groups.values()]
        return {
            "city": parts.plan.city,
            "title": parts.plan.title,
            "version": __version__,
            "plan": parts.plan.version,
            "now": now,
            "started_at": self._started_at,
            "draining": self._draining,
            "freeswitch": {"connected": parts.link.connected, "trouble": parts.link.trouble},
            "calls": len(parts.desk),
            "waiting": sum(group.waiting for group in snapshot.groups.values()),
            "longest_wait": max(waits, default=0.0),
            "seats": dict(states),
            "figures": asdict(parts.tally.figures(now)),
            "records_waiting": parts.spool.waiting,
            "unexpected": dict(parts.desk.unexpected),
        }

    def calls(self) -> Sequence[Mapping[str, Any]]:
        """Every call in progress, oldest first."""
        return [
            {
                "call": call.id,
                "state": str(call.state),
                "line": call.line_dialled or call.dialled,
                "caller": call.caller,
                "group": call.group,
                "seat": call.offer.seat if call.offer else call.seat,
                "arrived_at": call.arrived_at,
                "queued_at": call.queued_at,
                "answered_at": call.answered_at,
            }
            for call in self.parts.desk.calls()
        ]

    def queues(self) -> Sequence[Mapping[str, Any]]:
        """Every skill group's list."""
        parts = self.parts
        with _unavailable():
            snapshot = parts.waitlist.snapshot(parts.clock.now(), first=5)
        seats = snapshot.seats.values()
        answer = []
        for group in parts.plan.groups.values():
            view = snapshot.groups.get(group.name)
            serving = [seat for seat in seats if group.name in seat.groups]
            answer.append(
                {
                    "group": group.name,
                    "title": group.title,
                    "waiting": view.waiting if view else 0,
                    "longest_wait": view.longest_wait if view else 0.0,
                    "first": [waiting.call for waiting in view.first] if view else [],
                    "seats": dict(Counter(str(seat.state) for seat in serving)),
                }
            )
        return answer

    def seats(self) -> Sequence[Mapping[str, Any]]:
        """Every seat."""
        with _unavailable():
            snapshot = self.parts.waitlist.snapshot(self.parts.clock.now(), first=0)
        return [asdict(seat) for seat in snapshot.seats.values()]

    def seat_verb(self, seat: str, verb: str, agent: str, reason: str) -> Mapping[str, Any]:
        """Sign in, be ready, …"""
        return asdict(self.parts.seat_desk.do(seat, verb, agent, reason))

    def blocked(self) -> Sequence[Mapping[str, Any]]:
        """Who may not call."""
        return self.parts.callers.blocked()

    def block(self, number: str, seconds: float | None, reason: str, who: str) -> Mapping[str, Any]:
        """Bar a caller's number."""
        return self.parts.callers.block(number, seconds, reason, who)

    def unblock(self, number: str, who: str) -> Mapping[str, Any]:
        """End the bar of a caller's number."""
        return self.parts.callers.unblock(number, who)


@contextmanager
def _unavailable() -> Any:
    try:
        yield
    except QueueUnavailable as error:
        raise Unavailable(str(error)) from error


def _rows(link: Link, what: str) -> list[dict[str, str]]:
    """`show … as json`; without rows FreeSWITCH leaves the key out."""
    rows: list[dict[str, str]] = orjson.loads(link.api("show", f"{what} as json")).get("rows", [])
    return rows
