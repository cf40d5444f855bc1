"""One call's greenlet and mailbox."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

import gevent
import structlog
from gevent.event import Event as Flag
from gevent.queue import SimpleQueue

from routing.callflow import Call, State, Unexpected, step
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.broken import broken
from routing.plan import Plan
from routing.record import CallRecord, EndedBy
from switchd.calls.performer import Performer
from switchd.calls.ports import Clock

log = structlog.get_logger(__name__)


class Worker:
    """Takes events from the mailbox one at a time, until the call has ended.

    The plan is the one that the call began with: a reload changes nothing under it.
    """

    def __init__(
        self,
        call: Call,
        plan: Plan,
        performer: Performer,
        clock: Clock,
        *,
        on_leg: Callable[[str, Worker], None],
        on_closed: Callable[[Worker, CallRecord], None],
        on_unexpected: Callable[[Call, on.Event], None],
        on_changed: Callable[[Call, Call], None],
    ) -> None:
        self.call = call
        self.plan: Final = plan
        self._performer = performer
        self._clock = clock
        self._on_leg = on_leg
        self._on_closed = on_closed
        self._on_unexpected = on_unexpected
        self._on_changed = on_changed
        self._mailbox: SimpleQueue[on.Event | Flag] = SimpleQueue()
        self._timers: dict[str, Callable[[], None]] = {}
        self._greenlet: gevent.Greenlet[..., None] | None = None

    def start(self) -> None:
        """Begin to read the mailbox."""
        self._greenlet = gevent.spawn(self._run)

    def post(self, event: on.Event) -> None:
        """Put an event into the mailbox. Never blocks."""
        self._mailbox.put(event)

    def settled(self) -> Flag:
        """Give a flag that is set when all that was posted until now is dealt with."""
        flag = Flag()
        self._mailbox.put(flag)
        return flag

    def stop(self) -> None:
        """Stop working; the call stays as it is on the switch."""
        for cancel in self._timers.values():
            cancel()
        self._timers.clear()
        if self._greenlet is not None:
            self._greenlet.kill(block=False)

    def _run(self) -> None:
        while self.call.state is not State.ENDED:
            event = self._mailbox.get()
            if isinstance(event, Flag):
                event.set()
                continue
            try:
                self._take(event)
            except Exception:
                log.exception("call step failed", call_id=self.call.id, happened=repr(event))
                self._end_if_gone(event)
        while not self._mailbox.empty():
            left = self._mailbox.get()
            if isinstance(left, Flag):
                left.set()

    def _end_if_gone(self, event: on.Event) -> None:
        """A defect must not leave a call open that nobody will end any more."""
        gone = event if isinstance(event, on.CallerGone) else on.CallerGone("", EndedBy.SYSTEM)
        if gone is not event and self.call.ended_at is None:
            return
        now, why = self._clock.now(), type(event).__name__
        self.call, todo = broken(self.call, self.plan, now, gone.cause, gone.by, why)
        for action in todo:
            self._safely_do(action)

    def _take(self, event: on.Event) -> None:
        pending = deque([event])
        while pending:
            event = pending.popleft()
            before = self.call
            try:
                self.call, todo = step(before, event, self.plan, self._clock.now())
            except Unexpected:
                self._on_unexpected(self.call, event)
                continue
            self._on_changed(before, self.call)
            for action in todo:
                came_of_it = self._safely_do(action)
                if came_of_it is not None:
                    pending.append(came_of_it)
                    if self._performer.stops(came_of_it):
                        break

    def _safely_do(self, action: do.Action) -> on.Event | None:
        """Do it; a defect in one action must not keep the next ones, Close above all, undone."""
        try:
            return self._do(action)
        except Exception:
            log.exception("action failed", call_id=self.call.id, action=repr(action))
            return None

    def _do(self, action: do.Action) -> on.Event | None:
        match action:
            case do.SetTimer(name, seconds):
                self._set_timer(name, seconds)
            case do.ClearTimer(name):
                self._clear_timer(name)
            case do.Close(record):
                self._close(record)
            case do.OccupySeat(meanwhile=True):
                gevent.spawn(self._perform_meanwhile, action)
            case do.Ring() | do.Dial():
                self._on_leg(action.leg, self)
                return self._performer.perform(self.call, action)
            case _:
                return self._performer.perform(self.call, action)
        return None

    def _perform_meanwhile(self, action: do.Action) -> None:
        came_of_it = self._performer.perform(self.call, action)
        if came_of_it is not None:
            self.post(came_of_it)

    def _set_timer(self, name: str, seconds: float) -> None:
        self._clear_timer(name)
        self._timers[name] = self._clock.later(seconds, lambda: self.post(on.TimerDue(name)))

    def _clear_timer(self, name: str) -> None:
        cancel = self._timers.pop(name, None)
        if cancel is not None:
            cancel()

    def _close(self, record: CallRecord) -> None:
        for cancel in self._timers.values():
            cancel()
        self._timers.clear()
        self._on_closed(self, record)
