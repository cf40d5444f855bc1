"""Calls and the switch, as supervisors' legs see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from routing.callflow import Call
from routing.callflow import events as on
from routing.callflow.states import WITH_SEAT
from routing.monitoring import Mode, Stage, Watch
from routing.plan import Plan
from switchd.calls.desk import Desk
from switchd.calls.ports import LegGone, Switch, SwitchError
from switchd.monitoring.ports import Heard, Trouble
from switchd.queues.facts import QueueUnavailable
from switchd.queues.waitlist import Waitlist

RING_SECONDS = 20.0
"""How long a supervisor's phone rings."""


def heard_in(call: Call) -> Heard | None:
    """Give the seat that is heard in a call now; None if none is."""
    if call.state not in WITH_SEAT or call.offer is None:
        return None
    return Heard(call.id, call.offer.seat, call.offer.token)


class MonitoredCalls:
    """Implements `monitoring.ports.Calls`."""

    def __init__(
        self, desk: Callable[[], Desk], waitlist: Waitlist, now: Callable[[], float]
    ) -> None:
        self._desk = desk
        self._waitlist = waitlist
        self._now = now

    def heard_in(self, call: str) -> Heard | None:
        return next((heard_in(known) for known in self._desk().calls() if known.id == call), None)

    def listened(self, watch: Watch) -> None:
        event = on.Listened(
            watch.leg, watch.seat, watch.over, watch.mode, watch.who, watch.began_at
        )
        self._desk().deliver(watch.call, event)

    def over(self, watch: Watch) -> None:
        if watch.has_listened:
            self._desk().deliver(watch.call, on.ListenedNoMore(watch.leg, watch.who))
        if watch.stage is not Stage.TAKEN:
            self.free(watch)

    def hand_over(self, watch: Watch) -> bool:
        taken = on.TakenOver(watch.leg, watch.seat, watch.agent, watch.who, watch.began_at)
        return self._desk().taken_over(watch.call, taken)

    def free(self, watch: Watch) -> None:
        """The supervisor's seat is in no call any more."""
        # Talks whose leg has ended are ended as soon as Redis is back.
        with suppress(QueueUnavailable):
            self._waitlist.release(watch.seat, watch.leg, 0.0, self._now())


class SupervisorPhones:
    """Implements `monitoring.ports.Switch`."""

    def __init__(self, switch: Switch, plan: Callable[[], Plan]) -> None:
        self._switch = switch
        self._plan = plan

    def ring(self, watch: Watch, home: str, title: str) -> None:
        seat = self._plan().seats[watch.seat]
        with _told():
            if seat.phone:
                self._switch.dial(
                    seat.phone,
                    seat.trunk,
                    watch.leg,
                    RING_SECONDS,
                    watch.over,
                    title,
                    watch.call,
                    watch.seat,
                )
            else:
                self._switch.ring(
                    watch.seat, watch.leg, RING_SECONDS, watch.over, title, watch.call, home
                )

    def listen(self, leg: str, target: str, execution: str, mode: Mode) -> None:
        with _told():
            self._switch.listen(leg, target, execution, mode)

    def whisper(self, leg: str, mode: Mode) -> None:
        with _told():
            self._switch.whisper(leg, mode)

    def park(self, leg: str) -> None:
        with _told():
            self._switch.park(leg)

    def hang_up(self, leg: str) -> None:
        with _told():
            self._switch.hang_up(leg, "NORMAL_CLEARING")


@contextmanager
def _told() -> Iterator[None]:
    """What the switch refuses, in the words of supervisors' legs; the end of a leg is told."""
    try:
        yield
    except LegGone:
        pass
    except SwitchError as error:
        raise Trouble(str(error)) from error
