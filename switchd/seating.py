"""Which seats the queue knows and whom they serve: by the plan, and by who sits there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import structlog
from gevent.lock import RLock

from routing.callflow import Call
from routing.plan import Plan
from routing.pools import agent_skills, group_of, pools, seat_pools, serves
from routing.seats import SeatState
from routing.skills import Skills
from switchd.queues.facts import QueueUnavailable, SeatRefused
from switchd.queues.waitlist import Waitlist

log = structlog.get_logger(__name__)


class Seating:
    """Brings the queue's seats in line with the plan, at once or when the last call allows it.

    A seat that the plan no longer has finishes its talk and is forgotten then. A group that the
    plan lets nobody serve is served until the last caller of an earlier plan has left it.
    """

    def __init__(
        self, waitlist: Waitlist, now: Callable[[], float], calls: Callable[[], Iterable[Call]]
    ) -> None:
        self._waitlist = waitlist
        self._now = now
        self._calls = calls
        self._one_at_a_time = RLock()
        self._plan: Plan | None = None
        self._orphans: frozenset[str] = frozenset()
        self._inherited: Mapping[str, Mapping[str, int]] = {}
        self._leaving: frozenset[str] = frozenset()

    def arrange(self, plan: Plan) -> None:
        """Make the plan's seats known and forget the others.

        A known seat keeps its state. Raises `QueueUnavailable`; doing it again is harmless.
        """
        with self._one_at_a_time:
            self._arrange(plan)

    def _arrange(self, plan: Plan) -> None:
        now = self._now()
        known = self._waitlist.snapshot(now, first=0).seats
        in_use = {call.group for call in self._calls() if call.group}
        so_far = {number: seat.groups for number, seat in known.items()}
        sitting = {
            number: self._skills(plan, seat.agent) for number, seat in known.items() if seat.agent
        }
        wanted, self._orphans = seat_pools(so_far, plan, in_use, sitting)
        self._inherited = {
            number: {pool: level for pool, level in served.items() if pool in self._orphans}
            for number, served in wanted.items()
        }
        self._plan = plan
        self._define_groups(plan, now)
        for number, served in wanted.items():
            if number not in known:
                self._waitlist.define_seat(number, now)
            if number not in known or known[number].pools != served:
                self._waitlist.serve(number, served, now)
        gone = [seat for number, seat in known.items() if number not in wanted]
        talking = frozenset(seat.seat for seat in gone if seat.state is SeatState.TALKING)
        self._leaving = talking
        for seat in gone:
            if seat.seat not in talking:
                self._waitlist.forget_seat(seat.seat, now)
            elif seat.after_call is not SeatState.SIGNED_OUT:
                self._sign_out(seat.seat, now)

    def _define_groups(self, plan: Plan, now: float) -> None:
        for pool in pools(plan):
            group = plan.groups[group_of(pool)]
            self._waitlist.define_group(pool, group.strategy, group.ring_several, now)

    def _skills(self, plan: Plan, agent: str) -> Skills:
        return agent_skills(plan, agent, self._waitlist.skill_changes(agent))

    def seated(self, seat: str, agent: str) -> None:
        """Let a seat serve whom it can while `agent` sits there. Raises `QueueUnavailable`."""
        with self._one_at_a_time:
            plan = self._plan
            if plan is None or seat not in plan.seats:
                return
            served = serves(plan, seat, self._skills(plan, agent))
            inherited = self._inherited.get(seat, {})
            self._waitlist.serve(seat, {**served, **inherited}, self._now())

    def change_skill(self, agent: str, skill: str, level: int | None) -> str:
        """Give an agent a skill at a level (1 to 9) or take it away (0); None: as the plan says.

        It counts at once and stays over restarts. Returns the seat where the agent sits, or "".
        Raises `QueueUnavailable`.
        """
        seat = self._waitlist.change_skill(agent, skill, level)
        if seat:
            self.seated(seat, agent)
        return seat

    def tidy(self) -> None:
        """A call has ended: forget whom and what only calls of an earlier plan needed."""
        if not (self._orphans or self._leaving):
            return
        calls = list(self._calls())
        needed = {call.group for call in calls} | {call.seat for call in calls}
        if self._orphans | self._leaving <= needed:
            return
        try:
            with self._one_at_a_time:
                if self._plan is not None:
                    self._arrange(self._plan)
        except QueueUnavailable as error:
            log.warning("seats not tidied", why=str(error))

    def _sign_out(self, seat: str, now: float) -> None:
        try:
            self._waitlist.sign_out(seat, now)
        except SeatRefused as error:
            log.info("seat not signed out", seat=seat, why=str(error))
