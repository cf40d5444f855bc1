"""Where seats may dial, and the ways to an emergency service."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routing.control_rules import ControlRules
from routing.dialling import Allowed, Barred, Dialling, emergency_ways
from routing.lines import Forward
from routing.plan import Trunk
from tests.routing.build import plan

TRUNKS = {
    "carrier": Trunk("carrier", proxy="192.0.2.1"),
    "inward": Trunk("inward"),
    "government": Trunk("government", proxy="198.51.100.1"),
    "mobile": Trunk("mobile", proxy="203.0.113.1"),
}


class TestRuling:
    """`Dialling.ruling`: the longest prefix decides."""

    OPEN = Dialling(trunk="carrier")

    @pytest.mark.parametrize("number", ["13900000000", "4882789", "037112345", "95588"])
    def test_every_number_of_the_country_is_allowed_by_default(self, number: str) -> None:
        assert self.OPEN.ruling(number) == Allowed(number, "carrier", "")

    def test_foreign_numbers_are_barred_by_default(self) -> None:
        assert self.OPEN.ruling("00442079460000") == Barred("00442079460000", "00")

    def test_one_country_can_be_allowed_besides_ones_own(self) -> None:
        rules = replace(self.OPEN, allowed=frozenset({"00852"}))
        assert rules.ruling("0085221234567") == Allowed("0085221234567", "carrier", "")
        assert rules.ruling("00442079460000") == Barred("00442079460000", "00")
        assert rules.ruling("13900000000") == Allowed("13900000000", "carrier", "")

    def test_only_what_is_allowed_if_something_is(self) -> None:
        rules = replace(self.OPEN, allowed=frozenset({"0375", "0"}))
        assert isinstance(rules.ruling("037112345678"), Allowed)
        assert rules.ruling("13900000000") == Barred("13900000000", "")
        assert rules.ruling("00442079460000") == Barred("00442079460000", "00")

    def test_the_longer_prefix_wins_on_both_sides(self) -> None:
        rules = replace(self.OPEN, allowed=frozenset({"1", "16800"}), barred=frozenset({"168"}))
        assert isinstance(rules.ruling("13900000000"), Allowed)
        assert rules.ruling("16812345") == Barred("16812345", "168")
        assert isinstance(rules.ruling("16800123"), Allowed)

    def test_a_barred_prefix_alone_leaves_the_rest(self) -> None:
        rules = replace(self.OPEN, barred=frozenset({"168"}))
        assert rules.ruling("16812345") == Barred("16812345", "168")
        assert isinstance(rules.ruling("4882789"), Allowed)

    def test_the_trunk_of_the_longest_prefix(self) -> None:
        rules = replace(self.OPEN, trunks={"4": "government", "48": "carrier"})
        assert rules.ruling("4001") == Allowed("4001", "government", "")
        assert rules.ruling("4882789") == Allowed("4882789", "carrier", "")

    def test_nobody_dials_out_without_a_trunk(self) -> None:
        assert Dialling().ruling("13900000000") == Barred("13900000000", "")

    def test_the_number_shown_is_the_lines_own_if_one_is_written(self) -> None:
        rules = replace(self.OPEN, shown_number="037512345", shown={"12315": "037512315"})
        shown = [rules.ruling("13900000000", line) for line in ("12315", "12345", "")]
        assert [one.shown for one in shown if isinstance(one, Allowed)] == [
            "037512315",
            "037512345",
            "037512345",
        ]


class TestEmergencyWays:
    def test_the_plans_own_way_first_and_then_every_trunk_that_dials(self) -> None:
        own = Forward("96110", "government", ring_seconds=90.0)
        ways = emergency_ways(plan(trunks=TRUNKS, emergency={"110": own}), "110")
        assert ways == (own, Forward("110", "carrier", 90.0), Forward("110", "mobile", 90.0))

    def test_the_trunks_that_control_names_come_before_the_others(self) -> None:
        rules = ControlRules(emergency_trunks=("mobile",))
        ways = emergency_ways(plan(trunks=TRUNKS, control=rules), "120")
        assert [way.trunk for way in ways] == ["mobile", "carrier", "government"]
        assert {way.number for way in ways} == {"120"}

    def test_there_is_none_if_no_trunk_can_be_dialled_over(self) -> None:
        trunks = {"inward": TRUNKS["inward"]}
        assert emergency_ways(plan(trunks=trunks), "119") == ()
