"""Where calls arrive: a call that is refused at once costs no greenlet, no timer and no step of
the call flow, and what has to be asked about callers is asked for all who have arrived.

The order of questions, cheapest first: what the plan alone refuses (unknown and gone numbers,
the block list); emergency calls, which are let in with no further question; whether the switch is
overloaded; and then, in one round trip for all who stand here, what Redis knows. If Redis does
not answer in time, what it said of the waiting list a moment ago counts; after that everybody is
let in.

A refused call is written down and its leg ended. Until the switch has confirmed the end the leg
is known here, so that nobody takes it for a new caller.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import gevent
import structlog
from gevent.queue import SimpleQueue

from routing import entry
from routing.admission import LAG_SECONDS, Capacity, Gate, Knock, Overload
from routing.admitted import overloaded
from routing.callflow import events as on
from routing.callflow.refused import refused_call
from routing.entry import Arrival, Refusal, Route
from routing.numbers import EMERGENCY
from routing.plan import Plan
from routing.record import CallRecord
from routing.standing import Standing
from switchd.calls.asking import Asking, Caller
from switchd.calls.ports import (
    Clock,
    LegGone,
    QueueUnavailable,
    Register,
    Switch,
    SwitchError,
)

CALM_SECONDS = 10.0
"""An overload is over when for so long nobody was refused for it."""
AGAIN_SECONDS = 5.0
"""How soon the end of a leg is asked for again that the switch did not end."""
ENDED_AT_ONCE = 16
"""Refused legs whose ends are being asked for. One after the other, each would wait for the replies
to all before it: in a storm they would pile up on the switch until it is full of them."""
CAPACITY = Capacity(legs=4000, a_second=200.0)
"""What FreeSWITCH can do if the city's YAML says nothing else."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Admitted:
    """How admission stands, for whoever watches."""

    overloaded_since: float | None
    """Seconds since the epoch; None if callers are taken."""
    legs: int
    """On the switch now, as far as we know."""
    legs_for_callers: int
    """From so many on, no caller is taken."""
    refused: dict[str, int]
    """Rule of the decision trace → calls refused by it since the start."""


