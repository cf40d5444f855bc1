from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from switchd.queues.connection import connect
from switchd.queues.embedded import EmbeddedRedis
from tests.queues.hall import Hall


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    with EmbeddedRedis(Path(tmp_path_factory.mktemp("redis"))) as running:
        yield running


@pytest.fixture
def client(server: EmbeddedRedis) -> Iterator[redis.Redis]:
    """A client of an empty Redis."""
    client = connect(server.url)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def hall(client: redis.Redis) -> Hall:
    return Hall(client)
