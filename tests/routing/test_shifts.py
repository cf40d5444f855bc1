"""Who is on duty at any minute."""

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.calendars import CLOSED, Calendar, Holidays, Span
from routing.plan import SkillGroup
from routing.seats import Seat
from routing.shifts import REST, DayShift, Duty, Rotation
from tests.routing import build

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
TIMES = {"early": Span(420, 900), "late": Span(900, 1380), "night": Span(1380, 1860)}
FOUR_CREWS = Rotation(
    "intake", ("A", "B", "C", "D"), TIMES, ("early", "late", "night", REST), date(2026, 1, 1)
)
TWO_DAYS_EACH = Rotation(
    "slow",
    ("A", "B", "C", "D"),
    TIMES,
    ("early", "early", "late", "late", "night", "night", REST, REST),
    date(2026, 1, 1),
)
TWO_SHIFTS = Rotation(
    "long",
    ("A", "B", "C"),
    {"day": Span(480, 1200), "night": Span(1200, 1920)},
    ("day", "night", REST),
    date(2024, 2, 29),
)
ROTATIONS = [FOUR_CREWS, TWO_DAYS_EACH, TWO_SHIFTS]
MOMENTS = st.floats(0, 4e9)


def at(when: str, zone: ZoneInfo = SHANGHAI) -> float:
    return datetime.fromisoformat(when).replace(tzinfo=zone).timestamp()


class TestFourCrews:
    """四班三运转 as a crew reads it on the wall."""

    @pytest.mark.parametrize(
        ("when", "crew", "shift"),
        [
            ("2026-01-01 07:00", "A", "early"),
            ("2026-01-01 15:00", "D", "late"),
            ("2026-01-01 23:00", "C", "night"),
            ("2026-01-02 06:59", "C", "night"),
            ("2026-01-02 07:00", "B", "early"),
            ("2026-01-02 15:00", "A", "late"),
            ("2026-01-03 23:00", "A", "night"),
            ("2026-01-05 07:00", "A", "early"),
        ],
    )
    def test_who_is_on_duty(self, when: str, crew: str, shift: str) -> None:
        [duty] = FOUR_CREWS.on_duty(at(when), SHANGHAI)
        assert (duty.crew, duty.shift) == (crew, shift)

    def test_a_crew_rests_on_the_fourth_day(self) -> None:
        assert [FOUR_CREWS.crew_of(date(2026, 1, 4), shift) for shift in TIMES] == ["D", "C", "B"]

    def test_a_duty_says_from_when_to_when(self) -> None:
        assert FOUR_CREWS.on_duty(at("2026-01-02 03:00"), SHANGHAI) == (
            Duty("C", "night", at("2026-01-01 23:00"), at("2026-01-02 07:00")),
        )

    def test_it_goes_on_over_the_year_s_end_and_the_leap_day(self) -> None:
        days = [date(2027, 12, 30) + timedelta(days=step) for step in range(70)]
        early = [FOUR_CREWS.crew_of(day, "early") for day in days]
        first = early.index("A")
        assert early[first:] == [("A", "B", "C", "D")[step % 4] for step in range(70 - first)]

    def test_it_holds_before_its_first_day(self) -> None:
        assert FOUR_CREWS.crew_of(date(2025, 12, 28), "early") == "A"

    def test_the_roster_has_every_duty_that_touches_the_period_in_order(self) -> None:
        duties = FOUR_CREWS.roster(at("2026-01-01 06:00"), at("2026-01-02 07:00"), SHANGHAI)
        assert [(duty.crew, duty.shift) for duty in duties] == [
            ("B", "night"),
            ("A", "early"),
            ("D", "late"),
            ("C", "night"),
        ]