class Reception:
    """Decides about calls when they arrive; hands those that are let in to the desk."""

    def __init__(
        self,
        plan: Callable[[], Plan],
        switch: Switch,
        register: Register,
        clock: Clock,
        *,
        let_in: Callable[[str, on.Arrived, Sequence[on.Event]], None],
        write: Callable[[CallRecord], None],
        legs: Callable[[], int],
        capacity: Capacity = CAPACITY,
        forecast: Callable[[str, int], float | None] = lambda group, ahead: None,
    ) -> None:
        """`legs` counts the legs that are worked on elsewhere; `forecast` estimates the wait in
        seconds for a group with so many ahead, None if it cannot."""
        self._plan = plan
        self._switch = switch
        self._register = register
        self._clock = clock
        self._let_in = let_in
        self._write = write
        self._legs = legs
        self._forecast = forecast
        self.capacity = capacity
        self._others_legs = (0, 0)
        """Legs on the switch that were not ours at its last two heartbeats."""
        self.refused: Counter[str] = Counter()
        self.lag: Callable[[], float] = lambda: 0.0
        """How late the daemon is at the moment, in seconds."""
        self._gate = Gate()
        self._overloaded_since: float | None = None
        self._last_overload = 0.0
        self._asking = Asking(register, clock, self._decide)
        self._leaving: dict[str, str] = {}
        """Refused leg → cause, until the switch has confirmed its end."""
        self._to_end: SimpleQueue[str] = SimpleQueue()
        self._greenlets: list[gevent.Greenlet[..., None]] = []

    def __contains__(self, leg: str) -> bool:
        return leg in self._asking or leg in self._leaving

    def __len__(self) -> int:
        """How many legs stand here."""
        return len(self._asking) + len(self._leaving)

    def start(self) -> None:
        """Begin to ask and to end legs; the first arrival does it, too."""
        if not self._greenlets:
            self._asking.start()
            self._greenlets = [gevent.spawn(self._end_for_ever) for _ in range(ENDED_AT_ONCE)]

    def stop(self) -> None:
        """Work no more; on the switch the legs stay as they are."""
        self._asking.stop()
        gevent.killall(self._greenlets, block=False)
        self._greenlets = []

    def arrive(self, leg: str, arrival: Arrival) -> None:
        """A new caller is parked."""
        self.start()
        now, plan = self._clock.now(), self._plan()
        route = entry.decide(arrival, plan, now)
        if isinstance(route, Refusal):
            self._refuse(leg, arrival, route, plan, now)
        elif route.called in EMERGENCY or route.caller in EMERGENCY:
            self._let_in(leg, on.Arrived(arrival), ())
        elif (overload := self._overload(plan, now)) is not None:
            self._note_overload(overload, now)
            self._refuse(leg, arrival, overloaded(route, overload), plan, now)
        elif not route.caller and not route.waits:
            self._let_in(leg, on.Arrived(arrival), ())
        else:
            self._asking.ask(Caller(leg, arrival, now, route, plan))

    def heard(self, leg: str, event: on.Event) -> bool:
        """Something happened on a leg; False if it does not stand here."""
        if self._asking.heard(leg, event):
            return True
        if isinstance(event, on.CallerGone):
            return self._leaving.pop(leg, None) is not None
        return leg in self._leaving

    def compare(self, living: Collection[str]) -> None:
        """Make up for ends that were not heard: `living` are the legs that the switch has."""
        for leg in list(self._leaving):
            if leg in living:
                self._end(leg)
            else:
                del self._leaving[leg]

    def told_of_others(self, legs: int) -> None:
        """The switch has so many legs that are not ours. They count once it has said so twice:
        a leg of our own that comes or goes at that moment is not somebody else's."""
        self._others_legs = (self._others_legs[1], max(0, legs))

    def view(self) -> Admitted:
        """How things stand."""
        reserve = self._plan().admission.reserve
        return Admitted(
            overloaded_since=self._overloaded_since,
            legs=self._all_legs(),
            legs_for_callers=int(self.capacity.legs * (1 - reserve)),
            refused=dict(self.refused),
        )

    # overload

    def _all_legs(self) -> int:
        return self._legs() + len(self) + min(self._others_legs)

    def _overload(self, plan: Plan, now: float) -> Overload | None:
        if self.lag() >= LAG_SECONDS:
            return Overload.LAG
        reserve = plan.admission.reserve
        self._gate, overload = self._gate.admit(self._all_legs(), self.capacity, reserve, now)
        return overload

    def _note_overload(self, overload: Overload, now: float) -> None:
        self._last_overload = now
        if self._overloaded_since is None:
            self._overloaded_since = now
            log.warning("overloaded", too_many=overload, legs=self._all_legs())
            self._clock.later(CALM_SECONDS, self._calm)

    def _calm(self) -> None:
        """Tell the end of an overload, once nobody has been refused for it for a while."""
        now = self._clock.now()
        left = self._last_overload + CALM_SECONDS - now
        if left > 0:
            self._clock.later(left, self._calm)
        elif self._overloaded_since is not None:
            lasted, self._overloaded_since = now - self._overloaded_since, None
            log.warning("overload over", seconds=round(lasted), refused=dict(self.refused))

    # deciding

    def _decide(self, caller: Caller, knock: Knock, known: Standing) -> None:
        try:
            self._settle(caller, knock, known)
        except Exception:
            log.exception("reception failed", call_id=caller.leg)
            self._let_in(caller.leg, on.Arrived(caller.arrival), caller.happened)

    def _settle(self, caller: Caller, knock: Knock, known: Standing) -> None:
        leg, plan, now = caller.leg, caller.plan, self._clock.now()
        expected = self._expected(knock, known, plan)
        if expected is not None:
            known = replace(known, room=replace(known.room, wait_seconds=expected))
        decided = entry.decide(caller.arrival, plan, now, known)
        if expected is not None and _kept_out(decided):
            gevent.spawn(self._uncount, knock)
        if isinstance(decided, Refusal) and not caller.happened:
            self._gate = self._gate.give_back()
            self._refuse(leg, caller.arrival, decided, plan, caller.at)
        else:
            self._let_in(leg, on.Arrived(caller.arrival, known), caller.happened)

    def _expected(self, knock: Knock, known: Standing, plan: Plan) -> float | None:
        """Estimate the wait if a limit asks for it."""
        if not knock.line or known.place is not None:
            return None
        limits = (plan.lines[knock.line].limits, plan.groups[knock.group].limits)
        if not any(limit.wait_seconds for limit in limits):
            return None
        return self._forecast(knock.group, known.room.in_group)

    def _uncount(self, knock: Knock) -> None:
        """Who counts as waiting, but was kept out for the wait that is expected, waits no more."""
        try:
            self._register.leave(knock.call, knock.line, knock.number, None, 0.0)
        except QueueUnavailable as error:
            log.warning("still counted", call_id=knock.call, why=str(error))

    # refusing

    def _refuse(
        self, leg: str, arrival: Arrival, refusal: Refusal, plan: Plan, arrived_at: float
    ) -> None:
        self.refused[refusal.reasons[-1].what] += 1
        now = self._clock.now()
        call = refused_call(leg, arrival, refusal, plan, arrived_at, now)
        self._write(call.record(plan.city, plan.version, {}))
        log.debug("call refused", call_id=leg, cause=refusal.cause)
        self._leaving[leg] = refusal.cause
        self._end(leg)

    def _end(self, leg: str) -> None:
        self._to_end.put(leg)

    def _end_for_ever(self) -> None:
        while True:
            leg = self._to_end.get()
            cause = self._leaving.get(leg)
            if cause is not None:
                self._end_now(leg, cause)

    def _end_now(self, leg: str, cause: str) -> None:
        try:
            self._switch.hang_up(leg, cause)
        except LegGone:
            self._leaving.pop(leg, None)
        except SwitchError as error:
            log.warning("refused leg not ended", leg=leg, why=str(error))
            self._clock.later(AGAIN_SECONDS, lambda: self._end(leg))


def _kept_out(decided: Route | Refusal) -> bool:
    return isinstance(decided, Refusal) or decided.full is not None
