"""Hours, holidays and shifts as admins write them."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from routing.calendars import CLOSED, Rule, Span
from routing.entry import Arrival, Route, decide
from routing.shifts import DayShift, Rotation
from switchd.config import Known, Severity, load
from switchd.config.build_calendars import build_calendar
from switchd.config.calendars import Calendar, Holidays
from switchd.config.holidays import build_holidays
from switchd.config.models import Mistake
from switchd.config.times import read_days, read_hours, read_weekdays, read_work_day

LINES = "lines:\n  12345: {kind: hotline, title: 热线, group: intake}\n"
MARKET = LINES + "  12315: {kind: parallel, title: 市监, group: intake, open: office}\n"
OFFICE = "calendars:\n  office:\n    week: {mon-fri: 09:00-12:00 14:00-18:00}\n"
ROTATION = (
    "shifts:\n"
    "  intake:\n"
    "    crews: [甲, 乙, 丙, 丁]\n"
    "    times: {early: 07:00-15:00, late: 15:00-23:00, night: 23:00-07:00+1}\n"
    "    pattern: [early, late, night, rest]\n"
    "    starts_on: 2026-01-01\n"
)
ONLY_2026 = "holidays: {source: none, days: [2026-01-01]}\n"
SUMMER, AUTUMN = (datetime(2026, month, 15, tzinfo=UTC).timestamp() for month in (6, 11))
NEXT_SUMMER = datetime(2027, 6, 15, tzinfo=UTC).timestamp()


class TestHours:
    """The hours of a day as one text."""

    @pytest.mark.parametrize(
        ("text", "hours"),
        [
            ("09:00-12:00 14:00-18:00", (Span(540, 720), Span(840, 1080))),
            ("14:00-18:00, 9:00-12:00", (Span(540, 720), Span(840, 1080))),
            ("09：00–12：00，14：00—18：00", (Span(540, 720), Span(840, 1080))),
            ("00:00-24:00", (Span(0, 1440),)),
            ("22:00-06:00+1", (Span(1320, 1800),)),
            ("22:00-次日06:00", (Span(1320, 1800),)),
            ("08:00-08:00+1", (Span(480, 1920),)),
            ("closed", CLOSED),
        ],
    )
    def test_it_is_read(self, text: str, hours: tuple[Span, ...]) -> None:
        assert read_hours(text) == hours

    @pytest.mark.parametrize(
        ("text", "what", "instead"),
        [
            ("09:00-25:00", "'25:00' is no time of day", "00:00 to 24:00"),
            ("09:60-10:00", "'09:60' is no time of day", "00:00 to 24:00"),
            ("09:00-24:01", "'24:01' is no time of day", "00:00 to 24:00"),
            ("nine-12:00", "'nine' is no time of day", "00:00 to 24:00"),
            ("24:00-06:00+1", "begins at 24:00", "the next day"),
            ("22:00-06:00", "ends before it begins", "22:00-06:00+1 if it ends on the next day"),
            ("09:00-09:00", "ends before it begins", "09:00-09:00+1"),
            ("09:00-10:00+1", "longer than a day", "24 hours"),
            ("09:00-12:00 11:00-18:00", "11:00-18:00 begins before 09:00-12:00 has", "one span"),
            ("09:00", "'09:00' is no span of time", "09:00-12:00 14:00-18:00"),
            ("", "no hours are written", "or closed"),
        ],
    )
    def test_a_mistake_is_told(self, text: str, what: str, instead: str) -> None:
        with pytest.raises(Mistake) as found:
            read_hours(text)
        assert what in found.value.what
        assert instead in found.value.instead


class TestDays:
    """Weekdays and dates."""

    @pytest.mark.parametrize(
        ("text", "days"),
        [
            ("mon-fri", [0, 1, 2, 3, 4]),
            ("sat, sun", [5, 6]),
            ("Mon Wednesday", [0, 2]),
            ("sat-mon", [5, 6, 0]),
            ("周一至周五", [0, 1, 2, 3, 4]),
            ("周六，周日", [5, 6]),
            ("daily", [0, 1, 2, 3, 4, 5, 6]),
        ],
    )
    def test_weekdays_are_read(self, text: str, days: list[int]) -> None:
        assert read_weekdays(text) == days

    def test_a_range_of_dates_is_read(self) -> None:
        assert read_days("2028-02-28 to 2028-03-01") == [
            date(2028, 2, 28),
            date(2028, 2, 29),
            date(2028, 3, 1),
        ]

    def test_a_work_day_may_say_which_weekday_it_replaces(self) -> None:
        assert read_work_day("2027-02-14 as wed") == (date(2027, 2, 14), 2)
        assert read_work_day("2027-02-14") == (date(2027, 2, 14), None)

    @pytest.mark.parametrize(
        "text", ["2027-02-29", "2027-2-5", "20270205", "2027-02-05 to 2027-02-04", "1027-01-01",
                 "2027-02-05 to 2029-02-05", "2027-02-05 to ", "tomorrow"]
    )  # fmt: skip
    def test_what_is_no_date_is_told(self, text: str) -> None:
        with pytest.raises(Mistake):
            read_days(text)


class TestHolidays:
    """China's holidays are there, and what is written by hand wins."""

    def test_the_announced_years_are_known_and_others_are_not(self) -> None:
        holidays = build_holidays(Holidays())
        assert date(2026, 2, 17) in holidays.days
        assert date(2026, 2, 14) in holidays.work_days
        assert set(range(2004, 2027)) <= holidays.known_years
        assert not holidays.known(date(2099, 1, 1))

    def test_a_year_can_be_written_by_hand(self) -> None:
        holidays = build_holidays(
            Holidays(days=("2099-02-05 to 2099-02-11",), work_days=("2099-02-14 as wed",))
        )
        assert holidays.known(date(2099, 6, 1))
        assert date(2099, 2, 8) in holidays.days
        assert holidays.work_days[date(2099, 2, 14)] == 2

    def test_what_is_written_wins_over_what_was_announced(self) -> None:
        holidays = build_holidays(Holidays(days=("2026-02-14",), work_days=("2026-02-17",)))
        assert date(2026, 2, 14) in holidays.days
        assert date(2026, 2, 14) not in holidays.work_days
        assert date(2026, 2, 17) not in holidays.days
        assert date(2026, 2, 17) in holidays.work_days

    def test_without_a_source_only_what_is_written_is_known(self) -> None:
        holidays = build_holidays(Holidays(source="none", days=("2026-12-25",)))
        assert (holidays.days, dict(holidays.work_days)) == ({date(2026, 12, 25)}, {})


