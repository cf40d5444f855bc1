"""One line: what it knows changes at once, what it asks for is done by a greenlet of its own.

The call that has the line is told at once as well, so that it hears of the line and of the caller
in the order in which the switch tells. It is told behind what was to be done before only where
that matters: that the seat has picked up, behind the end of the tone; that the line is lost, behind
the queue's knowing.
"""

from __future__ import annotations

from collections.abc import Callable

import gevent
import structlog
from gevent.queue import SimpleQueue

from routing.callflow import events as call
from routing.nailed import LINE_PREFIX, Line, step
from routing.nailed import actions as do
from routing.nailed import events as on
from routing.seats import Seat
from switchd.nailed.ports import Clock, Exchange, Keeper, LineError

log = structlog.get_logger(__name__)

Deliver = Callable[[str, call.Event], object]


class LineWorker:
    """Takes what happens to one line, and does what it asks for."""

    def __init__(
        self, seat: Seat, exchange: Exchange, keeper: Keeper, clock: Clock, deliver: Deliver
    ) -> None:
        """`deliver` hands the call that has the line its events, by the offer's token."""
        self.seat = seat
        self.line = Line(seat.number, seat.accept_key)
        self._exchange = exchange
        self._keeper = keeper
        self._clock = clock
        self._deliver = deliver
        self._todo: SimpleQueue[do.Action] = SimpleQueue()
        self._timers: dict[str, Callable[[], None]] = {}
        self._greenlet = gevent.spawn(self._run)

    def take(self, event: on.Event) -> None:
        """Something happened to the line. Never blocks."""
        before = self.line.state
        self.line, todo = step(self.line, event)
        if self.line.state is not before:
            log.info("line", seat=self.seat.number, state=self.line.state, leg=self.line.leg)
        for action in todo:
            match action:
                case do.Heard(token):
                    self._deliver(token, call.Bridged(token))
                case do.NotTaken(token, cause):
                    self._deliver(token, call.SeatFailed(token, cause))
                case do.Over(token, cause, lost=False):
                    self._deliver(token, call.SeatGone(token, cause, by_seat=False))
                case _:
                    self._todo.put(action)

    def new_leg(self) -> str:
        """Give a name for a leg that was never used."""
        return f"{LINE_PREFIX}{self.seat.number}-{self._clock.now() * 1000:.0f}"

    def stop(self) -> None:
        """Work no more; on the switch the line stays as it is."""
        for cancel in self._timers.values():
            cancel()
        self._timers.clear()
        self._greenlet.kill(block=False)

    def _run(self) -> None:
        while True:
            action = self._todo.get()
            try:
                self._do(action)
            except LineError as error:
                log.warning("line refused", seat=self.seat.number, why=str(error))
                self._make_up(action)
            except Exception:
                log.exception("line failed", seat=self.seat.number, action=repr(action))

    def _make_up(self, action: do.Action) -> None:
        """What the switch refuses must not keep the line, or a caller, waiting."""
        match action:
            case do.Dial():
                self.take(on.Gone("DESTINATION_OUT_OF_ORDER"))
            case do.Greet(_, execution):
                self.take(on.Played(execution))
            case do.Beep():
                self.take(on.LetGo("NORMAL_TEMPORARY_FAILURE"))

    def _do(self, action: do.Action) -> None:
        match action:
            case do.Dial(leg):
                self._exchange.dial(self.seat, leg)
            case do.Greet(leg, execution):
                self._exchange.greet(leg, execution)
            case do.Silence(leg):
                self._exchange.silence(leg)
            case do.Hush(leg):
                self._exchange.hush(leg)
            case do.Beep(leg, execution, again, token):
                self._exchange.beep(leg, execution, again, token)
            case do.Part(leg):
                self._exchange.part(leg)
            case do.HangUp(leg):
                self._exchange.hang_up(leg)
            case do.Reachable(up):
                self._keeper.reachable(self.seat.number, up)
            case do.Lost(cause):
                self._keeper.lost(self.seat.number, cause)
            case do.SetTimer(timer, seconds):
                self._set_timer(timer, seconds)
            case do.ClearTimer(timer):
                self._clear_timer(timer)
            case do.Taken(token):
                self._deliver(token, call.SeatAnswered(token))
            case do.Over(token, cause):
                gone = call.SeatGone(token, cause, by_seat=False, line_lost=True)
                self._deliver(token, gone)

    def _set_timer(self, timer: str, seconds: float) -> None:
        self._clear_timer(timer)
        self._timers[timer] = self._clock.later(
            seconds, lambda: self.take(on.Due(timer, self.new_leg()))
        )

    def _clear_timer(self, timer: str) -> None:
        cancel = self._timers.pop(timer, None)
        if cancel is not None:
            cancel()
