"""What calls ask of the waiting list."""

from __future__ import annotations

from typing import Any
from unittest.mock import MagicMock

import gevent
import pytest
from gevent.event import AsyncResult

from switchd.calls import ports as calls
from switchd.queues.facts import QueueUnavailable
from switchd.wiring import CallQueue


class Redis:
    """Answers what callers of a group are told when a test wants it to."""

    def __init__(self) -> None:
        self.answers: list[AsyncResult[str | None]] = []
        self.queue = CallQueue(MagicMock(notice=self._notice), MagicMock())

    def _notice(self, group: str) -> str | None:
        self.answers.append(AsyncResult())
        return self.answers[-1].get()

    def ask(self, group: str) -> gevent.Greenlet[..., Any]:
        asking = gevent.spawn(self.queue.notice, group)
        gevent.idle()
        return asking


@pytest.fixture
def redis() -> Redis:
    return Redis()


class TestTheNoticeOfAGroup:
    def test_is_asked_for_once_for_all_who_ask_at_the_same_time(self, redis: Redis) -> None:
        asking = [redis.ask("intake") for _ in range(3)]
        (answer,) = redis.answers
        answer.set("flood")
        assert [one.get(timeout=1.0) for one in asking] == ["flood"] * 3

    def test_is_asked_for_anew_once_it_was_answered(self, redis: Redis) -> None:
        before = redis.ask("intake")
        redis.answers[0].set("flood")
        before.get(timeout=1.0)
        after = redis.ask("intake")
        redis.answers[1].set(None)
        assert after.get(timeout=1.0) is None

    def test_is_that_of_the_group_and_of_no_other(self, redis: Redis) -> None:
        one, other = redis.ask("intake"), redis.ask("english")
        for answer, prompt in zip(redis.answers, ("flood", "holiday"), strict=True):
            answer.set(prompt)
        assert (one.get(timeout=1.0), other.get(timeout=1.0)) == ("flood", "holiday")

    def test_is_unknown_to_all_if_redis_does_not_answer(self, redis: Redis) -> None:
        asking = [redis.ask("intake") for _ in range(2)]
        redis.answers[0].set_exception(QueueUnavailable("away"))
        for one in asking:
            with pytest.raises(calls.QueueUnavailable):
                one.get(timeout=1.0)

    def test_is_not_waited_for_in_vain_if_the_call_that_asked_is_ended(self, redis: Redis) -> None:
        first, second = redis.ask("intake"), redis.ask("intake")
        first.kill()
        with pytest.raises(calls.QueueUnavailable):
            second.get(timeout=1.0)
