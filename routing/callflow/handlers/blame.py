"""Whether a seat's phone is to blame that a call did not reach it, and what its seat is then."""

from __future__ import annotations

from routing.seats import NotReadyReason

STOPPED_FOR_ANOTHER = "LOSE_RACE"
"""Tells the phone that the call was answered elsewhere, so that it shows no missed call
(mod_sofia.c, sofia_on_hangup)."""
SWITCH_DIED = frozenset({"CRASH", "SYSTEM_SHUTDOWN"})
"""Causes for which no caller is to blame; FreeSWITCH's own names."""
_NOT_THE_PHONE = frozenset({"UNCONFIRMED", STOPPED_FOR_ANOTHER, *SWITCH_DIED})
_FAILURES = {
    "USER_BUSY": NotReadyReason.BUSY,
    "NO_ANSWER": NotReadyReason.NO_ANSWER,
    "ALLOTTED_TIMEOUT": NotReadyReason.NO_ANSWER,
    "PROGRESS_TIMEOUT": NotReadyReason.UNREACHABLE,
    "CALL_REJECTED": NotReadyReason.REFUSED,
}


def why_not_ready(cause: str) -> str:
    """Tell why the seat is not ready after its leg has failed with FreeSWITCH's `cause`; "" if it
    is ready still, since no phone is to blame."""
    return "" if cause in _NOT_THE_PHONE else _FAILURES.get(cause, NotReadyReason.UNREACHABLE)