@pytest.mark.parametrize("rotation", ROTATIONS, ids=lambda one: one.name)
@pytest.mark.parametrize("zone", [SHANGHAI, BERLIN], ids=str)
class TestEveryRotation:
    """The callers find one crew at every minute, and the crews are treated alike."""

    @given(now=MOMENTS)
    def test_exactly_one_crew_is_on_duty(
        self, rotation: Rotation, zone: ZoneInfo, now: float
    ) -> None:
        [duty] = rotation.on_duty(now, zone)
        assert duty.begins <= now < duty.ends
        covering = [one for one in rotation.roster(now, now + 0.001, zone) if one.begins <= now]
        assert covering == [duty]

    def test_shifts_follow_each_other_without_gap_or_overlap_all_year(
        self, rotation: Rotation, zone: ZoneInfo
    ) -> None:
        begin, end = at("2027-12-01 00:00", zone), at("2028-12-01 00:00", zone)
        duties = list(rotation.roster(begin, end, zone))
        assert all(earlier.ends == later.begins for earlier, later in pairwise(duties))
        assert duties[0].begins <= begin
        assert duties[-1].ends >= end

    @given(day=st.dates(date(2000, 1, 1), date(2050, 1, 1)))
    def test_crews_work_the_same_number_of_shifts_in_a_cycle(
        self, rotation: Rotation, zone: ZoneInfo, day: date
    ) -> None:
        cycle = [day + timedelta(days=step) for step in range(len(rotation.pattern))]
        worked = Counter(
            (rotation.crew_of(one, shift), shift) for one in cycle for shift in rotation.times
        )
        shifts = [shift for shift in rotation.pattern if shift != REST]
        for crew in rotation.crews:
            assert {key: worked[crew, key] for key in set(shifts)} == Counter(shifts)

    def test_no_crew_is_called_before_it_has_rested(
        self, rotation: Rotation, zone: ZoneInfo
    ) -> None:
        duties = list(rotation.roster(at("2027-12-01 00:00"), at("2028-12-01 00:00"), zone))
        rests = {
            later.begins - earlier.ends
            for crew in rotation.crews
            for earlier, later in pairwise(duty for duty in duties if duty.crew == crew)
        }
        clock_change = 0 if zone is SHANGHAI else 3600
        assert min(rests) >= rotation.shortest_rest() * 60 - clock_change
        assert rotation.shortest_rest() * 60 in rests
        assert min(rests) >= 8 * 3600


