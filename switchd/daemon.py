"""The running daemon: parts that were put together elsewhere, started, drained and stopped.

It listens to the switch (`switchboard.incoming.Listener`) and answers the HTTP interface
(`api.ports.House`).
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import gevent
import orjson
import structlog
from gevent.event import Event as Flag

from routing.callflow import events as on
from routing.entry import Arrival, is_emergency
from routing.plan import Plan
from switchd import __version__
from switchd.api.ports import Unavailable
from switchd.api.server import Server
from switchd.callers import CallerDesk
from switchd.calls.desk import Desk
from switchd.calls.tally import Tally
from switchd.clock import Clock
from switchd.esl.errors import CommandFailed, EslError
from switchd.esl.link import Link
from switchd.freeswitch.registrations import QUESTION, registered
from switchd.queues.deadlines import Deadlines
from switchd.queues.facts import OfferLost, OfferMade, QueueUnavailable
from switchd.queues.heart import Heart
from switchd.queues.inbox import Inbox
from switchd.queues.nodes import Nodes
from switchd.queues.waitlist import Waitlist
from switchd.records.errors import StoreUnavailable
from switchd.records.spool import Spool
from switchd.records.writer import Writer
from switchd.reloading import Reloader
from switchd.seating import Seating
from switchd.seats.codes import FeatureCodes
from switchd.seats.phones import Phones
from switchd.switchboard import incoming
from switchd.wiring import SeatDesk

log = structlog.get_logger(__name__)

AGAIN_SECONDS = 1.0
"""Pause before a comparison that failed is tried again."""
EVERYBODY = 1_000_000
"""More callers than can wait."""
NOBODYS = frozenset({"park", "playback", "play_and_get_digits"})
"""What a caller's leg does while its daemon is away."""


