"""What callers of a day do by themselves: how long they talk and how long they wait."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import inf
from random import Random
from statistics import fmean

from routing.entry import Route
from routing.past import Past
from routing.patience import Survival
from routing.plan import Plan
from routing.virtual import Visit

FEW = 5
"""Talks of a group below which the whole day's are drawn from."""
TALK, GREETING, RING = 180.0, 5.0, 4.0
"""Seconds, for a day on which nobody talked or waited at all."""


class Habits:
    """What callers of a day do, to draw from for those who never showed it."""

    def __init__(self, day: Sequence[Past], seed: int) -> None:
        self._seed = seed
        self._talks: dict[str, list[float]] = defaultdict(list)
        for past in day:
            if past.talked is not None:
                self._talks[past.group].append(past.talked)
                self._talks[""].append(past.talked)
        waits = [(past.waited, past.gave_up) for past in day if past.waited is not None]
        self._patience = Survival(waits)
        rings = [
            past.answered_at - past.offered_at
            for past in day
            if past.answered_at is not None and past.offered_at is not None and past.seat
        ]
        self._ring = fmean(rings) if rings else RING
        ways = [past.queued_at - past.arrived_at for past in day if past.queued_at is not None]
        self._greeting = fmean(ways) if ways else GREETING

    def visit(self, past: Past, route: Route, plan: Plan) -> Visit:
        """Let a caller enter the queue of the plan's group."""
        chance = Random(f"{self._seed}/{past.call}")
        drawn_talk = chance.choice(self._of(past.group))
        patience = self._patience.draw(past.waited or 0.0, chance)
        group = group_for(past, route, plan)
        settings = plan.groups[group]
        steps = [s for s in plan.steps(group, route.overflow) if s.after_seconds is not None]
        outs = [s.after_seconds or 0.0 for s in steps if s.then is not None]
        ring = self._ring
        if past.answered_at is not None and past.offered_at is not None and past.seat:
            ring = past.answered_at - past.offered_at
        return Visit(
            call=past.call,
            at=self.enters_at(past),
            group=group,
            talk_seconds=drawn_talk if past.talked is None else past.talked,
            patience_seconds=past.waited or 0.0 if past.gave_up else patience,
            answer_seconds=min(max(0.0, ring), settings.ring_seconds),
            wrap_up_seconds=settings.wrap_up_seconds,
            priority=route.priority,
            slope=route.age_slope,
            widen=tuple((s.after_seconds or 0.0, s.pool(group)) for s in steps if s.then is None),
            out_after_seconds=min(outs, default=inf),
        )

    def enters_at(self, past: Past) -> float:
        """Give the time at which a caller comes to the queue, behind the greeting."""
        return past.arrived_at + self._greeting if past.queued_at is None else past.queued_at

    def _of(self, group: str) -> Sequence[float]:
        own = self._talks.get(group, ())
        return own if len(own) >= FEW else self._talks.get("") or (TALK,)


def group_for(past: Past, route: Route, plan: Plan) -> str:
    """Give the group a menu led to, if the plan asks one, or else the line's."""
    return past.group if route.menu and past.group in plan.groups else route.group
