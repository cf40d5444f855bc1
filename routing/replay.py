"""A day that was, with another plan: its arrivals through the same routing on a virtual clock.

Every caller of the records arrives again when they did and is routed by the plan (`routing.entry`),
waits in the same order (`routing.hall`), is widened and led out by the plan's steps, and is served
by the seats that are on by the plan's shifts or, without shifts, were on that day. Who talked talks
as long again; who gave up does so after the same wait; what a caller never showed is drawn from the
day's others, for each caller in the same way whatever the plan, so that two plans differ only by
what they do.

Whoever is offered a way out takes it. Not replayed, since no record tells: breaks of agents, phones
that nobody answered, limits of the queue, and callers who would have called again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from math import inf

from routing.attendance import agents, staffing
from routing.entry import Arrival, Refusal, Route, decide
from routing.habits import Habits
from routing.hall import Hall
from routing.indicators import Counts, Ended, milliseconds
from routing.lines import Exit, Overflow
from routing.observer import Observer
from routing.past import Past
from routing.plan import Plan
from routing.pools import agent_skills, group_of, pools, serves
from routing.record import Outcome
from routing.standing import NOTHING_KNOWN, Standing
from routing.virtual import VirtualDay, Visit

_EXITS = {
    Exit.CALLBACK: Outcome.CALLBACK,
    Exit.VOICEMAIL: Outcome.VOICEMAIL,
    Exit.ANNOUNCE: Outcome.TIMED_OUT,
    Exit.HANG_UP: Outcome.TIMED_OUT,
}
_BARRED = "CALL_REJECTED"


def replay(
    day: Sequence[Past],
    plan: Plan,
    *,
    seed: int = 0,
    progress: Callable[[int], None] = lambda done: None,
) -> Counts:
    """Let a day's callers, the earliest first, call again under a plan; give the indicators.

    The same day, plan and seed give the same indicators. `progress` hears how many callers have
    arrived, every now and then.
    """
    habits, counts = Habits(day, seed), Counts()
    whole = {past.call: past for past in day}
    visits, steps, ways_out = [], dict[str, tuple[Overflow, ...]](), dict[str, Outcome]()
    for past in day:
        found = _entry(past, plan)
        if isinstance(found, Outcome):
            counts += _counted(past, found, None, None)
        else:
            visit = habits.visit(past, found, plan)
            steps[past.call] = plan.steps(visit.group, found.overflow)
            ways_out[past.call] = _way_out(steps[past.call])
            visits.append(visit)
    visits.sort(key=lambda visit: (visit.at, visit.call))
    virtual = _hall(day, plan)
    watch = _Watch(virtual, plan, steps, ways_out)
    every_so_often = max(1, len(visits) // 100)

    def arrived(visit: Visit) -> None:
        _serve_unstaffed(virtual, visit)
        watch.look(visit)
        if len(virtual.fates) % every_so_often == 0:
            progress(len(virtual.fates))

    virtual.on_arrival = arrived
    for fate in virtual.run(visits):
        past, visit = whole[fate.visit.call], fate.visit
        outcome = Outcome.ABANDONED
        if fate.answered_at is not None:
            outcome = Outcome.ANSWERED
        elif fate.taken_out:
            outcome = ways_out[past.call]
        talked = visit.talk_seconds if fate.answered_at is not None else None
        counts += _counted(past, outcome, fate.waited, talked)
    return counts


def as_it_was(day: Iterable[Past]) -> Counts:
    """Count the calls of a day as they went, to compare with."""
    return sum(
        (_counted(past, past.outcome, past.waited, past.talked) for past in day), start=Counts()
    )


def _entry(past: Past, plan: Plan) -> Route | Outcome:
    """Route a caller, or say how the call ends without a queue."""
    barred = past.outcome is Outcome.REFUSED and past.cause == _BARRED
    standing = Standing(barred_until=inf) if barred else NOTHING_KNOWN
    found = decide(Arrival(past.caller, past.dialled, past.trunk), plan, past.arrived_at, standing)
    line = plan.lines.get(past.line_dialled)
    if line is not None and found.line_dialled != line.name:
        # the number came in a header, or by a trunk that the plan does not have
        again = Arrival(past.caller, min(line.numbers, default=line.name), "")
        found = decide(again, plan, past.arrived_at, standing)
    if isinstance(found, Refusal):
        return Outcome.REFUSED
    if found.barred:
        return Outcome.REFUSED
    if not found.connect:
        return Outcome.CLOSED if found.closed else Outcome.REDIRECTED
    if found.forward is not None or not found.group:
        return Outcome.FORWARDED
    return Outcome.ABANDONED_AT_ENTRY if past.outcome is Outcome.ABANDONED_AT_ENTRY else found


def _way_out(steps: Iterable[Overflow]) -> Outcome:
    """Give the outcome of whoever takes the first way out that comes with the time."""
    ways = (step.then for step in steps if step.then and step.after_seconds is not None)
    return _EXITS[next(ways, Exit.HANG_UP)]


def _hall(day: Sequence[Past], plan: Plan) -> VirtualDay:
    """A hall with the plan's pools, and its seats coming and going."""
    virtual = VirtualDay(Hall())
    for pool in pools(plan):
        group = plan.groups[group_of(pool)]
        virtual.hall.define_group(pool, group.strategy, group.ring_several)
    sitting = agents(day)
    for seat, spans in staffing(day, plan).items():
        served = serves(plan, seat, agent_skills(plan, sitting.get(seat, "")))
        for begins, ends in spans:
            virtual.at(begins, lambda seat=seat, served=served: virtual.come(seat, served))  # type: ignore[misc]
            if ends < inf:
                virtual.at(ends, lambda seat=seat: virtual.go(seat))  # type: ignore[misc]
    return virtual


