"""Who may do what: the table of roles and verbs, and how far each reaches."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.rights import (
    TABLE,
    WHOLE_CITY,
    Identity,
    Reach,
    Role,
    Scope,
    may,
    reach,
    scope_problem,
)

SEAT = Identity("1001", Role.SEAT, seat="1001")
LEAD = Identity("B01", Role.TEAM_LEAD, seat="1020", groups=frozenset({"intake"}))
SHIFT = Identity("B02", Role.SHIFT_SUPERVISOR, seat="1021")
ADMIN = Identity("ops", Role.ADMIN)
READER = Identity("wall", Role.READER)

HERE = Scope("1001", frozenset({"intake"}))
BESIDE = Scope("1002", frozenset({"intake"}))
ELSEWHERE = Scope("1003", frozenset({"web"}))

verbs = st.sampled_from(sorted(TABLE))
roles = st.sampled_from(list(Role))
names = st.sampled_from(["", "1001", "1002"])
group_sets = st.frozensets(st.sampled_from(["intake", "web"]))
identities = st.builds(Identity, st.just("somebody"), roles, names, group_sets)
scopes = st.builds(Scope, names, group_sets)


class TestMatrix:
    @pytest.mark.parametrize("verb", [verb for verb in TABLE if verb.startswith("call.")])
    @pytest.mark.parametrize(
        ("who", "allowed"),
        [
            (SEAT, (True, False, False)),
            (LEAD, (True, True, False)),
            (SHIFT, (True, True, True)),
            (ADMIN, (False, False, False)),
            (READER, (False, False, False)),
        ],
    )
    def test_a_call_is_controlled_by_its_seat_and_those_above_it(
        self, verb: str, who: Identity, allowed: tuple[bool, ...]
    ) -> None:
        assert tuple(may(who, verb, on) for on in (HERE, BESIDE, ELSEWHERE)) == allowed

    @pytest.mark.parametrize("verb", ["listen", "whisper", "barge", "take-over", "release"])
    def test_supervising_is_for_leads_in_their_groups_and_for_shift_supervisors(
        self, verb: str
    ) -> None:
        verb = f"supervise.{verb}"
        assert not may(SEAT, verb, HERE)
        assert not may(ADMIN, verb, HERE)
        assert may(LEAD, verb, HERE)
        assert not may(LEAD, verb, ELSEWHERE)
        assert may(SHIFT, verb, ELSEWHERE)

    def test_figures_are_for_everybody_and_callers_numbers_are_not(self) -> None:
        for who in (SEAT, LEAD, SHIFT, ADMIN, READER):
            assert may(who, "see.queues")
        assert [may(who, "see.blocked") for who in (SEAT, LEAD, SHIFT, ADMIN, READER)] == [
            False,
            False,
            True,
            True,
            False,
        ]

    def test_the_plan_is_for_admins(self) -> None:
        allowed = [who for who in (SEAT, LEAD, SHIFT, ADMIN, READER) if may(who, "plan.reload")]
        assert allowed == [ADMIN]

    def test_a_reader_changes_nothing(self) -> None:
        allowed = {verb for verb in TABLE if may(READER, verb, HERE)}
        assert {verb.partition(".")[0] for verb in allowed} == {"see"}


class TestReach:
    def test_a_shift_supervisor_narrowed_to_groups_reaches_these_alone(self) -> None:
        web = replace(SHIFT, groups=frozenset({"web"}))
        assert may(web, "call.hang-up", ELSEWHERE)
        assert not may(web, "call.hang-up", HERE)
        assert not may(web, "waiting.rank")

    def test_ones_own_seat_stays_ones_own_whatever_it_serves(self) -> None:
        assert may(LEAD, "call.hold", Scope("1020", frozenset({"web"})))

    def test_a_verb_that_nobody_wrote_into_the_table_is_for_nobody(self) -> None:
        assert reach(ADMIN, "call.teleport") is Reach.NOWHERE
        assert not may(SHIFT, "hold", HERE)

    def test_who_sits_nowhere_has_no_own_seat(self) -> None:
        nowhere = Identity("A017", Role.SEAT, agent="A017")
        assert not may(nowhere, "call.hold")
        assert not may(nowhere, "call.hold", HERE)

    @given(verbs, identities, scopes)
    def test_whoever_may_do_it_to_the_whole_city_may_do_it_to_everything_in_it(
        self, verb: str, who: Identity, on: Scope
    ) -> None:
        if may(who, verb, WHOLE_CITY):
            assert may(who, verb, on)

    @given(verbs, identities, scopes)
    def test_narrowing_never_adds_a_right(self, verb: str, who: Identity, on: Scope) -> None:
        wide = replace(who, groups=frozenset()) if who.role is not Role.TEAM_LEAD else who
        if may(who, verb, on):
            assert may(wide, verb, on)

    @given(verbs, names.filter(bool), scopes)
    def test_a_seat_never_acts_on_another_seat(self, verb: str, seat: str, on: Scope) -> None:
        who = Identity("seat", Role.SEAT, seat=seat)
        if on.seat != seat and reach(who, verb) is not Reach.ALWAYS:
            assert not may(who, verb, on)


class TestSignIn:
    def test_an_agents_token_signs_that_agent_in_at_any_seat(self) -> None:
        who = Identity("A017", Role.SEAT, seat="1005", agent="A017")
        assert may(who, "seat.sign-in", Scope("1009", agent="A017"))
        assert not may(who, "seat.sign-in", Scope("1005", agent="A018"))

    def test_a_seats_token_signs_anybody_in_there_and_nowhere_else(self) -> None:
        assert may(SEAT, "seat.sign-in", Scope("1001", agent="A018"))
        assert not may(SEAT, "seat.sign-in", Scope("1002", agent="A018"))

    def test_naming_oneself_opens_no_other_verb(self) -> None:
        who = Identity("A017", Role.SEAT, seat="1005", agent="A017")
        assert not may(who, "call.hold", Scope("1009", agent="A017"))


class TestScopeProblem:
    @pytest.mark.parametrize(
        ("role", "seat", "groups", "agent"),
        [
            (Role.SEAT, "1001", (), ""),
            (Role.SEAT, "", (), "A017"),
            (Role.TEAM_LEAD, "1020", ("intake",), ""),
            (Role.SHIFT_SUPERVISOR, "", (), "B02"),
            (Role.SHIFT_SUPERVISOR, "", ("web",), ""),
            (Role.ADMIN, "", (), ""),
            (Role.READER, "", ("web",), ""),
        ],
    )
    def test_a_token_that_says_whom_it_is_for_may_be_made(
        self, role: Role, seat: str, groups: tuple[str, ...], agent: str
    ) -> None:
        assert scope_problem(role, seat, groups, agent) == ""

    @pytest.mark.parametrize(
        ("role", "seat", "groups", "agent", "word"),
        [
            (Role.SEAT, "", (), "", "needs the seat or the agent"),
            (Role.SEAT, "1001", (), "A017", "not for both"),
            (Role.SEAT, "1001", ("intake",), "", "leave the groups out"),
            (Role.TEAM_LEAD, "1020", (), "", "needs the groups"),
            (Role.ADMIN, "1001", (), "", "at no seat"),
            (Role.ADMIN, "", ("web",), "", "whole city"),
            (Role.READER, "", (), "A017", "at no seat"),
        ],
    )
    def test_one_that_would_mean_nothing_or_too_much_is_refused(
        self, role: Role, seat: str, groups: tuple[str, ...], agent: str, word: str
    ) -> None:
        assert word in scope_problem(role, seat, groups, agent)
