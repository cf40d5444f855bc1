"""What callers meet out of hours, and what the trace says about hours and crews."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from routing.calendars import ALWAYS, CLOSED, Calendar, Holidays, Span
from routing.callflow import State
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.entry import Arrival, Refusal, Route, decide
from routing.lines import LineKind
from routing.plan import Plan, SkillGroup
from routing.record import CallRecord, EndedBy, Outcome
from routing.shifts import DayShift, Rotation
from tests.routing.build import ZONE, Story, hotline, plan, retired

OFFICE = Calendar(
    "office",
    (*[(Span(540, 1080),)] * 5, CLOSED, CLOSED),
    on_holidays=CLOSED,
    on_make_up_days=0,
    holidays=Holidays(
        frozenset({date(2026, 10, 1)}), {date(2026, 10, 10): None}, frozenset({2026})
    ),
)
NEVER = Calendar("never", (CLOSED,) * 7)
NOON, EVENING = "2026-09-30 12:00", "2026-09-30 20:00"
ROUND_THE_CLOCK = Rotation(
    "intake",
    ("A", "B"),
    {"day": Span(480, 1200), "night": Span(1200, 1920)},
    ("day", "night"),
    date(2026, 1, 1),
)
MARKET = hotline(
    name="12315",
    kind=LineKind.PARALLEL,
    numbers=frozenset({"12315"}),
    group="market",
    open="office",
)


def city(*lines: object, **group: object) -> Plan:
    made = plan(hotline(), MARKET, retired(date(2026, 9, 20)), *lines)  # type: ignore[arg-type]
    market = replace(SkillGroup("market", "市监"), **group)  # type: ignore[arg-type]
    return replace(
        made,
        groups={**made.groups, "market": market},
        calendars={"always": ALWAYS, "office": OFFICE, "never": NEVER},
        shifts={"intake": ROUND_THE_CLOCK, "web": DayShift("web", "web", OFFICE)},
    )


def at(when: str) -> float:
    return datetime.fromisoformat(when).replace(tzinfo=ZONE).timestamp()


def route(called: str, when: str, the_city: Plan | None = None) -> Route:
    found = decide(Arrival("13812345678", called, "carrier"), the_city or city(), at(when))
    assert isinstance(found, Route)
    return found


def reason(found: Route, what: str) -> dict[str, str]:
    [facts] = [dict(one.facts) for one in found.reasons if one.what == what]
    return facts


class TestClosedLine:
    """Whoever calls out of hours is told so, and does not wait for nobody."""

    def test_in_its_hours_the_line_connects(self) -> None:
        found = route("12315", NOON)
        assert (found.connect, found.closed, found.greeting) == (True, False, ("greeting",))
        assert reason(found, "entry.open")["why"] == "week"

    def test_out_of_hours_the_caller_hears_so_and_is_not_connected(self) -> None:
        found = route("12315", EVENING)
        assert (found.connect, found.closed) == (False, True)
        assert found.greeting == ("out_of_hours",)

    def test_the_reason_names_the_rule_and_the_next_opening(self) -> None:
        assert reason(route("12315", EVENING), "entry.closed") == {
            "calendar": "office",
            "day": "2026-09-30",
            "hours": "09:00-18:00",
            "why": "week",
            "opens_at": "2026-10-02T09:00+08:00",
        }

    @pytest.mark.parametrize(
        ("when", "why"),
        [("2026-10-01 12:00", "holiday"), ("2026-10-11 12:00", "week")],
    )
    def test_a_holiday_or_weekend_closes_it(self, when: str, why: str) -> None:
        assert reason(route("12315", when), "entry.closed")["why"] == why

    def test_a_make_up_saturday_opens_it(self) -> None:
        found = route("12315", "2026-10-10 12:00")
        assert reason(found, "entry.open")["why"] == "make_up_day"

    def test_in_a_year_without_known_holidays_it_works_and_the_reason_says_so(self) -> None:
        found = route("12315", "2027-01-01 12:00")
        assert found.connect
        assert reason(found, "entry.open")["holidays_known"] == "no"

    def test_a_line_may_have_words_of_its_own(self) -> None:
        line = replace(MARKET, closed_prompt="market_closed")
        assert route("12315", EVENING, city(line)).greeting == ("market_closed",)

    def test_a_line_that_never_opens_still_answers(self) -> None:
        found = route("12315", NOON, city(replace(MARKET, open="never")))
        assert reason(found, "entry.closed")["opens_at"] == "unknown"

    def test_a_line_without_a_calendar_is_open_at_all_times(self) -> None:
        found = route("12345", EVENING)
        assert found.connect
        assert not [one for one in found.reasons if one.what in ("entry.open", "entry.closed")]


class TestClosedGroup:
    """A group that nobody serves at this hour closes every line that leads to it."""

    def test_the_caller_hears_so(self) -> None:
        the_city = city(replace(MARKET, open="always"), open="office")
        assert route("12315", NOON, the_city).connect
        found = route("12315", EVENING, the_city)
        assert (found.connect, found.greeting) == (False, ("out_of_hours",))
        assert reason(found, "entry.closed")["calendar"] == "office"

    def test_a_line_and_its_group_with_the_same_calendar_have_one_reason(self) -> None:
        assert reason(route("12315", NOON, city(open="office")), "entry.open")


class TestRetiredLine:
    """A retired line is open when the line is that serves its callers."""

    CLOSED_HOTLINE = hotline(open="office")

    def test_the_announcement_comes_first_out_of_hours_too(self) -> None:
        found = route("12319", EVENING, city(self.CLOSED_HOTLINE))
        assert found.greeting == ("change_announcement", "out_of_hours")
        assert not found.connect

    def test_a_line_that_only_announces_is_not_closed(self) -> None:
        line = retired(date(2026, 9, 20), connects=False)
        found = route("12319", EVENING, city(self.CLOSED_HOTLINE, line))
        assert found.greeting == ("change_announcement",)
        assert (found.connect, found.closed) == (False, False)

    def test_before_its_day_it_has_its_own_hours(self) -> None:
        line = replace(retired(date(2026, 12, 1)), open="office")
        assert route("12319", EVENING, city(line)).greeting == ("out_of_hours",)

    def test_in_its_month_its_own_hours_are_over(self) -> None:
        line = replace(retired(date(2026, 9, 20)), open="never")
        assert route("12319", EVENING, city(line)).connect

    def test_a_number_that_is_gone_stays_gone(self) -> None:
        line = replace(retired(date(2020, 1, 3)), open="never")
        arrival = Arrival("", "12319", "carrier")
        assert isinstance(decide(arrival, city(line), at(NOON)), Refusal)


class TestCrewOnDuty:
    """The trace keeps which crew was on duty, for quality control by shift."""

    @pytest.mark.parametrize(
        ("shift", "when", "crew"),
        [
            ("intake", NOON, "A (day)"),
            ("intake", EVENING, "B (night)"),
            ("web", NOON, "web (day)"),
            ("web", EVENING, "nobody"),
        ],
    )
    def test_it_is_noted(self, shift: str, when: str, crew: str) -> None:
        found = route("12315", when, city(replace(MARKET, open=None), shift=shift))
        assert reason(found, "entry.on_duty") == {"shift": shift, "crew": crew}

    def test_nobody_is_noted_for_a_line_that_is_closed(self) -> None:
        found = route("12315", EVENING, city(shift="intake"))
        assert "entry.on_duty" not in [one.what for one in found.reasons]


class TestTheCall:
    """Out of hours the call is answered, the words are said, and the record tells it."""

    def story(self, called: str = "12315") -> Story:
        story = Story(city(), called)
        story.now = at(EVENING)
        return story.greeted()

    def test_the_words_are_said_and_the_caller_is_let_go(self) -> None:
        story = self.story()
        assert story.asked_for(do.Play) == [do.Play(("out_of_hours",), story.call.audio)]
        assert story.call.state is State.CLOSING
        story.happens(on.Played(story.call.audio))
        assert story.asked_for(do.Hangup)
        assert not [action for action in story.done if isinstance(action, do.Enqueue)]

    def test_the_record_says_closed(self) -> None:
        story = self.story()
        story.happens(on.Played(story.call.audio))
        story.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.SYSTEM))
        [written] = [one for one in story.done if isinstance(one, do.Close)]
        record: CallRecord = written.record
        assert (record.outcome, record.line_meant, record.queued_at) == (
            Outcome.CLOSED,
            "12315",
            None,
        )
        assert "entry.closed" in [step.what for step in record.trace]

    def test_whoever_waited_before_closing_keeps_the_place(self) -> None:
        story = Story(city(), "12315")
        story.now = at(EVENING)
        story.happens(on.Resumed(story.arrival, queued_at=at("2026-09-30 17:59")))
        assert story.call.state is State.WAITING
        assert story.asked_for(do.Enqueue)
