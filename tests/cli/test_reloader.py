"""A reload when something that it needs is away."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from switchd.api.ports import PlanRefused, Unavailable
from switchd.city import load_city
from switchd.config import Loaded
from switchd.places import share
from switchd.queues.facts import QueueUnavailable
from switchd.records.errors import StoreUnavailable
from switchd.records.plans import NewPlan
from switchd.reloading import Reloader

NOW = 1_800_000_000.0


class Book:
    """Writes plans down in memory."""

    def __init__(self) -> None:
        self.plans: list[NewPlan] = []
        self.away = False

    def add(self, plan: NewPlan) -> int:
        if self.away:
            raise StoreUnavailable("the database is away")
        self.plans.append(plan)
        return len(self.plans)


class House:
    """A city in a folder, and what a reload puts into force."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.in_force = load_city(folder, NOW)
        self.redis_away = False
        self.book = Book()
        self.reloader = Reloader(self.in_force, use=self._use, versions=self.book, now=lambda: NOW)

    def _use(self, loaded: Loaded) -> None:
        if self.redis_away:
            raise QueueUnavailable("Redis is away")
        self.in_force = loaded

    def changes_the_title(self, title: str) -> None:
        path = self.folder / "city.yaml"
        lines = path.read_text(encoding="utf-8").splitlines()
        lines = [f"  title: {title}" if line.startswith("  title:") else line for line in lines]
        path.write_text("\n".join(lines), encoding="utf-8")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(Path(shutil.copytree(share("config") / "minimal", tmp_path / "minimal")))


class TestReloader:
    def test_what_was_changed_is_in_force_and_written_down(self, house: House) -> None:
        house.changes_the_title("新名称")
        answer = house.reloader.reload("8001", "reload")
        assert house.in_force.plan.title == "新名称"
        assert (answer["changed"], answer["number"], answer["trouble"]) == (True, 1, "")
        (written,) = house.book.plans
        assert (written.who, written.digest) == ("8001", house.in_force.plan.version)
        assert written.files == house.in_force.files
        assert list(written.summary) == answer["differences"]

    def test_nothing_new_is_no_new_version(self, house: House) -> None:
        assert house.reloader.reload("8001", "reload")["changed"] is False
        assert house.book.plans == []

    def test_without_redis_the_plan_in_force_stays_until_the_next_reload(
        self, house: House
    ) -> None:
        house.changes_the_title("新名称")
        house.redis_away = True
        before = house.in_force
        with pytest.raises(Unavailable, match="Redis is away; the plan in force stays"):
            house.reloader.reload("8001", "reload")
        assert house.in_force is before
        assert house.book.plans == []
        house.redis_away = False
        assert house.reloader.reload("8001", "reload")["changed"] is True

    def test_without_sql_the_plan_is_in_force_and_the_admin_is_told(self, house: House) -> None:
        house.changes_the_title("新名称")
        house.book.away = True
        answer = house.reloader.reload("8001", "reload")
        assert house.in_force.plan.title == "新名称"
        assert answer["number"] is None
        assert "could not be written down: the database is away" in answer["trouble"]

    def test_a_folder_that_is_gone_is_refused_with_its_name(self, house: House) -> None:
        shutil.rmtree(house.folder)
        with pytest.raises(PlanRefused) as refused:
            house.reloader.reload("8001", "reload")
        (problem,) = refused.value.problems
        assert problem["file"] == str(house.folder)
        assert problem["text"].startswith(f"{house.folder}: cannot be listed")
