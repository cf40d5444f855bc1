"""Every plan that was in force stays known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from switchd.records.database import exists
from switchd.records.errors import StoreUnavailable
from switchd.records.plans import NewPlan, PlanVersions
from switchd.records.schema import migrate

PLAN = NewPlan(
    city="pingdingshan",
    digest="0123456789ab",
    applied_at=1_800_000_000.125,
    who="8001",
    why="reload",
    files={"lines.yaml": "lines:\n  12345: {}\n", "city.yaml": "city: # 平顶山\n"},
    summary=("12399, now: not in service", "group intake is gone"),
)
OTHER = replace(PLAN, digest="ba9876543210", files={}, summary=())


@pytest.fixture
def versions(url: str) -> Iterator[PlanVersions]:
    migrate(url)
    versions = PlanVersions(url)
    yield versions
    versions.close()


class TestVersions:
    def test_numbers_go_up_from_one(self, versions: PlanVersions) -> None:
        assert [versions.add(PLAN), versions.add(OTHER), versions.add(PLAN)] == [1, 2, 3]
        assert versions.count("pingdingshan") == 3

    def test_the_latest_is_not_written_twice(self, versions: PlanVersions) -> None:
        assert [versions.add(PLAN), versions.add(replace(PLAN, who="8002"))] == [1, 1]
        assert [one.who for one in versions.log("pingdingshan", 10)] == ["8001"]

    def test_each_city_counts_its_own(self, versions: PlanVersions) -> None:
        versions.add(PLAN)
        assert versions.add(replace(OTHER, city="jiayuguan")) == 1
        assert versions.get("jiayuguan", 2) is None

    def test_what_was_written_is_read_to_the_byte(self, versions: PlanVersions) -> None:
        versions.add(PLAN)
        found = versions.get("pingdingshan", 1)
        assert found is not None
        assert found.files == PLAN.files
        assert (found.number, found.who, found.why) == (1, "8001", "reload")
        assert (found.applied_at, found.summary) == (PLAN.applied_at, PLAN.summary)

    def test_the_log_begins_with_the_latest(self, versions: PlanVersions) -> None:
        for plan in (PLAN, OTHER, PLAN):
            versions.add(plan)
        assert [one.number for one in versions.log("pingdingshan", 2)] == [3, 2]

    def test_a_plan_without_differences_has_none(self, versions: PlanVersions) -> None:
        versions.add(OTHER)
        assert versions.log("pingdingshan", 1)[0].summary == ()


class TestADatabaseThatIsNotThere:
    def test_is_known_before_sqlite_makes_an_empty_one(self, sqlite_url: str) -> None:
        assert not exists(sqlite_url)
        migrate(sqlite_url)
        assert exists(sqlite_url)

    def test_is_told(self, tmp_path: Path) -> None:
        versions = PlanVersions(f"sqlite:///{tmp_path}/none.db")
        with pytest.raises(StoreUnavailable, match="plan_versions"):
            versions.add(PLAN)
        versions.close()
