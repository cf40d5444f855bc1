"""Widening: the seats of further groups may serve a caller who has waited long enough."""

from __future__ import annotations

import pytest

from tests.queues.hall import Hall


class TestAWidenedCaller:
    def test_is_offered_to_a_seat_of_the_other_group_at_once(self, hall: Hall) -> None:
        hall.seat("2001", "market")
        hall.call("a", "general")
        assert hall.matches() == []
        assert hall.list.widen("a", "market", hall.now)
        (offer,) = hall.offers()
        assert (offer.call, offer.seat, offer.group) == ("a", "2001", "market")

    def test_keeps_place_and_age_among_the_other_groups_own_callers(self, hall: Hall) -> None:
        hall.call("old", "general")
        hall.after(10)
        hall.call("young", "market")
        hall.list.widen("old", "market", hall.now)
        hall.seat("2001", "market")
        assert hall.matches() == [("old", "2001")]

    def test_prefers_a_seat_of_the_own_group(self, hall: Hall) -> None:
        hall.call("a", "general")
        hall.list.widen("a", "market", hall.now)
        hall.define("1001", "general")
        hall.define("2001", "market")
        hall.list.leave("a", hall.now)
        hall.seat("2001", "market")
        hall.after(60)
        hall.seat("1001", "general")
        hall.call("b", "elsewhere")
        hall.list.widen("b", "general", hall.now)
        assert hall.matches() == [("b", "1001")]

    def test_is_counted_once_in_the_own_group(self, hall: Hall) -> None:
        hall.call("a", "general")
        hall.list.widen("a", "market", hall.now)
        assert hall.waiting("general") == ["a"]
        assert hall.waiting("market") == []

    def test_who_is_refused_waits_in_every_group_again(self, hall: Hall) -> None:
        hall.seat("2001", "market")
        hall.call("a", "general")
        hall.list.widen("a", "market", hall.now)
        hall.list.refuse(hall.the_offer().token, "busy", hall.now)
        hall.seat("2002", "market")
        assert hall.matches() == [("a", "2002")]

    def test_who_leaves_is_gone_from_every_group(self, hall: Hall) -> None:
        hall.call("a", "general")
        hall.list.widen("a", "market", hall.now)
        hall.list.leave("a", hall.now)
        hall.seat("2001", "market")
        assert hall.matches() == []

    def test_who_is_not_there_cannot_be_widened(self, hall: Hall) -> None:
        assert not hall.list.widen("nobody", "market", hall.now)


class TestStaffing:
    def test_a_group_is_staffed_by_whoever_is_signed_in_with_a_phone(self, hall: Hall) -> None:
        hall.define("3001", "county")
        assert not hall.list.staffed("county")
        hall.list.phone("3001", True, hall.now)
        assert not hall.list.staffed("county")
        hall.list.sign_in("3001", "8001", hall.now)
        assert hall.list.staffed("county")

    @pytest.mark.parametrize("lost", ["phone", "agent"])
    def test_it_is_not_when_phone_or_agent_are_gone(self, hall: Hall, lost: str) -> None:
        hall.seat("3001", "county")
        if lost == "phone":
            hall.list.phone("3001", False, hall.now)
        else:
            hall.list.sign_out("3001", hall.now)
        assert not hall.list.staffed("county")