class TestCalendar:
    """What the keys of a calendar come to on real days of 2026."""

    MAKE_UP, HOLIDAY = date(2026, 2, 14), date(2026, 2, 17)  # a Saturday, a Tuesday

    def hours(self, day: date, **keys: object) -> tuple[Rule, str]:
        week = {"mon-thu": "09:00-18:00", "fri": "09:00-12:00"}
        calendar = Calendar.model_validate({"week": week, **keys})
        rule, hours = build_calendar("x", calendar, build_holidays(Holidays())).hours_of(day)
        return rule, " ".join(map(str, hours))

    def test_by_default_it_rests_on_holidays_and_works_on_make_up_days(self) -> None:
        assert self.hours(self.HOLIDAY) == (Rule.HOLIDAY, "")
        assert self.hours(self.MAKE_UP) == (Rule.MAKE_UP_DAY, "09:00-18:00")

    @pytest.mark.parametrize(
        ("rule", "hours"),
        [
            ("as weekday", (Rule.MAKE_UP_DAY, "09:00-18:00")),
            ("as fri", (Rule.MAKE_UP_DAY, "09:00-12:00")),
            ("10:00-11:00", (Rule.MAKE_UP_DAY, "10:00-11:00")),
            ("closed", (Rule.MAKE_UP_DAY, "")),
            ("as usual", (Rule.WEEK, "")),
        ],
    )
    def test_make_up_days(self, rule: str, hours: tuple[Rule, str]) -> None:
        assert self.hours(self.MAKE_UP, make_up_days=rule) == hours

    @pytest.mark.parametrize(
        ("rule", "hours"),
        [("10:00-11:00", (Rule.HOLIDAY, "10:00-11:00")), ("as usual", (Rule.WEEK, "09:00-18:00"))],
    )
    def test_holidays(self, rule: str, hours: tuple[Rule, str]) -> None:
        assert self.hours(self.HOLIDAY, holidays=rule) == hours

    def test_a_calendar_of_weekends_has_no_work_day_to_make_up(self) -> None:
        assert self.hours(self.MAKE_UP, week={"sat": "09:00-10:00"}) == (Rule.WEEK, "09:00-10:00")

    def test_special_days(self) -> None:
        special = {"2026-02-16 to 2026-02-18": "08:00-09:00"}
        assert self.hours(self.HOLIDAY, special=special) == (Rule.SPECIAL_DAY, "08:00-09:00")


