"""Nodes of a city: where a phone is registered, who lives, and what a dead node leaves behind."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial

import pytest
import redis

from routing.seats import SeatState
from switchd.queues.connection import connect
from switchd.queues.entrance import Entrance
from switchd.queues.facts import QueueUnavailable
from switchd.queues.heart import BEAT_SECONDS, Heart
from switchd.queues.keys import Keys
from switchd.queues.nodes import LEASE_SECONDS, Beat, Nodes, NodeTaken, Verdict
from switchd.queues.scripts import Fence
from switchd.queues.waitlist import Waitlist
from tests.queues.hall import CITY, MORNING, Hall

WISH = {"enqueued_at": MORNING + 3, "ring_seconds": 15.0, "now": MORNING + 3}


@pytest.fixture
def north(client: redis.Redis) -> Hall:
    return Hall(client, "north")


@pytest.fixture
def south(client: redis.Redis) -> Hall:
    return Hall(client, "south")


def nodes(client: redis.Redis, owner: str, place: str = "") -> Nodes:
    return Nodes(client, CITY, owner, place or f"machine-{owner}:/state")


class TestThePhone:
    def test_an_offer_says_where_the_phone_is_registered(self, north: Hall, south: Hall) -> None:
        south.seat("1001")
        north.call("c1")
        assert north.the_offer().home == "south"
        assert north.view("1001").home == "south"

    def test_it_is_rung_where_it_registered_last(self, north: Hall, south: Hall) -> None:
        north.seat("1001")
        south.list.phone("1001", True, south.now)
        north.call("c1")
        assert north.the_offer().home == "south"

    def test_the_end_of_an_old_registration_does_not_take_it_away(
        self, north: Hall, south: Hall
    ) -> None:
        north.seat("1001")
        south.list.phone("1001", True, south.now)
        north.list.phone("1001", False, north.now)
        view = north.view("1001")
        assert (view.reachable, view.home) == (True, "south")

    def test_registered_at_both_it_falls_back_to_the_one_that_is_left(
        self, north: Hall, south: Hall
    ) -> None:
        north.seat("1001")
        south.list.phone("1001", True, south.now)
        south.list.phone("1001", False, south.now)
        view = north.view("1001")
        assert (view.reachable, view.home) == (True, "north")

    def test_one_that_comes_back_is_rung_there_again(self, north: Hall, south: Hall) -> None:
        north.seat("1001")
        south.list.phone("1001", True, south.now)
        north.list.phone("1001", True, north.now)
        south.list.phone("1001", False, south.now)
        assert north.view("1001").home == "north"

    def test_registered_nowhere_it_is_offered_nobody(self, north: Hall, south: Hall) -> None:
        north.seat("1001")
        north.list.phone("1001", False, north.now)
        south.call("c1")
        assert south.matches() == []
        assert (north.view("1001").reachable, north.view("1001").home) == (False, "")


class TestOneQueueForBoth:
    def test_callers_are_served_in_one_order_wherever_they_and_the_seats_are(
        self, north: Hall, south: Hall
    ) -> None:
        for place in range(6):
            hall = south if place % 2 else north
            hall.call(f"c{place}", since=MORNING + place)
        served = []
        for number in range(6):
            (north if number % 3 else south).seat(str(1001 + number))
            served += [*north.matches(), *south.matches()]
        assert served == [(f"c{place}", str(1001 + place)) for place in range(6)]


class TestALease:
    def test_a_second_daemon_for_the_same_node_is_told_where_the_first_one_is(
        self, client: redis.Redis
    ) -> None:
        nodes(client, "north", "one:/state").claim_node(MORNING)
        with pytest.raises(NodeTaken) as refused:
            nodes(client, "north", "two:/state").claim_node(MORNING + 1)
        assert refused.value.place == "one:/state"
        assert refused.value.ends_at == MORNING + LEASE_SECONDS

    def test_who_was_refused_counts_as_standing_by(self, client: redis.Redis) -> None:
        first, second = nodes(client, "north", "one:/state"), nodes(client, "north", "two:/state")
        first.claim_node(MORNING)
        with pytest.raises(NodeTaken):
            second.claim_node(MORNING + 1)
        assert first.standbys(MORNING + 2) == ("two:/state",)
        assert first.standbys(MORNING + 1 + 2 * LEASE_SECONDS) == ()

    def test_who_stands_by_is_told_at_once_when_it_is_free(self, client: redis.Redis) -> None:
        first, second = nodes(client, "north", "one:/state"), nodes(client, "north", "two:/state")
        first.claim_node(MORNING)
        first.resign_node(MORNING + 1)
        second.wait_vacant(30)
        second.claim_node(MORNING + 1)
        assert first.beat(MORNING + 1).verdict is Verdict.TAKEN

    def test_only_one_of_those_who_stand_by_is_told(self, client: redis.Redis) -> None:
        first = nodes(client, "north", "one:/state")
        first.claim_node(MORNING)
        first.resign_node(MORNING + 1)
        told = client.lrange(Keys(CITY).vacant + "north", 0, -1)
        assert told == ["one:/state"]


class TestADaemonWhoseNodeIsAnothersNow:
    """What it still wants to change is refused, however late it arrives."""

    @pytest.fixture
    def fences(self, client: redis.Redis) -> tuple[Fence, Fence]:
        former, owner = (
            nodes(client, "north", "one:/state"),
            nodes(client, "north", "two:/state"),
        )
        former.claim_node(MORNING)
        owner.claim_node(MORNING + LEASE_SECONDS)
        return former.fence, owner.fence

    def test_learns_of_it_by_whatever_it_tries(
        self, client: redis.Redis, fences: tuple[Fence, Fence]
    ) -> None:
        told: list[str] = []
        for name, fence in zip(("former", "owner"), fences, strict=True):
            fence.on_shut_out = partial(told.append, name)
        for fence in fences:
            with suppress(QueueUnavailable):
                Waitlist(client, CITY, "north", fence=fence).snapshot(MORNING + 3, first=5)
        assert told == ["former"]

    def test_cannot_put_a_caller_into_the_list(
        self, client: redis.Redis, fences: tuple[Fence, Fence]
    ) -> None:
        former, owner = (Waitlist(client, CITY, "north", fence=fence) for fence in fences)
        with pytest.raises(QueueUnavailable, match="another daemon, at two:/state"):
            former.enqueue("c1", "intake", **WISH)
        assert "intake" not in owner.snapshot(MORNING + 3, first=5).groups
        owner.enqueue("c1", "intake", **WISH)
        assert owner.snapshot(MORNING + 3, first=5).groups["intake"].waiting == 1

    def test_cannot_take_a_number_its_place(
        self, client: redis.Redis, fences: tuple[Fence, Fence]
    ) -> None:
        former = Entrance(client, CITY, "north", fences[0])
        with pytest.raises(QueueUnavailable):
            former.leave_place("c1", "12345", "13800138001")

    def test_the_same_place_has_it_again_at_once(self, client: redis.Redis) -> None:
        nodes(client, "north", "one:/state").claim_node(MORNING)
        nodes(client, "north", "one:/state").claim_node(MORNING + 0.1)
        (node,) = nodes(client, "south").nodes(MORNING)
        assert (node.owner, node.heard_at) == ("north", MORNING + 0.1)

    def test_another_place_has_it_once_it_has_run_out(self, client: redis.Redis) -> None:
        first = nodes(client, "north", "one:/state")
        first.claim_node(MORNING)
        nodes(client, "north", "two:/state").claim_node(MORNING + LEASE_SECONDS)
        assert first.beat(MORNING + LEASE_SECONDS).verdict is Verdict.TAKEN
        assert not first.resign_node(MORNING + LEASE_SECONDS)
        assert [node.place for node in first.nodes(MORNING)] == ["two:/state"]

    def test_each_beat_lets_it_last_longer(self, client: redis.Redis) -> None:
        north, south = nodes(client, "north"), nodes(client, "south")
        north.claim_node(MORNING)
        later = MORNING + 0.5 * LEASE_SECONDS
        ends = later + LEASE_SECONDS
        assert north.beat(later) == Beat(Verdict.KEPT, (), math.inf)
        assert south.beat(ends - 0.1) == Beat(Verdict.LATE, (), ends)
        assert south.beat(ends) == Beat(Verdict.KEPT, ("north",), math.inf)

    def test_who_was_given_up_hears_of_it(self, client: redis.Redis) -> None:
        north, south = nodes(client, "north"), nodes(client, "south")
        north.claim_node(MORNING)
        south.beat(MORNING + LEASE_SECONDS)
        assert north.beat(MORNING + LEASE_SECONDS + 1).verdict is Verdict.LATE
        assert [node.owner for node in south.nodes(MORNING)] == ["north", "south"]


class TestANodeThatIsGivenUp:
    def test_its_phones_are_reachable_no_more_and_the_agents_stay_signed_in(
        self, client: redis.Redis, north: Hall, south: Hall
    ) -> None:
        nodes(client, "north").claim_node(MORNING)
        north.seat("1001")
        south.seat("1002")
        nodes(client, "south").beat(MORNING + LEASE_SECONDS)
        assert (south.view("1001").reachable, south.state("1001")) == (False, SeatState.READY)
        assert south.view("1002").reachable
        north.list.phone("1001", True, north.now)
        south.call("c1")
        assert south.the_offer().seat == "1001"

    def test_a_phone_that_is_registered_elsewhere_as_well_stays_reachable(
        self, client: redis.Redis, north: Hall, south: Hall
    ) -> None:
        nodes(client, "north").claim_node(MORNING)
        south.seat("1001")
        north.list.phone("1001", True, north.now)
        nodes(client, "south").beat(MORNING + LEASE_SECONDS)
        assert (south.view("1001").reachable, south.view("1001").home) == (True, "south")

    def test_its_callers_hold_nobody_up(
        self, client: redis.Redis, north: Hall, south: Hall
    ) -> None:
        nodes(client, "north").claim_node(MORNING)
        south.seat("1001")
        north.call("rings", since=MORNING)
        north.call("waits", since=MORNING + 1)
        south.call("theirs", since=MORNING + 2)
        nodes(client, "south").beat(MORNING + LEASE_SECONDS)
        assert south.matches() == [("theirs", "1001")]
        assert south.waiting() == []
        assert north.inbox() == []

    def test_its_talks_go_on(self, client: redis.Redis, north: Hall, south: Hall) -> None:
        nodes(client, "north").claim_node(MORNING)
        south.seat("1001")
        talk = north.talk("1001", "c1")
        nodes(client, "south").beat(MORNING + LEASE_SECONDS)
        assert south.state("1001") is SeatState.TALKING
        assert north.list.release("1001", talk.token, 0, north.now)

    def test_one_that_ends_properly_is_given_up_at_once(
        self, client: redis.Redis, north: Hall, south: Hall
    ) -> None:
        node = nodes(client, "north")
        node.claim_node(MORNING)
        north.seat("1001")
        south.call("c1")
        assert node.resign_node(MORNING)
        assert not south.view("1001").reachable
        assert node.nodes(MORNING) == ()
        assert nodes(client, "south").beat(MORNING).given_up == ("north",)


class TestATalkWhoseOwnerIsDead:
    def test_frees_the_seat_when_it_ends(
        self, client: redis.Redis, north: Hall, south: Hall
    ) -> None:
        nodes(client, "north").claim_node(MORNING)
        south.seat("1001")
        talk = north.talk("1001", "c1")
        south.call("c2")
        here = nodes(client, "south")
        assert not here.free_orphan("1001", talk.token, MORNING + LEASE_SECONDS - 0.1)
        assert not here.free_orphan("1001", "another", MORNING + LEASE_SECONDS)
        assert here.free_orphan("1001", talk.token, MORNING + LEASE_SECONDS)
        assert south.matches() == [("c2", "1001")]

    def test_what_the_agent_asked_for_still_counts(
        self, client: redis.Redis, north: Hall, south: Hall
    ) -> None:
        south.seat("1001")
        talk = north.talk("1001", "c1")
        south.list.sign_out("1001", south.now)
        assert nodes(client, "south").free_orphan("1001", talk.token, MORNING)
        assert south.state("1001") is SeatState.SIGNED_OUT


class Bell:
    """An alarm that ends a wait at once and lets the clock go on for as long."""

    def __init__(self) -> None:
        self.now = MORNING
        self.waits: list[float] = []
        self.then: Iterator[object] = iter(())

    def wait(self, timeout: float) -> object:
        self.waits.append(timeout)
        self.now += timeout
        return next(self.then)

    def set(self) -> None: ...
    def clear(self) -> None: ...


class TestTheHeart:
    def heart(self, node: Nodes, bell: Bell, heard: list[str]) -> Heart:
        return Heart(
            node,
            clock=lambda: bell.now,
            alarm=bell,
            on_given_up=heard.append,
            on_late=lambda: heard.append("late"),
            on_taken=lambda: heard.append("taken"),
            on_trouble=lambda reason: heard.append("trouble"),
        )

    def test_it_wakes_up_when_the_lease_of_another_node_runs_out(self, client: redis.Redis) -> None:
        nodes(client, "north").claim_node(MORNING - LEASE_SECONDS + 0.75)
        south = nodes(client, "south")
        south.claim_node(MORNING)
        bell, heard = Bell(), []
        heart = self.heart(south, bell, heard)
        bell.then = (heart.close() if beats == 3 else None for beats in (1, 2, 3))
        heart.run()
        assert heard == ["north"]
        assert bell.waits == pytest.approx([BEAT_SECONDS, 0.25, BEAT_SECONDS], abs=0.002)

    def test_it_says_when_it_was_late_itself(self, client: redis.Redis) -> None:
        bell, heard = Bell(), []
        heart = self.heart(nodes(client, "south"), bell, heard)
        bell.then = (heart.close() if beats == 2 else None for beats in (1, 2))
        heart.run()
        assert heard == ["late"]

    def test_it_stops_when_another_daemon_has_the_node(self, client: redis.Redis) -> None:
        nodes(client, "south", "two:/state").claim_node(MORNING)
        bell, heard = Bell(), []
        self.heart(nodes(client, "south", "one:/state"), bell, heard).run()
        assert heard == ["taken"]
        assert bell.waits == []

    def test_without_redis_it_tries_again(self) -> None:
        with connect("unix:///nonexistent/redis.sock") as nowhere:
            node = nodes(nowhere, "south")
            with pytest.raises(QueueUnavailable):
                node.claim_node(MORNING)
            bell, heard = Bell(), []
            heart = self.heart(node, bell, heard)
            bell.then = (heart.close() if beats == 2 else None for beats in (1, 2))
            heart.run()
        assert heard == ["trouble", "trouble"]

    def test_close_ends_a_pause(self, client: redis.Redis) -> None:
        node = nodes(client, "south")
        node.claim_node(MORNING)
        heart = Heart(node, clock=lambda: MORNING)
        beating = threading.Thread(target=heart.run)
        beating.start()
        heart.close()
        beating.join(timeout=30)
        assert not beating.is_alive()
