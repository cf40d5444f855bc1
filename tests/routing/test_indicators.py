"""What an outcome counts as, and what rates are made of."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.indicators import SUMS, Counts
from routing.record import Outcome

ASKING = {
    Outcome.ANSWERED: "answered",
    Outcome.ABANDONED: "abandoned",
    Outcome.TIMED_OUT: "timed_out",
    Outcome.REMOVED: "removed",
    Outcome.CALLBACK: "callbacks",
    Outcome.VOICEMAIL: "voicemails",
    Outcome.CONGESTED: "could_not_enter",
    Outcome.TURNED_AWAY: "could_not_enter",
    Outcome.FAILED: "failed",
}
"""How requests for a person end → their figure."""
numbers = st.integers(0, 10**12)
counts = st.builds(
    Counts,
    **dict.fromkeys(SUMS, numbers),
    longest_wait_ms=st.none() | numbers,
    surveys=st.dictionaries(st.sampled_from(["satisfied", "neutral"]), st.integers(1, 9)),
)


def ended(outcome: Outcome, *, asked: bool = True, in_time: bool = True) -> Counts:
    return Counts.of(outcome, asked=asked, in_time=in_time, short=True)


OF_CALLS = [one for one in Outcome if one not in (Outcome.NOT_REACHED, Outcome.SEAT_MISSED)]
"""Outcomes of calls to the hotline; the others are those of callbacks."""


class TestOutcomes:
    @pytest.mark.parametrize("outcome", OF_CALLS)
    def test_requests_for_a_person_are_offered_and_no_others(self, outcome: Outcome) -> None:
        found = ended(outcome)
        assert found.calls == 1
        assert found.offered == (outcome in ASKING)
        if outcome in ASKING:
            assert getattr(found, ASKING[outcome]) == 1

    def test_who_never_asked_could_not_be_kept_out(self) -> None:
        assert ended(Outcome.TURNED_AWAY, asked=False) == Counts(calls=1)
        assert ended(Outcome.FAILED, asked=False) == Counts(calls=1)

    def test_only_an_answer_is_in_time_and_only_an_abandon_is_short(self) -> None:
        both = ended(Outcome.ANSWERED) + ended(Outcome.ABANDONED) + ended(Outcome.TIMED_OUT)
        assert (both.answered_in_time, both.short_abandons) == (1, 1)


class TestRates:
    def test_both_rates_have_everybody_who_asked_as_their_base(self) -> None:
        late = ended(Outcome.ANSWERED, in_time=False)
        day = sum((ended(outcome) for outcome in OF_CALLS), late)
        assert day.offered == 10
        assert (day.connect_rate, day.in_time_rate) == (2 / 10, 1 / 10)

    def test_without_calls_there_are_none(self) -> None:
        quiet = Counts()
        assert quiet.connect_rate is quiet.in_time_rate is quiet.average_wait is None
        assert quiet.average_talk is quiet.longest_wait is None

    def test_averages_are_in_seconds(self) -> None:
        day = Counts(waited=2, wait_ms=3000, longest_wait_ms=2500, talked=4, talk_ms=10_000)
        assert (day.average_wait, day.longest_wait, day.average_talk) == (1.5, 2.5, 2.5)


class TestAdding:
    @given(counts, counts, counts)
    def test_the_order_does_not_matter(self, a: Counts, b: Counts, c: Counts) -> None:
        assert (a + b) + c == a + (c + b)
        assert a + Counts() == a

    @given(counts, counts)
    def test_nothing_is_left_out(self, a: Counts, b: Counts) -> None:
        for one in fields(Counts):
            name = one.name
            if name in SUMS:
                assert getattr(a + b, name) == getattr(a, name) + getattr(b, name)
        longest = [one.longest_wait for one in (a, b) if one.longest_wait is not None]
        assert (a + b).longest_wait == max(longest, default=None)
        assert sum((a + b).surveys.values()) == sum([*a.surveys.values(), *b.surveys.values()])

    @given(counts)
    def test_plain_data_tell_every_figure(self, a: Counts) -> None:
        plain = a.plain()
        assert {name for name in SUMS if not name.endswith("_ms")} <= set(plain)
        assert plain["talk_seconds"] == a.talk_ms / 1000
        assert plain["connect_rate"] == a.connect_rate
