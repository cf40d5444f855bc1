"""The running daemon: parts that were put together elsewhere, started, drained and stopped.

It listens to the switch (`switchboard.incoming.Listener`). What the HTTP interface shows and does
is in `house`, what happens after a break in `comparing`.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence

import gevent
import structlog
from gevent.event import Event as Flag

from routing.callflow import events as on
from routing.entry import Arrival, is_emergency
from routing.plan import Plan
from switchd.api.server import Interface
from switchd.comparing import Comparing
from switchd.esl.errors import EslError
from switchd.esl.link import Link
from switchd.handsets import Handsets
from switchd.house import RunningHouse
from switchd.operators import heed
from switchd.parts import Parts
from switchd.queues.facts import (
    Emptied,
    OfferLost,
    OfferMade,
    QueueUnavailable,
    Superseded,
    Told,
)
from switchd.queues.heart import BEAT_SECONDS, ticking
from switchd.unbroken import unbroken

log = structlog.get_logger(__name__)


class Daemon:
    """One city's hotline on one FreeSWITCH."""

    parts: Parts
    """Only after `assemble`, like all that follow."""
    house: RunningHouse

    def __init__(self) -> None:
        self._server: Interface | None = None
        self._background: list[gevent.Greenlet[..., None]] = []

    def assemble(self, parts: Parts, server: Callable[[RunningHouse], Interface] | None) -> None:
        """Take the parts. The daemon itself is one of their listeners, hence not in __init__."""
        self.parts = parts
        self.house = RunningHouse(parts)
        self._handsets = Handsets(parts)
        self._comparing = Comparing(parts, self._handsets, self)
        parts.desk.closed += [
            parts.indicators.ended,
            parts.ended_lately.closed,
            lambda record: parts.seating.tidy(),
            parts.callbacks.closed,
            parts.follow_ups.closed,
            parts.notifier.closed,
            parts.pops.closed,
        ]
        parts.writer.on_written = parts.indicators.written
        parts.observer.assemble(parts)
        parts.desk.reception.lag = lambda: parts.observer.pulse.lag
        parts.desk.rung.append(parts.pops.rung)
        parts.attendance.on_lost = self._comparing.queue_lost
        if server is not None:
            self._server = server(self.house)

    def start(
        self, stop: Flag | None = None, standing_by: Callable[[], None] = lambda: None
    ) -> bool:
        """Stand by while another daemon works for the node (`standing_by()` is told); then define
        the seats, begin to listen.

        False if `stop` was set before its turn came. Raises `QueueUnavailable` if Redis is not
        there.
        """
        parts = self.parts
        parts.waitlist.prepare()
        if self._server is not None:
            self._server.start()
        parts.observer.start()
        self._background = [gevent.spawn(unbroken, parts.observer.pulse.run)]
        # Whoever brings records to SQL sees that they count, be it a standby with what an earlier
        # process has left in the spool.
        parts.indicators.start()
        parts.writer.start()
        if not parts.membership.claim(stop or Flag(), standing_by):
            return False
        parts.started_at = now = parts.clock.now()
        parts.observer.instruments.lease("owner")
        self._background += [
            gevent.spawn(unbroken, parts.membership.run),
            gevent.spawn(unbroken, parts.guard.run),
            gevent.spawn(unbroken, parts.dead_man.run),
            gevent.spawn(unbroken, parts.queueless.run),
        ]
        parts.waitlist.forget_calls_of(parts.owner, now)
        parts.entrance.forget_held(parts.plan.admission.dropped_seconds)
        parts.seating.arrange(parts.plan)
        parts.restoring.restore()
        parts.reloader.write_down_start()
        parts.callers.restore()
        # What is here now stays: a full collection would look at all of it, and callers wait.
        gc.collect()
        gc.freeze()
        parts.indicators.restore()
        parts.publisher.start()
        parts.feed.start()
        parts.callbacks.start()
        parts.follow_ups.start()
        self._background += [
            gevent.spawn(unbroken, self._read_inbox),
            gevent.spawn(unbroken, parts.deadlines.run),
            gevent.spawn(unbroken, parts.notifier.run),
            gevent.spawn(unbroken, parts.ended_alone.run),
            gevent.spawn(unbroken, parts.ended_lately.run),
            gevent.spawn(unbroken, parts.attendance.run),
        ]
        parts.link.start()
        if self._server is not None:
            self._server.open()
        log.info("started", city=parts.plan.city, plan=parts.plan.version, owner=parts.owner)
        return True

    def background(self) -> Sequence[gevent.Greenlet[..., None]]:
        """Everything that runs from `start` to `stop`."""
        return self._background

    def handling_since(self) -> float | None:
        """When the handler of an event of FreeSWITCH began that has not come back; by a clock that
        ticks."""
        return self.parts.link.handling_since

    def _relieved(self) -> bool:
        """Whether another daemon stands by, so that nobody has to wait for this one's calls."""
        try:
            return bool(self.parts.membership.nodes.standbys(self.parts.clock.now()))
        except QueueUnavailable:
            return False

    def drain(self, seconds: float) -> bool:
        """Take no new callers and wait for the others, at most `seconds`, and not once another
        daemon stands by; True if all are done."""
        desk = self.parts.desk
        self.parts.draining = True
        log.info("draining", calls=len(desk), seconds=seconds)
        ends = ticking() + seconds
        while not self._relieved() and (left := ends - ticking()) > 0:
            if desk.wait_empty(min(left, BEAT_SECONDS)):
                return True
        return not len(desk)

    def stop(self, flush_seconds: float = 10.0) -> bool:
        """End all but the calls, which stay on the switch; True if every record is in SQL."""
        parts = self.parts
        if self._server is not None:
            self._server.stop()
        parts.observer.stop()
        parts.callbacks.stop()
        parts.follow_ups.stop()
        parts.notifier.stop()
        parts.supervisors.monitoring.stop()
        parts.desk.stop()
        parts.lines.stop()
        parts.feed.stop()
        parts.publisher.stop()
        parts.link.stop()
        parts.inbox.close()
        parts.deadlines.close()
        parts.attendance.close()
        parts.membership.resign()
        self._comparing.stop()
        gevent.joinall(self._background, timeout=2.0)
        gevent.killall(self._background, block=False)
        flushed = parts.writer.flush(flush_seconds)
        parts.writer.stop()
        parts.indicators.stop()
        parts.spool.close()
        log.info("stopped", calls_left=len(parts.desk), records_left=parts.spool.waiting)
        return flushed

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
        parts.follow_ups.fill_soon()
        parts.lines.plan_changed()
        gevent.spawn(self._handsets.list_again, parts.link)

    # what the queue tells

    def _read_inbox(self) -> None:
        desk = self.parts.desk
        for event in self.parts.inbox:
            match event:
                case OfferMade(offer) if not self.parts.link.connected:
                    self._comparing.hold(offer.call)
                case OfferMade(offer) if self.parts.callbacks.is_for(offer.call):
                    self.parts.callbacks.offer_made(offer)
                case OfferMade(offer) if self.parts.follow_ups.is_for(offer.call):
                    self.parts.follow_ups.offer_made(offer)
                case OfferLost(call, token, _, reason) if self._is_errand(call):
                    desk.offer_lost(token, token, reason)
                case OfferMade(offer):
                    desk.offer_made(offer)
                case OfferLost(call, token, _, reason):
                    desk.offer_lost(call, token, reason)
                case Superseded(call, by):
                    desk.deliver(call, on.Superseded(by))
                case Emptied(pool):
                    desk.unstaffed(pool)
                case Told():
                    heed(event, desk)

    def _is_errand(self, call: str) -> bool:
        return self.parts.callbacks.is_for(call) or self.parts.follow_ups.is_for(call)

    def queue_back(self) -> None:
        """Redis answers again; it may have lost what it knew."""
        self.parts.indicators.restore()
        self.parts.publisher.lost()
        self._comparing.queue_back()

    def queue_restored(self) -> bool:
        """Whether Redis knows again what it had lost."""
        return self._comparing.restored

    def gather(self) -> None:
        """Callers are about to come back: no seat is offered until all of them have."""
        self._comparing.gather()

    def gathered(self) -> None:
        """They are back, and in the list once they have done what they have been told."""
        self._comparing.gathered()

    # what the link tells

    def link_up(self, link: Link) -> None:
        """The switch can be heard (again)."""
        self._comparing.gather()
        self.parts.guard.connected()
        self.parts.dead_man.put_off()
        self._comparing.link_up(link)

    def link_down(self, reason: str) -> None:
        """The switch cannot be heard: no seat's phone can be rung."""
        self._comparing.link_down()
        gevent.spawn(self._no_phone_rings)
        gevent.spawn(self.parts.lines.unreachable)

    def _no_phone_rings(self) -> None:
        self._handsets.listed(())
        try:
            self._comparing.absolve()
        except QueueUnavailable as error:
            log.warning("seats still said not to answer", why=str(error))

    # what the switch tells

    def arrived(self, leg: str, arrival: Arrival) -> None:
        """A new caller is parked."""
        parts = self.parts
        if parts.draining and not is_emergency(arrival, parts.plan):
            parts.desk.turn_away(leg, arrival)
        else:
            parts.desk.arrive(leg, arrival)

    def _end_leg(self, leg: str) -> None:
        try:
            self.parts.link.api("uuid_kill", f"{leg} NORMAL_TEMPORARY_FAILURE")
        except EslError as error:
            log.warning("leg not ended", leg=leg, why=str(error))

    def found(self, leg: str, event: on.Found) -> None:
        """A caller is parked whose call an earlier daemon began."""
        self.parts.desk.found(leg, event)

    def talks(self, leg: str, event: on.Talking | on.Controlled) -> None:
        """A caller talks, or is about to, and the call began under an earlier daemon."""
        self.parts.desk.talks(leg, self.parts.restoring.talks(leg, event))

    def stray(self, leg: str, seat: str = "") -> None:
        """A seat's phone was picked up, or rings, for nobody."""
        if seat:
            self.parts.turns.has(seat, leg)
        log.info("stray phone stopped", leg=leg)
        gevent.spawn(self._end_leg, leg)

    def seat_left(self, leg: str, seat: str) -> None:
        """A seat's leg has ended that belongs to no call of ours: a talk of an earlier owner."""
        gevent.spawn(self._free, leg, seat)

    def _free(self, leg: str, seat: str) -> None:
        try:
            if self.parts.waitlist.release(seat, leg, 0.0, self.parts.clock.now()):
                log.info("seat free again", seat=seat)
        except QueueUnavailable as error:
            log.warning("seat not freed", seat=seat, why=str(error))

    def served_alone(self, caller: str, seat: str, leg: str) -> None:
        """FreeSWITCH has a caller to itself who talks now, with a seat or, in an emergency, with
        somebody else; `leg` is the other side's."""
        if seat in self.parts.plan.seats:
            self.parts.left_alone.begun(caller, seat, leg)

    def relay_ended(self, seat: str, token: str) -> None:
        """A phone here has ended its call with a caller of another node."""
        self.parts.membership.relay_ended(seat, token)

    def events_lost(self) -> None:
        """Events were thrown away because we were too slow: compare."""
        log.warning("events lost")
        self._comparing.events_lost()

    def heartbeat(self, legs: int) -> None:
        """The switch tells how many legs it has."""
        gevent.spawn(self.parts.guard.look)
        self.parts.desk.told_of_legs(legs)

    def code_dialled(self, leg: str, seat: str, code: str) -> None:
        """A seat's phone dialled a feature code."""
        self.parts.codes.dialled(leg, seat, code)

    def number_dialled(self, leg: str, seat: str, number: str) -> None:
        """A seat's phone dialled a number, or a code that leads to a call."""
        stopping = self.parts.draining
        wanted = self.parts.keys.codes.dialled(leg, seat, number)
        if wanted:
            self.parts.desk.dial_out(on.DialledOut(seat, wanted, leg, stopping=stopping))

    def phone(self, seat: str, reachable: bool) -> None:
        """A phone has registered or is gone."""
        gevent.spawn(self._handsets.heard, seat, reachable)

    def deliver(self, leg: str, event: on.Event) -> bool:
        """Something happened on a leg."""
        if leg in self.parts.left_alone and isinstance(event, on.CallerGone):
            self.parts.left_alone.ended(leg)
            return True
        if leg in self.parts.codes:
            if isinstance(event, on.Played):
                self.parts.codes.played(leg)
            elif isinstance(event, on.CallerGone):
                self.parts.codes.over(leg)
            elif isinstance(event, on.Collected):
                self.parts.codes.collected(leg, event.keys)
            return True
        if leg in self.parts.lines:
            self.parts.lines.heard(leg, event)
            return True
        if leg in self.parts.keys.codes:
            if isinstance(event, on.Played | on.SeatGone):
                self.parts.keys.codes.over(leg)
            return True
        if self.parts.supervisors.monitoring.deliver(leg, event):
            return True
        known = self.parts.desk.deliver(leg, event)
        self.parts.keys.heard(leg, event)
        return known

    def knows(self, leg: str) -> bool:
        """Whether somebody works on the leg."""
        parts = self.parts
        codes = leg in parts.codes or leg in parts.keys.codes or leg in parts.lines
        return leg in parts.desk or codes or leg in parts.supervisors.monitoring
