"""Carries callbacks out: whose caller wished one, who was missed, whom a person wants called back.

What they share with follow-up calls is in `errands`; here are their timers and where they come
from.
"""

from __future__ import annotations

from collections.abc import Callable

import gevent
import structlog

from routing import outgoing as cb
from routing.callbacks import Unreachable, reachable
from routing.outgoing import Callback, Reason
from routing.plan import Plan
from routing.record import CallKind, CallRecord, Outcome
from switchd.callbacks.errands import AGAIN_SECONDS, ErrandDesk, NotCalledBack
from switchd.callbacks.missed import missed
from switchd.callbacks.ports import Away, CallbackRegister, Calls, Clock, Line

__all__ = ["AGAIN_SECONDS", "CallbackDesk", "NotCalledBack", "why_not"]

log = structlog.get_logger(__name__)


class CallbackDesk(ErrandDesk[Callback]):
    """All callbacks of a city, as one daemon sees them."""

    errand = Callback
    name = "callback"

    def __init__(
        self,
        register: CallbackRegister,
        line: Line,
        calls: Calls,
        clock: Clock,
        plan: Callable[[], Plan],
        owner: str,
    ) -> None:
        super().__init__(register, line, calls, clock, plan, owner)
        self._callbacks = register
        self._alarms: dict[int, Callable[[], None]] = {}

    def stop(self) -> None:
        """Do nothing more."""
        super().stop()
        for cancel in self._alarms.values():
            cancel()
        self._alarms.clear()

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
            raise NotCalledBack(why_not(number, written))
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

    def _closed(self, record: CallRecord) -> None:
        if record.kind is not CallKind.INCOMING:
            super()._closed(record)
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
            known = self._callbacks.open_for(record.caller)
            if known is not None:
                self._happened(known.id, cb.Talked(record.call, again=True))
            return
        plan = self._plan()
        wish = missed(record, plan)
        if wish is None:
            return
        with self._one_at_a_time:
            if (open := self._callbacks.count_open()) < plan.callbacks.missed.most_open:
                self.keep(wish)
            else:
                log.info("missed caller not called back", call_id=record.call, open_callbacks=open)

    def _wake(self, id: int, at: float) -> None:
        cancel = self._alarms.pop(id, None)
        if cancel is not None:
            cancel()
        seconds = max(0.0, at - self._clock.now())
        self._alarms[id] = self._clock.later(seconds, lambda: self._due(id))

    def _due(self, id: int) -> None:
        self._alarms.pop(id, None)
        gevent.spawn(self._happened, id, cb.Due())


def why_not(reason: Unreachable, written: str) -> str:
    """Say in a sentence why a number is never called."""
    return _WHY[reason].format(written[:40])


_WHY = {
    Unreachable.NO_NUMBER: "'{}' is no number of a mobile or a fixed line that is called back",
    Unreachable.EMERGENCY: "{} is an emergency service, which is never called back",
    Unreachable.OWN: "{} is a number of the city's own, which is never called back",
    Unreachable.BLOCKED: "{} is blocked by the plan",
}
