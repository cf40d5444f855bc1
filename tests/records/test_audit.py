"""What supervisors did stays known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from switchd.records.audit import Audit, OperatorAction
from switchd.records.schema import migrate

RANK = OperatorAction(
    city="pingdingshan",
    at=1_800_000_000.125,
    who="8001",
    verb="rank",
    target="0f0d",
    facts={"priority": 600},
    why="孕妇",
)


@pytest.fixture
def audit(url: str) -> Iterator[Audit]:
    migrate(url)
    audit = Audit(url)
    yield audit
    audit.close()


class TestAudit:
    def test_what_was_written_is_read(self, audit: Audit) -> None:
        audit.add(RANK)
        assert audit.latest("pingdingshan", 10) == [RANK]

    def test_the_latest_comes_first_and_others_are_left_out(self, audit: Audit) -> None:
        later = replace(RANK, at=RANK.at + 60, verb="remove", facts={"prompt": ""})
        for action in (RANK, later, replace(RANK, at=RANK.at - 60)):
            audit.add(action)
        assert audit.latest("pingdingshan", 2) == [later, RANK]

    def test_one_target_and_one_city_can_be_asked_for(self, audit: Audit) -> None:
        skill = replace(RANK, verb="skill", target="A017", facts={"skills": {"english": 5}})
        for action in (RANK, skill, replace(RANK, city="jiayuguan")):
            audit.add(action)
        assert audit.latest("pingdingshan", 10, "A017") == [skill]
        assert len(audit.latest("jiayuguan", 10)) == 1
