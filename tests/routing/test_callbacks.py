"""Whom the city calls back, and whom never."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.callbacks import CallbackRules, Unreachable, reachable
from routing.numbers import EMERGENCY
from routing.seats import Seat
from routing.standing import CallerList, Callers, Entry
from tests.routing.build import NOW, hotline, plan, sub_centre

CITY = plan(
    hotline(numbers=frozenset({"12345", "4882789"})),
    sub_centre(),
    seats={"1001": Seat("1001", ("intake",)), "1002": Seat("1002", ("intake",), phone="3312345")},
    callers=Callers(blocked=CallerList([Entry("13700137000", "threats")])),
)


class TestReachable:
    @pytest.mark.parametrize(
        ("written", "number"),
        [
            ("13937512345", "13937512345"),
            ("+86 139-3751-2345", "13937512345"),
            ("013937512345", "13937512345"),
            ("2667998", "2667998"),
            ("0375-2667998", "2667998"),
            ("0371 65506550", "037165506550"),
        ],
    )
    def test_mobiles_and_fixed_lines_in_any_written_form(self, written: str, number: str) -> None:
        assert reachable(written, CITY, NOW) == number

    @pytest.mark.parametrize("written", ["110", "0375110", "+86375110", "119", "120", "122"])
    def test_no_emergency_service(self, written: str) -> None:
        assert reachable(written, CITY, NOW) is Unreachable.EMERGENCY

    @pytest.mark.parametrize("written", ["12345", "4882789", "0375-4882789", "1001", "3312345"])
    def test_no_number_of_the_citys_own(self, written: str) -> None:
        assert reachable(written, CITY, NOW) is Unreachable.OWN

    def test_no_sub_centre_to_which_callers_are_passed_on(self) -> None:
        assert reachable("2970110", CITY, NOW) is Unreachable.OWN

    @pytest.mark.parametrize(
        "written", ["", "anonymous", "0085212345678", "95588", "4008001234", "139375", "9" * 30]
    )
    def test_nothing_foreign_costly_or_incomplete(self, written: str) -> None:
        assert reachable(written, CITY, NOW) is Unreachable.NO_NUMBER

    def test_nobody_who_is_blocked(self) -> None:
        assert reachable("13700137000", CITY, NOW) is Unreachable.BLOCKED

    @given(st.text())
    def test_whatever_arrives_only_digits_are_ever_dialled(self, written: str) -> None:
        number = reachable(written, CITY, NOW)
        if not isinstance(number, Unreachable):
            assert number.isdecimal()
            assert number.isascii()
            assert 7 <= len(number) <= 12
            assert number not in EMERGENCY


class TestLines:
    def test_without_a_trunk_no_line_has_callbacks(self) -> None:
        assert not CallbackRules().serves("12345")

    def test_all_lines_have_them_or_those_that_are_named(self) -> None:
        assert CallbackRules(trunk="carrier").serves("12345")
        assert not CallbackRules(trunk="carrier", lines=frozenset({"12315"})).serves("12345")