class _Watch:
    """Takes the steps that depend on the estimated wait, whenever the caller would be told it."""

    def __init__(
        self,
        virtual: VirtualDay,
        plan: Plan,
        steps: Mapping[str, tuple[Overflow, ...]],
        ways_out: dict[str, Outcome],
    ) -> None:
        self._virtual = virtual
        self._every = plan.waiting.position_every_seconds
        self._steps = steps
        self._ways_out = ways_out
        self._observer = Observer(virtual, lambda group: plan.groups[group].wrap_up_seconds)
        virtual.on_end, virtual.on_free = self._observer.ended, self._observer.freed

    def look(self, visit: Visit) -> None:
        """Take the steps of a caller for which the wait is too long; look again later."""
        steps = [s for s in self._steps[visit.call] if s.wait_above_seconds is not None]
        caller = self._virtual.hall.callers.get(visit.call)
        if not steps or caller is None:
            return
        wait = None if caller.ringing else self._observer.wait(visit.call)
        for step in steps:
            if wait is None or wait <= (step.wait_above_seconds or 0.0):
                continue
            if step.then is not None:
                self._ways_out[visit.call] = _EXITS[step.then]
                self._virtual.take_out(visit.call)
                return
            self._virtual.hall.widen(visit.call, step.pool(visit.group), self._virtual.now)
        if self._every > 0:
            self._virtual.at(self._virtual.now + self._every, lambda: self.look(visit))


def _serve_unstaffed(virtual: VirtualDay, visit: Visit) -> None:
    """Open the next pool at once as long as nobody is signed in for those before."""
    chain = (visit.group, *(pool for _, pool in visit.widen))
    for pool, further in pairwise(chain):
        if virtual.hall.staffed(pool):
            return
        virtual.hall.widen(visit.call, further, virtual.now)


def _counted(past: Past, outcome: Outcome, waited: float | None, talked: float | None) -> Counts:
    wait = milliseconds(waited)
    return Ended(
        call=past.call,
        arrived_at=past.arrived_at,
        line=past.line_dialled,
        group=past.group,
        outcome=outcome,
        asked=waited is not None or past.group != "",
        wait_ms=wait,
        answer_ms=wait if outcome is Outcome.ANSWERED else None,
        talk_ms=milliseconds(talked),
        survey="",
    ).counts()
