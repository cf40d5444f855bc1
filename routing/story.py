"""The story of one call in plain language, from its record: what happened, when and why.

Everything told is in the record; a step of the trace that has no sentence of its own is told by
its name and facts, so that nothing is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from routing.assignments import from_facts
from routing.record import CallRecord, Outcome, TraceRecord
from routing.story_words import WORDS, Words

REJECTED_TOLD = 10
"""Of how many seats it is told one by one why they were not offered a caller."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened."""

    at: float
    """Seconds since the epoch."""
    text: str


@dataclass(frozen=True, slots=True)
class Story:
    """One call, told."""

    summary: str
    wait: str
    """How long the caller waited for a person, and why; "" if there was no wait."""
    lines: tuple[Line, ...]


def tell(record: CallRecord, language: str, zone: tzinfo, state: str = "") -> Story:
    """Tell a call in `zh` or `en`, with times in the city's zone.

    `state` is that of a call in progress, "" if it has ended; `ended_at` is then the present.
    Raises KeyError for another language.
    """
    words = WORDS[language]
    lines = tuple(Line(step.at, text) for step in record.trace if (text := _sentence(step, words)))
    return Story(_summary(record, words, zone, state), _wait(record, words), lines)


def _summary(record: CallRecord, words: Words, zone: tzinfo, state: str) -> str:
    facts = {
        "caller": record.caller or words.withheld,
        "dialled": record.line_dialled or record.dialled,
        "time": f"{datetime.fromtimestamp(record.arrived_at, zone):%Y-%m-%d %H:%M:%S}",
    }
    if state:
        doing = words.states.get(state, state)
        return words.in_progress.format(**facts, doing=doing)
    told = words.called.format(**facts)
    outcome = words.outcomes.get(record.outcome, str(record.outcome))
    if record.outcome is Outcome.ANSWERED:
        talk = words.duration(record.talk_seconds or 0.0)
        outcome = outcome.format(seat=record.seat, agent=record.agent, talk=talk)
    return told + outcome


def _wait(record: CallRecord, words: Words) -> str:
    if record.queue_seconds is None:
        return ""
    waited = words.waited.format(time=words.duration(record.queue_seconds))
    because = words.semicolon.join(_because(record, words))
    return (waited + words.colon + because if because else waited) + words.stop


def _because(record: CallRecord, words: Words) -> Iterator[str]:
    """Give what made the caller wait, in order of time, and what ended it."""
    queued_at = record.queued_at or record.arrived_at
    offered = None
    for step in record.trace:
        if step.what == "offer.made":
            offered = step
        if step.what in words.delays:
            after = words.duration(step.at - queued_at)
            yield words.delays[step.what].format_map(_Facts(step, words, after=after))
    if offered is None:
        yield words.never_offered
        return
    found = from_facts(offered.facts)
    if found.score is not None:
        yield words.turn_came.format(score=f"{found.score:,.0f}")
    if counts := _counted(found.counts, words.busy, words):
        yield words.seats_busy.format(counts=counts)


class _Facts(dict[str, str]):
    """Facts to fill a template with: what is missing is a question mark, and what a terminal
    would obey is shown as a replacement character."""

    def __init__(self, step: TraceRecord, words: Words, **more: str) -> None:
        super().__init__({**step.facts, "cause": _cause(step.facts, words), **more})

    def __missing__(self, name: str) -> str:
        return "?"

    def __getitem__(self, name: str) -> str:
        return _printable(super().__getitem__(name))


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def _cause(facts: Mapping[str, str], words: Words) -> str:
    cause = facts.get("why") or facts.get("cause", "")
    return words.causes.get(cause, cause)


def _sentence(step: TraceRecord, words: Words) -> str:
    """Tell one step of the trace."""
    facts = _Facts(step, words)
    if step.what == "offer.made":
        return words.offer.format_map(facts) + _decided(step, words)
    if step.what in words.steps:
        return words.steps[step.what].format_map(facts)
    return " ".join([step.what, *(f"{name}={facts[name]}" for name in step.facts)])


def _decided(step: TraceRecord, words: Words) -> str:
    """Tell what an offer was decided from."""
    found = from_facts(step.facts)
    reasons = []
    if found.score is not None:
        reasons.append(words.score.format(score=f"{found.score:,.0f}"))
    if others := [f"{call[:8]} ({score:,.0f})" for call, score in found.callers[1:]]:
        reasons.append(words.next_callers.format(callers=words.comma.join(others)))
    reasons += [
        word[key]
        for word, key in ((words.how, found.how), (words.strategies, found.strategy))
        if key in word
    ]
    if len(found.seats) > 1:
        idle = words.comma.join(seat for seat, _ in found.seats)
        reasons.append(words.idle_seats.format(seats=idle))
    if counts := _counted(found.counts, words.seat_states, words):
        reasons.append(words.pool_counts.format(counts=counts))
    if passed_over := [_rejected(*seat, words) for seat in found.rejected[:REJECTED_TOLD]]:
        if more := len(found.rejected) - len(passed_over):
            passed_over.append(words.more.format(many=more))
        reasons.append(words.not_offered.format(seats=words.comma.join(passed_over)))
    return words.colon + words.semicolon.join(reasons) if reasons else ""


def _rejected(seat: str, why: str, words: Words) -> str:
    """Tell why a seat was not offered the caller."""
    state, _, reason = why.partition(":")
    told = words.passed_over.get(state) or words.seat_states.get(state, state)
    if reason:
        told = words.rejected.format(state=told, reason=words.causes.get(reason, reason))
    return _printable(f"{seat} {told}")


def _counted(counts: Mapping[str, int] | None, states: Mapping[str, str], words: Words) -> str:
    """List how many seats are in which state; those that nobody sits at are left out."""
    found = (
        f"{many} {states[state]}"
        for state, many in (counts or {}).items()
        if many and state in states
    )
    return words.comma.join(found)
