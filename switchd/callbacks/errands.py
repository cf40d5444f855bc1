"""What callbacks and follow-up calls have in common: into the list, to a seat in their turn,
again after a pause.

What is true of one stands in SQL. Everything that happens to one is a step of `routing.outgoing`,
taken within one transaction, so that several daemons may share them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from functools import partial
from typing import Generic, TypeVar

import gevent
import structlog
from gevent.lock import RLock

from routing import outgoing as cb
from routing.outgoing import Callback, Status
from routing.plan import Plan
from routing.record import CallRecord, Outcome
from routing.seats import Offer
from switchd.callbacks.ports import Away, Calls, Clock, Line, NumberIsCalled, Register

log = structlog.get_logger(__name__)

AGAIN_SECONDS = 5.0
"""Pause before something is done again that SQL or Redis could not do."""
WORD_SECONDS = 20.0
"""How long after a break it may still become known that a try, of which no leg is left, was a talk;
see `switchd.ended_lately`."""
Errand = TypeVar("Errand", bound=Callback)


class NotCalledBack(Exception):
    """The number is never called, or there is no such callback or follow-up; the text says why."""


class ErrandDesk(ABC, Generic[Errand]):
    """All errands of one kind of a city, as one daemon sees them."""

    errand: type[Errand]
    """What they are."""
    name: str
    """What people call one."""

    def __init__(
        self,
        register: Register[Errand],
        line: Line,
        calls: Calls,
        clock: Clock,
        plan: Callable[[], Plan],
        owner: str,
    ) -> None:
        self._register = register
        self._line = line
        self._calls = calls
        self._clock = clock
        self._plan = plan
        self._owner = owner
        self._stopped = False
        self._one_at_a_time = RLock()
        """Several seats may be found for one errand at the same moment, and many callers be
        missed."""

    def start(self) -> None:
        """Give every open one its place again, and its age. A try that a daemon left behind goes
        on or not: `compare` tells."""
        try:
            found = self._register.open()
        except Away as error:
            log.warning("not restored", what=self.name, why=str(error))
            self._again(self.start)
            return
        for one in found:
            if one.status is not Status.TRYING:
                self._happened(one.id, cb.Begun())
        if found:
            log.info("restored", what=self.name, count=len(found))

    def stop(self) -> None:
        """Do nothing more."""
        self._stopped = True

    def is_for(self, call: str) -> bool:
        """Tell whether a name in the list of callers is one of these."""
        return call.startswith(self.errand.PREFIX)

    def compare(self, legs: Collection[str]) -> None:
        """The switch can be heard again: its tries of which no leg is left are over, and those who
        were held back meanwhile take their places. `legs` are all of the switch."""
        prefix = self.errand.LEG_PREFIX
        living = {
            leg.removeprefix(prefix).partition("-")[0] for leg in legs if leg.startswith(prefix)
        }
        try:
            found = self._register.open()
        except Away as error:
            log.warning("not compared", what=self.name, why=str(error))
            return
        for one in found:
            if one.status is Status.WAITING:
                self._happened(one.id, cb.Begun())
            if str(one.id) not in living and self._is_stranded(one):
                self._clock.later(WORD_SECONDS, partial(_spawn, partial(self._strand, one.id)))

    def _is_stranded(self, one: Errand) -> bool:
        mine = one.status is Status.TRYING and one.owner == self._owner
        return mine and not self._calls.is_on_the_line(one.number)

    def _strand(self, id: int) -> None:
        try:
            one = self._register.get(id)
        except Away as error:
            log.warning("not compared", what=self.name, why=str(error))
            self._again(lambda: self._strand(id))
            return
        if one is not None and self._is_stranded(one):
            self._happened(id, cb.Stranded())

    def restored(self, known: Collection[str]) -> None:
        """The list lost its data but for the names in `known`: bring the others back."""
        for one in self._open():
            if one.status is Status.WAITING and one.key not in known:
                self._happened(one.id, cb.Begun())

    def node_given_up(self) -> None:
        """Another daemon of the city is silent: those who waited with it wait with this one.

        Its tries may go on at its switch; they are compared when it is back.
        """
        gevent.spawn(self.restored, ())

    def cancel(self, id: int, who: str) -> Errand:
        """Take one back. Raises `NotCalledBack` if it is not open, `Away`."""
        return self._asked(id, cb.Cancelled(who), "is not open any more")

    def hurry(self, id: int, who: str) -> Errand:
        """Try one now, from the first try on if it had failed. Raises `NotCalledBack`, `Away`."""
        log.info("hurried", what=self.name, id=id, who=who)
        known = self._register.get(id)
        if known is not None and self._calls.is_on_the_line(known.number):
            raise NotCalledBack(f"{known.number} is on the line at this moment")
        return self._asked(id, cb.Hurried(who), "is done")

    def _asked(self, id: int, event: cb.Event, why_not: str) -> Errand:
        changed = self._step(id, event)
        if changed is None:
            raise NotCalledBack(f"there is no {self.name} {id}")
        one, todo = changed
        if not todo:
            raise NotCalledBack(f"{self.name} {id} {why_not}")
        self._do(one, todo)
        return one

    def latest(self, limit: int) -> list[Errand]:
        """The latest, open or closed. Raises `Away`."""
        return self._register.recent(limit)

    def offer_made(self, offer: Offer) -> None:
        """The queue found a seat for one."""
        gevent.spawn(self._offered, offer)

    def _offered(self, offer: Offer) -> None:
        with self._one_at_a_time:
            self._take_offer(offer)

    def _take_offer(self, offer: Offer) -> None:
        digits = offer.call.removeprefix(self.errand.PREFIX)
        id = int(digits) if digits.isdecimal() else 0
        try:
            one = self._register.get(id)
            if one is not None and self._calls.offer_more(one, offer):
                return
            busy = one is not None and self._calls.is_on_the_line(one.number)
            changed = self._found_seat(id, offer, busy)
        except Away as error:
            log.warning("not begun", what=self.name, id=id, why=str(error))
            self._again(lambda: self._happened(id, cb.Begun()))
            changed = None
        if changed is None:
            self._list(lambda: self._line.leave(offer.call, self._clock.now()))
        else:
            self._do(*changed)

    def _found_seat(
        self, id: int, offer: Offer, busy: bool
    ) -> tuple[Errand, tuple[cb.Action, ...]] | None:
        try:
            return self._step(id, cb.SeatFound(offer, self._owner, busy))
        except NumberIsCalled:
            return self._step(id, cb.SeatFound(offer, self._owner, on_the_line=True))

    def closed(self, record: CallRecord) -> None:
        """A call has ended, which may have been a try."""
        gevent.spawn(self._closed, record)

    def _closed(self, record: CallRecord) -> None:
        if record.kind is self.errand.KIND and record.callback:
            self._happened(int(record.callback), _came_of(record))

    def _open(self) -> list[Errand]:
        try:
            return self._register.open()
        except Away as error:
            log.warning("not known", what=self.name, why=str(error))
            return []

    def _happened(self, id: int, event: cb.Event) -> None:
        """Take the step, now or as soon as SQL is back."""
        try:
            changed = self._step(id, event)
        except Away as error:
            log.warning("not changed", what=self.name, id=id, why=str(error))
            self._again(lambda: self._happened(id, event))
            return
        if changed is not None:
            self._do(*changed)

    def _step(self, id: int, event: cb.Event) -> tuple[Errand, tuple[cb.Action, ...]] | None:
        now, plan = self._clock.now(), self._plan()
        return self._register.change(id, lambda known: cb.step(known, event, plan, now))

    def _do(self, one: Errand, todo: tuple[cb.Action, ...]) -> None:
        for action in todo:
            match action:
                case cb.Enlist():
                    self._list(lambda: self._line.enqueue(one, self._clock.now()))
                case cb.Unlist():
                    self._list(lambda: self._line.leave(one.key, self._clock.now()))
                case cb.Wake(at):
                    self._wake(one.id, at)
                case cb.Try(offer):
                    self._calls.call_back(one, offer)
        if not one.is_open:
            log.info(
                "closed",
                what=self.name,
                id=one.id,
                status=one.status,
                tries=one.tries,
                why=one.closed_by,
            )

    @abstractmethod
    def _wake(self, id: int, at: float) -> None:
        """See to it that one is looked at again at a moment."""

    def _list(self, verb: Callable[[], None]) -> None:
        try:
            verb()
        except Away as error:
            # When Redis is back, `restored` brings back what it lost.
            log.warning("list of callers not told", why=str(error))
            self._again(lambda: self._list(verb))

    def _again(self, what: Callable[[], None]) -> None:
        if not self._stopped:
            self._clock.later(AGAIN_SECONDS, lambda: _spawn(what))


def _spawn(what: Callable[[], None]) -> None:
    gevent.spawn(what)


def _came_of(record: CallRecord) -> cb.Event:
    """What the record of a try means for its errand."""
    if record.outcome is Outcome.ANSWERED:
        return cb.Talked(record.call, survey=record.survey_meaning)
    if record.outcome is Outcome.SEAT_MISSED:
        return cb.SeatMissed(record.cause)
    return cb.NotReached(record.cause)
