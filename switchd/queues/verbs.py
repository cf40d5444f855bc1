"""How a verb is run: arguments in, the city's next deadline and the verb's own result out."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any

import redis

from switchd.queues.facts import SeatView
from switchd.queues.keys import Keys
from switchd.queues.order import to_seconds
from switchd.queues.scripts import Fence, Scripts, load_all

SeatChanged = Callable[[str, SeatView], object]


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
        fence: Fence | None = None,
    ) -> None:
        """`client` comes from `switchd.queues.connection.connect`.

        Offers for callers that this owner enqueues go to this owner's inbox. `new_token` returns
        a new unguessable text each time. Behind a `fence` (see `Nodes`) every verb is refused
        once the node has another daemon.
        """
        self._client = client
        self._scripts = Scripts(client, Keys(city), fence)
        self._owner = owner
        self._new_token = new_token
        self.seat_changed: list[SeatChanged] = []
        """Told of what agents did, by the verb and the seat as it is then; must not wait."""
        self.on_deadline: Callable[[float], None] = lambda deadline: None
        """Told the city's next deadline after each verb but `sweep`, which returns it."""

    def prepare(self) -> None:
        """Read every verb, of other classes too, and let Redis compile them all.

        For the start of a daemon and a Redis that may have lost them: no caller's verb is then the
        first of its kind. Raises QueueUnavailable.
        """
        load_all(self._client)

    def _run(self, verb: str, *arguments: str | int) -> Any:
        head, result = self._scripts.run(verb, *arguments)
        if head is not None:
            self.on_deadline(to_seconds(head))
        return result

    def _run_each(self, verb: str, rows: Sequence[Sequence[str | int]]) -> list[Any]:
        """Run `verb` for each row of arguments, in one round trip."""
        results = []
        for head, result in self._scripts.run_each(verb, rows):
            if head is not None:
                self.on_deadline(to_seconds(head))
            results.append(result)
        return results


def pairs(flat: Sequence[Any]) -> dict[Any, Any]:
    """A flat list of keys and values, as Redis tells a hash."""
    return dict(zip(flat[::2], flat[1::2], strict=True))
