"""The section `follow_ups`."""

from __future__ import annotations

import pytest

from routing.following_up import FollowUpRules
from switchd.config import load

TRUNK = "trunks:\n  carrier: {proxy: '10.20.0.5:5060'}\n"


class TestFollowUps:
    def test_without_the_section_nobody_is_asked(self, write) -> None:
        assert load(write()).plan.follow_ups == FollowUpRules()

    def test_everything_that_is_not_written_has_its_default(self, write) -> None:
        plan = load(write(extra=TRUNK + "follow_ups: {group: intake}\n")).plan
        assert plan.follow_ups == FollowUpRules(
            trunk="carrier", group="intake", pause_seconds=3600.0, longest_days=7.0
        )

    def test_results_keep_their_meaning(self, write) -> None:
        text = (
            TRUNK + "follow_ups: {group: intake, results: {1: 已解决, again: 再约}, at_once: 5}\n"
        )
        rules = load(write(extra=text)).plan.follow_ups
        assert (rules.results, rules.at_once) == ({"1": "已解决", "again": "再约"}, 5)

    @pytest.mark.parametrize(
        ("text", "key", "what", "instead"),
        [
            ("follow_ups: {tries: 2}\n", "follow_ups", "trunk has no proxy", "`proxy: host:5060`"),
            (TRUNK + "follow_ups: {group: intak}\n", "follow_ups.group", "no group", "intake"),
            (TRUNK + "follow_ups: {open: office}\n", "follow_ups.open", "no calendar", "always"),
            (TRUNK + "follow_ups: {shown_number: 110}\n", "follow_ups.shown_number", "110", "own"),
            (TRUNK + "follow_ups: {at_once: 0}\n", "follow_ups.at_once", "too small", "1 or more"),
        ],
    )
    def test_a_mistake_is_told_with_what_to_write(
        self, judge, text: str, key: str, what: str, instead: str
    ) -> None:
        (problem,) = judge(extra=text)
        assert problem.key == key
        assert what in problem.what
        assert instead in problem.instead
