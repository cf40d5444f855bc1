"""接通率 and its companions: what is counted of calls that have ended, by one definition.

Whoever counts, live or from the records, uses `Counts.of` for the meaning of an outcome and adds.

A caller asks for a person by coming to a waiting list, or by failing on the way to one. The connect
rate (接通率) and the 15-second rate (15秒接通率) have the same base: everybody who asked, whether
answered or not. Short abandons stay in that base, since GB/T 33358-2016 makes no exception for
them, and are counted apart for whoever reports both.

Only calls to the hotline are counted: whoever asked to be called back counts as that, however many
tries it takes.

A call belongs to the minute, the hour and the day in which it arrived, also if it ends later.
Durations are whole milliseconds, so that sums are exact in whatever order they are made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

from routing.record import CallKind, CallRecord, Outcome

IN_TIME_SECONDS = 15.0
"""GB/T 33358-2016: an answer within 15 seconds."""
SHORT_SECONDS = 5.0
"""A caller who leaves the waiting list before that is a short abandon."""


class Dimension(StrEnum):
    """By what calls are told apart."""

    LINE = "line"
    """The line whose number was dialled; a retired line keeps its own figures."""
    MEANT = "meant"
    """The line that served the caller."""
    GROUP = "group"
    DEPARTMENT = "department"
    HOUR = "hour"
    """The hour of the city in which the call arrived."""


_FIGURE = {
    Outcome.ANSWERED: "answered",
    Outcome.ABANDONED: "abandoned",
    Outcome.TIMED_OUT: "timed_out",
    Outcome.REMOVED: "removed",
    Outcome.CALLBACK: "callbacks",
    Outcome.VOICEMAIL: "voicemails",
    Outcome.CONGESTED: "could_not_enter",
    Outcome.TURNED_AWAY: "could_not_enter",
    Outcome.FAILED: "failed",
    Outcome.ABANDONED_AT_ENTRY: "abandoned_at_entry",
    Outcome.FORWARDED: "forwarded",
    Outcome.REDIRECTED: "redirected",
    Outcome.CLOSED: "closed",
    Outcome.REFUSED: "refused",
    Outcome.REPEATED: "repeated",
}
"""Outcome of a call to the hotline → its figure; one without is counted among all calls only."""
_ONLY_IF_ASKED = frozenset({"could_not_enter", "failed"})


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures of some calls; `a + b` are those of both."""

    calls: int = 0
    """All of them, whatever became of them."""
    answered: int = 0
    """Talked with a person (接通)."""
    answered_in_time: int = 0
    """Those of them who were answered within 15 s of entering the waiting list."""
    abandoned: int = 0
    """Hung up in the waiting list."""
    short_abandons: int = 0
    """Those of them who left within 5 s."""
    timed_out: int = 0
    """Waited for as long as the plan lets callers wait."""
    removed: int = 0
    """Taken out of the waiting list by a supervisor."""
    callbacks: int = 0
    """Left the waiting list to be called back."""
    voicemails: int = 0
    """Left the waiting list for a message."""
    could_not_enter: int = 0
    """Asked for a person when the list was full, the hotline overloaded or about to stop."""
    failed: int = 0
    """A technical fault ended it in the waiting list or on the way there."""
    abandoned_at_entry: int = 0
    forwarded: int = 0
    redirected: int = 0
    closed: int = 0
    """Called out of hours and were told so."""
    refused: int = 0
    repeated: int = 0
    """Called while another call of the number waited, which is the one that counts."""
    waited: int = 0
    """Came to a waiting list, however short the wait."""
    wait_ms: int = 0
    """Of all who waited, from entering the list to the answer or the end."""
    longest_wait_ms: int | None = None
    """None if nobody waited."""
    talked: int = 0
    talk_ms: int = 0
    """Of all who talked with a person or were passed on."""
    surveys: Mapping[str, int] = field(default_factory=dict)
    """Meaning of the key pressed in the survey → how many pressed it."""

    @classmethod
    def of(
        cls, outcome: Outcome, *, asked: bool, in_time: bool, short: bool, count: int = 1
    ) -> Counts:
        """Give the figures of `count` calls that ended alike: what an outcome counts as.

        `asked` for a person, was answered `in_time`, left the waiting list after a `short` time.
        Durations and surveys are added by whoever knows them.
        """
        figure = _FIGURE.get(outcome, "")
        names = {"calls"}
        if figure and (asked or figure not in _ONLY_IF_ASKED):
            names.add(figure)
        if figure == "answered" and in_time:
            names.add("answered_in_time")
        if figure == "abandoned" and short:
            names.add("short_abandons")
        figures: dict[str, Any] = dict.fromkeys(names, count)
        return cls(**figures)

    @property
    def offered(self) -> int:
        """Everybody who asked for a person."""
        return (
            self.answered
            + self.abandoned
            + self.timed_out
            + self.removed
            + self.callbacks
            + self.voicemails
            + self.could_not_enter
            + self.failed
        )

    @property
    def connect_rate(self) -> float | None:
        """接通率: answered ÷ offered, 0 to 1; None if nobody asked."""
        return self.answered / self.offered if self.offered else None

    @property
    def in_time_rate(self) -> float | None:
        """15秒接通率: answered in time ÷ offered, 0 to 1; None if nobody asked."""
        return self.answered_in_time / self.offered if self.offered else None

    @property
    def average_wait(self) -> float | None:
        """Seconds; None if nobody waited."""
        return self.wait_ms / self.waited / 1000 if self.waited else None

    @property
    def longest_wait(self) -> float | None:
        """Seconds; None if nobody waited."""
        return None if self.longest_wait_ms is None else self.longest_wait_ms / 1000

    @property
    def average_talk(self) -> float | None:
        """Seconds; None if nobody talked."""
        return self.talk_ms / self.talked / 1000 if self.talked else None

    @property
    def talk_seconds(self) -> float:
        """Seconds of talk altogether."""
        return self.talk_ms / 1000

    def __add__(self, other: Counts) -> Counts:
        sums = {name: getattr(self, name) + getattr(other, name) for name in SUMS}
        waits = [one.longest_wait_ms for one in (self, other) if one.longest_wait_ms is not None]
        meanings = sorted({*self.surveys, *other.surveys})
        surveys = {one: self.surveys.get(one, 0) + other.surveys.get(one, 0) for one in meanings}
        return Counts(**sums, longest_wait_ms=max(waits, default=None), surveys=surveys)

    def plain(self) -> dict[str, Any]:
        """Give every figure and rate as plain data; times in seconds."""
        counted = {name: getattr(self, name) for name in _SHOWN}
        return {**counted, **{name: getattr(self, name) for name in _DERIVED}}


