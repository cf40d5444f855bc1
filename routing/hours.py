"""Hours of agents by day: on calls, ready, not ready and why, and what was overtime."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta, tzinfo
from typing import Final

from routing.calendars import day_of, moment
from routing.plan import Plan
from routing.seats import SeatState
from routing.sessions import UNKNOWN

ON_CALLS: Final = SeatState.TALKING


@dataclass(frozen=True, slots=True)
class Stretch:
    """A state of an agent. Times are seconds since the epoch."""

    agent: str
    state: str
    reason: str
    began_at: float
    ended_at: float


@dataclass(slots=True)
class Hours:
    """What one agent did on one day of the city, in seconds."""

    agent: str
    day: date
    calls: int = 0
    """Talks that began on the day."""
    states: dict[str, float] = field(default_factory=dict)
    """State → how long, without not ready."""
    not_ready: dict[str, float] = field(default_factory=dict)
    """Reason → how long."""
    overtime: float | None = None
    """Signed in outside of the agent's shifts; None if the plan says nothing of them."""
    overtime_on_calls: float | None = None

    @property
    def signed_in(self) -> float:
        """All of it, what nobody could look at left out."""
        known = sum(seconds for state, seconds in self.states.items() if state != UNKNOWN)
        return known + sum(self.not_ready.values())

    @property
    def on_calls(self) -> float:
        """Talking with callers."""
        return self.states.get(ON_CALLS, 0.0)


def hours(stretches: Iterable[Stretch], plan: Plan) -> list[Hours]:
    """Add everything up, for each agent and day of the city; by day, then by agent."""
    found: dict[tuple[date, str], Hours] = {}
    for stretch in stretches:
        for place, (day, began, ended) in enumerate(_by_day(stretch, plan.zone)):
            row = found.setdefault((day, stretch.agent), Hours(stretch.agent, day))
            _add(row, stretch, began, ended)
            row.calls += stretch.state == ON_CALLS and place == 0
            _add_overtime(row, stretch, began, ended, plan)
    return [found[key] for key in sorted(found)]


def _by_day(stretch: Stretch, zone: tzinfo) -> Iterator[tuple[date, float, float]]:
    began, day = stretch.began_at, day_of(stretch.began_at, zone)
    while True:
        midnight = moment(day + timedelta(days=1), 0, zone)
        yield day, began, min(midnight, stretch.ended_at)
        if midnight >= stretch.ended_at:
            return
        began, day = midnight, day + timedelta(days=1)


def _add(row: Hours, stretch: Stretch, began: float, ended: float) -> None:
    if stretch.state == SeatState.NOT_READY:
        so_far = row.not_ready.get(stretch.reason, 0.0)
        row.not_ready[stretch.reason] = so_far + ended - began
    else:
        row.states[stretch.state] = row.states.get(stretch.state, 0.0) + ended - began


def _add_overtime(row: Hours, stretch: Stretch, began: float, ended: float, plan: Plan) -> None:
    agent = plan.agents.get(stretch.agent)
    if agent is None or agent.shift is None or agent.shift not in plan.shifts:
        return
    duties = plan.shifts[agent.shift].roster(began, ended, plan.zone)
    own = (duty for duty in duties if agent.crew in (None, duty.crew))
    within = sum(max(0.0, min(ended, duty.ends) - max(began, duty.begins)) for duty in own)
    outside = 0.0 if stretch.state == UNKNOWN else ended - began - within
    on_calls = outside if stretch.state == ON_CALLS else 0.0
    row.overtime = (row.overtime or 0.0) + outside
    row.overtime_on_calls = (row.overtime_on_calls or 0.0) + on_calls


def reasons(rows: Iterable[Hours]) -> list[str]:
    """Every reason for which somebody was not ready, by its name."""
    return sorted({reason for row in rows for reason in row.not_ready})


def total(rows: Iterable[Hours], agent: str, day: date) -> Hours:
    """Add rows up into one, which stands under `agent` and `day`."""
    found = Hours(agent, day)
    for row in rows:
        found.calls += row.calls
        _sum_into(found.states, row.states)
        _sum_into(found.not_ready, row.not_ready)
        if row.overtime is not None:
            found.overtime = (found.overtime or 0.0) + row.overtime
            found.overtime_on_calls = (found.overtime_on_calls or 0.0) + (
                row.overtime_on_calls or 0.0
            )
    return found


def _sum_into(so_far: dict[str, float], more: Mapping[str, float]) -> None:
    for name, seconds in more.items():
        so_far[name] = so_far.get(name, 0.0) + seconds
