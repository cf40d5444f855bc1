"""Which callers notice that a plan takes another's place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from routing.calendars import CLOSED, Calendar, Holidays, Hours, Span
from routing.compare import compare
from routing.control_rules import ControlRules
from routing.differences import listed
from routing.keys import DEFAULT_CODES, Command, Keys, KeyVerb
from routing.lines import LineKind
from routing.plan import Menu, MenuItem, Plan, SkillGroup, Survey, Trunk
from routing.seats import Seat
from routing.shifts import Rotation
from routing.timeline import day_begins
from tests.routing.build import ZONE, hotline, plan, retired

MERGED = date(2020, 1, 3)
OLD = plan(hotline(), hotline(name="12319", numbers=frozenset({"12319"}), kind=LineKind.PARALLEL))
BEFORE = day_begins(date(2019, 12, 1), OLD)


class TestNobodyNotices:
    @given(now=st.floats(0, 4e9))
    def test_a_plan_compared_with_itself(self, now: float) -> None:
        city = plan(hotline(), retired(MERGED))
        assert compare(city, city, now).words() == ()

    def test_another_edition_of_the_same_files(self) -> None:
        assert compare(OLD, replace(OLD, version="ba9876543210"), BEFORE).words() == ()


class TestNumbers:
    def test_a_line_that_retires_is_told_at_each_change_of_its_life(self) -> None:
        new = plan(hotline(), retired(MERGED))
        told = compare(OLD, new, BEFORE)
        assert [(n.numbers, n.since) for n in told.notices] == [
            (("12319",), day_begins(MERGED, new)),
            (("12319",), day_begins(date(2020, 2, 4), new)),
        ]
        assert "hears change_announcement, greeting" in told.notices[0].after
        assert told.notices[1].after == "number changed, not answered"
        assert told.words()[1].startswith("12319, from 2020-02-04 00:00: number changed")

    def test_changes_that_lie_behind_are_told_as_they_are_now(self) -> None:
        new = plan(hotline(), retired(MERGED))
        told = compare(OLD, new, day_begins(date(2022, 1, 1), new))
        assert [notice.since for notice in told.notices] == [None]
        assert told.notices[0].after == "number changed, not answered"

    def test_a_number_that_comes_or_goes(self) -> None:
        alone = plan(hotline())
        assert compare(OLD, alone, BEFORE).notices[0].after == "not in service"
        assert compare(alone, OLD, BEFORE).notices[0].before == "not in service"

    def test_numbers_with_the_same_fate_share_a_sentence(self) -> None:
        more = [
            hotline(name=f"1231{n}", numbers=frozenset({f"1231{n}"}), kind=LineKind.PARALLEL)
            for n in range(6)
        ]
        (notice,) = compare(plan(hotline()), plan(hotline(), *more), BEFORE).notices
        assert notice.numbers == tuple(f"1231{n}" for n in range(6))
        assert listed(notice.numbers, "more numbers") == "12310, 12311, 12312 and 3 more numbers"

    def test_a_difference_without_words_of_its_own_is_told_by_its_name(self) -> None:
        (notice,) = compare(plan(hotline()), plan(hotline(music="calm")), BEFORE).notices
        assert (notice.before, notice.after) == (
            "waits with the music moh",
            "waits with the music calm",
        )

    def test_silence_between_two_differences_ends_the_first(self) -> None:
        early, late = plan(hotline(), retired(MERGED)), plan(hotline(), retired(date(2020, 3, 3)))
        told = compare(early, late, BEFORE).notices
        assert [notice.since for notice in told] == [
            day_begins(day, early) for day in (MERGED, date(2020, 2, 4), date(2020, 3, 3))
        ]


def office(hours: str, **more: object) -> Calendar:
    """A calendar that is open on work days, such as 9-17."""
    begins, ends = (int(hour) * 60 for hour in hours.split("-"))
    day: Hours = (Span(begins, ends),)
    week = (day, day, day, day, day, CLOSED, CLOSED)
    return Calendar("office", week, **more)  # type: ignore[arg-type]


def open_by(calendar: Calendar, **changes: object) -> Plan:
    return plan(hotline(open="office", **changes), calendars={"office": calendar})


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()


class TestHours:
    """A Friday is compared; callers notice at the openings and closings of the coming days."""

    FRIDAY = at("2020-01-10T12:00")

    def test_a_longer_day_is_told_by_its_first_example(self) -> None:
        (notice,) = compare(open_by(office("9-17")), open_by(office("9-18")), self.FRIDAY).notices
        assert (notice.since, notice.until) == (at("2020-01-10T17:00"), at("2020-01-10T18:00"))
        assert notice.times == 10
        assert "out of hours" in notice.before
        assert "waits for intake" in notice.after

    def test_the_sentence_has_the_example_and_counts_the_others(self) -> None:
        told = compare(open_by(office("9-17")), open_by(office("9-18")), self.FRIDAY).words()
        assert told[0].startswith(
            "12345, from 2020-01-10 17:00 to 2020-01-10 18:00 and 9 more times within 14 days: "
        )

    def test_what_only_happens_in_hours_is_found_at_night(self) -> None:
        midnight = at("2020-01-10T00:00")
        changed = compare(open_by(office("9-17")), open_by(office("9-17"), music="calm"), midnight)
        (notice,) = changed.notices
        assert notice.after == "waits with the music calm"
        assert (notice.since, notice.until) == (at("2020-01-10T09:00"), at("2020-01-10T17:00"))

    def test_a_holiday_is_an_example_of_its_own(self) -> None:
        new_year = Holidays(frozenset({date(2020, 1, 14)}), known_years=frozenset({2020}))
        closed = office("9-17", on_holidays=CLOSED, holidays=new_year)
        (notice,) = compare(open_by(office("9-17")), open_by(closed), self.FRIDAY).notices
        assert (notice.since, notice.until) == (at("2020-01-14T09:00"), at("2020-01-14T17:00"))
        assert notice.times == 1

    def test_lines_that_stay_the_same_are_not_looked_at_hour_by_hour(self) -> None:
        old, new = open_by(office("9-17")), replace(open_by(office("9-17")), area_code="010")
        assert compare(old, new, self.FRIDAY).notices == ()

    def test_a_calendar_is_told_by_the_first_day_that_is_different(self) -> None:
        told = compare(open_by(office("9-17")), open_by(office("9-18")), self.FRIDAY).settings
        assert told == (
            "calendar office: on Fri 2020-01-10 09:00-18:00 instead of 09:00-17:00, "
            "and at 9 more days within 14 days",
        )

    def test_new_holidays_are_named(self) -> None:
        known = Holidays(frozenset({date(2020, 1, 24), date(2020, 1, 25)}))
        (told,) = compare(plan(), plan(holidays=known), self.FRIDAY).settings
        assert told == "holidays: the days off 2020-01-24, 2020-01-25 are new"


class TestShifts:
    def test_the_first_turn_that_another_crew_has_is_the_example(self) -> None:
        times = {"day": Span(480, 1200), "night": Span(1200, 1920)}
        pattern = ("day", "night")
        old = Rotation("intake", ("A", "B"), times, pattern, date(2020, 1, 1))
        new = replace(old, crews=("B", "A"))
        (told,) = compare(
            plan(shifts={"intake": old}), plan(shifts={"intake": new}), at("2020-01-01T12:00")
        ).settings
        assert told == (
            "shifts intake: from Wed 2020-01-01 12:00 B (day) instead of A (day), "
            "and at 28 more changes of shift within 14 days"
        )


class TestMenus:
    def test_each_key_that_leads_elsewhere_is_named(self) -> None:
        keys = {"1": MenuItem("market"), "2": MenuItem(menu="more"), "3": MenuItem(language="en")}
        old = Menu("main", ("menu",), keys)
        new = Menu(
            "main",
            ("menu",),
            {"1": MenuItem("labour"), "3": keys["3"], "4": MenuItem("x")},
            tries=2,
        )
        assert compare(plan(menus={"main": old}), plan(menus={"main": new}), BEFORE).settings == (
            "menu main: key 1 leads to the queue labour instead of the queue market",
            "menu main: key 2, which led to the menu more, is gone",
            "menu main: key 4 is new and leads to the queue x",
            "menu main: tries 2 instead of 3",
        )


class TestSettings:
    def words(self, **changes: object) -> tuple[str, ...]:
        return compare(plan(), plan(**changes), BEFORE).settings

    def test_seats_that_come_and_go(self) -> None:
        seats = {"1001": Seat("1001", ("intake",)), "1003": Seat("1003", ("intake",))}
        assert self.words(seats=seats) == (
            "group intake gains the seats 1003 and has 2 then",
            "group intake loses the seats 1002 and has 2 then",
        )

    def test_times_of_a_group(self) -> None:
        groups = {"intake": SkillGroup("intake", "受理", ring_seconds=20, wrap_up_seconds=10)}
        assert self.words(groups=groups) == ("group intake: ring_seconds 20 instead of 15",)

    def test_a_new_group_and_a_trunk_that_is_gone(self) -> None:
        groups = {**plan().groups, "market": SkillGroup("market", "市场")}
        told = self.words(groups=groups, trunks={"other": Trunk("other")})
        assert told == (
            "group market is new, with 0 seats",
            "trunk carrier is gone",
            "trunk other is new",
        )

    def test_what_every_caller_meets(self) -> None:
        told = self.words(survey=Survey(tries=3), language="en")
        assert told == ("language: en instead of zh", "survey: tries 3 instead of 2")

    def test_each_code_that_seats_press_for_something_else(self) -> None:
        codes = {**DEFAULT_CODES, "5": Command(KeyVerb.PARK), "51": Command(KeyVerb.MUTE)}
        del codes["119"]
        told = self.words(control=ControlRules(keys=Keys(codes, code_seconds=3.0), park_seconds=60))
        assert told == (
            "control: key *5: park instead of three-way",
            "control: key *119 is gone",
            "control: key *51 is new",
            "control: code_seconds 3.0 instead of 2.0",
            "control: park_seconds 60 instead of 300.0",
        )

    def test_a_long_list_is_counted(self) -> None:
        survey = Survey(keys={str(key): "satisfied" for key in range(5)})
        (told,) = self.words(survey=survey)
        assert told == "survey: keys 5 entries instead of 4 entries"

    def test_a_trunk_that_reads_numbers_another_way(self) -> None:
        told = self.words(trunks={"carrier": Trunk("carrier", ("17951",))})
        assert told == ("trunk carrier: strip_prefixes ('17951',) instead of ()",)

    def test_a_line_that_seats_see_under_another_title(self) -> None:
        new = plan(hotline(title="市民热线"))
        assert compare(plan(), new, BEFORE).words() == (
            "line 12345: seats see 市民热线 instead of 政务服务便民热线",
        )
