"""A Redis that Sentinels watch: the same client reaches the master before and after a failover."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from switchd.queues.connection import connect
from switchd.queues.line import own_line
from switchd.queues.sentinel import Watched as Url
from tests.queues.hall import wait_until
from tests.queues.watched import SERVICE, Watched


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    with Watched(tmp_path) as running:
        yield running


@pytest.fixture
def client(watched: Watched) -> Iterator[redis.Redis]:
    client = connect(watched.url)
    yield client
    client.close()


class Asker:
    """Whoever asks by the line, and by a connection of the pool."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._line = own_line(client)

    def writes(self, key: str, value: str) -> bool:
        """Whether both take it; asked again if not."""
        try:
            self._line.ask("SET", f"line-{key}", value)
            self._client.set(f"pool-{key}", value)
        except redis.RedisError:
            return False
        return True

    def reads(self, key: str) -> tuple[object, object]:
        return self._line.ask("GET", f"line-{key}"), self._client.get(f"pool-{key}")


class TestAFailover:
    def test_of_a_master_that_died_is_followed_by_line_and_pool(
        self, watched: Watched, client: redis.Redis
    ) -> None:
        asker = Asker(client)
        assert asker.writes("before", "1")
        wait_until(lambda: watched.replica.says("GET", "pool-before") == "1")
        watched.master.is_killed()
        assert not asker.writes("meanwhile", "1")
        wait_until(lambda: asker.writes("after", "1"))
        assert asker.reads("before") == ("1", "1")
        assert watched.replica.says("GET", "line-after") == "1"

    def test_of_a_master_that_lives_on_as_a_replica_is_followed_too(
        self, watched: Watched, client: redis.Redis
    ) -> None:
        asker = Asker(client)
        assert asker.writes("before", "1")
        watched.fails_over()
        wait_until(lambda: asker.writes("after", "1"))
        assert watched.replica.says("GET", "line-after") == "1"
        assert watched.replica.says("GET", "pool-after") == "1"


class TestNoSentinelAnswers:
    def test_is_told_as_redis_that_is_away(self, watched: Watched, client: redis.Redis) -> None:
        watched.sentinel.stop()
        with pytest.raises(redis.ConnectionError, match=f"No master found for '{SERVICE}'"):
            own_line(client).ask("PING")
        with pytest.raises(redis.ConnectionError, match=f"No master found for '{SERVICE}'"):
            client.ping()


class TestAUrl:
    def test_names_hosts_service_and_database(self) -> None:
        url = Url.read("redis+sentinel://hot:p%40ss@10.0.0.1:5000,two,[::1]:7,[::2]/hotline/3")
        assert url == Url(
            (("10.0.0.1", 5000), ("two", 26379), ("::1", 7), ("::2", 26379)),
            "hotline",
            3,
            "hot",
            "p@ss",
        )

    def test_needs_no_password_and_no_database(self) -> None:
        url = Url.read("redis+sentinel://one/hotline")
        assert url == Url((("one", 26379),), "hotline", 0, None, None)

    @pytest.mark.parametrize(
        "text",
        [
            "redis+sentinel://one",
            "redis+sentinel://one/",
            "redis+sentinel:///hotline",
            "redis+sentinel://one,/hotline",
            "redis+sentinel://one:x/hotline",
            "redis+sentinel://one/hotline/0/0",
            "redis://one/hotline",
        ],
    )
    def test_that_is_none_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"names hosts|has a host|invalid literal"):
            Url.read(text)
