"""Missed calls (漏接): who is called back without having asked for it."""

from __future__ import annotations

from routing.callbacks import Missed, Unreachable, reachable
from routing.outgoing import Callback, Reason, Status
from routing.plan import Plan
from routing.record import CallRecord, Outcome


def missed(record: CallRecord, plan: Plan) -> Callback | None:
    """Give the callback that a missed call becomes by the plan's rule, None if it becomes none."""
    rules = plan.callbacks
    rule = rules.missed
    if record.line_meant not in rule.lines or not rules.trunk or not _is_missed(record, rule):
        return None
    calendar = plan.calendars.get(rule.open or "")
    if calendar is not None and not calendar.is_open(record.ended_at, plan.zone):
        return None
    number = reachable(record.caller, plan, record.ended_at)
    if isinstance(number, Unreachable):
        return None
    line = plan.lines[record.line_meant]
    return Callback(
        id=0,
        number=number,
        line=record.line_meant,
        group=record.group,
        language=plan.language,
        reason=Reason.MISSED,
        asked_at=record.ended_at,
        queued_at=record.queued_at or record.ended_at,
        priority=line.priority,
        asked_in=record.call,
        status=Status.PAUSED,
        next_at=record.ended_at + rule.delay_seconds,
    )


_MISSED = frozenset({Outcome.ABANDONED, Outcome.TIMED_OUT, Outcome.FAILED})


def _is_missed(record: CallRecord, rule: Missed) -> bool:
    """Tell whether nobody answered who should have. Whom a supervisor took out is none of them."""
    if _said_no(record) and not rule.declined:
        return False
    if record.outcome is Outcome.CONGESTED:
        return rule.congested and bool(record.group)
    if record.outcome not in _MISSED:
        return False
    return record.queue_seconds is not None and record.queue_seconds >= rule.after_seconds


def _said_no(record: CallRecord) -> bool:
    """Tell whether the caller was asked and pressed a key that is no yes; silence is no answer."""
    return any(
        step.what == "callback.declined" and step.facts.get("key") != "none"
        for step in record.trace
    )
