"""Who is barred, who comes first, and that no rule touches emergency services."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.callflow import State, actions
from routing.callflow import events as on
from routing.entry import Arrival, Cause, Refusal, Route, caller_of, decide
from routing.numbers import EMERGENCY
from routing.plan import Plan
from routing.record import Outcome
from routing.standing import (
    Barring,
    CallerList,
    Callers,
    Entry,
    Limits,
    Standing,
    Withheld,
    having_called,
    judge,
)
from tests.routing.build import NOW, Story, hotline, plan, retired

MOBILE = "13937512345"


def city(**callers: object) -> Plan:
    return plan(
        hotline(priority=1),
        callers=Callers(**callers),  # type: ignore[arg-type]
    )


def call(
    the_plan: Plan, caller: str = MOBILE, standing: Standing | None = None, **more: object
) -> Route | Refusal:
    arrival = replace(Arrival(caller, "12345", "carrier"), **more)  # type: ignore[arg-type]
    return decide(arrival, the_plan, NOW, standing or Standing())


def rules(found: Route | Refusal) -> list[str]:
    return [reason.what for reason in found.reasons]


class TestBlockList:
    """A number on the list is not answered."""

    BLOCKED = CallerList(
        [
            Entry(MOBILE, "swears at staff"),
            Entry("0085", "robots", is_prefix=True),
            Entry("13800138000", "until yesterday", until=NOW),
            Entry("13800138001", "until tomorrow", until=NOW + 86400),
        ]
    )

    @pytest.mark.parametrize("form", [MOBILE, f"+86{MOBILE}", f"0{MOBILE}"])
    def test_every_form_of_a_blocked_number_is_rejected(self, form: str) -> None:
        found = call(city(blocked=self.BLOCKED), form)
        assert isinstance(found, Refusal)
        assert (found.cause, found.line_dialled) == (Cause.CALL_REJECTED, "12345")
        assert found.reasons[-1].facts == {"number": MOBILE, "reason": "swears at staff"}

    def test_numbers_that_begin_alike_are_rejected_together(self) -> None:
        assert isinstance(call(city(blocked=self.BLOCKED), "+85212345678"), Refusal)

    @pytest.mark.parametrize("caller", ["1393751234", "139375123456", "13937512346", ""])
    def test_others_are_not(self, caller: str) -> None:
        assert isinstance(call(city(blocked=self.BLOCKED), caller), Route)

    def test_an_entry_ends(self) -> None:
        the_city = city(blocked=self.BLOCKED)
        assert isinstance(call(the_city, "13800138000"), Route)
        assert isinstance(call(the_city, "13800138001"), Refusal)

    def test_an_ended_number_does_not_hide_a_prefix(self) -> None:
        entries = [Entry("13800138000", "x", until=NOW), Entry("1380", "y", is_prefix=True)]
        assert isinstance(call(city(blocked=CallerList(entries)), "13800138000"), Refusal)

    def test_the_longest_prefix_gives_the_reason(self) -> None:
        entries = [Entry("13", "short", is_prefix=True), Entry("1380", "long", is_prefix=True)]
        found = CallerList(entries).find("13800138000", NOW)
        assert found is not None
        assert found.reason == "long"

    def test_a_withheld_number_is_on_no_list(self) -> None:
        assert isinstance(call(city(blocked=self.BLOCKED), privacy=True), Route)


class TestWhileRunning:
    """What was learnt while running counts until its end."""

    def test_a_number_that_a_supervisor_blocked_is_rejected(self) -> None:
        standing = Standing(barred_until=NOW + 1, barred_for="threats")
        found = call(city(), standing=standing)
        assert isinstance(found, Refusal)
        assert found.reasons[-1].facts == {"number": MOBILE, "reason": "threats"}

    def test_its_end_is_the_first_moment_at_which_it_may_call(self) -> None:
        assert isinstance(call(city(), standing=Standing(barred_until=NOW)), Route)

    @pytest.mark.parametrize("then", Barring)
    def test_whoever_called_too_often_meets_what_the_limit_says(self, then: Barring) -> None:
        the_city = city(limits=Limits(5, then), announcement="too_often")
        found = call(the_city, standing=Standing(6, barred_until=NOW + 60, by_limit=True))
        assert "entry.limit" in rules(found)
        if then is Barring.REFUSE:
            assert isinstance(found, Refusal)
        else:
            assert isinstance(found, Route)
            assert (found.greeting, found.connect, found.barred) == (("too_often",), False, True)

    def test_a_repeat_caller_is_flagged_and_served(self) -> None:
        found = call(city(), standing=Standing(2, is_repeat=True))
        assert isinstance(found, Route)
        assert found.reasons[-1].what == "entry.repeat_caller"


class TestWithheldNumbers:
    @pytest.mark.parametrize(
        ("policy", "taken", "connected"),
        [
            (Withheld.ACCEPT, True, True),
            (Withheld.REFUSE, False, False),
            (Withheld.ANNOUNCE, True, False),
        ],
    )
    def test_the_policy_decides(self, policy: Withheld, taken: bool, connected: bool) -> None:
        found = call(city(withheld=policy, announcement="show_number"), privacy=True)
        assert isinstance(found, Route) is taken
        assert (isinstance(found, Route) and found.connect) is connected

    @pytest.mark.parametrize("policy", Withheld)
    def test_it_is_not_about_callers_who_show_theirs(self, policy: Withheld) -> None:
        assert isinstance(call(city(withheld=policy)), Route)


class TestPriority:
    def test_a_number_on_the_list_goes_before_others(self) -> None:
        first = CallerList([Entry(MOBILE, "hospital", priority=5)])
        found = call(city(priority=first))
        assert isinstance(found, Route)
        assert found.priority == 6

    def test_the_block_list_is_stronger(self) -> None:
        entry = Entry(MOBILE, "both", priority=5)
        lists = {"priority": CallerList([entry]), "blocked": CallerList([entry])}
        assert isinstance(call(city(**lists)), Refusal)


class TestRetiredLines:
    def test_barring_does_not_hide_that_a_number_is_unknown(self) -> None:
        blocked = CallerList([Entry(MOBILE, "x")])
        found = decide(Arrival(MOBILE, "99999", "carrier"), city(blocked=blocked), NOW)
        assert isinstance(found, Refusal)
        assert found.cause is Cause.UNALLOCATED_NUMBER

    def test_a_caller_of_an_old_number_is_judged_as_well(self) -> None:
        callers = Callers(blocked=CallerList([Entry(MOBILE, "x")]))
        the_plan = plan(hotline(), retired(date(2027, 1, 10)), callers=callers)
        found = decide(Arrival(MOBILE, "12319", "carrier"), the_plan, NOW)
        assert isinstance(found, Refusal)
        assert found.line_dialled == "12319"


class TestTheCall:
    """What the caller notices."""

    def test_a_blocked_caller_is_not_answered(self) -> None:
        story = Story(city(blocked=CallerList([Entry(MOBILE, "x")]))).arrives()
        assert story.asked_for(actions.Hangup) == [actions.Hangup("CALL_REJECTED")]
        assert story.asked_for(actions.Answer) == []
        assert story.call.outcome is Outcome.REFUSED

    def test_a_barred_caller_hears_why_and_no_phone_rings(self) -> None:
        story = Story(city(limits=Limits(1, Barring.ANNOUNCE), announcement="too_often"))
        standing = Standing(2, barred_until=NOW + 60, by_limit=True)
        story.happens(on.Arrived(story.arrival, standing)).happens(on.Answered())
        [play] = story.asked_for(actions.Play)
        assert play.prompts == ("too_often",)  # type: ignore[attr-defined]
        assert (story.call.state, story.call.outcome) == (State.CLOSING, Outcome.REFUSED)

    def test_priority_is_the_place_in_the_list(self) -> None:
        the_city = city(priority=CallerList([Entry(MOBILE, "hospital", priority=5)]))
        story = Story(the_city).waiting()
        [enqueue] = story.asked_for(actions.Enqueue)
        assert enqueue.priority == 6  # type: ignore[attr-defined]


numbers = st.one_of(
    st.sampled_from([MOBILE, "", *sorted(EMERGENCY), "4882789", "00442079460000"]),
    st.from_regex(r"[0-9]{1,12}", fullmatch=True),
)
entries = st.builds(
    Entry,
    numbers,
    st.just("why"),
    is_prefix=st.booleans(),
    until=st.one_of(st.none(), st.floats(NOW - 10, NOW + 10)),
    priority=st.integers(1, 9),
)
callers_of_a_city = st.builds(
    Callers,
    blocked=st.lists(entries, max_size=5).map(CallerList),
    priority=st.lists(entries, max_size=5).map(CallerList),
    withheld=st.sampled_from(Withheld),
    announcement=st.just("why"),
)
standings = st.builds(
    Standing,
    st.integers(0, 100),
    st.booleans(),
    st.one_of(st.none(), st.floats(NOW - 10, NOW + 10)),
    by_limit=st.booleans(),
)


class TestInvariants:
    @given(st.sampled_from(sorted(EMERGENCY)), st.booleans(), callers_of_a_city, standings)
    def test_emergency_services_are_never_barred(
        self, number: str, withheld: bool, callers: Callers, standing: Standing
    ) -> None:
        assert judge(number, withheld, callers, standing, NOW).barring is None

    @given(numbers, callers_of_a_city, standings)
    def test_a_call_to_an_emergency_number_is_decided_without_standing(
        self, caller: str, callers: Callers, standing: Standing
    ) -> None:
        arrival = Arrival(caller, "110", "carrier")
        judged = decide(arrival, plan(callers=callers), NOW, standing)
        assert judged == decide(arrival, plan(), NOW)

    @given(numbers, callers_of_a_city, standings)
    def test_who_is_barred_has_no_priority(
        self, caller: str, callers: Callers, standing: Standing
    ) -> None:
        found = judge(caller, False, callers, standing, NOW)
        assert found.barring is None or found.priority == 0
        assert (found.barring is None and not found.priority) or found.reasons

    @given(numbers, st.lists(entries, max_size=8))
    def test_an_entry_is_found_exactly_if_one_fits(self, number: str, some: list[Entry]) -> None:
        kept = {(one.number, one.is_prefix): one for one in some}.values()
        fits = [
            one
            for one in kept
            if (number.startswith(one.number) if one.is_prefix else number == one.number)
            and (one.until is None or one.until > NOW)
        ]
        found = CallerList(some).find(number, NOW)
        assert (found in fits) if number and fits else found is None


class TestWhoIsAsked:
    def test_the_number_is_the_one_that_is_judged(self) -> None:
        arrival = Arrival(f"+86{MOBILE}", "12345", "carrier")
        assert caller_of(arrival, plan()) == MOBILE

    def test_nobody_is_asked_about_a_withheld_number(self) -> None:
        assert caller_of(Arrival(MOBILE, "12345", "carrier", privacy=True), plan()) == ""


class TestHavingCalled:
    """A supposed caller counts as one that the live queue has counted."""

    def test_the_call_beyond_the_limit_is_barred(self) -> None:
        the_plan = city(limits=Limits(calls_per_hour=5))
        within = having_called(5, False, the_plan.callers, NOW)
        beyond = having_called(6, False, the_plan.callers, NOW)
        assert isinstance(call(the_plan, standing=within), Route)
        assert isinstance(call(the_plan, standing=beyond), Refusal)

    def test_without_a_limit_nothing_is_counted(self) -> None:
        assert having_called(500, True, Callers(), NOW) == Standing()

    def test_a_repeat_caller_is_one_where_the_plan_asks_for_them(self) -> None:
        assert having_called(2, True, Callers(repeat_seconds=60), NOW).is_repeat
