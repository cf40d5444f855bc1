"""Who of an expert seat may be called at a moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from routing.calendars import CLOSED, Calendar, Span, moment
from routing.experts import Expert, Member
from routing.shifts import DayShift
from tests.routing.build import ZONE, plan

OFFICE = Calendar("office", ((Span(9 * 60, 17 * 60),),) * 5 + (CLOSED, CLOSED))
EVENING = Calendar("evening", ((Span(17 * 60, 23 * 60),),) * 7)
WANG = Member("王主任", number="13900000001", trunk="carrier")
LI = Member("李医师", number="13900000002", trunk="carrier", open="evening")
HALL = Member("驻场专家", seat="1301", open="office")
MEDICAL = Expert("medical", "医疗卫生", (HALL, WANG, LI))
PLAN = plan(calendars={"office": OFFICE, "evening": EVENING}, experts={"medical": MEDICAL})
MONDAY = date(2026, 11, 23)


def at(hour: int, day: date = MONDAY) -> float:
    return moment(day, hour * 60, ZONE)


class TestOnCall:
    def test_people_are_given_in_their_order_whether_they_sit_in_the_hall_or_not(self) -> None:
        assert MEDICAL.on_call(PLAN, at(10)) == (HALL, WANG)

    def test_each_persons_hours_count(self) -> None:
        assert MEDICAL.on_call(PLAN, at(20)) == (WANG, LI)

    def test_the_subjects_own_hours_count_for_everybody(self) -> None:
        office_only = replace(MEDICAL, open="office")
        assert office_only.on_call(PLAN, at(10)) == (HALL, WANG)
        assert office_only.on_call(PLAN, at(20)) == ()
        assert office_only.on_call(PLAN, at(10, date(2026, 11, 22))) == ()

    def test_a_person_with_shifts_is_called_while_the_crew_is_on_duty(self) -> None:
        duty = DayShift("medical", "值班", OFFICE)
        on_shift = replace(WANG, shift="medical", crew="值班")
        other_crew = replace(LI, open=None, shift="medical", crew="备班")
        both = replace(PLAN, shifts={"medical": duty})
        expert = replace(MEDICAL, members=(on_shift, other_crew))
        assert expert.on_call(both, at(10)) == (on_shift,)
        assert expert.on_call(both, at(20)) == ()
