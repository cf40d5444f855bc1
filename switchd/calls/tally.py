"""What the wallboard counts: the calls that ended since the daemon started."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass

from routing.record import CallKind, CallRecord, Outcome

ANSWER_STANDARD_SECONDS = 15.0
"""GB/T 33358-2016: answered within 15 s."""
MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts since the start; rates between 0 and 1, or None before there is anything to divide."""

    ended: int
    answered: int
    abandoned: int
    failed: int
    asked: int
    """Requests for a person: answered, abandoned in the queue, or failed there."""
    connect_rate: float | None
    rate_15s: float | None
    """Answered within 15 s of entering the queue ÷ requests."""
    calls_a_minute: int
    """Calls that ended in the last minute."""
    surveys: dict[str, int]


class Tally:
    """Add every record once; read `figures` whenever they are wanted."""

    def __init__(self) -> None:
        self._outcomes: Counter[Outcome] = Counter()
        self._surveys: Counter[str] = Counter()
        self._asked = 0
        self._in_time = 0
        self._ends: deque[float] = deque()

    def add(self, record: CallRecord) -> None:
        """Count one ended call; the tries of callbacks are no calls of theirs."""
        if record.kind is not CallKind.INCOMING:
            return
        self._outcomes[record.outcome] += 1
        self._ends.append(record.ended_at)
        self._forget(record.ended_at)
        if record.survey_meaning:
            self._surveys[record.survey_meaning] += 1
        if record.queued_at is None:
            return
        self._asked += 1
        waited = record.queue_seconds
        answered = record.outcome is Outcome.ANSWERED
        if answered and waited is not None and waited <= ANSWER_STANDARD_SECONDS:
            self._in_time += 1

    def _forget(self, now: float) -> None:
        while self._ends and self._ends[0] < now - MINUTE:
            self._ends.popleft()

    def figures(self, now: float) -> Figures:
        """The figures at `now` (seconds since the epoch)."""
        self._forget(now)
        answered = self._outcomes[Outcome.ANSWERED]
        asked = self._asked
        return Figures(
            ended=self._outcomes.total(),
            answered=answered,
            abandoned=self._outcomes[Outcome.ABANDONED],
            failed=self._outcomes[Outcome.FAILED],
            asked=asked,
            connect_rate=answered / asked if asked else None,
            rate_15s=self._in_time / asked if asked else None,
            calls_a_minute=len(self._ends),
            surveys=dict(self._surveys),
        )
