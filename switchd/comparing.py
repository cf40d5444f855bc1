"""After a break: what the switch and Redis have is compared with what the daemon knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

import gevent
import orjson
import structlog

from routing.callflow import events as on
from routing.outgoing import CALLED_LEGS
from routing.record import EndedBy
from switchd.esl.errors import CommandFailed, EslError
from switchd.esl.link import Link
from switchd.handsets import Handsets
from switchd.open_lines import signed_in
from switchd.parts import Parts
from switchd.queues.facts import QueueUnavailable
from switchd.queues.heart import ticking
from switchd.records.errors import StoreUnavailable
from switchd.switchboard import incoming

log = structlog.get_logger(__name__)

AGAIN_SECONDS = 1.0
"""Pause before a comparison that failed is tried again."""
EVERYBODY = 1_000_000
"""More callers than can wait."""
NOBODYS = frozenset({"park", "playback", "play_and_get_digits", "record"})
"""What a caller's leg does while its daemon is away."""


class Comparing:
    """Compares in the background, again and again until it has succeeded once.

    A later break ends the comparison of an earlier one.
    """

    def __init__(self, parts: Parts, handsets: Handsets, listener: incoming.Listener) -> None:
        self._parts = parts
        self._handsets = handsets
        self._listener = listener
        self._comparing: gevent.Greenlet[..., None] = gevent.Greenlet()
        self._restoring: gevent.Greenlet[..., None] = gevent.Greenlet()
        self._stranded: Collection[str] = ()
        """Calls that were in progress when the switch could last be heard."""
        self._held: set[str] = set()
        """Callers whose turn came while the switch could not be heard."""

    def link_up(self, link: Link) -> None:
        """The switch can be heard (again): compare what it has with what we know."""
        stranded, self._stranded = self._stranded, ()
        self._compare_soon(link, stranded, "CRASH" if link.restarted else "UNCONFIRMED")

    def link_down(self) -> None:
        """The switch cannot be heard."""
        self._comparing.kill(block=False)
        self._stranded = tuple(call.id for call in self._parts.desk.calls())

    def events_lost(self) -> None:
        """Some events were never heard, on a link that stays up."""
        stranded = [call.id for call in self._parts.desk.calls()]
        self._compare_soon(self._parts.link, stranded, "UNCONFIRMED")

    def hold(self, call: str) -> None:
        """It is a caller's turn, but no phone can be rung from here: let others go first.

        The seat may be at a node whose switch can be heard. When this one can, the caller comes
        back with place and age.
        """
        self._held.add(call)
        try:
            self._parts.waitlist.leave(call, self._parts.clock.now())
        except QueueUnavailable as error:
            log.warning("caller not held", call_id=call, why=str(error))

    def queue_back(self) -> None:
        """Redis answers again; it may have lost what it knew."""
        self._restoring.kill(block=False)
        self._restoring = gevent.spawn(self._restore)

    def queue_lost(self) -> None:
        """Redis answers, but has lost what it knew; a restoration that has begun goes on."""
        if self._restoring.ready() or not self._restoring.started:
            self.queue_back()

    def stop(self) -> None:
        """Compare no more."""
        gevent.killall([self._comparing, self._restoring], block=False)

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
        parts, listener = self._parts, self._listener
        began = ticking()
        found: Counter[str] = Counter()
        phones = self._handsets.reachable(link)
        rows = orjson.loads(link.api("show", "channels as json")).get("rows", [])
        living = {row["uuid"]: row for row in rows}
        doing = {leg: incoming.doing(row) for leg, row in living.items()}
        talks = self._compare_lines(link, doing)
        doing |= {token: doing[leg] for token, leg in talks.items()}
        parts.desk.missed(stranded, doing, cause)
        found["known"] = len(living.keys() & set(stranded))
        found["closed"] = len(set(stranded) - living.keys())
        held, self._held = self._held, set()
        parts.desk.forgotten({call.id for call in parts.desk.calls()} - held)
        self._handsets.listed(phones)
        parts.waitlist.end_talks([*living, *talks], parts.clock.now())
        parts.callbacks.compare(living)
        parts.supervisors.monitoring.compare(doing)
        parts.follow_ups.compare(living)
        for leg, row in living.items():
            outbound = row["direction"] == "outbound"
            if leg in parts.lines:
                continue
            if listener.knows(leg):
                if outbound and not (
                    parts.desk.waits_for(leg) or leg in parts.supervisors.monitoring
                ):
                    found["stopped"] += 1
                    listener.stray(leg)
            elif doing[leg] in NOBODYS or (outbound and doing[leg] != "talk"):
                found["stopped" if outbound else "adopted"] += 1
                self._find(link, leg)
            elif doing[leg] == incoming.TALK and (not outbound or leg.startswith(CALLED_LEGS)):
                found["adopted_talks"] += 1
                self._take_over(link, leg)
        seconds = ticking() - began
        parts.observer.instruments.compared(seconds, found)
        log.info("compared", legs=len(living), seconds=round(seconds, 3), **found)

    def _compare_lines(self, link: Link, doing: Mapping[str, str]) -> dict[str, str]:
        """Adopt lines that are kept open; returns the talks on them, token → leg."""
        parts = self._parts
        parked = {leg: what in NOBODYS for leg, what in doing.items() if leg in parts.lines}
        seats = signed_in(parts.waitlist, parts.clock.now())

        def found(leg: str) -> tuple[str, str]:
            try:
                headers = orjson.loads(link.api("uuid_dump", f"{leg} json"))
            except CommandFailed:
                return "", ""  # it has ended meanwhile
            return incoming.line_of(headers)

        return parts.lines.compare(parked, found, seats)

    def _find(self, link: Link, leg: str) -> None:
        """Ask what a leg is that nobody works on; it may be gone by now."""
        try:
            incoming.found(self._listener, leg, orjson.loads(link.api("uuid_dump", f"{leg} json")))
        except (CommandFailed, ValueError) as error:
            log.info("leg not taken over", leg=leg, why=str(error))

    def _take_over(self, link: Link, leg: str) -> None:
        """Work on a talk that an earlier owner left behind; it may have ended meanwhile."""
        try:
            headers = orjson.loads(link.api("uuid_dump", f"{leg} json"))
            incoming.found_talking(self._listener, leg, headers)
            if link.api("uuid_exists", leg) != "true":
                # Its end was told before anybody worked on it, or is about to be.
                gone = on.CallerGone("UNCONFIRMED", EndedBy.SYSTEM)
                gevent.spawn_later(AGAIN_SECONDS, self._listener.deliver, leg, gone)
        except (CommandFailed, ValueError) as error:
            log.info("talk not taken over", leg=leg, why=str(error))

    def _restore(self) -> None:
        while True:
            try:
                self._restore_once()
                return
            except QueueUnavailable as error:
                log.warning("queue not restored", why=str(error))
                gevent.sleep(AGAIN_SECONDS)

    def _restore_once(self) -> None:
        """Seats, phones and callers that Redis does not know any more are told again."""
        parts = self._parts
        parts.waitlist.prepare()
        now = parts.clock.now()
        snapshot = parts.waitlist.snapshot(now, first=EVERYBODY)
        parts.seating.arrange(parts.plan)
        parts.restoring.restore()
        parts.phones.forget()
        parts.lines.told_again()
        parts.phones.listed(self._handsets.reachable_now())
        known = {caller.call for group in snapshot.groups.values() for caller in group.first}
        known |= {seat.call for seat in snapshot.seats.values() if seat.call}
        parts.desk.forgotten(known)
        parts.callbacks.restored(known)
        parts.follow_ups.restored(known)
        self._bar_again()
        log.info("queue restored", callers=len(known), seats=len(snapshot.seats))

    def _bar_again(self) -> None:
        """Tell Redis who is barred; without SQL it goes on with what it still knows."""
        try:
            self._parts.callers.restore()
        except StoreUnavailable as error:
            log.warning("bars not restored", why=str(error))
