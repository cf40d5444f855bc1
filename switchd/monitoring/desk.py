"""Every supervisor's leg of one daemon: opened when asked for, worked on one event at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection

import gevent
import structlog
from gevent.queue import Queue

from routing import monitoring as m
from routing.callflow import events as on
from switchd.monitoring.ports import Calls, Switch, Trouble

log = structlog.get_logger(__name__)


class Monitoring:
    """Works on supervisors' legs. Events are taken at once and dealt with in their order."""

    def __init__(self, switch: Switch, calls: Calls) -> None:
        self._switch = switch
        self._calls = calls
        self._watches: dict[str, m.Watch] = {}
        self._events: Queue[tuple[str, m.Happening]] = Queue()
        self._worker: gevent.Greenlet[..., None] | None = None
        self._actions: dict[type[m.Action], Callable[..., None]] = {
            m.Listen: self._listen,
            m.Speak: lambda watch, do: self._switch.whisper(watch.leg, do.mode),
            m.Note: lambda watch, do: self._calls.listened(watch),
            m.LookAgain: self._look_again,
            m.Park: lambda watch, do: self._switch.park(watch.leg),
            m.HandOver: self._hand_over,
            m.HangUp: lambda watch, do: self._switch.hang_up(watch.leg),
        }

    def __contains__(self, leg: str) -> bool:
        return leg in self._watches

    def watches(self) -> list[m.Watch]:
        """Everybody who listens or is about to, who began first."""
        return list(self._watches.values())

    def find(self, seat: str) -> m.Watch | None:
        """The watch of a supervisor's seat; None if there is none."""
        return next((watch for watch in self.watches() if watch.seat == seat), None)

    def open(self, watch: m.Watch, home: str, title: str) -> None:
        """Ring a supervisor's phone, which shows `title`. Raises `Trouble` if it cannot be rung."""
        self._watches[watch.leg] = watch
        try:
            self._switch.ring(watch, home, title)
        except Trouble:
            del self._watches[watch.leg]
            raise
        if self._worker is None:
            self._worker = gevent.spawn(self._work)

    def tell(self, leg: str, event: m.Happening) -> None:
        """Something happened to a supervisor's leg, or is wished of it."""
        self._events.put((leg, event))

    def deliver(self, leg: str, event: on.Event) -> bool:
        """The same, in the switch's words; False if the leg is no supervisor's."""
        if leg not in self._watches:
            return False
        match event:
            case on.SeatAnswered():
                self.tell(leg, m.PickedUp())
            case on.SeatFailed(_, cause):
                self.tell(leg, m.NotReached(cause))
            case on.SeatGone():
                self.tell(leg, m.Left())
            case on.Played(execution, _):
                self.tell(leg, m.Unheard(execution))
            case on.SeatPressed(_, key):
                self.tell(leg, m.Key(key))
        return True

    def compare(self, living: Collection[str]) -> None:
        """Make up for ends that were not heard: `living` are the legs that the switch has."""
        for leg in self._watches:
            if leg not in living:
                self.tell(leg, m.Left())

    def stop(self) -> None:
        """Work no more; on the switch the legs stay as they are."""
        gevent.killall([self._worker] if self._worker else [], block=False)

    def _work(self) -> None:
        for leg, event in self._events:
            watch = self._watches.get(leg)
            if watch is not None:
                self._step(watch, event)

    def _step(self, watch: m.Watch, event: m.Happening) -> None:
        watch, actions = m.step(watch, event)
        self._watches[watch.leg] = watch
        for action in actions:
            try:
                self._actions[type(action)](watch, action)
            except Trouble as error:
                log.warning("supervisor's leg", leg=watch.leg, why=str(error))
                self.tell(watch.leg, m.Stop())
            except Exception:
                log.exception("supervisor's leg failed", leg=watch.leg)
                self.tell(watch.leg, m.Stop())
        if watch.is_over:
            self._watches.pop(watch.leg, None)
            self._calls.over(watch)
            log.info("listening over", leg=watch.leg, seat=watch.seat, call_id=watch.call)

    def _listen(self, watch: m.Watch, do: m.Listen) -> None:
        self._switch.listen(watch.leg, do.target, do.execution, do.mode)

    def _look_again(self, watch: m.Watch, do: m.LookAgain) -> None:
        heard = self._calls.heard_in(watch.call)
        found = m.Found(heard.seat, heard.leg) if heard is not None else m.Found("", "")
        self.tell(watch.leg, found)

    def _hand_over(self, watch: m.Watch, do: m.HandOver) -> None:
        # What happens to the leg from here on is the call's business.
        self._watches.pop(watch.leg, None)
        if not self._calls.hand_over(watch):
            self._switch.hang_up(watch.leg)
