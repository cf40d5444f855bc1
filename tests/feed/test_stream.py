"""The stream in Redis: what was told, in order, as far back as it reaches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from switchd.feed.event import BEGINNING, after, place, write
from switchd.feed.stream import Stream, StreamUnavailable
from switchd.queues.connection import connect
from switchd.queues.embedded import EmbeddedRedis

KEY = "switchd:{pds}:events"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    with EmbeddedRedis(Path(tmp_path_factory.mktemp("redis"))) as running:
        yield running


@pytest.fixture
def client(server: EmbeddedRedis) -> Iterator[redis.Redis]:
    client = connect(server.url)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def stream(client: redis.Redis) -> Stream:
    return Stream(client, KEY)


def told(stream: Stream, *kinds: str) -> list[str]:
    """Tell some events and give their ids."""
    before = stream.last()
    stream.add([write(1_795_355_873.25, kind, "leg-a", "1001", {"组": kind}) for kind in kinds])
    return [event.id for event in stream.since(before, 100) or ()]


class TestStream:
    def test_gives_back_what_was_told(self, stream: Stream) -> None:
        told(stream, "call.held")
        (event,) = stream.since(BEGINNING, 10) or ()
        assert event.plain() == {
            "id": event.id,
            "at": 1_795_355_873.25,
            "kind": "call.held",
            "call": "leg-a",
            "seat": "1001",
            "facts": {"组": "call.held"},
        }

    def test_gives_what_came_after_an_event_and_not_that_one(self, stream: Stream) -> None:
        first, second, third = told(stream, "a", "b", "c")
        assert [event.id for event in stream.since(first, 10) or ()] == [second, third]
        assert [event.id for event in stream.since(first, 1) or ()] == [second]
        assert stream.since(third, 10) == []
        assert stream.last() == third

    def test_says_if_an_event_is_not_kept_any_more(self, client: redis.Redis) -> None:
        short = Stream(client, KEY, length=1)
        first, second = told(short, "a")[0], told(short, "b")[0]
        client.xtrim(KEY, maxlen=1, approximate=False)
        assert short.since(first, 10) is None
        assert short.since(second, 10) == []

    def test_says_so_too_when_redis_has_lost_everything(
        self, stream: Stream, client: redis.Redis
    ) -> None:
        client.xadd(KEY, {"kind": "a"}, id="1-1")
        assert stream.since("1-1", 10) == []
        client.flushall()
        told(stream, "b")
        assert stream.since("1-1", 10) is None

    def test_everything_that_is_kept_can_be_asked_for(self, stream: Stream) -> None:
        assert stream.since(BEGINNING, 10) == []
        told(stream, "a", "b")
        assert len(stream.since(BEGINNING, 10) or ()) == 2

    def test_waits_for_what_comes(self, stream: Stream) -> None:
        (first,) = told(stream, "a")
        assert stream.wait(first, 0.01) == []
        (second,) = told(stream, "b")
        assert [event.id for event in stream.wait(first, 1.0)] == [second]

    def test_reads_what_the_queue_writes_about_seats(
        self, stream: Stream, client: redis.Redis
    ) -> None:
        entry = {"kind": "seat", "at": "1500", "seat": "1001", "agent": "8001", "state": "ready"}
        client.xadd(KEY, {**entry, "reason": "", "call": ""})  # type: ignore[arg-type]
        (event,) = stream.since(BEGINNING, 10) or ()
        assert (event.kind, event.at, event.seat) == ("seat.state", 1.5, "1001")
        assert event.facts == {"agent": "8001", "state": "ready", "reason": ""}

    def test_keeps_about_so_many(self, client: redis.Redis) -> None:
        short = Stream(client, KEY, length=100)
        for _ in range(10):
            short.add([write(0.0, "a", "", "", {})] * 100)
        assert client.xlen(KEY) < 400

    def test_says_that_redis_is_away(self) -> None:
        nobody = Stream(connect("redis://127.0.0.1:1/0"), KEY)
        with pytest.raises(StreamUnavailable, match="Redis does not answer"):
            nobody.last()


class TestPlaces:
    def test_are_ordered_as_numbers(self) -> None:
        assert place("9-10") < place("10-2") < place("10-10")

    def test_a_moment_alone_is_its_first_place(self) -> None:
        assert place("0") == place(BEGINNING)

    def test_the_next_is_right_after(self) -> None:
        assert after("10-9") == "10-10"