ERRORS = [
    # files, then file, line, key, a part of what is wrong, a part of what to write
    ({"extra": OFFICE.replace("18:00", "25:00")}, "extra", 3,
     "calendars.office.week.mon-fri", "'25:00' is no time of day", "00:00 to 24:00"),
    ({"extra": OFFICE.replace("mon-fri", "mno-fri")}, "extra", 3,
     "calendars.office.week.mno-fri", "'mno' is no weekday", "Write mon"),
    ({"extra": OFFICE.replace("12:00 14:00", "15:00 14:00")}, "extra", 3,
     "calendars.office.week.mon-fri", "14:00-18:00 begins before 09:00-15:00", "one span"),
    ({"extra": OFFICE.replace("18:00", "13:00")}, "extra", 3,
     "calendars.office.week.mon-fri", "14:00-13:00 ends before", "14:00-13:00+1"),
    ({"extra": OFFICE.replace("18:00}", "18:00, fri: closed}")}, "extra", 3,
     "calendars.office.week.fri", "already under mon-fri", "one of the two"),
    ({"extra": OFFICE.replace("mon-fri: 09:00-12:00 14:00-18:00", "")}, "extra", 3,
     "calendars.office.week", "nothing is written", "at least one"),
    ({"extra": OFFICE + "    holidays: close\n"}, "extra", 4,
     "calendars.office.holidays", "'close' is no span", "or closed"),
    ({"extra": OFFICE + "    make_up_days: as friyay\n"}, "extra", 4,
     "calendars.office.make_up_days", "'friyay' is no weekday", "Write"),
    ({"extra": OFFICE + "    special: {2026-02-30: closed}\n"}, "extra", 4,
     "calendars.office.special.2026-02-30", "'2026-02-30' is not a date", "2027-02-05"),
    ({"extra": OFFICE + "    special:\n      2026-02-16 to 2026-02-20: closed\n"
      "      2026-02-18: closed\n"}, "extra", 6,
     "calendars.office.special.2026-02-18", "2026-02-18 has its hours already", "one of the two"),
    ({"extra": OFFICE + "  always:\n    week: {mon: closed}\n"}, "extra", 4,
     "calendars.always", "exists without being written", "another name"),
    ({"extra": OFFICE + "holidays:\n  days: [2027-02-05 to 2027-02-11]\n"
      "  work_days: [2027-02-11]\n"}, "extra", 6,
     "holidays.work_days.0", "2027-02-11 stands also in holidays.days", "one of the two"),
    ({"lines": MARKET.replace("open: office", "open: offise")}, "lines", 3,
     "lines.12315.open", "no calendar offise", "Write office"),
    ({"groups": "groups:\n  intake: {title: 受理, open: nine}\n"}, "groups", 2,
     "groups.intake.open", "no calendar nine", "always, office"),
    ({"shifts": "shifts:\n  web: {crews: [网络], calendar: ofice}\n"}, "shifts", 2,
     "shifts.web.calendar", "no calendar ofice", "Write office"),
    ({"shifts": "shifts:\n  web: {crews: [a, b], calendar: office}\n"}, "shifts", 2,
     "shifts.web.crews", "one crew", "each crew"),
    ({"shifts": "shifts:\n  web: {crews: [a], calendar: office, pattern: [x]}\n"}, "shifts", 2,
     "shifts.web.pattern", "has no pattern", "Delete"),
    ({"shifts": ROTATION.replace("乙", "甲")}, "shifts", 3,
     "shifts.intake.crews.1", "甲 stands twice", "Rename"),
    ({"shifts": ROTATION.replace("    starts_on: 2026-01-01\n", "")}, "shifts", 2,
     "shifts.intake", "needs starts_on", "`starts_on:`"),
    ({"shifts": ROTATION.replace("15:00-23:00", "15:00-22:00")}, "shifts", 4,
     "shifts.intake.times", "late is 15:00-22:00 and night, the next, 23:00-07:00+1",
     "when the one before it ends"),
    ({"shifts": ROTATION.replace("23:00-07:00+1", "23:00-07:00")}, "shifts", 4,
     "shifts.intake.times.night", "ends before it begins", "23:00-07:00+1"),
    ({"shifts": ROTATION.replace("late, night, rest", "late, nihgt, rest")}, "shifts", 5,
     "shifts.intake.pattern.2", "no shift nihgt", "Write night"),
    ({"shifts": ROTATION.replace("late, night, rest", "late, late, rest")}, "shifts", 5,
     "shifts.intake.pattern", "on day 1 of the pattern", "With 4 crews"),
    ({"shifts": ROTATION.replace("early: 07:00-15:00, late: 15:00-23:00, night: 23:00-07:00+1",
      "early: 08:00-16:00, late: 16:00-24:00, night: 00:00-08:00")}, "shifts", 5,
     "shifts.intake.pattern", "two shifts without rest", "another order"),
    ({"shifts": ROTATION.replace("early: ", "rest: ")}, "shifts", 4,
     "shifts.intake.times.rest", "rest is no shift", "another name"),
    ({"groups": "groups:\n  intake: {title: 受理, shift: intak}\n", "shifts": ROTATION},
     "groups", 2, "groups.intake.shift", "no shift intak", "Write intake"),
    ({"groups": "groups:\n  intake: {title: 受理, shift: intake, crew: 戊}\n",
      "shifts": ROTATION}, "groups", 2, "groups.intake.crew", "has no crew 戊", "one of"),
    ({"seats": "seats:\n  1001: {groups: [intake], crew: 甲}\n"}, "seats", 2,
     "seats.1001.crew", "without its shift", "`shift:`"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "file", "line", "key", "what", "instead"), ERRORS)
