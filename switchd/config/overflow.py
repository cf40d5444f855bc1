"""The steps of a wait that becomes long, in order and as the plan has them."""

from __future__ import annotations

import math
from collections.abc import Iterable

from routing.lines import Exit
from routing.lines import Overflow as PlanOverflow
from switchd.config.models import TRY_LATER, Overflow


def in_order(steps: Iterable[Overflow]) -> list[Overflow]:
    """Sort steps by their time, those that the estimated wait decides last."""
    return sorted(steps, key=lambda s: math.inf if s.due_after is None else s.due_after)


def build_steps(steps: Iterable[Overflow]) -> tuple[PlanOverflow, ...]:
    """Build the steps of a line or a group, the earliest first."""
    return tuple(
        PlanOverflow(
            group=step.group or "",
            after_seconds=step.due_after,
            wait_above_seconds=step.wait_above_seconds,
            level=step.level,
            then=step.then,
            announcement=(step.announcement or TRY_LATER) if step.then is Exit.ANNOUNCE else "",
        )
        for step in in_order(steps)
    )
