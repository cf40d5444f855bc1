"""Records to test with: one ordinary call to vary, and strategies for hostile ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from routing.record import CallRecord, EndedBy, LegRecord, Outcome, TraceRecord

ARRIVED = 1_763_780_400.125
"""2025-11-22 11:00:00.125 in China."""

ANSWERED_CALL = CallRecord(
    call="call-1",
    city="pingdingshan",
    plan_version="2020-01",
    trunk="unicom",
    caller="13837500001",
    dialled="037512319",
    line_dialled="12319",
    line_meant="12345",
    group="intake",
    arrived_at=ARRIVED,
    greeted_at=ARRIVED + 0.1,
    queued_at=ARRIVED + 4,
    offered_at=ARRIVED + 6,
    answered_at=ARRIVED + 10.5,
    talk_ended_at=ARRIVED + 100.25,
    ended_at=ARRIVED + 110,
    seat="1001",
    agent="8012",
    outcome=Outcome.ANSWERED,
    cause="NORMAL_CLEARING",
    ended_by=EndedBy.CALLER,
    survey_key="1",
    survey_meaning="very_satisfied",
    recording="2025/11/22/call-1.wav",
    legs=(
        LegRecord(
            leg="leg-caller",
            role="caller",
            seat="",
            agent="",
            started_at=ARRIVED,
            answered_at=ARRIVED + 0.1,
            bridged_at=ARRIVED + 10.5,
            ended_at=ARRIVED + 110,
            cause="NORMAL_CLEARING",
        ),
        LegRecord(
            leg="leg-seat",
            role="seat",
            seat="1001",
            agent="8012",
            started_at=ARRIVED + 6,
            answered_at=ARRIVED + 10.4,
            bridged_at=ARRIVED + 10.5,
            ended_at=ARRIVED + 100.25,
            cause="NORMAL_CLEARING",
        ),
    ),
    trace=(
        TraceRecord(ARRIVED, "entry.line", {"dialled": "037512319", "line": "12319"}),
        TraceRecord(ARRIVED + 6, "offer.made", {"seat": "1001", "title": "受理"}),
    ),
    department="市城市管理局",
)


def call(name: str, **changes: Any) -> CallRecord:
    """Return an answered call with this id and whatever else is to differ."""
    return replace(ANSWERED_CALL, call=name, **changes)


def calls(count: int, prefix: str = "call") -> list[CallRecord]:
    """Return `count` answered calls, a second apart."""
    return [call(f"{prefix}-{i}", arrived_at=ARRIVED + i) for i in range(count)]


_TEXTS = (
    *("call", "city", "plan_version", "trunk", "caller", "dialled", "line_dialled", "line_meant"),
    *("group", "seat", "agent", "cause", "survey_key", "survey_meaning", "recording"),
    "department",
)
_MAYBE_MOMENTS = ("greeted_at", "queued_at", "offered_at", "answered_at", "talk_ended_at")


def records(text: st.SearchStrategy[str], moment: st.SearchStrategy[float]) -> Any:
    """Return a strategy for call records whose texts and times come from these."""
    maybe = st.none() | moment
    step = st.builds(TraceRecord, moment, text, st.dictionaries(text, text, max_size=3))
    leg = st.builds(LegRecord, text, text, text, text, moment, maybe, maybe, maybe, text)
    return st.builds(
        CallRecord,
        **dict.fromkeys(_TEXTS, text),
        **dict.fromkeys(("arrived_at", "ended_at"), moment),
        **dict.fromkeys(_MAYBE_MOMENTS, maybe),
        outcome=st.sampled_from(Outcome),
        ended_by=st.sampled_from(EndedBy),
        legs=st.lists(leg, max_size=3).map(tuple),
        trace=st.lists(step, max_size=3).map(tuple),
    )


milliseconds = st.integers(0, 4_102_444_800_000).map(lambda value: value / 1000)
"""Times to the millisecond, from 1970 to 2100."""

tidy_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
hostile_text = (
    st.text(st.characters(exclude_categories=[]), max_size=20)
    | st.sampled_from(
        ["\0", "a\0b", "\ud800", "'; DROP TABLE calls; --", "\r\nUnique-ID: x", "\\u0000"]
    )
    | st.sampled_from(["长" * 600, "a" * 3000])
)

tidy_records = records(tidy_text, milliseconds)
hostile_records = records(hostile_text, st.floats(0, 4_102_444_800))
