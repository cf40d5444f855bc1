"""A supervisor's word reaches the owners of callers; so does that nobody is left to serve them."""

from __future__ import annotations

import redis

from switchd.queues.facts import Emptied, Told
from tests.queues.hall import Hall


class TestTell:
    def test_the_owner_of_a_waiting_caller_is_told(self, hall: Hall) -> None:
        hall.call("c1")
        assert hall.list.tell("c1", "rank", {"priority": 60})
        assert hall.inbox() == [Told("c1", "rank", {"priority": 60})]

    def test_also_while_a_phone_rings_and_from_another_daemon(
        self, hall: Hall, client: redis.Redis
    ) -> None:
        other = Hall(client, "daemon-2")
        hall.seat("1001")
        hall.call("c1")
        hall.inbox()
        assert other.list.tell("c1", "move", {"group": "market"})
        assert hall.inbox() == [Told("c1", "move", {"group": "market"})]
        assert other.inbox() == []

    def test_who_does_not_wait_is_not_there(self, hall: Hall) -> None:
        assert not hall.list.tell("c1", "rank", {"priority": 60})


class TestNotice:
    def test_everybody_who_waits_for_the_group_is_told(self, hall: Hall) -> None:
        for call in ("c1", "c2"):
            hall.call(call)
        hall.call("c3", "market")
        hall.list.pause("hotline", True, hall.now)
        assert hall.list.set_notice("hotline", "technical_fault") == 2
        facts = {"prompt": "technical_fault"}
        assert hall.inbox() == [Told("c1", "notice", facts), Told("c2", "notice", facts)]

    def test_it_can_be_asked_for_while_the_group_is_paused(self, hall: Hall) -> None:
        assert hall.list.notice("hotline") is None
        hall.list.pause("hotline", True, hall.now)
        assert hall.list.notice("hotline") == ""
        hall.list.set_notice("hotline", "technical_fault")
        assert hall.list.notice("hotline") == "technical_fault"
        hall.list.pause("hotline", False, hall.now)
        assert hall.list.notice("hotline") is None


class TestTheLastSeatLeaves:
    def told(self, hall: Hall) -> list[str]:
        return [event.pool for event in hall.inbox() if isinstance(event, Emptied)]

    def waiting(self, hall: Hall) -> None:
        """Two seats that are not ready, and a caller for both."""
        for seat in ("1001", "1002"):
            hall.seat(seat)
            hall.list.not_ready(seat, "break", hall.now)
        hall.call("c1")
        hall.call("c2")

    def test_each_owner_is_told_once_when_the_last_one_signs_out(self, hall: Hall) -> None:
        self.waiting(hall)
        hall.list.sign_out("1001", hall.now)
        assert self.told(hall) == []
        hall.list.sign_out("1002", hall.now)
        assert self.told(hall) == ["hotline"]

    def test_when_its_phone_is_lost(self, hall: Hall) -> None:
        self.waiting(hall)
        hall.list.phone("1001", False, hall.now)
        hall.list.phone("1002", False, hall.now)
        assert self.told(hall) == ["hotline"]

    def test_a_phone_that_registers_again_empties_nothing(self, hall: Hall) -> None:
        self.waiting(hall)
        hall.list.sign_out("1001", hall.now)
        hall.list.phone("1002", True, hall.now)
        assert self.told(hall) == []

    def test_the_phone_of_an_empty_seat_means_nothing(self, hall: Hall) -> None:
        hall.define("1001", "hotline")
        hall.list.phone("1001", True, hall.now)
        hall.call("c1")
        hall.list.phone("1001", False, hall.now)
        assert self.told(hall) == []

    def test_when_its_skills_are_taken_away(self, hall: Hall) -> None:
        self.waiting(hall)
        hall.list.sign_out("1001", hall.now)
        hall.list.serve("1002", {"market": 5}, hall.now)
        assert self.told(hall) == ["hotline"]

    def test_when_it_leaves_after_its_talk(self, hall: Hall) -> None:
        hall.seat("1001")
        offer = hall.talk("1001", "c1")
        hall.call("c2")
        hall.list.sign_out("1001", hall.now)
        assert self.told(hall) == []
        hall.list.release("1001", offer.token, 0.0, hall.now)
        assert self.told(hall) == ["hotline"]

    def test_when_the_plan_has_the_seat_no_more(self, hall: Hall) -> None:
        self.waiting(hall)
        hall.list.sign_out("1001", hall.now)
        hall.list.forget_seat("1002", hall.now)
        assert self.told(hall) == ["hotline"]

    def test_those_are_told_whom_the_pool_serves_besides(self, hall: Hall) -> None:
        self.waiting(hall)
        hall.seat("2001", "market")
        hall.list.not_ready("2001", "break", hall.now)
        hall.list.widen("c1", "market", hall.now)
        hall.list.sign_out("2001", hall.now)
        assert self.told(hall) == ["market"]

    def test_without_callers_nobody_is_told(self, hall: Hall) -> None:
        hall.seat("1001")
        hall.list.sign_out("1001", hall.now)
        assert self.told(hall) == []
