"""Callers who wait while the plan changes are served."""

from __future__ import annotations

from routing.handover import seat_groups
from routing.seats import Seat
from tests.routing.build import plan


class TestSeatGroups:
    def test_seats_serve_what_the_new_plan_says(self) -> None:
        groups, orphans = seat_groups({"1001": ("old",)}, plan(), in_use=())
        assert groups == {"1001": ("intake",), "1002": ("intake",)}
        assert orphans == frozenset()

    def test_a_group_that_is_still_seated_needs_nobody_else(self) -> None:
        _, orphans = seat_groups({"1001": ("intake",)}, plan(), in_use=("intake",))
        assert orphans == frozenset()

    def test_a_group_without_seats_keeps_those_it_had_while_callers_wait(self) -> None:
        so_far = {"1001": ("intake",), "1002": ("market",), "1003": ("market",)}
        groups, orphans = seat_groups(so_far, plan(), in_use=("market",))
        assert groups == {"1001": ("intake",), "1002": ("intake", "market")}
        assert orphans == frozenset({"market"})

    def test_if_all_its_seats_are_gone_the_hotline_serves_its_callers(self) -> None:
        seats = {"1001": Seat("1001", ("intake",)), "1009": Seat("1009", ("dispatch",))}
        groups, _ = seat_groups({"1003": ("market",)}, plan(seats=seats), in_use=("market",))
        assert groups == {"1001": ("intake", "market"), "1009": ("dispatch",)}
