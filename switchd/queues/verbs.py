"""How a verb is run: arguments in, the city's next deadline and the verb's own result out."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any

import redis

from switchd.queues.facts import QueueUnavailable
from switchd.queues.keys import Keys
from switchd.queues.order import to_seconds
from switchd.queues.scripts import Scripts, load_all


def new_token() -> str:
    return secrets.token_urlsafe(12)


class Verbs:
    """The queue of one city as one daemon (`owner`) runs verbs on it."""

    def __init__(
        self,
        client: redis.Redis,
        city: str,
        owner: str,
        new_token: Callable[[], str] = new_token,
    ) -> None:
        """`client` comes from `switchd.queues.connection.connect`.

        Offers for callers that this owner enqueues go to this owner's inbox. `new_token` returns
        a new unguessable text each time.
        """
        self._client = client
        self._scripts = Scripts(client, Keys(city))
        self._owner = owner
        self._new_token = new_token
        self.on_deadline: Callable[[float], None] = lambda deadline: None
        """Told the city's next deadline after each verb but `sweep`, which returns it."""

    def prepare(self) -> None:
        """Read every verb, of other classes too, and let Redis compile them all.

        For the start of a daemon and a Redis that may have lost them: no caller's verb is then the
        first of its kind. Raises QueueUnavailable.
        """
        try:
            load_all(self._client)
        except redis.RedisError as error:
            raise _unavailable("prepare", error) from error

    def _run(self, verb: str, *arguments: str | int) -> Any:
        head, result = self._call(verb, *arguments)
        if head is not None:
            self.on_deadline(to_seconds(head))
        return result

    def _call(self, verb: str, *arguments: str | int) -> Any:
        try:
            return self._scripts.run(verb, *arguments)
        except redis.RedisError as error:
            raise _unavailable(verb, error) from error


def _unavailable(what: str, error: redis.RedisError) -> QueueUnavailable:
    return QueueUnavailable(f"{what}: Redis does not answer as it should: {error}")


def pairs(flat: Sequence[Any]) -> dict[Any, Any]:
    """A flat list of keys and values, as Redis tells a hash."""
    return dict(zip(flat[::2], flat[1::2], strict=True))
