"""Following the feed: nothing missed, nothing twice, nothing of others."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import gevent
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.rights import Scope
from switchd.feed.event import BEGINNING, GAP
from switchd.feed.follow import Feed, Step
from tests.feed.streams import FakeStream


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def stream() -> FakeStream:
    return FakeStream()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def feed(stream: FakeStream, clock: Clock) -> Feed:
    feed = make(stream, clock)
    feed.read(0)
    return feed


def make(stream: FakeStream, clock: Callable[[], float], recent: int = 50) -> Feed:
    return Feed(stream, lambda event: [Scope(event.seat)], recent, clock)  # type: ignore[arg-type]


def everything(scope: Scope) -> bool:
    return True


def of(seat: str) -> Callable[[Scope], bool]:
    return lambda scope: scope.seat == seat


def begun(
    feed: Feed, since: str = "", sees: Callable[[Scope], bool] = everything
) -> Iterator[Step]:
    """A follower that has been told where it is."""
    steps = feed.follow(since, sees, 15.0)
    next(steps)
    return steps


def ids(step: Step) -> list[str]:
    return [event.id for event in step.events]


class TestFollowing:
    def test_begins_with_where_one_is(self, stream: FakeStream, feed: Feed) -> None:
        stream.tell("1001", "1002")
        feed.read(0)
        assert next(feed.follow("", everything, 15.0)) == Step("2-0")

    def test_gives_what_happens_from_then_on(self, stream: FakeStream, feed: Feed) -> None:
        stream.tell("1001")
        feed.read(0)
        steps = begun(feed)
        stream.tell("1002", "1003")
        feed.read(0)
        assert ids(next(steps)) == ["2-0", "3-0"]

    def test_waits_for_news(self, stream: FakeStream, feed: Feed) -> None:
        steps = begun(feed)
        heard = gevent.spawn(next, steps)
        gevent.sleep(0)
        assert not heard.ready()
        stream.tell("1001")
        feed.read(0)
        assert ids(heard.get(timeout=10)) == ["1-0"]

    def test_shows_only_what_one_may_see_and_still_moves_on(
        self, stream: FakeStream, feed: Feed
    ) -> None:
        steps = begun(feed, sees=of("1001"))
        stream.tell("1002", "1001", "1002", "1002")
        feed.read(0)
        step = next(steps)
        assert ids(step) == ["2-0"]
        assert step.position == "4-0"

    def test_gives_a_sign_of_life_when_nothing_that_one_may_see_has_happened(
        self, stream: FakeStream, feed: Feed, clock: Clock
    ) -> None:
        steps = begun(feed, sees=of("1001"))
        stream.tell("1002")
        feed.read(0)
        clock.now = 15.0
        assert next(steps) == Step("1-0")


class TestResuming:
    def test_goes_on_after_the_event_that_was_last(self, stream: FakeStream, feed: Feed) -> None:
        stream.tell(*["1001"] * 10)
        feed.read(0)
        assert ids(next(begun(feed, "7-0"))) == ["8-0", "9-0", "10-0"]

    def test_reaches_back_as_far_as_the_stream(self, stream: FakeStream, clock: Clock) -> None:
        feed = make(stream, clock, recent=3)
        feed.read(0)
        stream.tell(*["1001"] * 10)
        feed.read(0)
        assert ids(next(begun(feed, "2-0"))) == [f"{n}-0" for n in range(3, 11)]

    def test_works_at_a_daemon_that_has_just_begun(self, stream: FakeStream, clock: Clock) -> None:
        stream.tell(*["1001"] * 5)
        feed = make(stream, clock)
        feed.read(0)
        assert ids(next(begun(feed, "3-0"))) == ["4-0", "5-0"]

    def test_from_the_beginning_gives_all_that_is_kept(
        self, stream: FakeStream, clock: Clock
    ) -> None:
        stream.tell(*["1001"] * 3)
        feed = make(stream, clock)
        feed.read(0)
        assert ids(next(begun(feed, "0"))) == ["1-0", "2-0", "3-0"]

    def test_an_event_that_this_daemon_has_not_heard_of_yet_is_no_gap(
        self, stream: FakeStream, feed: Feed
    ) -> None:
        stream.tell("1001", "1001")
        steps = begun(feed, "1-0")
        assert ids(next(steps)) == ["2-0"]

    def test_whoever_comes_too_late_is_told_of_the_gap_and_goes_on_from_now(
        self, clock: Clock
    ) -> None:
        stream = FakeStream(length=5)
        feed = make(stream, clock, recent=3)
        feed.read(0)
        stream.tell(*["1001"] * 20)
        feed.read(0)
        steps = begun(feed, "2-0", of("1009"))
        (gap,) = next(steps).events
        assert (gap.kind, gap.id) == (GAP, "20-0")
        stream.tell("1009")
        feed.read(0)
        assert ids(next(steps)) == ["21-0"]

    def test_so_is_whoever_knows_an_event_of_a_stream_that_is_lost(
        self, stream: FakeStream, feed: Feed
    ) -> None:
        stream.tell("1001")
        feed.read(0)
        (gap,) = next(begun(feed, "99999999999-0")).events
        assert gap.kind == GAP

    def test_without_redis_nothing_is_taken_for_lost(
        self, stream: FakeStream, clock: Clock
    ) -> None:
        feed = make(stream, clock, recent=3)
        feed.read(0)
        stream.tell(*["1001"] * 10)
        feed.read(0)
        stream.away = True
        steps = begun(feed, "2-0")
        clock.now = 15.0
        assert next(steps) == Step("2-0")
        stream.away = False
        assert len(next(steps).events) == 8


class TestWhateverHappens:
    @settings(max_examples=60, deadline=None)
    @given(
        batches=st.lists(st.integers(1, 9), min_size=1, max_size=12),
        recent=st.integers(1, 20),
        reads=st.lists(st.booleans(), min_size=12, max_size=12),
        breaks=st.sets(st.integers(0, 11)),
    )
    def test_every_event_comes_once_and_in_order(
        self, batches: list[int], recent: int, reads: list[bool], breaks: set[int]
    ) -> None:
        """A follower that comes and goes, before a reader that lags behind the stream."""
        stream, clock = FakeStream(), Clock()
        feed = make(stream, clock, recent)
        feed.read(0)
        heard: list[str] = []
        position = BEGINNING
        steps = begun(feed, position)
        for number, size in enumerate(batches):
            stream.tell(*["1001"] * size)
            if reads[number] or number == len(batches) - 1:
                feed.read(0)
            if number in breaks:
                steps = begun(feed, position)
            clock.now += 15.0
            step = next(steps)
            heard += ids(step)
            position = step.position
        while len(heard) < stream.number:
            clock.now += 15.0
            heard += ids(next(steps))
        assert heard == [event.id for event in stream.events]
