"""Carries callbacks out: into the list, to a seat when their turn comes, again after a pause.

What is true of a callback stands in SQL; here are only its timers. Everything that happens to one
is a step of `routing.outgoing`, taken within one transaction, so that several daemons may share
them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import gevent
import structlog
from gevent.lock import RLock

from routing import outgoing as cb
from routing.callbacks import Unreachable, reachable
from routing.outgoing import LEG_PREFIX, PREFIX, Callback, Reason, Status
from routing.plan import Plan
from routing.record import CallKind, CallRecord, Outcome
from routing.seats import Offer
from switchd.callbacks.missed import missed
from switchd.callbacks.ports import Away, Calls, Clock, Line, Register

log = structlog.get_logger(__name__)

AGAIN_SECONDS = 5.0
"""Pause before something is done again that SQL or Redis could not do."""


class NotCalledBack(Exception):
    """The number is never called back, or there is no such callback; the text says why."""


class CallbackDesk:
    """All callbacks of a city, as one daemon sees them."""

    def __init__(
        self,
        register: Register,
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
        self._alarms: dict[int, Callable[[], None]] = {}
        self._stopped = False
        self._one_at_a_time = RLock()
        """Several seats may be found for one callback at the same moment, and many callers be
        missed."""

    def start(self) -> None:
        """Give every open callback its place again, and its age. A try that a daemon left behind
        goes on or not: `compare` tells."""
        try:
            found = self._register.open()
        except Away as error:
            log.warning("callbacks not restored", why=str(error))
            self._again(self.start)
            return
        for callback in found:
            if callback.status is not Status.TRYING:
                self._happened(callback.id, cb.Begun())
        if found:
            log.info("callbacks restored", callbacks=len(found))

    def stop(self) -> None:
        """Do nothing more."""
        self._stopped = True
        for cancel in self._alarms.values():
            cancel()
        self._alarms.clear()

    def compare(self, legs: Collection[str]) -> None:
        """The switch can be heard again: its tries of which no leg is left are over, and those who
        were held back meanwhile take their places. `legs` are all of the switch."""
        living = {leg.split("-")[1] for leg in legs if leg.startswith(LEG_PREFIX)}
        try:
            found = self._register.open()
        except Away as error:
            log.warning("callbacks not compared", why=str(error))
            return
        for callback in found:
            if callback.status is Status.WAITING:
                self._happened(callback.id, cb.Begun())
            mine = callback.status is Status.TRYING and callback.owner == self._owner
            if mine and str(callback.id) not in living and not self._is_tried(callback):
                self._happened(callback.id, cb.Stranded())

    def _is_tried(self, callback: Callback) -> bool:
        return self._calls.is_on_the_line(callback.number)

    def restored(self, known: Collection[str]) -> None:
        """The list lost its data but for the names in `known`: bring the others back."""
        for callback in self._open():
            if callback.status is Status.WAITING and callback.key not in known:
                self._happened(callback.id, cb.Begun())

    def node_given_up(self) -> None:
        """Another daemon of the city is silent: those who waited with it wait with this one.

        Its tries may go on at its switch; they are compared when it is back.
        """
        gevent.spawn(self.restored, ())

    def keep(self, callback: Callback) -> tuple[Callback, bool]:
        """Write a callback down and give it its place; or find the one that its number has.

        The second part is True if it is new. Raises `Away` if it could not be written down.
        """
        kept, is_new = self._register.add(callback)
        if is_new:
            self._happened(kept.id, cb.Begun())
        log.info("callback kept", callback=kept.id, new=is_new, reason=callback.reason)
        return kept, is_new

    def add(self, written: str, line: str, who: str) -> Callback:
        """Call a number back because a person wishes it. Raises `NotCalledBack`, `Away`."""
        now, plan = self._clock.now(), self._plan()
        number = reachable(written, plan, now)
        if isinstance(number, Unreachable):
            raise NotCalledBack(_WHY[number].format(written[:40]))
        found = plan.by_number.get(line) or plan.lines.get(line)
        if found is None or not plan.callbacks.trunk:
            raise NotCalledBack(f"there is no line {line[:40]} whose callers are called back")
        wish = Callback(
            id=0,
            number=number,
            line=found.name,
            group=found.group,
            language=plan.language,
            reason=Reason.ADDED,
            asked_at=now,
            queued_at=now,
            priority=found.priority,
        )
        kept, is_new = self.keep(wish)
        if not is_new:
            raise NotCalledBack(f"{number} has an open callback already: {kept.id}")
        log.info("callback added", callback=kept.id, who=who)
        return kept

    def cancel(self, id: int, who: str) -> Callback:
        """Take one back. Raises `NotCalledBack` if it is not open, `Away`."""
        return self._asked(id, cb.Cancelled(who), "is not open any more")

    def hurry(self, id: int, who: str) -> Callback:
        """Try one now, from the first try on if it had failed. Raises `NotCalledBack`, `Away`."""
        log.info("callback hurried", callback=id, who=who)
        known = self._register.get(id)
        if known is not None and self._calls.is_on_the_line(known.number):
            raise NotCalledBack(f"{known.number} is on the line at this moment")
        return self._asked(id, cb.Hurried(who), "is done")

    def _asked(self, id: int, event: cb.Event, why_not: str) -> Callback:
        changed = self._step(id, event)
        if changed is None:
            raise NotCalledBack(f"there is no callback {id}")
        callback, todo = changed
        if not todo:
            raise NotCalledBack(f"callback {id} {why_not}")
        self._do(callback, todo)
        return callback

    def latest(self, limit: int) -> list[Callback]:
        """The latest, open or closed. Raises `Away`."""
        return self._register.recent(limit)

    def offer_made(self, offer: Offer) -> None:
        """The queue found a seat for one."""
        gevent.spawn(self._offered, offer)

    def _offered(self, offer: Offer) -> None:
        with self._one_at_a_time:
            self._take_offer(offer)

    def _take_offer(self, offer: Offer) -> None:
        id = _id(offer.call)
        try:
            callback = self._register.get(id)
            if callback is not None and self._calls.offer_more(callback, offer):
                return
            busy = callback is not None and self._calls.is_on_the_line(callback.number)
            changed = self._step(id, cb.SeatFound(offer, self._owner, busy))
        except Away as error:
            log.warning("callback not begun", callback=id, why=str(error))
            self._again(lambda: self._happened(id, cb.Begun()))
            changed = None
        if changed is None:
            self._list(lambda: self._line.leave(offer.call, self._clock.now()))
        else:
            self._do(*changed)

    def closed(self, record: CallRecord) -> None:
        """A call has ended: a try of a callback, a caller who has one, or one who was missed."""
        gevent.spawn(self._closed, record)

    def _closed(self, record: CallRecord) -> None:
        if record.kind is CallKind.CALLBACK:
            self._happened(int(record.callback), _came_of(record))
            return
        try:
            self._caller_closed(record)
        except Away as error:
            log.warning("callback of a caller not looked for", why=str(error))
            self._again(lambda: self._closed(record))

    def _caller_closed(self, record: CallRecord) -> None:
        if not record.caller:
            return
        if record.outcome is Outcome.ANSWERED:
            known = self._register.open_for(record.caller)
            if known is not None:
                self._happened(known.id, cb.Talked(record.call, again=True))
            return
        plan = self._plan()
        wish = missed(record, plan)
        if wish is None:
            return
        with self._one_at_a_time:
            if (open := self._register.count_open()) < plan.callbacks.missed.most_open:
                self.keep(wish)
            else:
                log.info("missed caller not called back", call_id=record.call, open_callbacks=open)

    def _open(self) -> list[Callback]:
        try:
            return self._register.open()
        except Away as error:
            log.warning("callbacks not known", why=str(error))
            return []

    def _happened(self, id: int, event: cb.Event) -> None:
        """Take the step, now or as soon as SQL is back."""
        try:
            changed = self._step(id, event)
        except Away as error:
            log.warning("callback not changed", callback=id, why=str(error))
            self._again(lambda: self._happened(id, event))
            return
        if changed is not None:
            self._do(*changed)

    def _step(self, id: int, event: cb.Event) -> tuple[Callback, tuple[cb.Action, ...]] | None:
        now, plan = self._clock.now(), self._plan()
        return self._register.change(id, lambda known: cb.step(known, event, plan, now))

    def _do(self, callback: Callback, todo: tuple[cb.Action, ...]) -> None:
        for action in todo:
            match action:
                case cb.Enlist():
                    self._list(lambda: self._line.enqueue(callback, self._clock.now()))
                case cb.Unlist():
                    self._list(lambda: self._line.leave(callback.key, self._clock.now()))
                case cb.Wake(at):
                    self._wake(callback.id, at)
                case cb.Try(offer):
                    self._calls.call_back(callback, offer)
        if not callback.is_open:
            log.info(
                "callback closed",
                callback=callback.id,
                status=callback.status,
                tries=callback.tries,
                why=callback.closed_by,
            )

    def _list(self, verb: Callable[[], None]) -> None:
        try:
            verb()
        except Away as error:
            # When Redis is back, `restored` brings back what it lost.
            log.warning("list of callers not told", why=str(error))
            self._again(lambda: self._list(verb))

    def _wake(self, id: int, at: float) -> None:
        cancel = self._alarms.pop(id, None)
        if cancel is not None:
            cancel()
        seconds = max(0.0, at - self._clock.now())
        self._alarms[id] = self._clock.later(seconds, lambda: self._due(id))

    def _due(self, id: int) -> None:
        self._alarms.pop(id, None)
        gevent.spawn(self._happened, id, cb.Due())

    def _again(self, what: Callable[[], None]) -> None:
        if not self._stopped:
            self._clock.later(AGAIN_SECONDS, lambda: _spawn(what))


def _spawn(what: Callable[[], None]) -> None:
    gevent.spawn(what)


def _id(call: str) -> int:
    digits = call.removeprefix(PREFIX)
    return int(digits) if digits.isdecimal() else 0


def _came_of(record: CallRecord) -> cb.Event:
    """What the record of a try means for its callback."""
    if record.outcome is Outcome.ANSWERED:
        return cb.Talked(record.call)
    if record.outcome is Outcome.SEAT_MISSED:
        return cb.SeatMissed(record.cause)
    return cb.NotReached(record.cause)


_WHY = {
    Unreachable.NO_NUMBER: "'{}' is no number of a mobile or a fixed line that is called back",
    Unreachable.EMERGENCY: "{} is an emergency service, which is never called back",
    Unreachable.OWN: "{} is a number of the city's own, which is never called back",
    Unreachable.BLOCKED: "{} is blocked by the plan",
}
