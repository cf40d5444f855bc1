"""A day that was, with another plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import inf
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.attendance import AWAY, agents, staffing
from routing.calendars import Span
from routing.lines import Exit, Overflow
from routing.past import Past
from routing.patience import Survival
from routing.plan import Plan, SkillGroup
from routing.record import Outcome
from routing.replay import as_it_was, replay
from routing.seats import Seat
from routing.shifts import Rotation
from tests.routing.build import NOW, hotline, plan, retired

CALL = Past(
    call="call-0",
    arrived_at=NOW,
    caller="13937512345",
    dialled="12345",
    trunk="carrier",
    line_dialled="12345",
    group="intake",
    queued_at=NOW + 5,
    offered_at=NOW + 5,
    answered_at=NOW + 9,
    talk_ended_at=NOW + 109,
    ended_at=NOW + 115,
    seat="1001",
    agent="8001",
    outcome=Outcome.ANSWERED,
    cause="NORMAL_CLEARING",
)


def answered(number: int, at: float, waited: float = 4.0, talked: float = 100.0) -> Past:
    """A caller who came to the queue `at` seconds after NOW and was answered."""
    queued = NOW + at
    return replace(
        CALL,
        call=f"call-{number:04}",
        arrived_at=queued - 5,
        queued_at=queued,
        offered_at=queued + waited - 4,
        answered_at=queued + waited,
        talk_ended_at=queued + waited + talked,
        ended_at=queued + waited + talked,
    )


def gave_up(number: int, at: float, waited: float) -> Past:
    return replace(
        answered(number, at),
        offered_at=None,
        answered_at=None,
        talk_ended_at=None,
        ended_at=NOW + at + waited,
        seat="",
        agent="",
        outcome=Outcome.ABANDONED,
    )


def busy_day(callers: int = 200, gap: float = 20.0) -> list[Past]:
    """Callers every 20 seconds who talk for 100: five seats' work."""
    return [answered(number, number * gap) for number in range(callers)]


def with_seats(many: int, **changes: object) -> Plan:
    seats = {f"{1001 + n}": Seat(f"{1001 + n}", ("intake",)) for n in range(many)}
    return plan(seats=seats, **changes)


