"""Offers reach the daemon, also when Redis goes away for a while."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from switchd.queues.connection import connect
from switchd.queues.embedded import EmbeddedRedis
from switchd.queues.facts import InboxEvent, OfferLost, OfferMade, read_event
from switchd.queues.inbox import Inbox
from switchd.queues.keys import Keys
from switchd.queues.nodes import LEASE_SECONDS, Nodes
from tests.queues.hall import CITY, Hall, wait_until


class Listener:
    """Iterates over an inbox in a thread and keeps what it hears."""

    def __init__(self, client: redis.Redis, owner: str = "daemon-1", place: str = "") -> None:
        self.events: list[InboxEvent] = []
        self.troubles: list[str] = []
        self.recoveries = 0
        self.inbox = Inbox(
            client,
            CITY,
            owner,
            place,
            on_trouble=self.troubles.append,
            on_recovery=self._recovered,
        )
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        for event in self.inbox:
            self.events.append(event)

    def _recovered(self) -> None:
        self.recoveries += 1

    def stop(self) -> None:
        self.inbox.close()
        self._thread.join(timeout=30)
        assert not self._thread.is_alive()


@pytest.fixture
def listener(client: redis.Redis) -> Iterator[Listener]:
    listener = Listener(client)
    yield listener
    listener.stop()


class TestInbox:
    def test_an_offer_arrives_while_the_inbox_is_waited_on(
        self, hall: Hall, listener: Listener
    ) -> None:
        hall.seat("1001")
        hall.call("c1")
        wait_until(lambda: listener.events)
        (event,) = listener.events
        assert isinstance(event, OfferMade)
        assert hall.list.accept(event.offer.token, hall.now)

    def test_events_arrive_in_the_order_in_which_they_happened(
        self, hall: Hall, listener: Listener
    ) -> None:
        hall.seat("1001")
        hall.call("c1", ring=5)
        hall.after(5)
        hall.list.sweep(hall.now)
        hall.list.ready("1001", hall.now)
        wait_until(lambda: len(listener.events) == 3)
        assert [type(event) for event in listener.events] == [OfferMade, OfferLost, OfferMade]

    def test_an_entry_that_cannot_be_read_is_told_and_passed_over(
        self, hall: Hall, listener: Listener
    ) -> None:
        hall.client.rpush(Keys(CITY).inbox + "daemon-1", "not json", '{"kind": "riddle"}', "[]")
        hall.seat("1001")
        hall.call("c1")
        wait_until(lambda: listener.events)
        assert len(listener.troubles) == 3

    def test_when_redis_restarts_the_inbox_goes_on(self, tmp_path: Path) -> None:
        first = EmbeddedRedis(tmp_path)
        client = connect(first.url)
        listener = Listener(client)
        try:
            Hall(client).seat("1001")
            first.stop()
            wait_until(lambda: listener.troubles)
            with EmbeddedRedis(tmp_path) as second:
                assert second.url == first.url
                hall = Hall(client)
                hall.seat("1001")
                hall.call("c1")
                wait_until(lambda: listener.events)
                assert listener.recoveries == 1
                listener.stop()
        finally:
            listener.stop()
            first.stop()

    def test_pauses_grow_while_redis_stays_away(self, tmp_path: Path) -> None:
        pauses: list[float] = []

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 7:
                inbox.close()

        client = connect(f"unix://{tmp_path}/nobody.sock")
        inbox = Inbox(client, CITY, "daemon-1", pause=pause)
        assert list(inbox) == []
        assert pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0]

    def test_nothing_is_taken_out_of_it_by_who_may_not_read(self, hall: Hall) -> None:
        """A daemon that has lost its node must not swallow what is for the next one."""
        inbox = Inbox(
            hall.client,
            CITY,
            "daemon-1",
            may_read=lambda: False,
            pause=lambda seconds: inbox.close(),
        )
        hall.seat("1001")
        hall.call("c1")
        assert list(inbox) == []
        assert hall.client.llen(Keys(CITY).inbox + "daemon-1") == 1


class TestEntries:
    @pytest.mark.parametrize("text", ["", "7", "null", '{"kind": "offer_made"}', '"offer_lost"'])
    def test_what_is_no_entry_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match=r".+"):
            read_event(text)


class TestAnOwnerThatHasLostItsNode:
    def test_takes_nothing_that_is_for_the_next_one(self, hall: Hall, client: redis.Redis) -> None:
        """It may have begun to read before it stood still, and be let in on its right just now."""
        former, next_one = ("one:/state", "two:/state")
        nodes = {place: Nodes(client, CITY, "daemon-1", place) for place in (former, next_one)}
        nodes[former].claim_node(hall.now)
        before = Listener(client, place=former)
        hall.after(LEASE_SECONDS)
        nodes[next_one].claim_node(hall.now)
        after = Listener(client, place=next_one)
        try:
            for number in range(5):
                hall.seat(f"100{number}")
                hall.call(f"c{number}")
            wait_until(lambda: len(after.events) == 5)
            assert before.events == []
        finally:
            before.stop()
            after.stop()

    def test_what_it_had_not_read_is_nobodys(self, hall: Hall, client: redis.Redis) -> None:
        Nodes(client, CITY, "daemon-1", "one:/state").claim_node(hall.now)
        hall.seat("1001")
        hall.call("c1")
        hall.after(LEASE_SECONDS)
        Nodes(client, CITY, "daemon-1", "two:/state").claim_node(hall.now)
        assert client.keys("*:inbox:*") == []

    def test_an_owner_hears_of_its_callers_while_redis_has_lost_where_it_is(
        self, hall: Hall, client: redis.Redis
    ) -> None:
        listener = Listener(client, place="one:/state")
        try:
            hall.seat("1001")
            hall.call("c1")
            wait_until(lambda: listener.events)
        finally:
            listener.stop()
