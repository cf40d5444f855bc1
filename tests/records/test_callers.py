"""Bars on callers' numbers: in force, ended, and never forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from switchd.records.callers import CallerRule, CallerRules
from switchd.records.errors import StoreUnavailable
from switchd.records.schema import migrate

NOW = 1_800_000_000.0
RULE = CallerRule("13937512345", "blocked", NOW + 60, "threats", "8001", NOW)


@pytest.fixture
def rules(url: str) -> Iterator[CallerRules]:
    migrate(url)
    rules = CallerRules(url)
    yield rules
    rules.close()


class TestInForce:
    def test_a_bar_is_in_force_until_its_end(self, rules: CallerRules) -> None:
        rules.add(RULE)
        assert rules.in_force(NOW + 59) == [RULE]
        assert rules.in_force(NOW + 60) == []

    def test_one_without_end_is_for_ever(self, rules: CallerRules) -> None:
        endless = replace(RULE, until=None)
        rules.add(endless)
        assert rules.in_force(NOW + 1e9) == [endless]

    def test_the_latest_comes_first(self, rules: CallerRules) -> None:
        later = replace(RULE, number="13800138000", at=NOW + 1)
        rules.add(RULE)
        rules.add(later)
        assert rules.in_force(NOW + 2) == [later, RULE]

    def test_a_removed_one_is_not(self, rules: CallerRules) -> None:
        rules.add(RULE)
        assert rules.remove(RULE.number, NOW + 1, "8002")
        assert rules.in_force(NOW + 2) == []
        assert not rules.remove(RULE.number, NOW + 2, "8002")


class TestAudit:
    def test_who_ended_it_and_when_is_kept(self, rules: CallerRules) -> None:
        rules.add(RULE)
        rules.remove(RULE.number, NOW + 1, "8002")
        ended = replace(RULE, removed_at=NOW + 1, removed_by="8002")
        assert rules.history(RULE.number) == [ended]

    def test_a_new_bar_ends_the_earlier_one(self, rules: CallerRules) -> None:
        longer = replace(RULE, until=None, at=NOW + 5, who="8003")
        rules.add(RULE)
        rules.add(longer)
        assert rules.in_force(NOW + 6) == [longer]
        earlier, _ = rules.history(RULE.number)
        assert (earlier.removed_at, earlier.removed_by) == (NOW + 5, "8003")

    def test_one_that_ran_out_by_itself_was_removed_by_nobody(self, rules: CallerRules) -> None:
        rules.add(RULE)
        assert not rules.remove(RULE.number, NOW + 61, "8002")
        assert rules.history(RULE.number) == [RULE]


def test_a_database_that_has_no_such_table_is_told(url: str) -> None:
    with pytest.raises(StoreUnavailable, match="caller_rules"):
        CallerRules(url).in_force(NOW)
