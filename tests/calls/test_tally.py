"""What the wallboard counts."""

from __future__ import annotations

from dataclasses import replace

from routing.callflow import Call
from routing.record import CallRecord, Outcome
from switchd.calls.tally import Tally
from tests.routing.build import NOW


def ended(outcome: Outcome, *, waited: float | None = None, at: float = NOW) -> CallRecord:
    call = Call(id="leg-a", arrived_at=at - 100, outcome=outcome, ended_at=at)
    if waited is not None:
        call = replace(call, queued_at=at - 90)
        if outcome is Outcome.ANSWERED:
            call = replace(call, answered_at=at - 90 + waited)
    return call.record("pingdingshan", "1", {})


def tally(*records: CallRecord) -> Tally:
    counted = Tally()
    for record in records:
        counted.add(record)
    return counted


class TestTally:
    def test_without_calls_there_are_no_rates(self) -> None:
        figures = Tally().figures(NOW)
        assert (figures.connect_rate, figures.rate_15s) == (None, None)

    def test_the_connect_rate_is_answered_by_requests_for_a_person(self) -> None:
        figures = tally(
            ended(Outcome.ANSWERED, waited=5),
            ended(Outcome.ANSWERED, waited=15),
            ended(Outcome.ANSWERED, waited=16),
            ended(Outcome.ABANDONED, waited=30),
        ).figures(NOW)
        assert (figures.asked, figures.connect_rate, figures.rate_15s) == (4, 0.75, 0.5)

    def test_who_never_asked_for_a_person_is_in_no_rate(self) -> None:
        figures = tally(
            ended(Outcome.REFUSED), ended(Outcome.REDIRECTED), ended(Outcome.ABANDONED_AT_ENTRY)
        ).figures(NOW)
        assert (figures.ended, figures.asked, figures.connect_rate) == (3, 0, None)

    def test_calls_a_minute_are_those_of_the_last_minute(self) -> None:
        counted = tally(ended(Outcome.REFUSED, at=NOW - 61), ended(Outcome.REFUSED, at=NOW - 1))
        assert counted.figures(NOW).calls_a_minute == 1
        assert counted.figures(NOW + 60).calls_a_minute == 0

    def test_surveys_are_counted_by_their_meaning(self) -> None:
        record = replace(ended(Outcome.ANSWERED, waited=1), survey_meaning="satisfied")
        assert tally(record, record).figures(NOW).surveys == {"satisfied": 2}
