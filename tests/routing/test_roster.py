"""Who is to sit where."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from routing.calendars import Calendar, Holidays, Span
from routing.plan import SkillGroup
from routing.roster import DayKind, is_on_duty, posts, turns
from routing.seats import Seat
from routing.shifts import DayShift, Rotation
from routing.timeline import day_begins
from tests.routing.build import plan

CREWS = Rotation(
    "intake",
    ("A", "B", "C", "D"),
    {"early": Span(420, 900), "late": Span(900, 1380), "night": Span(1380, 1860)},
    ("early", "late", "night", "rest"),
    date(2026, 1, 1),
)
OFFICE = Calendar("office", ((Span(540, 1020),),) * 7)  # type: ignore[arg-type]
CITY = plan(
    groups={
        "intake": SkillGroup("intake", "受理", shift="intake"),
        "web": SkillGroup("web", "网络", shift="web"),
        "county": SkillGroup("county", "县"),
    },
    seats={
        "1001": Seat("1001", ("intake",)),
        "1002": Seat("1002", ("intake",), shift="intake", crew="B"),
        "1201": Seat("1201", ("web",)),
        "2001": Seat("2001", ("county", "web")),
    },
    shifts={"intake": CREWS, "web": DayShift("web", "W", OFFICE)},
    holidays=Holidays(frozenset({date(2026, 1, 1)}), {date(2026, 1, 4): None}, frozenset({2026})),
)
EARLY = day_begins(date(2026, 1, 1), CITY) + 8 * 3600


class TestPosts:
    def test_a_seat_has_the_crews_of_its_own_shifts_or_else_of_its_groups(self) -> None:
        crews = {post.seat: [duty.crew for duty in post.duties] for post in posts(CITY, EARLY)}
        assert crews == {"1001": ["A"], "1002": [], "1201": [], "2001": []}

    def test_a_group_without_shifts_may_be_served_at_any_time(self) -> None:
        on_duty = {post.seat: post.on_duty for post in posts(CITY, EARLY)}
        assert on_duty == {"1001": True, "1002": False, "1201": False, "2001": True}

    def test_for_one_groups_callers_that_groups_shifts_count(self) -> None:
        seat = CITY.seats["2001"]
        assert is_on_duty(seat, "county", CITY, EARLY)
        assert not is_on_duty(seat, "web", CITY, EARLY)
        assert is_on_duty(seat, "web", CITY, EARLY + 3600)


class TestTurns:
    def test_each_day_has_the_duties_that_begin_on_it(self) -> None:
        first, second, *_ = turns(CITY, EARLY, 2)
        assert [(duty.crew, duty.shift) for duty in first.duties] == [
            ("A", "early"),
            ("D", "late"),
            ("C", "night"),
        ]
        assert [duty.crew for duty in second.duties] == ["B", "A", "D"]

    def test_holidays_and_make_up_days_are_marked(self) -> None:
        kinds = [turn.kind for turn in turns(CITY, EARLY, 4) if turn.shifts == "web"]
        plain = DayKind.PLAIN
        assert kinds == [DayKind.HOLIDAY, plain, plain, DayKind.MAKE_UP_DAY]

    def test_a_year_that_is_not_announced_is_marked_and_days_with_a_clock_change_are_whole(
        self,
    ) -> None:
        berlin = plan(zone=ZoneInfo("Europe/Berlin"), shifts={"intake": CREWS})
        days = list(turns(berlin, day_begins(date(2027, 3, 27), berlin), 3))
        assert [len(day.duties) for day in days] == [3, 3, 3]
        assert {day.kind for day in days} == {DayKind.UNKNOWN}
