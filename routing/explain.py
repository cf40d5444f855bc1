"""What a plan does with a call, told in full: for `switchd explain`, and for comparing plans.

Everything here asks `routing.entry.decide`, as live calls do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from routing.entry import Arrival, Refusal, Route, decide
from routing.lines import LineKind, Overflow, Phase
from routing.plan import Plan
from routing.pools import agents_for, group_of, serving
from routing.roster import is_on_duty
from routing.shifts import Duty
from routing.standing import NOTHING_KNOWN, Standing


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to a caller who waits long."""

    step: Overflow
    """Further seats at once if nobody is signed in for the groups before."""
    title: str
    """Of the group whose seats may serve, "" for a way out; so are the seats."""
    seats: tuple[str, ...]
    off_duty: tuple[str, ...] = ()
    """Those of the seats at which the shifts have nobody at that time; so too below. Whoever
    signs in there all the same is offered callers."""
    agents: tuple[str, ...] = ()
    """Staff numbers of those who bring the skills to further seats; so too below."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One decision and what the plan says about the line that was dialled."""

    arrival: Arrival
    at: float
    """Seconds since the epoch."""
    outcome: Route | Refusal
    line: str
    """Name of the line that was dialled, "" if the number belongs to none; so are the others."""
    title: str
    kind: LineKind | None
    phase: Phase | None
    merged_on: date | None
    """First day of the change announcement, for retired lines; the next two as well."""
    last_day: date | None
    """Last day of the change announcement."""
    group_title: str
    """Of the skill group that the caller waits for; "" if the call is refused."""
    seats: tuple[str, ...]
    """Seats that the plan lets serve this caller, in the plan's order."""
    off_duty: tuple[str, ...]
    agents: tuple[str, ...]
    crews: tuple[Duty, ...]
    """Who is on duty for the group; nobody if it has no shifts."""
    overflow: tuple[Step, ...]
    """Who serves the caller, too, later or if nobody is signed in; the ways out."""

    @property
    def gone_on(self) -> date | None:
        """First day on which the number is no longer answered."""
        return None if self.last_day is None else self.last_day + timedelta(days=1)


def explain(
    arrival: Arrival, plan: Plan, now: float, standing: Standing = NOTHING_KNOWN
) -> Explanation:
    """Decide as for a live call at `now` (seconds since the epoch) and tell what is behind it."""
    outcome = decide(arrival, plan, now, standing)
    line = plan.lines.get(outcome.line_dialled)
    retirement = line.retirement if line else None
    waits = isinstance(outcome, Route) and outcome.connect
    group = plan.groups.get(outcome.group) if isinstance(outcome, Route) and waits else None
    return Explanation(
        arrival=arrival,
        at=now,
        outcome=outcome,
        line=outcome.line_dialled,
        title=line.title if line else "",
        kind=line.kind if line else None,
        phase=line.phase(now, plan.zone) if line else None,
        merged_on=retirement.merged_on if retirement else None,
        last_day=retirement.last_day if retirement else None,
        group_title=group.title if group else "",
        seats=serving(plan, group.name) if group else (),
        off_duty=_off_duty(plan, group.name, now) if group else (),
        agents=agents_for(plan, group.name) if group else (),
        crews=plan.group_on_duty(group, now) if group else (),
        overflow=_steps(outcome, plan, now) if isinstance(outcome, Route) and waits else (),
    )


def _steps(route: Route, plan: Plan, now: float) -> tuple[Step, ...]:
    return tuple(
        _further_seats(step, step.pool(route.group), plan, now)
        if step.then is None
        else Step(step, "", ())
        for step in plan.steps(route.group, route.overflow)
        if (step.group or route.group) in plan.groups
    )


def _further_seats(step: Overflow, pool: str, plan: Plan, now: float) -> Step:
    return Step(
        step,
        plan.groups[group_of(pool)].title,
        serving(plan, pool),
        _off_duty(plan, pool, now),
        agents_for(plan, pool),
    )


def _off_duty(plan: Plan, pool: str, now: float) -> tuple[str, ...]:
    seats = (plan.seats[number] for number in serving(plan, pool))
    return tuple(seat.number for seat in seats if not is_on_duty(seat, group_of(pool), plan, now))
