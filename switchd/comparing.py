"""After a break: what the switch and Redis have is compared with what the daemon knows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping

import gevent
import structlog

from routing.callflow import Call, State
from switchd.esl.errors import EslError
from switchd.esl.link import Link
from switchd.handsets import Handsets
from switchd.lookout import PERIOD_SECONDS, Oddities, odd
from switchd.open_lines import signed_in
from switchd.parts import Compared, Parts
from switchd.queues.facts import QueueUnavailable
from switchd.queues.heart import ticking
from switchd.queues.waitlist import GATHERING_SECONDS
from switchd.records.errors import StoreUnavailable
from switchd.switchboard import incoming
from switchd.switchboard.legs import Legs
from switchd.taking_over import NOBODYS, TakingOver, controlled, may_be_taken_up, name_lines

log = structlog.get_logger(__name__)

AGAIN_SECONDS = 1.0
"""Pause before a comparison that failed is tried again."""
EVERYBODY = 1_000_000
"""More callers than can wait."""


class Comparing:
    """Compares in the background, again and again until it has succeeded once; from then on it
    looks each minute whether anything was missed.

    A later break ends the comparison of an earlier one.
    """

    def __init__(self, parts: Parts, handsets: Handsets, listener: incoming.Listener) -> None:
        self._parts = parts
        self._handsets = handsets
        self._listener = listener
        self._taking_over = TakingOver(parts, listener, self._gather_on)
        self._comparing: gevent.Greenlet[..., None] = gevent.Greenlet()
        self._restoring: gevent.Greenlet[..., None] = gevent.Greenlet()
        self._stranded: Collection[str] = ()
        """Calls that were in progress when the switch could last be heard."""
        self._before: Mapping[str, Call] = {}
        """What was known of calls when a comparison became due; they may have gone on since."""
        self._deaf_since: float | None = None
        """Since when nothing has been heard of the switch, until it was compared again."""
        self._held: set[str] = set()
        """Callers whose turn came while the switch could not be heard."""
        self._gathered_at = math.inf
        """When the list was told last that callers are being put back, by `ticking`."""

    def gather(self) -> None:
        """Callers who waited before will be put back: until then nobody is matched with a seat."""
        self._gathered_at = ticking()
        try:
            self._parts.waitlist.gather(self._parts.clock.now())
        except QueueUnavailable as error:
            log.warning("order of callers not sure", why=str(error))

    def _gather_on(self) -> None:
        """There are more of them than the list waits for."""
        if ticking() - self._gathered_at > GATHERING_SECONDS / 3:
            self.gather()

    def gathered(self) -> None:
        """All of them have been told; they are back once they have done what they were told."""
        self._gather_on()
        self._parts.desk.settle(GATHERING_SECONDS)
        self._match_again()

    def _match_again(self) -> None:
        self._gathered_at = math.inf
        try:
            self._parts.waitlist.gathered(self._parts.clock.now())
        except QueueUnavailable as error:
            log.warning("matching begins later", why=str(error))

    def link_up(self, link: Link) -> None:
        """The switch can be heard (again): compare what it has with what we know."""
        stranded, self._stranded = {*self._stranded, *self._unanswered()}, ()
        self._compare_soon(link, stranded, "CRASH" if link.restarted else "UNCONFIRMED")

    def _unanswered(self) -> Iterator[str]:
        """Calls that were let in while the switch could not be told to answer them."""
        return (c.id for c in self._parts.desk.calls() if c.state is State.ANSWERING)

    def link_down(self) -> None:
        """The switch cannot be heard."""
        self._comparing.kill(block=False)
        self._parts.turns.doubt()
        self._stranded = tuple(call.id for call in self._parts.desk.calls())
        self._deaf_since = self._parts.clock.now() - self._parts.link.silent_seconds

    def absolve(self) -> None:
        """No seat is to blame for an offer that ended unanswered while the switch was not heard."""
        if self._deaf_since is None:
            return
        waitlist, now = self._parts.waitlist, self._parts.clock.now()
        if absolved := waitlist.absolve(self._deaf_since, now):
            log.info("seats not to blame", seats=absolved)

    def events_lost(self) -> None:
        """Some events were never heard, on a link that stays up."""
        self._parts.turns.doubt()
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

    @property
    def restored(self) -> bool:
        """Whether Redis has been told what it had lost, the last time that it was back."""
        return self._restoring.ready()

    def stop(self) -> None:
        """Compare no more."""
        gevent.killall([self._comparing, self._restoring], block=False)

    def _compare_soon(self, link: Link, stranded: Collection[str], cause: str) -> None:
        self._before = {call.id: call for call in self._parts.desk.calls()}
        self._comparing.kill(block=False)
        self._comparing = gevent.spawn(self._compare, link, stranded, cause)

    def _look_now_and_then(self, link: Link) -> None:
        seen = Oddities()
        while link.connected:
            gevent.sleep(PERIOD_SECONDS)
            try:
                seen = self.look(link, seen)
            except (EslError, QueueUnavailable, ValueError, KeyError) as error:
                seen = Oddities()
                log.warning("switch not looked over", why=str(error) or type(error).__name__)

    def look(self, link: Link, seen: Oddities) -> Oddities:
        """Repair what was odd the last time (`seen`) and is odd still; return what is odd now."""
        parts, listener, began = self._parts, self._listener, ticking()
        legs = Legs(link)
        odds = odd(
            legs,
            parts.desk.calls(),
            real=parts.lines.real,
            known=listener.knows,
            astray=lambda leg: legs.outbound(leg) and self._taking_over.is_stray(leg),
        )
        lasting = odds & seen
        if not lasting:
            return odds
        name_lines(legs, parts)
        parts.desk.missed(lasting.calls, legs.doing, "UNCONFIRMED")
        found = Counter(repaired=len(lasting.calls), stopped=self._taking_over.stop(lasting.astray))
        legs.ask_about(lasting.unknown)
        found.update(self._taking_over.adopt(legs, lasting.unknown))
        self._report(began, legs, found)
        return odds

    def _compare(self, link: Link, stranded: Collection[str], cause: str) -> None:
        while link.connected:
            try:
                self._compare_once(link, stranded, cause)
                break
            except (EslError, QueueUnavailable, ValueError, KeyError) as error:
                log.warning("switch not compared", why=str(error) or type(error).__name__)
                self._match_again()
                gevent.sleep(AGAIN_SECONDS)
        if link.connected:
            self._look_now_and_then(link)

    def _compare_once(self, link: Link, stranded: Collection[str], cause: str) -> None:
        parts, listener = self._parts, self._listener
        began = ticking()
        found: Counter[str] = Counter()
        self.gather()
        phones = self._handsets.reachable(link)
        legs = Legs(link)
        parts.turns.compare(legs)
        known = {leg for leg in legs if listener.knows(leg)}
        takeable = [leg for leg in legs if leg not in known and may_be_taken_up(leg, legs)]
        legs.ask_about(takeable)
        talks = self._compare_lines(legs, frozenset(controlled(legs, takeable)))
        legs.name_lines(talks)
        parts.desk.missed(stranded, legs.doing, cause, self._before)
        found["known"] = len(set(legs) & set(stranded))
        found["closed"] = len(set(stranded) - set(legs))
        held, self._held = self._held, set()
        parts.desk.forgotten({call.id for call in parts.desk.calls()} - held)
        self._handsets.listed(phones)
        self.absolve()
        self._deaf_since = None
        parts.waitlist.end_talks(legs.doing, parts.clock.now())
        parts.left_alone.compare(legs, takeable)
        parts.callbacks.compare(legs.doing)
        parts.supervisors.monitoring.compare(legs.doing)
        parts.follow_ups.compare(legs.doing)
        strays = [leg for leg in known if legs.outbound(leg) and self._taking_over.is_stray(leg)]
        found["stopped"] += self._taking_over.stop(strays)
        unknown = [leg for leg in legs if leg not in known]
        found.update(self._taking_over.adopt(legs, unknown))
        self._report(began, legs, found)
        self.gathered()

    def _report(self, began: float, legs: Legs, found: Counter[str]) -> None:
        parts, seconds = self._parts, round(ticking() - began, 3)
        parts.compared = Compared(parts.clock.now(), seconds, len(legs), dict(+found))
        parts.observer.instruments.compared(seconds, found)
        log.info("compared", legs=len(legs), seconds=seconds, **found)

    def _compare_lines(self, legs: Legs, in_use: Collection[str]) -> dict[str, str]:
        """Adopt lines that are kept open, those `in_use` for a call that is being controlled;
        returns the talks on them, token → leg."""
        parts = self._parts
        parked = {leg: legs.doing[leg] in NOBODYS for leg in legs if leg in parts.lines}
        seats = signed_in(parts.waitlist, parts.clock.now())
        return parts.lines.compare(
            parked, lambda leg: incoming.line_of(legs.headers(leg)), seats, in_use
        )

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
        self.gather()
        now = parts.clock.now()
        snapshot = parts.waitlist.snapshot(now, first=EVERYBODY)
        parts.seating.arrange(parts.plan)
        parts.restoring.restore()
        parts.phones.forget()
        parts.lines.told_again()
        parts.phones.listed(self._handsets.reachable_now())
        known = {caller.call for group in snapshot.groups.values() for caller in group.first}
        known |= {seat.call for seat in snapshot.seats.values() if seat.call}
        self.gather()
        parts.left_alone.tell_again()
        parts.desk.forgotten(known)
        parts.callbacks.restored(known)
        parts.follow_ups.restored(known)
        self.gathered()
        self._bar_again()
        log.info("queue restored", callers=len(known), seats=len(snapshot.seats))

    def _bar_again(self) -> None:
        """Tell Redis who is barred; without SQL it goes on with what it still knows."""
        try:
            self._parts.callers.restore()
        except StoreUnavailable as error:
            log.warning("bars not restored", why=str(error))