class TestFlaws:
    """What would leave the phones alone, or a crew without sleep, can be found."""

    def test_sound_rotations_have_none(self) -> None:
        for rotation in ROTATIONS:
            assert (rotation.seam(), rotation.uneven_day()) == (None, None)

    @pytest.mark.parametrize(
        ("late", "seam"),
        [
            (Span(900, 1370), ("late", "night")),
            (Span(910, 1380), ("early", "late")),
            (Span(900, 1390), ("late", "night")),
        ],
    )
    def test_a_gap_or_an_overlap_in_the_day(self, late: Span, seam: tuple[str, str]) -> None:
        rotation = Rotation("x", ("A", "B"), {**TIMES, "late": late}, (REST,), date(2026, 1, 1))
        assert rotation.seam() == seam

    def test_a_last_shift_that_ends_after_the_first_begins(self) -> None:
        times = {**TIMES, "night": Span(1380, 1870)}
        assert Rotation("x", ("A",), times, (REST,), date(2026, 1, 1)).seam() == ("night", "early")

    @pytest.mark.parametrize(
        ("pattern", "day"),
        [
            (("early", "late", "night"), 0),
            (("early", "late", "late", REST), 0),
            (("early", "early", "late", "late", "night", "night", REST, "early"), 1),
        ],
    )
    def test_a_shift_without_a_crew_or_with_two(self, pattern: tuple[str, ...], day: int) -> None:
        rotation = Rotation("x", ("A", "B", "C", "D"), TIMES, pattern, date(2026, 1, 1))
        assert rotation.uneven_day() == day

    def test_two_shifts_without_rest(self) -> None:
        times = {"early": Span(480, 960), "late": Span(960, 1440), "night": Span(0, 480)}
        pattern = ("early", "late", "night", REST)
        rotation = Rotation("x", ("A", "B", "C", "D"), times, pattern, date(2026, 1, 1))
        assert rotation.shortest_rest() == 0

    def test_the_rest_of_the_usual_patterns(self) -> None:
        assert [one.shortest_rest() // 60 for one in ROTATIONS] == [24, 16, 24]


WORK = (Span(510, 720), Span(870, 1080))
OFFICE = Calendar(
    "office",
    (WORK, WORK, WORK, WORK, WORK, CLOSED, CLOSED),
    on_holidays=CLOSED,
    on_make_up_days=0,
    holidays=Holidays(
        frozenset({date(2026, 10, 1), date(2026, 10, 2)}),
        {date(2026, 10, 10): None},
        frozenset({2026}),
    ),
)


class TestDayShift:
    """长白班 works while its calendar is open."""

    WEB = DayShift("web", "web", OFFICE)

    @pytest.mark.parametrize(
        ("when", "works"),
        [
            ("2026-09-30 09:00", True),
            ("2026-09-30 13:00", False),
            ("2026-10-01 09:00", False),
            ("2026-10-10 09:00", True),
            ("2026-10-11 09:00", False),
        ],
    )
    def test_it_has_holidays_and_make_up_days(self, when: str, works: bool) -> None:
        assert bool(self.WEB.on_duty(at(when), SHANGHAI)) is works

    def test_its_duty_ends_with_the_morning(self) -> None:
        assert self.WEB.on_duty(at("2026-09-30 09:00"), SHANGHAI) == (
            Duty("web", "day", at("2026-09-30 08:30"), at("2026-09-30 12:00")),
        )

    def test_its_roster_has_the_spans_of_the_calendar(self) -> None:
        duties = self.WEB.roster(at("2026-09-30 00:00"), at("2026-10-06 00:00"), SHANGHAI)
        assert [duty.begins for duty in duties] == [
            at("2026-09-30 08:30"),
            at("2026-09-30 14:30"),
            at("2026-10-05 08:30"),
            at("2026-10-05 14:30"),
        ]


class TestStaffing:
    """A plan says who sits where."""

    PLAN = build.plan(
        shifts={"intake": FOUR_CREWS, "web": DayShift("web", "web", OFFICE)},
        groups={
            "intake": SkillGroup("intake", "受理", shift="intake"),
            "web": SkillGroup("web", "网络", shift="web"),
            "night": SkillGroup("night", "夜间", shift="intake", crew="C"),
            "free": SkillGroup("free", "其他"),
        },
    )

    def crews(self, seat: Seat, when: str) -> list[str]:
        return [duty.crew for duty in self.PLAN.seat_on_duty(seat, at(when))]

    def test_a_seat_is_staffed_as_its_groups_are(self) -> None:
        seat = Seat("1001", ("intake", "web", "free"))
        assert self.crews(seat, "2026-01-05 09:00") == ["A", "web"]
        assert self.crews(seat, "2026-01-05 13:00") == ["A"]

    def test_a_crew_that_serves_two_groups_is_named_once(self) -> None:
        assert self.crews(Seat("1001", ("intake", "night")), "2026-01-01 23:30") == ["C"]

    def test_a_seat_may_have_shifts_of_its_own(self) -> None:
        seat = Seat("1001", ("intake",), shift="web")
        assert self.crews(seat, "2026-01-05 09:00") == ["web"]

    def test_a_seat_of_one_crew_is_empty_while_another_is_on_duty(self) -> None:
        seat = Seat("1001", ("free",), shift="intake", crew="A")
        assert self.crews(seat, "2026-01-01 09:00") == ["A"]
        assert self.crews(seat, "2026-01-01 16:00") == []

    def test_without_shifts_nobody_is_named(self) -> None:
        assert self.crews(Seat("1001", ("free",)), "2026-01-01 09:00") == []
