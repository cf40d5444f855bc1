"""Room for callers: limits, overload, one place for a number, callers who were cut off."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.admission import (
    NO_LIMITS,
    REOPEN_SHARE,
    Admission,
    Again,
    Capacity,
    Gate,
    HeldPlace,
    Instead,
    Limits,
    Overload,
    Room,
    cut_off,
)
from routing.entry import Arrival, Cause, Refusal, Route, decide
from routing.lines import Forward, Line
from routing.numbers import EMERGENCY
from routing.plan import Plan, SkillGroup
from routing.record import EndedBy
from routing.standing import Standing
from tests.routing.build import NOW, hotline, plan

MOBILE, FIXED = "13937512345", "03712345678"
PLACE = HeldPlace("call-1", waits=True, group="intake", priority=3, enqueued_at=NOW - 60)


def routed(
    standing: Standing, the_plan: Plan | None = None, caller: str = MOBILE, called: str = "12345"
) -> Route | Refusal:
    return decide(Arrival(caller, called, "carrier"), the_plan or plan(), NOW, standing)


def limited(of_line: Limits = NO_LIMITS, of_group: Limits = NO_LIMITS, **changes: object) -> Plan:
    line: Line = hotline(limits=of_line, menu="main")
    return plan(line, groups={"intake": SkillGroup("intake", "受理", limits=of_group)}, **changes)


def rule_of(found: Route | Refusal) -> str:
    return found.reasons[-1].what


class TestLimits:
    @pytest.mark.parametrize(
        ("of_line", "of_group", "room", "told"),
        [
            (Limits(waiting=10), Limits(), Room(on_line=10), "entry.queue_full"),
            (Limits(), Limits(waiting=10), Room(in_group=10), "entry.queue_full"),
            (Limits(wait_seconds=600), Limits(), Room(wait_seconds=601), "entry.wait_too_long"),
            (Limits(), Limits(wait_seconds=600), Room(wait_seconds=601), "entry.wait_too_long"),
        ],
    )
    def test_one_caller_more_than_may_wait_hears_busy(
        self, of_line: Limits, of_group: Limits, room: Room, told: str
    ) -> None:
        found = routed(Standing(room=room), limited(of_line, of_group))
        assert isinstance(found, Refusal)
        assert (found.cause, rule_of(found), found.congested) == (Cause.USER_BUSY, told, True)

    @pytest.mark.parametrize(
        ("limits", "room"),
        [
            (Limits(waiting=10), Room(9, 9)),
            (Limits(), Room(10_000, 10_000, 86_400)),
            (Limits(wait_seconds=600), Room(500, 500, 600)),
            (Limits(wait_seconds=600), Room(500, 500, None)),
        ],
    )
    def test_while_there_is_room_or_nobody_can_tell_callers_are_let_in(
        self, limits: Limits, room: Room
    ) -> None:
        found = routed(Standing(room=room), limited(limits, limits))
        assert isinstance(found, Route)
        assert found.connect

    def test_the_line_has_its_own_way_even_where_the_group_is_full_as_well(self) -> None:
        announced = Limits(waiting=1, then=Instead.ANNOUNCE, announcement="come_back_later")
        found = routed(Standing(room=Room(9, 9)), limited(announced, Limits(waiting=2)))
        assert isinstance(found, Route)
        assert (found.greeting, found.connect, found.full) == (
            ("come_back_later",),
            False,
            Instead.ANNOUNCE,
        )

    @pytest.mark.parametrize("then", [Instead.CALLBACK, Instead.VOICEMAIL])
    def test_instead_of_the_queue_callers_may_be_offered_something_else(
        self, then: Instead
    ) -> None:
        found = routed(Standing(room=Room(9, 9)), limited(Limits(waiting=1, then=then)))
        assert isinstance(found, Route)
        assert (found.full, found.connect, found.menu) == (then, False, "")

    def test_a_line_that_is_closed_says_so_however_many_wait(self) -> None:
        barred = Standing(barred_until=NOW + 60, room=Room(9, 9))
        found = routed(barred, limited(Limits(waiting=1)))
        assert isinstance(found, Refusal)
        assert found.cause is Cause.CALL_REJECTED


class TestOverload:
    def test_callers_hear_congestion(self) -> None:
        found = routed(Standing(overload=Overload.LEGS))
        assert isinstance(found, Refusal)
        assert (found.cause, rule_of(found)) == (
            Cause.NORMAL_CIRCUIT_CONGESTION,
            "entry.overloaded",
        )
        assert found.congested

    def test_even_one_who_waits_already_keeps_only_the_earlier_call(self) -> None:
        found = routed(Standing(overload=Overload.LEGS, place=PLACE))
        assert isinstance(found, Refusal)


class TestOnePlaceForANumber:
    def test_a_mobile_goes_on_at_its_place_without_greeting_or_menu(self) -> None:
        found = routed(Standing(place=PLACE, room=Room(9, 9)), limited(Limits(waiting=1)))
        assert isinstance(found, Route)
        assert (found.greeting, found.menu, found.priority, found.place) == ((), "", 3, PLACE)
        assert rule_of(found) == "entry.takes_over"

    def test_behind_a_fixed_number_may_be_many_people(self) -> None:
        found = routed(Standing(place=PLACE), caller=FIXED)
        assert isinstance(found, Route)
        assert (found.place, found.greeting) == (None, ("greeting",))

    def test_a_city_may_refuse_the_further_call(self) -> None:
        careful = plan(admission=Admission(mobiles=Again.BUSY))
        found = routed(Standing(place=PLACE), careful)
        assert isinstance(found, Refusal)
        assert (found.cause, found.repeated, found.congested) == (Cause.USER_BUSY, True, False)

    def test_a_place_in_a_group_that_is_gone_is_one_in_the_lines_group(self) -> None:
        found = routed(Standing(place=replace(PLACE, group="closed-down")))
        assert isinstance(found, Route)
        assert found.group == "intake"

    def test_nobody_has_waited_since_the_future(self) -> None:
        found = routed(Standing(place=replace(PLACE, enqueued_at=NOW + 60)))
        assert isinstance(found, Route)
        assert found.place is not None
        assert found.place.enqueued_at == NOW


class TestADroppedLine:
    @pytest.mark.parametrize("caller", [MOBILE, FIXED])
    @pytest.mark.parametrize("again", list(Again))
    def test_a_caller_who_was_cut_off_has_the_old_place_whatever_redials_do(
        self, caller: str, again: Again
    ) -> None:
        kept = replace(PLACE, waits=False, agent="8017", language="en")
        the_plan = plan(admission=Admission(mobiles=again, others=again))
        found = routed(Standing(place=kept), the_plan, caller)
        assert isinstance(found, Route)
        assert (found.place, rule_of(found)) == (kept, "entry.place_kept")

    @pytest.mark.parametrize(
        ("cause", "by", "waiting", "talking"),
        [
            ("NORMAL_CLEARING", EndedBy.CALLER, True, False),
            ("ORIGINATOR_CANCEL", EndedBy.CALLER, True, False),
            ("NETWORK_OUT_OF_ORDER", EndedBy.CALLER, True, True),
            ("NORMAL_TEMPORARY_FAILURE", EndedBy.CALLER, True, True),
            ("MEDIA_TIMEOUT", EndedBy.SYSTEM, True, True),
            ("CRASH", EndedBy.SYSTEM, True, True),
            ("UNCONFIRMED", EndedBy.SYSTEM, True, True),
            ("NORMAL_CLEARING", EndedBy.SYSTEM, False, False),
            ("NORMAL_CLEARING", EndedBy.SEAT, False, False),
            ("MEDIA_TIMEOUT", EndedBy.SEAT, False, False),
        ],
    )
    def test_what_counts_as_cut_off(
        self, cause: str, by: EndedBy, waiting: bool, talking: bool
    ) -> None:
        assert cut_off(cause, by, talked=False) is waiting
        assert cut_off(cause, by, talked=True) is talking

    def test_behind_a_good_bye_the_agent_is_asked_first_and_nothing_else_is_left(self) -> None:
        found = routed(Standing(talked_with="8017"))
        assert isinstance(found, Route)
        assert (found.place, found.prefer, rule_of(found)) == (None, "8017", "entry.same_agent")
        assert found.greeting == routed(Standing()).greeting  # type: ignore[union-attr]

    def test_who_talked_a_while_ago_has_no_room_of_its_own(self) -> None:
        full = plan(hotline(limits=Limits(waiting=1)))
        found = routed(Standing(talked_with="8017", room=Room(1, 1)), full)
        assert isinstance(found, Refusal)


CAPACITY = Capacity(legs=100, a_second=10.0)


def taken(gate: Gate, legs: int, now: float, reserve: float = 0.2) -> tuple[Gate, bool]:
    gate, overload = gate.admit(legs, CAPACITY, reserve, now)
    return gate, overload is None


class TestGate:
    def test_it_shuts_where_the_reserve_begins_and_opens_somewhat_below(self) -> None:
        gate, story = Gate(), []
        for second, legs in enumerate([79, 80, 79, 75, 74, 79]):
            gate, let_in = taken(gate, legs, NOW + second)
            story.append(let_in)
        assert story == [True, False, False, False, True, True]

    def test_no_more_are_taken_in_a_second_than_the_reserve_leaves(self) -> None:
        gate, count = Gate(), 0
        for _ in range(50):
            gate, let_in = taken(gate, 0, NOW)
            count += let_in
        assert count == 8

    def test_a_storm_that_lasts_keeps_nobody_out_for_as_long_as_it_lasts(self) -> None:
        gate, count = Gate(), 0
        for number in range(1000):
            gate, let_in = taken(gate, 0, NOW + number / 100)
            count += let_in
        assert 80 <= count <= 90

    def test_a_clock_that_goes_back_gives_nothing_away(self) -> None:
        gate, _ = taken(Gate(), 0, NOW)
        assert taken(gate, 0, NOW - 3600)[0].allowance == pytest.approx(6.0)

    @given(
        st.lists(st.tuples(st.integers(0, 120), st.floats(0, 2)), max_size=60),
        st.floats(0, 0.9),
    )
    def test_the_reserve_is_never_touched_and_the_gate_never_flaps(
        self, events: list[tuple[int, float]], reserve: float
    ) -> None:
        gate, now = Gate(), NOW
        threshold = 100 * (1 - reserve)
        for legs, later in events:
            now += later
            was_shut = gate.shut
            gate, let_in = taken(gate, legs, now, reserve)
            if let_in:
                assert legs < threshold
            if was_shut and not gate.shut:
                assert legs < max(1.0, threshold - 100 * REOPEN_SHARE)


places = st.none() | st.builds(
    HeldPlace,
    call=st.just("call-1"),
    waits=st.booleans(),
    group=st.sampled_from(["", "intake", "gone"]),
    priority=st.none() | st.integers(-100, 100),
    enqueued_at=st.none() | st.floats(NOW - 9000, NOW + 9000),
)
standings = st.builds(
    Standing,
    barred_until=st.none() | st.just(NOW + 60),
    place=places,
    room=st.builds(Room, st.integers(0, 99), st.integers(0, 99), st.none() | st.floats(0, 9999)),
    overload=st.none() | st.sampled_from(Overload),
)
limits = st.builds(Limits, st.integers(0, 9), st.floats(0, 99), st.sampled_from(Instead))
admissions = st.builds(Admission, mobiles=st.sampled_from(Again), others=st.sampled_from(Again))


class TestEmergency:
    @given(standings, limits, limits, admissions, st.sampled_from(sorted(EMERGENCY)))
    def test_nothing_ever_keeps_a_call_to_or_from_an_emergency_service_out(
        self,
        standing: Standing,
        of_line: Limits,
        of_group: Limits,
        admission: Admission,
        number: str,
    ) -> None:
        ways = {number: Forward(number, "carrier") for number in EMERGENCY}
        strict = limited(of_line, of_group, admission=admission, emergency=ways)
        dialled = routed(standing, strict, called=number)
        assert isinstance(dialled, Route)
        assert dialled.forward == ways[number]
        calls = routed(standing, strict, caller=number)
        assert isinstance(calls, Route)
        assert (calls.connect, calls.group) == (True, "intake")

    @given(standings, limits, limits, admissions, st.sampled_from([MOBILE, FIXED, "nobody"]))
    def test_everybody_else_is_let_in_or_told_why_not(
        self,
        standing: Standing,
        of_line: Limits,
        of_group: Limits,
        admission: Admission,
        caller: str,
    ) -> None:
        found = routed(standing, limited(of_line, of_group, admission=admission), caller)
        if isinstance(found, Refusal) or not found.connect:
            assert rule_of(found) in {
                "entry.limit",
                "entry.blocked",
                "entry.overloaded",
                "entry.queue_full",
                "entry.wait_too_long",
                "entry.waits_already",
            }
