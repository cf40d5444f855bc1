"""Telling the feed, while Redis is there and while it is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import gevent
import orjson
import pytest

from switchd.feed import publisher as module
from switchd.feed.publisher import Publisher
from switchd.feed.stream import StreamUnavailable
from tests.scenarios.hotline import wait_for


class FakeStream:
    """Keeps what it is given, unless it is away."""

    def __init__(self) -> None:
        self.kept: list[Mapping[str, str]] = []
        self.away = False

    def add(self, entries: Sequence[Mapping[str, str]]) -> None:
        if self.away:
            raise StreamUnavailable("refused")
        self.kept += entries

    @property
    def kinds(self) -> list[str]:
        return [entry["kind"] for entry in self.kept]


@pytest.fixture
def stream() -> FakeStream:
    return FakeStream()


@pytest.fixture
def publisher(stream: FakeStream) -> Publisher:
    clock = iter(range(1, 1_000_000))
    return Publisher(stream, lambda: float(next(clock)), lambda seconds: gevent.sleep(0))  # type: ignore[arg-type]


class TestPublisher:
    def test_what_is_told_is_written_in_order(
        self, stream: FakeStream, publisher: Publisher
    ) -> None:
        publisher.start()
        for number in range(1200):
            publisher.tell("call.held", call=f"leg-{number}", seat="1001", facts={"state": "held"})
        wait_for(lambda: len(stream.kept) == 1200, "all are written")
        assert [entry["call"] for entry in stream.kept[:2]] == ["leg-0", "leg-1"]
        assert orjson.loads(stream.kept[0]["facts"]) == {"state": "held"}
        publisher.stop()

    def test_telling_does_not_wait_for_redis(
        self, stream: FakeStream, publisher: Publisher
    ) -> None:
        stream.away = True
        publisher.start()
        publisher.tell("a")
        gevent.sleep(0)
        publisher.tell("b")
        assert stream.kept == []
        stream.away = False
        wait_for(lambda: stream.kinds == ["a", "b"], "what was told meanwhile is written")
        publisher.stop()

    def test_what_was_given_up_leaves_a_gap(
        self, stream: FakeStream, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "MOST", 2)
        for kind in ("a", "b", "c", "d"):
            publisher.tell(kind)
        publisher.start()
        wait_for(lambda: len(stream.kept) == 3, "the rest is written")
        assert stream.kinds == ["feed.gap", "c", "d"]
        assert orjson.loads(stream.kept[0]["facts"]) == {"lost": 2}
        publisher.stop()

    def test_what_waits_at_the_end_is_still_written(
        self, stream: FakeStream, publisher: Publisher
    ) -> None:
        publisher.tell("a")
        publisher.stop()
        assert stream.kinds == ["a"]

    def test_facts_that_cannot_be_told_do_no_harm(
        self, stream: FakeStream, publisher: Publisher
    ) -> None:
        publisher.tell("a", facts={"what": object()})
        publisher.tell("b")
        publisher.stop()
        assert stream.kinds == ["b"]