SUMS = tuple(one.name for one in fields(Counts) if one.name not in ("longest_wait_ms", "surveys"))
"""Figures that are added."""
_SHOWN = (*(name for name in SUMS if not name.endswith("_ms")), "surveys")
_DERIVED = (
    *("offered", "connect_rate", "in_time_rate"),
    *("average_wait", "longest_wait", "average_talk", "talk_seconds"),
)


@dataclass(frozen=True, slots=True)
class Ended:
    """What is counted of one call that has ended."""

    call: str
    arrived_at: float
    """Seconds since the epoch."""
    line: str
    """The line whose number was dialled, "" if there is none."""
    group: str
    outcome: Outcome
    asked: bool
    """Whether the caller came to a waiting list, or was on the way to one."""
    wait_ms: int | None
    """In the waiting list."""
    answer_ms: int | None
    """From the arrival to a person's answer."""
    talk_ms: int | None
    survey: str
    """Meaning of the key pressed in the survey, or ""."""

    @classmethod
    def of(cls, record: CallRecord) -> Ended:
        """Take it from a record, whose times count to the millisecond, as they are kept."""
        times: dict[str, Any] = {name: _kept(getattr(record, name)) for name in _TIMES}
        record = replace(record, **times)
        return cls(
            call=record.call,
            arrived_at=record.arrived_at,
            line=record.line_dialled,
            group=record.group,
            outcome=record.outcome,
            asked=record.queued_at is not None or record.group != "",
            wait_ms=milliseconds(record.queue_seconds),
            answer_ms=milliseconds(record.answer_seconds),
            talk_ms=milliseconds(record.talk_seconds),
            survey=record.survey_meaning,
        )

    def counts(self) -> Counts:
        """Give the figures of this one call."""
        wait, talk = self.wait_ms, self.talk_ms
        answered_after = self.answer_ms if wait is None else wait
        counts = Counts.of(
            self.outcome,
            asked=self.asked,
            in_time=answered_after is not None and answered_after <= IN_TIME_SECONDS * 1000,
            short=wait is not None and wait < SHORT_SECONDS * 1000,
        )
        return counts + Counts(
            waited=int(wait is not None),
            wait_ms=wait or 0,
            longest_wait_ms=wait,
            talked=int(talk is not None),
            talk_ms=talk or 0,
            surveys={self.survey: 1} if self.survey else {},
        )


def counted(records: Iterable[CallRecord]) -> list[Ended]:
    """Take what is counted from records; the tries of callbacks are not."""
    return [Ended.of(record) for record in records if record.kind is CallKind.INCOMING]


def milliseconds(seconds: float | None) -> int | None:
    """Give a duration as whole milliseconds."""
    return None if seconds is None else round(seconds * 1000)


def _kept(moment: float | None) -> float | None:
    return None if moment is None else round(moment, 3)


_TIMES = ("arrived_at", "queued_at", "answered_at", "talk_ended_at", "ended_at")
