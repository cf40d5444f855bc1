"""Who may serve whom, and that callers who wait while the plan changes are served."""

from __future__ import annotations

from dataclasses import replace

from routing.lines import Overflow
from routing.plan import Plan, SkillGroup
from routing.pools import (
    agent_skills,
    agents_for,
    can_be_served,
    pools,
    seat_pools,
    serves,
    serving,
)
from routing.seats import Agent, Seat
from routing.skills import Need
from tests.routing.build import hotline, plan


def city() -> Plan:
    """Two seats of intake; only agents speak English."""
    return plan(
        groups={
            "intake": SkillGroup("intake", "受理"),
            "english": SkillGroup(
                "english",
                "英语",
                needs=Need.parse("intake & english>=3"),
                overflow=(Overflow(after_seconds=40, level=2), Overflow(after_seconds=60, level=1)),
            ),
        },
        agents={
            "A017": Agent("A017", skills={"english": 5}),
            "A018": Agent("A018", skills={"english": 2, "intake": 9}),
        },
    )


class TestPools:
    def test_a_group_without_needs_is_a_skill_of_its_own_name(self) -> None:
        assert {pool: str(need) for pool, need in pools(plan()).items()} == {"intake": "intake"}

    def test_steps_of_widening_lower_the_level(self) -> None:
        assert {pool: str(need) for pool, need in pools(city()).items()} == {
            "intake": "intake",
            "english": "intake & english>=3",
            "english@1": "intake & english",
            "english@2": "intake & english>=2",
        }

    def test_no_step_no_pool(self) -> None:
        english = replace(city().groups["english"], overflow=())
        assert list(pools(plan(groups={"english": english}))) == ["english"]

    def test_a_step_of_a_line_counts_for_every_group_that_its_callers_may_choose(self) -> None:
        english = replace(city().groups["english"], overflow=())
        line = hotline(overflow=(Overflow(after_seconds=60, level=1),))
        assert list(pools(plan(line, groups={"english": english}))) == ["english", "english@1"]


class TestServes:
    def test_a_seat_serves_its_own_groups_whoever_sits_there(self) -> None:
        assert serves(city(), "1001") == {"intake": 5}
        assert serves(city(), "1001", agent_skills(city(), "stranger")) == {"intake": 5}

    def test_an_agent_brings_skills_to_any_seat(self) -> None:
        found = serves(city(), "1001", agent_skills(city(), "A017"))
        assert found == {"intake": 5, "english": 5, "english@1": 5, "english@2": 5}

    def test_a_level_that_is_too_low_serves_the_lowered_pools(self) -> None:
        found = serves(city(), "1001", agent_skills(city(), "A018"))
        assert found == {"intake": 9, "english@1": 2, "english@2": 2}

    def test_changes_while_running_count_instead_of_the_plan(self) -> None:
        assert agent_skills(city(), "A017", {"english": 0, "web": 4}) == {"english": 0, "web": 4}


class TestServing:
    def test_seats_that_need_an_agent_for_it_are_not_counted(self) -> None:
        assert serving(city(), "intake") == ("1001", "1002")
        assert serving(city(), "english") == ()

    def test_but_the_agents_who_bring_the_skill_are_known(self) -> None:
        assert agents_for(city(), "english") == ("A017",)
        assert agents_for(city(), "english@1") == ("A017", "A018")
        assert agents_for(city(), "intake") == (), "its seats serve whoever sits there"

    def test_a_group_is_served_if_some_agent_can(self) -> None:
        assert can_be_served(city(), "english")
        assert not can_be_served(city(), "market")


class TestSeatPools:
    def test_seats_serve_what_the_new_plan_says(self) -> None:
        found, orphans = seat_pools({"1001": ("old",)}, plan(), (), {})
        assert found == {"1001": {"intake": 5}, "1002": {"intake": 5}}
        assert orphans == frozenset()

    def test_who_sits_there_counts(self) -> None:
        found, _ = seat_pools({}, city(), (), {"1002": {"english": 4}})
        assert found["1001"] == {"intake": 5}
        assert found["1002"] == {"intake": 5, "english": 4, "english@1": 4, "english@2": 4}

    def test_a_group_that_is_still_seated_needs_nobody_else(self) -> None:
        _, orphans = seat_pools({"1001": ("intake",)}, plan(), ("intake",), {})
        assert orphans == frozenset()

    def test_nor_does_one_that_agents_serve(self) -> None:
        """Its callers wait for an agent to sign in, not for a seat of the plan before."""
        _, orphans = seat_pools({"1001": ("intake", "english")}, city(), ("english",), {})
        assert orphans == frozenset()

    def test_a_group_without_seats_keeps_those_it_had_while_callers_wait(self) -> None:
        so_far = {"1001": ("intake",), "1002": ("market",), "1003": ("market",)}
        found, orphans = seat_pools(so_far, plan(), ("market",), {})
        assert found == {"1001": {"intake": 5}, "1002": {"intake": 5, "market": 5}}
        assert orphans == frozenset({"market"})

    def test_if_all_its_seats_are_gone_the_hotline_serves_its_callers(self) -> None:
        seats = {"1001": Seat("1001", ("intake",)), "1009": Seat("1009", ("dispatch",))}
        groups = {name: SkillGroup(name, name) for name in ("intake", "dispatch")}
        new = plan(seats=seats, groups=groups)
        found, _ = seat_pools({"1003": ("market",)}, new, ("market",), {})
        assert found == {"1001": {"intake": 5, "market": 5}, "1009": {"dispatch": 5}}
