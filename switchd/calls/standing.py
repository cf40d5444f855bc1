"""Asking about a caller before the call is decided."""

from __future__ import annotations

import gevent
import structlog

from routing.entry import Arrival, caller_of, is_emergency
from routing.numbers import EMERGENCY
from routing.plan import Plan
from routing.standing import NOTHING_KNOWN, Standing
from switchd.calls.ports import QueueUnavailable, Register

PATIENCE_SECONDS = 0.25
"""How long a caller may wait for what is known; then the call goes on as if nothing were."""

log = structlog.get_logger(__name__)


def standing_of(
    register: Register, call: str, arrival: Arrival, plan: Plan, now: float
) -> Standing:
    """Tell what is known of the caller, nothing if nobody can tell in time. Never raises.

    Nobody is asked about emergency services, and a call to them is not counted.
    """
    number = caller_of(arrival, plan)
    if not number or number in EMERGENCY or is_emergency(arrival, plan):
        return NOTHING_KNOWN
    asking = gevent.spawn(_ask, register, call, number, plan, now)
    # Whoever is late is left to finish: a reply that nobody reads must not stay on the connection.
    asking.join(PATIENCE_SECONDS)
    if asking.value is None:
        log.warning("caller not known in time", call_id=call)
        return NOTHING_KNOWN
    return asking.value


def _ask(register: Register, call: str, number: str, plan: Plan, now: float) -> Standing | None:
    try:
        return register.standing(call, number, plan.callers, now)
    except QueueUnavailable:
        return None
