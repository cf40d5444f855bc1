"""When a line is open, by which rule, and when that changes next."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.calendars import (
    ALWAYS,
    CLOSED,
    MINUTES_A_DAY,
    WHOLE_DAY,
    Calendar,
    Holidays,
    Hours,
    Rule,
    Span,
    clock_time,
    moment,
    shown,
)

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
WORK: Hours = (Span(9 * 60, 12 * 60), Span(14 * 60, 18 * 60))
FRIDAY: Hours = (Span(9 * 60, 12 * 60),)
SHORT: Hours = (Span(10 * 60, 11 * 60),)
NIGHT: Hours = (Span(22 * 60, 30 * 60),)
WEEK = (WORK, WORK, WORK, WORK, FRIDAY, CLOSED, CLOSED)
SPRING = Holidays(
    days=frozenset(date(2026, 2, day) for day in range(15, 24)),
    work_days={date(2026, 2, 14): None, date(2026, 2, 28): 4},
    known_years=frozenset({2026}),
)
OFFICE = Calendar("office", WEEK, on_holidays=CLOSED, on_make_up_days=0, holidays=SPRING)


def at(when: str, zone: ZoneInfo = SHANGHAI) -> float:
    return datetime.fromisoformat(when).replace(tzinfo=zone).timestamp()


def local(when: float | None, zone: ZoneInfo = SHANGHAI) -> str:
    assert when is not None
    return datetime.fromtimestamp(when, zone).strftime("%Y-%m-%d %H:%M")


class TestWeek:
    """Hours repeat every week, several spans a day, over midnight too."""

    @pytest.mark.parametrize(
        ("when", "is_open"),
        [
            ("2026-03-02 08:59:59", False),
            ("2026-03-02 09:00:00", True),
            ("2026-03-02 11:59:59", True),
            ("2026-03-02 12:00:00", False),
            ("2026-03-02 14:00:00", True),
            ("2026-03-02 18:00:00", False),
            ("2026-03-06 15:00:00", False),
            ("2026-03-07 10:00:00", False),
        ],
    )
    def test_a_span_has_its_beginning_and_not_its_end(self, when: str, is_open: bool) -> None:
        assert OFFICE.is_open(at(when), SHANGHAI) is is_open

    def test_a_span_over_midnight_belongs_to_the_day_on_which_it_begins(self) -> None:
        nights = Calendar("nights", (*[CLOSED] * 4, NIGHT, CLOSED, CLOSED))
        assert nights.is_open(at("2026-03-06 23:00"), SHANGHAI)
        assert nights.is_open(at("2026-03-07 05:59"), SHANGHAI)
        assert not nights.is_open(at("2026-03-07 06:00"), SHANGHAI)
        assert nights.why(at("2026-03-07 05:59"), SHANGHAI).facts["day"] == "2026-03-06"

    def test_the_night_from_sunday_reaches_into_monday(self) -> None:
        nights = Calendar("nights", (*[CLOSED] * 6, NIGHT))
        assert nights.is_open(at("2026-03-09 03:00"), SHANGHAI)
        assert not nights.is_open(at("2026-03-08 03:00"), SHANGHAI)

    def test_the_hours_are_those_of_the_citys_clock(self) -> None:
        now = at("2026-03-02 09:30")
        assert OFFICE.is_open(now, SHANGHAI)
        assert not OFFICE.is_open(now, BERLIN)

    def test_a_leap_day_is_a_day(self) -> None:
        assert OFFICE.is_open(at("2028-02-29 10:00"), SHANGHAI)


class TestHolidays:
    """Public holidays, make-up work days and special days, the most particular first."""

    @pytest.mark.parametrize(
        ("day", "rule", "hours"),
        [
            (date(2026, 2, 13), Rule.WEEK, FRIDAY),
            (date(2026, 2, 14), Rule.MAKE_UP_DAY, WORK),  # a Saturday
            (date(2026, 2, 16), Rule.HOLIDAY, CLOSED),  # a Monday
            (date(2026, 2, 28), Rule.MAKE_UP_DAY, FRIDAY),  # a Saturday in place of a Friday
        ],
    )
    def test_the_rule_of_a_day(self, day: date, rule: Rule, hours: Hours) -> None:
        assert OFFICE.hours_of(day) == (rule, hours)

    def test_a_holiday_may_have_hours_of_its_own(self) -> None:
        calendar = Calendar("short", WEEK, on_holidays=SHORT, holidays=SPRING)
        assert calendar.is_open(at("2026-02-22 10:30"), SHANGHAI)
        assert not calendar.is_open(at("2026-02-22 09:30"), SHANGHAI)

    def test_a_make_up_day_may_have_hours_of_its_own(self) -> None:
        calendar = Calendar("short", WEEK, on_make_up_days=SHORT, holidays=SPRING)
        assert calendar.hours_of(date(2026, 2, 28)) == (Rule.MAKE_UP_DAY, SHORT)

    def test_whoever_ignores_holidays_is_open_as_usual(self) -> None:
        calendar = Calendar("usual", WEEK, holidays=SPRING)
        assert calendar.hours_of(date(2026, 2, 16)) == (Rule.WEEK, WORK)
        assert calendar.hours_of(date(2026, 2, 14)) == (Rule.WEEK, CLOSED)

    @pytest.mark.parametrize("day", [date(2026, 2, 16), date(2026, 2, 14), date(2026, 3, 2)])
    def test_a_special_day_wins_over_everything(self, day: date) -> None:
        calendar = Calendar(
            "special", WEEK, on_holidays=CLOSED, on_make_up_days=0, special={day: SHORT},
            holidays=SPRING,
        )  # fmt: skip
        assert calendar.hours_of(day) == (Rule.SPECIAL_DAY, SHORT)

    def test_the_night_before_a_holiday_is_served_to_its_end(self) -> None:
        calendar = Calendar("nights", (NIGHT,) * 7, on_holidays=CLOSED, holidays=SPRING)
        assert calendar.is_open(at("2026-02-15 05:00"), SHANGHAI)
        assert not calendar.is_open(at("2026-02-15 23:00"), SHANGHAI)


class TestUnknownYears:
    """In a year whose holidays nobody has announced yet, the week goes on."""

    def test_the_weekly_hours_apply(self) -> None:
        assert OFFICE.is_open(at("2027-01-01 10:00"), SHANGHAI)

    def test_it_is_told(self) -> None:
        assert OFFICE.holidays_known(at("2026-12-31 23:59"), SHANGHAI)
        assert not OFFICE.holidays_known(at("2027-01-01 00:00"), SHANGHAI)
        assert OFFICE.why(at("2027-01-01 10:00"), SHANGHAI).facts["holidays_known"] == "no"

    def test_nothing_is_told_where_holidays_do_not_matter(self) -> None:
        assert ALWAYS.holidays_known(at("2027-01-01 00:00"), SHANGHAI)
        assert "holidays_known" not in ALWAYS.why(at("2027-01-01 00:00"), SHANGHAI).facts


class TestWhy:
    """A ruling has the rule and the facts that a trace shows."""

    def test_closed_by_a_holiday(self) -> None:
        ruling = OFFICE.why(at("2026-02-16 10:00"), SHANGHAI)
        assert (ruling.open, ruling.rule) == (False, Rule.HOLIDAY)
        assert ruling.facts == {"calendar": "office", "day": "2026-02-16", "hours": "closed"}

    def test_closed_at_noon(self) -> None:
        ruling = OFFICE.why(at("2026-03-02 13:00"), SHANGHAI)
        assert (ruling.open, ruling.rule) == (False, Rule.WEEK)
        assert ruling.facts["hours"] == "09:00-12:00 14:00-18:00"

    def test_times_are_written_as_in_the_yaml(self) -> None:
        assert shown(NIGHT) == "22:00-06:00+1"
        assert shown(WHOLE_DAY) == "00:00-24:00"
        assert clock_time(2 * MINUTES_A_DAY) == "24:00+1"


class TestNextChange:
    """When the next opening or closing is."""

    @pytest.mark.parametrize(
        ("now", "then"),
        [
            ("2026-03-02 08:00", "2026-03-02 09:00"),
            ("2026-03-02 09:00", "2026-03-02 12:00"),
            ("2026-03-06 12:00", "2026-03-09 09:00"),
            ("2026-02-14 18:00", "2026-02-24 09:00"),
            ("2026-12-31 18:00", "2027-01-01 09:00"),
        ],
    )
    def test_the_office_opens_and_closes(self, now: str, then: str) -> None:
        assert local(OFFICE.next_change(at(now), SHANGHAI)) == then

    def test_spans_that_touch_are_one(self) -> None:
        whole = Calendar("whole", (*[(Span(0, 720), Span(720, 1440))] * 4, *[CLOSED] * 3))
        assert local(whole.next_change(at("2026-03-02 08:00"), SHANGHAI)) == "2026-03-06 00:00"

    def test_what_is_always_open_never_changes(self) -> None:
        assert ALWAYS.next_change(at("2026-03-02 08:00"), SHANGHAI) is None

    def test_what_is_never_open_never_changes(self) -> None:
        never = Calendar("never", (CLOSED,) * 7)
        assert never.next_change(at("2026-03-02 08:00"), SHANGHAI) is None

    def test_a_closure_of_one_day_a_year_is_found(self) -> None:
        calendar = Calendar("new year", (WHOLE_DAY,) * 7, special={date(2027, 1, 1): CLOSED})
        assert local(calendar.next_change(at("2026-01-02 00:00"), SHANGHAI)) == "2027-01-01 00:00"


class TestSpans:
    """The stretches of a period, as a roster needs them."""

    def test_those_are_given_that_touch_the_period_and_whole(self) -> None:
        spans = OFFICE.spans(at("2026-03-02 12:00"), at("2026-03-03 09:01"), SHANGHAI)
        assert [(local(begins), local(ends)) for begins, ends in spans] == [
            ("2026-03-02 14:00", "2026-03-02 18:00"),
            ("2026-03-03 09:00", "2026-03-03 12:00"),
        ]

    def test_one_that_begins_with_the_period_s_end_is_not(self) -> None:
        assert not list(OFFICE.spans(at("2026-03-02 18:00"), at("2026-03-03 09:00"), SHANGHAI))


class TestClockChanges:
    """A city whose clock changes is served without a gap and without an error."""

    def test_a_time_that_is_skipped_is_the_moment_of_the_change(self) -> None:
        change = at("2026-03-29 03:00", BERLIN)
        for minute in (120, 121, 150, 179, 180):
            assert moment(date(2026, 3, 29), minute, BERLIN) == change

    def test_a_time_that_is_repeated_is_its_first_occurrence(self) -> None:
        first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp()
        assert moment(date(2026, 10, 25), 150, BERLIN) == first

    def test_the_night_is_an_hour_shorter_or_longer(self) -> None:
        nights = Calendar("nights", (NIGHT,) * 7)
        lengths = [
            [
                ends - begins
                for begins, ends in nights.spans(at(day, BERLIN), at(day, BERLIN), BERLIN)
            ]
            for day in ("2026-03-29 01:00", "2026-10-25 01:00", "2026-07-01 01:00")
        ]
        assert lengths == [[7 * 3600], [9 * 3600], [8 * 3600]]

    @given(st.integers(0, 2 * MINUTES_A_DAY - 1), st.dates(date(2000, 1, 1), date(2036, 1, 1)))
    def test_later_on_the_clock_is_never_earlier(self, minute: int, day: date) -> None:
        assert moment(day, minute, BERLIN) <= moment(day, minute + 1, BERLIN)

    def test_always_is_open_in_the_repeated_hour(self) -> None:
        for minute in range(240):
            now = datetime(2026, 10, 25, tzinfo=UTC).timestamp() + minute * 60
            assert ALWAYS.is_open(now, BERLIN)


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    """Draw the hours of a day: up to three spans in order, the last perhaps over midnight."""
    edges = sorted(draw(st.sets(st.integers(0, MINUTES_A_DAY - 1), max_size=6)))
    if len(edges) % 2:
        edges.append(draw(st.integers(MINUTES_A_DAY, MINUTES_A_DAY + edges[-1])))
    return tuple(Span(*pair) for pair in zip(edges[::2], edges[1::2], strict=True))


DAYS = st.dates(date(2025, 12, 1), date(2027, 2, 1))
CALENDARS = st.builds(
    Calendar,
    name=st.just("any"),
    week=st.tuples(*[hours()] * 7),
    on_holidays=st.none() | hours(),
    on_make_up_days=st.none() | hours() | st.integers(0, 6),
    special=st.dictionaries(DAYS, hours(), max_size=5),
    holidays=st.builds(
        Holidays,
        days=st.frozensets(DAYS, max_size=20),
        work_days=st.dictionaries(DAYS, st.none() | st.integers(0, 6), max_size=5),
        known_years=st.frozensets(st.integers(2025, 2027)),
    ),
)
MOMENTS = st.floats(at("2025-12-01 00:00"), at("2027-02-01 00:00"))


class TestEveryCalendar:
    """What holds whatever the hours are."""

    @given(CALENDARS, MOMENTS)
    def test_it_is_open_when_the_citys_clock_shows_its_hours(
        self, calendar: Calendar, now: float
    ) -> None:
        clock = datetime.fromtimestamp(now, SHANGHAI)
        midnight = clock.replace(hour=0, minute=0, second=0, microsecond=0)
        minute = (clock - midnight).total_seconds() / 60
        today = calendar.hours_of(clock.date())[1]
        yesterday = calendar.hours_of(clock.date() - timedelta(days=1))[1]
        expected = any(one.begins <= minute < one.ends for one in today) or any(
            one.begins <= minute + MINUTES_A_DAY < one.ends for one in yesterday
        )
        assert calendar.is_open(now, SHANGHAI) is expected
        assert calendar.why(now, SHANGHAI).open is expected

    @given(CALENDARS, MOMENTS, st.sampled_from([SHANGHAI, BERLIN]), st.data())
    def test_nothing_changes_before_the_next_change(
        self, calendar: Calendar, now: float, zone: ZoneInfo, data: st.DataObject
    ) -> None:
        change = calendar.next_change(now, zone)
        until = now + 30 * 86400 if change is None else change
        between = data.draw(st.floats(now, until, exclude_max=True))
        assert calendar.is_open(between, zone) is calendar.is_open(now, zone)
        if change is not None:
            assert change > now
            assert calendar.is_open(change, zone) is not calendar.is_open(now, zone)
