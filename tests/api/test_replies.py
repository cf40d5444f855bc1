"""Answers kept by their Idempotency-Key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from switchd.api.problems import Problem
from switchd.api.replies import COOL_SECONDS, Kept, MemoryReplies, RedisReplies, Replies
from switchd.queues.connection import connect
from switchd.queues.embedded import EmbeddedRedis
from switchd.queues.line import line_of

DONE = Kept(200, '{"seat":"1001","reason":"培训"}'.encode())


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


@pytest.fixture(params=["memory", "redis"])
def replies(request: pytest.FixtureRequest, client: redis.Redis) -> Replies:
    if request.param == "memory":
        return MemoryReplies()
    return RedisReplies(line_of(client).ask, "reply:", lambda: 0.0)


class TestReplies:
    def test_what_is_new_is_to_be_done(self, replies: Replies) -> None:
        assert replies.begin("1:k", "ready") is None

    def test_what_was_done_is_answered_as_before(self, replies: Replies) -> None:
        replies.begin("1:k", "ready")
        replies.finish("1:k", "ready", DONE)
        assert replies.begin("1:k", "ready") == Kept(DONE.status, DONE.body, replayed=True)

    def test_what_is_being_done_is_not_begun_again(self, replies: Replies) -> None:
        replies.begin("1:k", "ready")
        with pytest.raises(Problem, match="still being carried out") as problem:
            replies.begin("1:k", "ready")
        assert problem.value.status == 409

    def test_another_request_under_the_same_key_is_a_mistake(self, replies: Replies) -> None:
        replies.begin("1:k", "ready")
        replies.finish("1:k", "ready", DONE)
        with pytest.raises(Problem, match="another request"):
            replies.begin("1:k", "hold")

    def test_what_was_in_vain_may_be_tried_again(self, replies: Replies) -> None:
        replies.begin("1:k", "ready")
        replies.forget("1:k")
        assert replies.begin("1:k", "ready") is None


class TestMemory:
    def test_forgets_the_oldest(self) -> None:
        replies = MemoryReplies(most=2)
        for name in ("a", "b", "c"):
            replies.begin(name, "ready")
            replies.finish(name, "ready", DONE)
        assert replies.begin("c", "ready") is not None
        assert replies.begin("a", "ready") is None


class TestSeveralDaemons:
    def test_know_of_each_others_answers(self, client: redis.Redis) -> None:
        one, other = (RedisReplies(line_of(client).ask, "reply:", lambda: 0.0) for _ in range(2))
        one.begin("1:k", "ready")
        with pytest.raises(Problem, match="still being carried out"):
            other.begin("1:k", "ready")
        one.finish("1:k", "ready", DONE)
        assert other.begin("1:k", "ready") is not None

    def test_answers_are_not_kept_for_ever(self, client: redis.Redis) -> None:
        replies = RedisReplies(line_of(client).ask, "reply:", lambda: 0.0)
        replies.begin("1:k", "ready")
        assert client.ttl("reply:1:k") == 60
        replies.finish("1:k", "ready", DONE)
        assert client.ttl("reply:1:k") == 86400


class Broken:
    """A Redis that does not answer."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, *words: object) -> None:
        self.asked += 1
        raise redis.ConnectionError("refused")


class TestWithoutRedis:
    def test_a_daemon_still_remembers_for_itself(self) -> None:
        replies = RedisReplies(Broken(), "reply:", lambda: 0.0)
        assert replies.begin("1:k", "emergency") is None
        replies.finish("1:k", "emergency", DONE)
        assert replies.begin("1:k", "emergency") is not None

    def test_redis_is_not_waited_for_each_time(self) -> None:
        clock, broken = [0.0], Broken()
        replies = RedisReplies(broken, "reply:", lambda: clock[0])
        for name in ("a", "b", "c"):
            replies.begin(name, "emergency")
            replies.finish(name, "emergency", DONE)
        assert broken.asked == 1
        clock[0] = COOL_SECONDS
        replies.begin("d", "emergency")
        assert broken.asked == 2