def test_a_mistake(judge, files, file, line, key, what, instead):
    right = {"lines": MARKET, "extra": OFFICE}
    [problem] = [one for one in judge(**{**right, **files}) if one.severity is Severity.ERROR]
    assert (problem.file, problem.line, problem.key) == (f"{file}.yaml", line, key)
    assert what in problem.what
    assert instead in problem.instead


class TestWarnings:
    """What an admin should know although the plan works."""

    def warnings(self, judge, now: float = SUMMER, **files: str) -> list[tuple[str, str]]:
        found = judge(now=now, **files)
        assert all(one.severity is Severity.WARNING for one in found)
        return [(one.key, one.what) for one in found]

    def test_a_right_city_has_none(self, judge) -> None:
        assert self.warnings(judge, lines=MARKET, extra=OFFICE + ROTATION) == []

    @pytest.mark.parametrize("now", [AUTUMN, NEXT_SUMMER])
    def test_the_holidays_of_a_year_are_not_known(self, judge, now: float) -> None:
        [(key, what)] = self.warnings(judge, now, lines=MARKET, extra=OFFICE + ONLY_2026)
        assert key == "holidays"
        assert what.startswith("the holidays of 2027 are not known")

    def test_next_years_holidays_are_not_asked_for_before_they_are_announced(self, judge) -> None:
        assert self.warnings(judge, SUMMER, lines=MARKET, extra=OFFICE + ONLY_2026) == []

    def test_the_calendar_is_named_where_no_holidays_are_written(self, judge) -> None:
        far = datetime(2098, 6, 1, tzinfo=UTC).timestamp()
        [(key, what)] = self.warnings(judge, far, lines=MARKET, extra=OFFICE)
        assert (key, what[:24]) == ("calendars.office", "the holidays of 2098 are")

    def test_a_calendar_that_ignores_holidays_does_not_ask_for_them(self, judge) -> None:
        usual = OFFICE + "    holidays: as usual\n    make_up_days: as usual\n"
        far = datetime(2098, 6, 1, tzinfo=UTC).timestamp()
        assert self.warnings(judge, far, lines=MARKET, extra=usual) == []

    def test_a_calendar_that_nobody_names(self, judge) -> None:
        [(key, what)] = self.warnings(judge, extra=OFFICE)
        assert key == "calendars.office"
        assert "no line, group, shift or expert names" in what

    def test_a_hotline_that_closes(self, judge) -> None:
        lines = LINES.replace("intake}", "intake, open: office}")
        [(key, what)] = self.warnings(judge, lines=lines, extra=OFFICE)
        assert key == "lines.12345.open"
        assert "7×24" in what

    def test_a_crew_that_hardly_rests(self, judge) -> None:
        new = "early: 06:00-16:00, late: 16:00-24:00, night: 00:00-06:00"
        old = "early: 07:00-15:00, late: 15:00-23:00, night: 23:00-07:00+1"
        text = ROTATION.replace(old, new).replace("early, late, night", "night, late, early")
        [(key, what)] = self.warnings(judge, shifts=text)
        assert key == "shifts.intake.pattern"
        assert what == "a crew rests only 6 hours between two shifts"

    def test_the_words_for_out_of_hours_are_missing(self, judge) -> None:
        known = Known(prompts=frozenset({"greeting", "change_announcement"}))
        [problem] = judge(known, SUMMER, lines=MARKET, extra=OFFICE)
        assert problem.key == "lines.12315.closed_prompt"

    def test_the_words_are_not_needed_where_nothing_closes(self, judge) -> None:
        known = Known(prompts=frozenset({"greeting"}))
        assert judge(known, SUMMER, lines=LINES) == []

    def test_the_words_are_needed_where_the_group_closes(self, judge) -> None:
        known = Known(prompts=frozenset({"greeting"}))
        groups = "groups:\n  intake: {title: 受理, open: office}\n"
        [problem] = judge(known, SUMMER, groups=groups, extra=OFFICE)
        assert problem.key == "lines.12345.closed_prompt"


