"""What is asked about callers when they arrive: who they are, and who waits already.

A few questions may be under way at once, each for all who came since the one before it: a caller
seldom waits for somebody else's answer, and in a storm many share one. Whoever has waited
`PATIENCE_SECONDS` goes on without an answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import gevent
import structlog
from gevent.event import Event as Flag

from routing.admission import EMPTY, Again, Knock, Room
from routing.callflow import events as on
from routing.entry import Arrival, Route
from routing.plan import Plan
from routing.standing import NOTHING_KNOWN, Standing
from switchd.calls.ports import Clock, QueueUnavailable, Register

PATIENCE_SECONDS = 0.25
"""How long callers may wait for what is known; then they go on as if nothing were."""
FRESH_SECONDS = 5.0
"""For how long an answer about who waits is good enough if there is no newer one."""
TOGETHER = 64
"""About how many calls is asked in one round trip."""
AT_ONCE = 4
"""Questions under way at once."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Caller:
    """Somebody about whom has to be asked."""

    leg: str
    arrival: Arrival
    at: float
    route: Route
    plan: Plan
    happened: list[on.Event] = field(default_factory=list)
    """What came from the switch meanwhile."""

    def knock(self) -> Knock:
        """The question."""
        route, plan = self.route, self.plan
        line, group = plan.lines.get(route.line_meant), plan.groups.get(route.group)
        if not route.waits or line is None or group is None:
            return Knock(self.leg, route.caller)
        return Knock(
            call=self.leg,
            number=route.caller,
            line=line.name,
            group=group.name,
            most_on_line=line.limits.waiting,
            most_in_group=group.limits.waiting,
            again=plan.admission.again(route.caller) if route.caller else Again.ALLOW,
        )


Answered = Callable[[Caller, Knock, Standing], None]


class Asking:
    """Asks `register`, and tells each caller's answer once."""

    def __init__(self, register: Register, clock: Clock, answered: Answered) -> None:
        self._register = register
        self._clock = clock
        self._answered = answered
        self._callers: dict[str, Caller] = {}
        """Those who wait for an answer, in the order in which they came."""
        self._unasked: deque[Caller] = deque()
        self._knocked = Flag()
        self._cancel: Callable[[], None] | None = None
        """Cancels the end of the patience of whoever waits longest."""
        self._rooms: dict[tuple[str, str], tuple[Room, float]] = {}
        """Line and group → who waited there when Redis last said so, and when that was."""
        self._greenlets: list[gevent.Greenlet[..., None]] = []

    def __contains__(self, leg: str) -> bool:
        return leg in self._callers

    def __len__(self) -> int:
        return len(self._callers)

    def start(self) -> None:
        """Begin to ask."""
        if not self._greenlets:
            self._greenlets = [gevent.spawn(self._ask_for_ever) for _ in range(AT_ONCE)]

    def stop(self) -> None:
        """Ask no more."""
        gevent.killall(self._greenlets, block=False)
        self._greenlets = []

    def ask(self, caller: Caller) -> None:
        """Ask about somebody; returns at once."""
        self._callers[caller.leg] = caller
        self._unasked.append(caller)
        self._knocked.set()
        if self._cancel is None:
            self._cancel = self._clock.later(PATIENCE_SECONDS, self._patience_ends)

    def heard(self, leg: str, event: on.Event) -> bool:
        """Something happened on a leg; False if nobody asks about it."""
        caller = self._callers.get(leg)
        if caller is None:
            return False
        caller.happened.append(event)
        return True

    def _ask_for_ever(self) -> None:
        while True:
            self._knocked.wait()
            if not self._unasked:
                self._knocked.clear()
                continue
            some = [self._unasked.popleft() for _ in range(min(TOGETHER, len(self._unasked)))]
            try:
                self._ask(some)
            except Exception:
                log.exception("nothing asked about callers", calls=len(some))
                for caller in some:
                    self._tell(caller, NOTHING_KNOWN)

    def _ask(self, callers: Sequence[Caller]) -> None:
        callers = [caller for caller in callers if caller.leg in self._callers]
        if not callers:
            return
        knocks = [caller.knock() for caller in callers]
        try:
            known = self._register.arrive(knocks, callers[-1].plan.callers, self._clock.now())
        except QueueUnavailable:
            for caller in callers:
                self._tell(caller, None)
            return
        now = self._clock.now()
        for caller, knock, standing in zip(callers, knocks, known, strict=True):
            self._rooms[knock.line, knock.group] = (standing.room, now)
            self._tell(caller, standing)

    def _patience_ends(self) -> None:
        self._cancel = None
        now = self._clock.now()
        late = [one for one in self._callers.values() if now - one.at >= PATIENCE_SECONDS]
        if late:
            log.warning("callers not known in time", calls=len(late), first=late[0].leg)
        for caller in late:
            self._tell(caller, None)
        if self._callers and self._cancel is None:
            oldest = next(iter(self._callers.values())).at
            self._cancel = self._clock.later(oldest + PATIENCE_SECONDS - now, self._patience_ends)

    def _tell(self, caller: Caller, known: Standing | None) -> None:
        """Tell an answer, or what was known a moment ago, unless that has been done."""
        if self._callers.pop(caller.leg, None) is None:
            return
        if not self._callers and self._cancel is not None:
            self._cancel()
            self._cancel = None
        knock = caller.knock()
        self._answered(caller, knock, self._remembered(knock) if known is None else known)

    def _remembered(self, knock: Knock) -> Standing:
        """What Redis said a moment ago of who waits: in a storm, letting everybody in because
        Redis is slow would make everything slower still."""
        room, at = self._rooms.get((knock.line, knock.group), (EMPTY, 0.0))
        fresh = self._clock.now() - at < FRESH_SECONDS
        return Standing(room=room) if fresh else NOTHING_KNOWN
