"""来电弹屏: what a seat's screen shows of a caller, as plain data for whoever shows it.

Times are seconds since the epoch. What is known of the number's earlier calls is fetched beside the
ringing and may come later than the call: `history` is None until then, and for withheld numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from routing.callflow import Call
from routing.plan import Plan
from routing.record import Outcome
from routing.seats import Offer


@dataclass(frozen=True, slots=True)
class EarlierCall:
    """One earlier call of the number."""

    call: str
    kind: str
    arrived_at: float
    line_dialled: str
    line_meant: str
    outcome: str
    seat: str
    agent: str
    talk_seconds: float | None
    survey_meaning: str


@dataclass(frozen=True, slots=True)
class OpenCallback:
    """A callback that the number still waits for."""

    id: int
    line: str
    reason: str
    asked_at: float
    tries: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the records tell of a number, for some time back."""

    calls: int = 0
    answered: int = 0
    """How many of them somebody talked in."""
    last: Sequence[EarlierCall] = ()
    """The latest of them, the latest first."""
    callbacks: Sequence[OpenCallback] = ()


def screen_pop(
    call: Call, plan: Plan, earlier: Earlier | None, now: float, offer: Offer | None = None
) -> dict[str, Any]:
    """Give what the seat of `offer` sees, or whichever seat the call has."""
    shown_to = offer or call.offer
    since, until = call.queued_at, call.answered_at or call.ended_at or now
    return {
        "call": call.id,
        "at": now,
        "state": str(call.state),
        "kind": str(call.kind),
        "seat": shown_to.seat if shown_to else call.seat,
        "agent": shown_to.agent if shown_to else call.agent,
        "offer": shown_to.token if shown_to else "",
        "caller": call.caller,
        "dialled": call.dialled,
        "line_dialled": _line(call.line_dialled, plan),
        "line_meant": _line(call.line_meant, plan),
        "group": call.group,
        "language": call.language or plan.language,
        "priority": call.priority,
        "arrived_at": call.arrived_at,
        "queued_at": since,
        "wait_seconds": None if since is None else round(max(0.0, until - since), 3),
        "callback": call.callback,
        "history": None if earlier is None else _history(call, plan, earlier),
        "trace": [{"at": step.at, "what": step.what, "facts": step.facts} for step in call.trace],
    }


def _line(name: str, plan: Plan) -> Mapping[str, str] | None:
    line = plan.lines.get(name)
    if line is None:
        return None
    return {
        "line": line.name,
        "title": line.title,
        "department": line.department,
        "kind": str(line.kind),
    }


def _history(call: Call, plan: Plan, earlier: Earlier) -> dict[str, Any]:
    return {
        "days": plan.introduction.history_days,
        "calls": earlier.calls,
        "answered": earlier.answered,
        "repeat_caller": _repeats(call, plan, earlier),
        "last": [asdict(one) for one in earlier.last],
        "callbacks": [asdict(one) for one in earlier.callbacks],
    }


def _repeats(call: Call, plan: Plan, earlier: Earlier) -> bool:
    """Tell whether the number has talked to somebody within the time that makes a repeat caller."""
    within = plan.callers.repeat_seconds
    return any(
        one.outcome == Outcome.ANSWERED and call.arrived_at - one.arrived_at <= within
        for one in earlier.last
    )
