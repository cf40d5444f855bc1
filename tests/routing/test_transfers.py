"""Whom a seat may bring into a call, and by which way."""

from __future__ import annotations

import pytest

from routing.transfers import Desk, Kind, Phone, Problem, Role, Target, Way, resolve, supervisors
from tests.routing.build import NOW
from tests.routing.control_world import city


def way(target: str, seat: str = "1001") -> Way | Problem:
    return resolve(city(), Target.parse(target), seat, "12345", NOW)


class TestATarget:
    @pytest.mark.parametrize("text", ["seat:1002", "expert:medical", "number:13800138000", "1002"])
    def test_is_written_as_it_is_read(self, text: str) -> None:
        assert str(Target.parse(text)) == text

    @pytest.mark.parametrize("text", ["", "boat:1", "seat:"])
    def test_that_means_nothing_says_what_to_write(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"seat"):
            Target.parse(text)


class TestTheWay:
    @pytest.mark.parametrize(
        ("target", "role", "first"),
        [
            ("seat:1002", Role.CONSULT, Desk("1002", 20.0)),
            ("agent:A017", Role.CONSULT, Desk("A017", 20.0)),
            ("line:12350", Role.SUB_CENTRE, Phone("2970110", "carrier", 20.0, told=True)),
            ("emergency:120", Role.EMERGENCY, Phone("120", "carrier", 60.0)),
            ("13800138000", Role.OUTSIDE, Phone("13800138000", "carrier", 30.0, "12345")),
            ("1002", Role.CONSULT, Desk("1002", 20.0)),
            ("12350", Role.SUB_CENTRE, Phone("2970110", "carrier", 20.0, told=True)),
            ("120", Role.EMERGENCY, Phone("120", "carrier", 60.0)),
        ],
    )
    def test_leads_to_who_is_meant(self, target: str, role: Role, first: Desk | Phone) -> None:
        found = way(target)
        assert isinstance(found, Way)
        assert (found.role, found.reaches[0]) == (role, first)

    def test_to_a_group_is_its_list(self) -> None:
        found = way("group:market")
        assert isinstance(found, Way)
        assert (found.reaches, found.group, found.seconds) == ((), "market", 60.0)

    @pytest.mark.parametrize(
        ("target", "why"),
        [
            ("seat:1001", "cannot be brought into its own call"),
            ("seat:9999", "there is no seat 9999"),
            ("group:none", "there is no group none"),
            ("expert:none", "there is no expert seat none"),
            ("line:none", "there is no line none"),
            ("emergency:12345", "no emergency number"),
            ("0044123456789", "may not be dialled"),
            ("number:abc", "no telephone number"),
        ],
    )
    def test_that_is_not_there_is_a_sentence(self, target: str, why: str) -> None:
        found = way(target)
        assert isinstance(found, Problem)
        assert why in found.why

    def test_to_a_supervisor_leaves_out_the_one_who_asks(self) -> None:
        found = supervisors(city(), "1001")
        assert isinstance(found, Way)
        assert [one.name for one in found.reaches if isinstance(one, Desk)] == ["1003"]
        assert isinstance(supervisors(city(), "1003"), Problem)

    def test_of_digits_alone_has_a_kind_of_its_own(self) -> None:
        assert Target.parse("1002").kind is Kind.DIGITS