class TestTheReplay:
    def test_counts_every_caller_once(self) -> None:
        assert replay(busy_day(), with_seats(6)).calls == 200

    def test_of_a_hall_with_seats_enough_answers_everybody_in_time(self) -> None:
        counts = replay(busy_day(), with_seats(8))
        assert (counts.answered, counts.in_time_rate) == (200, 1.0)
        assert counts.average_wait == pytest.approx(4.0)

    def test_with_fewer_seats_makes_callers_wait_and_give_up(self) -> None:
        day = [*busy_day(), *(gave_up(500 + n, 10.0 + 40 * n, 60.0) for n in range(20))]
        day.sort(key=lambda past: past.arrived_at)
        many, few = replay(day, with_seats(12)), replay(day, with_seats(3))
        assert many.connect_rate == 1.0
        assert few.connect_rate is not None
        assert few.connect_rate < 0.9
        assert (few.average_wait or 0) > 30

    def test_lets_who_gave_up_give_up_after_the_same_wait(self) -> None:
        nobody = with_seats(0)
        counts = replay([gave_up(1, 0.0, 61.0)], nobody)
        assert (counts.abandoned, counts.longest_wait) == (1, 61.0)

    def test_routes_by_the_plan_that_is_tried(self) -> None:
        day = [
            replace(answered(n, n * 300.0), dialled="12319", line_dialled="12319") for n in range(9)
        ]
        gone = plan(retired(date(2020, 1, 3)), hotline())
        assert replay(day, gone).refused == 9
        unknown = replay(day, plan())
        assert unknown.refused == 9
        told = plan(retired(datetime.fromtimestamp(NOW, UTC).date(), connects=False), hotline())
        assert replay(day, told).redirected == 9

    def test_finds_a_line_that_was_known_by_a_header(self) -> None:
        """The trunk asked for another number; Diversion named the line."""
        day = [replace(CALL, dialled="88880000")]
        assert replay(day, with_seats(1)).answered == 1

    def test_widens_by_the_plans_steps(self) -> None:
        groups = {
            "intake": SkillGroup("intake", "受理"),
            "market": SkillGroup("market", "市场"),
        }
        seats = {"1001": Seat("1001", ("intake",)), "2001": Seat("2001", ("market",))}
        line = hotline(overflow=(Overflow(group="market", after_seconds=30.0),))
        day = [
            replace(past, seat="2001" if n % 2 else "1001") for n, past in enumerate(busy_day(40))
        ]
        alone = replay(day, plan(groups=groups, seats=seats))
        helped = replay(day, plan(line, groups=groups, seats=seats))
        assert (helped.average_wait or 0) < 0.8 * (alone.average_wait or 0)

    def test_lets_further_seats_serve_at_once_while_nobody_is_signed_in(self) -> None:
        groups = {"intake": SkillGroup("intake", "受理"), "market": SkillGroup("market", "市场")}
        line = hotline(overflow=(Overflow(group="market", after_seconds=300.0),))
        day = [replace(CALL, seat="2001")]
        seats = {"2001": Seat("2001", ("market",))}
        counts = replay(day, plan(line, groups=groups, seats=seats))
        assert counts.longest_wait == pytest.approx(4.0)

    @pytest.mark.parametrize(
        ("then", "figure"),
        [
            (Exit.ANNOUNCE, "timed_out"),
            (Exit.VOICEMAIL, "voicemails"),
            (Exit.CALLBACK, "callbacks"),
        ],
    )
    def test_leads_out_whom_the_plan_leads_out(self, then: Exit, figure: str) -> None:
        line = hotline(overflow=(Overflow(after_seconds=20.0, then=then),))
        counts = replay(
            busy_day(50, gap=10.0), plan(line, seats={"1001": Seat("1001", ("intake",))})
        )
        assert getattr(counts, figure) > 10
        assert (counts.longest_wait or 0) <= 24.0

    def test_leads_out_whom_an_estimate_above_the_plans_leads_out(self) -> None:
        step = Overflow(wait_above_seconds=120.0, then=Exit.CALLBACK)
        one_seat = {"1001": Seat("1001", ("intake",))}
        day = busy_day(60, gap=20.0)
        counts = replay(day, plan(hotline(overflow=(step,)), seats=one_seat))
        assert counts.callbacks > 20
        assert counts.answered + counts.callbacks == 60
        without = replay(day, plan(seats=one_seat))
        assert (counts.longest_wait or 0) < (without.longest_wait or 0) / 4

    def test_widens_where_the_estimate_is_above_the_plans(self) -> None:
        groups = {"intake": SkillGroup("intake", "受理"), "market": SkillGroup("market", "市场")}
        seats = {"1001": Seat("1001", ("intake",)), "2001": Seat("2001", ("market",))}
        step = Overflow(group="market", wait_above_seconds=60.0)
        day = [replace(p, seat="2001" if n % 2 else "1001") for n, p in enumerate(busy_day(40))]
        alone = replay(day, plan(groups=groups, seats=seats))
        helped = replay(day, plan(hotline(overflow=(step,)), groups=groups, seats=seats))
        assert (helped.average_wait or 0) < 0.8 * (alone.average_wait or 0)

    def test_keeps_barred_callers_out_and_early_leavers_early(self) -> None:
        barred = replace(CALL, outcome=Outcome.REFUSED, cause="CALL_REJECTED", queued_at=None)
        early = replace(CALL, call="b", outcome=Outcome.ABANDONED_AT_ENTRY, queued_at=None)
        counts = replay([barred, early], plan())
        assert (counts.refused, counts.abandoned_at_entry) == (1, 1)

    @settings(max_examples=15, deadline=None)
    @given(st.integers(0, 3), st.integers(0, 1000), st.lists(st.integers(0, 400), max_size=25))
    def test_is_repeatable_and_loses_nobody(self, seats: int, seed: int, waits: list[int]) -> None:
        day = sorted(
            (
                gave_up(n, n * 15.0, wait) if wait % 3 else answered(n, n * 15.0, wait + 4.0)
                for n, wait in enumerate(waits)
            ),
            key=lambda past: past.arrived_at,
        )
        tried = with_seats(seats)
        counts = replay(day, tried, seed=seed)
        assert counts == replay(day, tried, seed=seed)
        assert counts.calls == len(day)
        assert counts.offered == counts.answered + counts.abandoned == len(day)

    def test_tells_how_far_it_is(self) -> None:
        told: list[int] = []
        replay(busy_day(), with_seats(6), progress=told.append)
        assert told == sorted(told)
        assert told[-1] == 200

    def test_has_the_day_as_it_was_to_compare_with(self) -> None:
        counts = as_it_was([*busy_day(9), gave_up(99, 0.0, 3.0)])
        assert (counts.answered, counts.abandoned, counts.short_abandons) == (9, 1, 1)
        assert counts.connect_rate == 0.9