@dataclass(slots=True)
class Parts:
    """What a daemon is made of."""

    plan: Plan
    clock: Clock
    link: Link
    waitlist: Waitlist
    inbox: Inbox
    deadlines: Deadlines
    nodes: Nodes
    heart: Heart
    desk: Desk
    seating: Seating
    reloader: Reloader
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
        self._comparing: gevent.Greenlet[..., None] = gevent.Greenlet()
        self._restoring: gevent.Greenlet[..., None] = gevent.Greenlet()
        self._stranded: Collection[str] = ()
        """Calls that were in progress when the switch could last be heard."""
        self._held: set[str] = set()
        """Callers whose turn came while the switch could not be heard."""
        self.displaced = Flag()
        """Set when another daemon works for this node: this one must end."""

    @property
    def parts(self) -> Parts:
        """The parts; only after `assemble`."""
        assert self._parts is not None
        return self._parts

    def assemble(self, parts: Parts, server: Callable[[Daemon], Server] | None) -> None:
        """Take the parts. The daemon itself is one of their listeners, hence not in __init__."""
        self._parts = parts
        parts.desk.closed += [parts.tally.add, lambda record: parts.seating.tidy()]
        if server is not None:
            self._server = server(self)

    def start(self) -> None:
        """Define the seats, begin to listen.

        Raises `QueueUnavailable` if Redis is not there, `NodeTaken` if another daemon works here.
        """
        parts = self.parts
        self._started_at = now = parts.clock.now()
        parts.nodes.claim_node(now)
        parts.waitlist.forget_calls_of(parts.owner, now)
        parts.seating.arrange(parts.plan)
        parts.reloader.write_down_start()
        parts.callers.restore()
        # What is here now stays: a full collection would look at all of it, and callers wait.
        gc.collect()
        gc.freeze()
        parts.writer.start()
        self._background = [
            gevent.spawn(self._read_inbox),
            gevent.spawn(parts.deadlines.run),
            gevent.spawn(parts.heart.run),
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
        parts.heart.close()
        self._resign()
        gevent.killall([self._comparing, self._restoring], block=False)
        gevent.joinall(self._background, timeout=2.0)
        gevent.killall(self._background, block=False)
        flushed = parts.writer.flush(flush_seconds)
        parts.writer.stop()
        parts.spool.close()
        log.info("stopped", calls_left=len(parts.desk), records_left=parts.spool.waiting)
        return flushed

    def _resign(self) -> None:
        try:
            self.parts.nodes.resign_node(self.parts.clock.now())
        except QueueUnavailable as error:
            log.warning("node not resigned", why=str(error))

    def node_given_up(self, owner: str) -> None:
        """Another node is silent: its callers wait there until its daemon is back."""
        log.error("node given up", node=owner)

    def node_taken(self) -> None:
        """Another daemon works for this node; two would do everything twice."""
        log.error("another switchd works for this node, so this one ends", node=self.parts.owner)
        self.displaced.set()

    def _read_inbox(self) -> None:
        desk = self.parts.desk
        for event in self.parts.inbox:
            match event:
                case OfferMade(offer) if not self.parts.link.connected:
                    self._hold(offer.call)
                case OfferMade(offer):
                    desk.offer_made(offer)
                case OfferLost(call, token, _):
                    desk.offer_lost(call, token)

    def _hold(self, call: str) -> None:
        """It is a caller's turn, but no phone can be rung from here: let the others go first.

        The seat may be at a node whose FreeSWITCH can be heard. With the switch the caller comes
        back, with place and age.
        """
        self._held.add(call)
        try:
            self.parts.waitlist.leave(call, self.parts.clock.now())
        except QueueUnavailable as error:
            log.warning("caller not held", call_id=call, why=str(error))

    def queue_back(self) -> None:
        """Redis answers again; it may have lost what it knew."""
        self._restoring.kill(block=False)
        self._restoring = gevent.spawn(self._restore_queue)

    def _restore_queue(self) -> None:
        while True:
            try:
                self._restore_once()
                return
            except QueueUnavailable as error:
                log.warning("queue not restored", why=str(error))
                gevent.sleep(AGAIN_SECONDS)

    def _restore_once(self) -> None:
        """Seats, phones and callers that Redis does not know any more are told again."""
        parts = self.parts
        now = parts.clock.now()
        snapshot = parts.waitlist.snapshot(now, first=EVERYBODY)
        parts.seating.arrange(parts.plan)
        parts.phones.forget()
        parts.phones.listed(self._registered() if parts.link.connected else ())
        known = {caller.call for group in snapshot.groups.values() for caller in group.first}
        known |= {seat.call for seat in snapshot.seats.values() if seat.call}
        parts.desk.forgotten(known)
        self._bar_again()
        log.info("queue restored", callers=len(known), seats=len(snapshot.seats))

    def _bar_again(self) -> None:
        """Tell Redis who is barred; without SQL it goes on with what it still knows."""
        try:
            self.parts.callers.restore()
        except StoreUnavailable as error:
            log.warning("bars not restored", why=str(error))

    def _registered(self) -> Collection[str]:
        try:
            return self._phones(self.parts.link)
        except (EslError, ValueError, KeyError) as error:
            log.warning("phones not listed", why=str(error))
            return ()

    def _phones(self, link: Link) -> Collection[str]:
        """Seats that can be rung: registered, or reached by a number over a trunk."""
        by_trunk = {seat.number for seat in self.parts.plan.seats.values() if seat.phone}
        return registered(link.api(*QUESTION), self.parts.domain) | by_trunk

    # what the switch tells

    def arrived(self, leg: str, arrival: Arrival) -> None:
        """A new caller is parked."""
        parts = self.parts
        if self._draining and not is_emergency(arrival, parts.plan):
            gevent.spawn(self._turn_away, leg)
        else:
            parts.desk.arrive(leg, arrival)

    def _turn_away(self, leg: str) -> None:
        try:
            self.parts.link.api("uuid_kill", f"{leg} NORMAL_TEMPORARY_FAILURE")
        except EslError as error:
            log.warning("leg not ended", leg=leg, why=str(error))

    def found(self, leg: str, event: on.Resumed | on.Served | on.PassedOn) -> None:
        """A caller is parked whose call an earlier daemon began."""
        self.parts.desk.found(leg, event)

    def stray(self, leg: str) -> None:
        """A seat's phone was picked up, or rings, for nobody."""
        log.info("stray phone stopped", leg=leg)
        gevent.spawn(self._turn_away, leg)

    def seat_left(self, leg: str, seat: str) -> None:
        """A seat's leg has ended that belongs to no call of ours: a talk of an earlier owner."""
        gevent.spawn(self._free, leg, seat)

    def _free(self, leg: str, seat: str) -> None:
        try:
            if self.parts.waitlist.release(seat, leg, 0.0, self.parts.clock.now()):
                log.info("seat free again", seat=seat)
        except QueueUnavailable as error:
            log.warning("seat not freed", seat=seat, why=str(error))

    def events_lost(self) -> None:
        """Events were thrown away because we were too slow: compare."""
        log.warning("events lost")
        stranded = [call.id for call in self.parts.desk.calls()]
        self._compare_soon(self.parts.link, stranded, "UNCONFIRMED")

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
        self._compare_soon(link, stranded, "CRASH" if link.restarted else "UNCONFIRMED")

    def _compare_soon(self, link: Link, stranded: Collection[str], cause: str) -> None:
        self._comparing.kill(block=False)
        self._comparing = gevent.spawn(self._compare, link, stranded, cause)

    def _compare(self, link: Link, stranded: Collection[str], cause: str) -> None:
        while link.connected:
            try:
                self._compare_once(link, stranded, cause)
                return
            except (EslError, QueueUnavailable, ValueError, KeyError) as error:
                log.warning("switch not compared", why=str(error) or type(error).__name__)
                gevent.sleep(AGAIN_SECONDS)

    def _compare_once(self, link: Link, stranded: Collection[str], cause: str) -> None:
        phones = self._phones(link)
        living = {row["uuid"]: row for row in _rows(link, "channels")}
        self.parts.desk.missed(
            stranded, {leg: incoming.doing(row) for leg, row in living.items()}, cause
        )
        held, self._held = self._held, set()
        self.parts.desk.forgotten({call.id for call in self.parts.desk.calls()} - held)
        self._tell_phones(lambda: self.parts.phones.listed(phones))
        self.parts.waitlist.end_talks(living, self.parts.clock.now())
        for leg, row in living.items():
            outbound = row["direction"] == "outbound"
            if self.knows(leg):
                if outbound and not self.parts.desk.waits_for(leg):
                    self.stray(leg)
            elif incoming.doing(row) in NOBODYS or (outbound and incoming.doing(row) != "talk"):
                self._find(link, leg)

    def _find(self, link: Link, leg: str) -> None:
        """Ask what a leg is that nobody works on; it may be gone by now."""
        try:
            incoming.found(self, leg, orjson.loads(link.api("uuid_dump", f"{leg} json")))
        except (CommandFailed, ValueError) as error:
            log.info("leg not taken over", leg=leg, why=str(error))

    def use(self, plan: Plan) -> None:
        """Put a plan into force: from now on for new calls; others keep theirs.

        Raises `QueueUnavailable`; then the plan in force stays.
        """
        parts = self.parts
        before, parts.plan = parts.plan, plan
        try:
            parts.seating.arrange(plan)
        except QueueUnavailable:
            parts.plan = before
            raise
        parts.phones.plan_changed()
        gevent.spawn(self._list_phones, parts.link)

    def _list_phones(self, link: Link) -> None:
        """Tell the seats of a new plan about phones that registered before it."""
        try:
            phones = self._phones(link)
        except (EslError, ValueError) as error:
            log.warning("phones not listed", why=str(error))
            return
        self._tell_phones(lambda: self.parts.phones.listed(phones))

    def link_down(self, reason: str) -> None:
        """The switch cannot be heard: no seat's phone can be rung."""
        self._comparing.kill(block=False)
        self._stranded = tuple(call.id for call in self.parts.desk.calls())
        gevent.spawn(self._tell_phones, lambda: self.parts.phones.listed(()))

    # what the HTTP interface shows and does

    def status(self) -> Mapping[str, Any]:
        """Everything at a glance."""
        parts = self.parts
        now = parts.clock.now()
        with _unavailable():
            snapshot = parts.waitlist.snapshot(now, first=0)
            nodes = [asdict(node) for node in parts.nodes.nodes()]
        states = Counter(str(seat.state) for seat in snapshot.seats.values())
        waits = [group.longest_wait for group in snapshot.groups.values()]
        return {
            "city": parts.plan.city,
            "title": parts.plan.title,
            "version": __version__,
            "plan": parts.plan.version,
            "node": parts.owner,
            "nodes": nodes,
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

    def reload(self, who: str, why: str) -> Mapping[str, Any]:
        """Read the city's folder again and put its plan into force."""
        return self.parts.reloader.reload(who, why)

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