class TestPlan:
    """What is written is what routes calls."""

    def test_a_line_closes_by_its_calendar(self, write) -> None:
        plan = load(write(lines=MARKET, extra=OFFICE), now=SUMMER).plan
        arrival = Arrival("13812345678", "12315", "trunk")
        noon, night, holiday = (
            datetime.fromisoformat(when).replace(tzinfo=plan.zone).timestamp()
            for when in ("2026-06-15 10:00", "2026-06-15 23:00", "2026-10-01 10:00")
        )
        found = [decide(arrival, plan, now) for now in (noon, night, holiday)]
        assert all(isinstance(one, Route) for one in found)
        assert [one.connect for one in found if isinstance(one, Route)] == [True, False, False]

    def test_shifts_and_crews_are_in_the_plan(self, write) -> None:
        plan = load(
            write(
                lines=MARKET,
                groups="groups:\n  intake: {title: 受理, shift: intake, open: always}\n",
                seats="seats:\n  1001: {groups: [intake], shift: web}\n  1002: {groups: [intake], "
                "shift: intake, crew: 甲}\n",
                extra=OFFICE + ROTATION + "  web: {crews: [网络], calendar: office}\n",
            ),
            now=SUMMER,
        ).plan
        assert isinstance(plan.shifts["intake"], Rotation)
        assert isinstance(plan.shifts["web"], DayShift)
        morning = datetime(2026, 1, 5, 10, tzinfo=plan.zone).timestamp()
        assert [duty.crew for duty in plan.group_on_duty(plan.groups["intake"], morning)] == ["甲"]
        assert [duty.crew for duty in plan.seat_on_duty(plan.seats["1001"], morning)] == ["网络"]
        assert plan.seat_on_duty(plan.seats["1002"], morning + 86400) == ()

    def test_pingdingshan_has_four_crews_around_the_clock_and_a_day_shift(self) -> None:
        plan = load(Path(__file__).parents[2] / "config/pingdingshan", now=SUMMER).plan
        intake, web = plan.shifts["intake"], plan.shifts["web"]
        assert isinstance(intake, Rotation)
        assert (len(intake.crews), len(intake.times)) == (4, 3)
        assert intake.crew_of(date(2020, 1, 3), "early") == "甲班"
        assert isinstance(web, DayShift)
        sunday_make_up = datetime(2026, 9, 20, 10, tzinfo=plan.zone).timestamp()
        assert web.on_duty(sunday_make_up, plan.zone)