class TestWhoSitsWhere:
    def test_without_shifts_is_as_it_was_with_long_pauses_left_out(self) -> None:
        day = [answered(1, 0.0), answered(2, 600.0), answered(3, 600.0 + 2 * AWAY)]
        (first, second) = staffing(day, with_seats(1))["1001"]
        assert first == (NOW, NOW + 704)
        assert second == (NOW + 600 + 2 * AWAY, inf)

    def test_of_a_new_seat_is_as_long_as_anybody_was_there(self) -> None:
        found = staffing([answered(1, 0.0)], with_seats(2))
        assert found["1002"] == found["1001"] == [(NOW, inf)]

    def test_follows_the_shifts_of_the_plan(self) -> None:
        start = datetime.fromtimestamp(NOW, plan().zone).date() - timedelta(days=8)
        shifts = {
            "crews": Rotation(
                name="crews",
                crews=("a", "b"),
                times={"day": Span(0, 720), "night": Span(720, 1440)},
                pattern=("day", "night"),
                starts_on=start,
            )
        }
        seats = {"1001": Seat("1001", ("intake",), shift="crews", crew="a")}
        day = [answered(n, n * 3600.0) for n in range(24)]
        spans = staffing(day, plan(seats=seats, shifts=shifts))["1001"]
        on = sum(ends - begins for begins, ends in spans)
        assert 2 * 3600 < on < 4 * 3600

    def test_knows_the_last_agent_of_a_seat(self) -> None:
        assert agents([CALL, replace(CALL, agent="8002")]) == {"1001": "8002"}


class TestPatienceOfADay:
    def test_is_endless_if_nobody_gave_up(self) -> None:
        assert Survival([(10.0, False)]).draw(0.0, Random(1)) == inf

    def test_is_longer_for_who_has_waited_longer(self) -> None:
        found = Survival([(float(n), True) for n in range(1, 101)])
        draws = [found.draw(50.0, Random(n)) for n in range(200)]
        assert min(draws) > 50
        assert sum(draws) / len(draws) == pytest.approx(75, abs=5)

    def test_takes_answered_callers_for_what_they_are(self) -> None:
        """Half of the callers were answered after a second: the others' patience is what counts."""
        ends = [(1.0, False)] * 100 + [(float(n), True) for n in range(2, 102)]
        found = Survival(ends)
        draws = [found.draw(0.0, Random(n)) for n in range(400)]
        assert sum(draws) / len(draws) == pytest.approx(51.5, abs=6)

    @given(st.lists(st.tuples(st.floats(0, 900), st.booleans())), st.floats(0, 2000), st.integers())
    def test_never_ends_before_the_wait_that_was_seen(
        self, ended: list[tuple[float, bool]], waited: float, seed: int
    ) -> None:
        assert Survival(ended).draw(waited, Random(seed)) >= waited
