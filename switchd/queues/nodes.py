"""The nodes of a city: each is one FreeSWITCH with one daemon, and holds a lease while it lives.

A node whose lease runs out is given up by whichever daemon notices first: its waiting callers leave
the lists (they stay on its FreeSWITCH, and its next daemon finds them there), its offers end, its
seats' phones are reachable no more. Talks go on.

All times are seconds since the epoch; every method raises QueueUnavailable if Redis cannot be
asked.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import redis

from switchd.queues.facts import QueueUnavailable
from switchd.queues.keys import Keys
from switchd.queues.order import to_ms, to_seconds
from switchd.queues.scripts import Fence
from switchd.queues.verbs import Verbs, new_token

LEASE_SECONDS: Final = 2.0
"""How long a daemon may be silent before its node is given up, or a standby works for it."""


class Verdict(StrEnum):
    """What became of a node's own lease."""

    KEPT = "kept"
    LATE = "late"
    """It had run out, or Redis lost it: what the queue knew of this node is lost."""
    TAKEN = "taken"
    """Another daemon works for this node now."""


@dataclass(frozen=True, slots=True)
class Beat:
    """What a node hears when it says that it lives."""

    verdict: Verdict
    given_up: tuple[str, ...]
    """Other nodes whose lease had run out."""
    next_end: float
    """When the next lease of another node runs out; infinity if there is none."""


@dataclass(frozen=True, slots=True)
class NodeView:
    """A node that lives."""

    owner: str
    place: str
    """Machine and folder of its daemon."""
    heard_at: float


class NodeTaken(Exception):
    """Another daemon works for the node, at `place`, and its lease lasts until `ends_at`."""

    def __init__(self, owner: str, place: str, ends_at: float) -> None:
        super().__init__(f"another switchd works for {owner}, at {place}")
        self.owner = owner
        self.place = place
        self.ends_at = ends_at


class Nodes(Verbs):
    """The nodes of one city as the daemon of one of them (`owner`) sees them."""

    def __init__(
        self,
        client: redis.Redis,
        city: str,
        owner: str,
        place: str,
        new_token: Callable[[], str] = new_token,
    ) -> None:
        """`place` is machine and folder; no two daemons that run share one."""
        super().__init__(client, city, owner, new_token)
        self._keys = Keys(city)
        self.place = place
        self.fence = Fence(owner, place)
        """For everything else that this daemon does in Redis; it rises with the claim."""

    def claim_node(self, now: float) -> None:
        """Begin to work for the node. Raises NodeTaken while a daemon elsewhere does."""
        holder = self._run("claim_node", self._owner, self.place, to_ms(now), to_ms(LEASE_SECONDS))
        if holder is not None:
            raise NodeTaken(self._owner, str(holder[0]), to_seconds(holder[1]))
        self.fence.rise()

    def wait_vacant(self, seconds: float) -> bool:
        """Wait until the node's daemon resigns and this one is the standby that is told, at most
        `seconds`; whether it was."""
        try:
            told = self._client.blpop([self._keys.vacant + self._owner], timeout=seconds)
            return told is not None
        except redis.RedisError as error:
            raise QueueUnavailable(f"cannot wait for {self._owner}: {error}") from error

    def standbys(self, now: float) -> tuple[str, ...]:
        """Where the daemons are that stand by for the node."""
        return tuple(self._run("standbys", self._owner, to_ms(now)))

    def beat(self, now: float) -> Beat:
        """Say that the node lives, and give up those that do not."""
        lease, token = to_ms(LEASE_SECONDS), self._new_token()
        verdict, given_up, next_end = self._run(
            "beat", self._owner, self.place, to_ms(now), lease, token
        )
        ends = math.inf if next_end is None else to_seconds(next_end)
        return Beat(Verdict(verdict), tuple(given_up), ends)

    def resign_node(self, now: float) -> bool:
        """End: what is left is given up at once. False if the node is another daemon's."""
        token = self._new_token()
        lease = to_ms(LEASE_SECONDS)
        return bool(self._run("resign_node", self._owner, self.place, to_ms(now), token, lease))

    def free_orphan(self, seat: str, token: str, now: float) -> bool:
        """Free a seat whose talk has ended and whose owner is dead; False if it is another's."""
        return bool(self._run("free_orphan", seat, token, to_ms(now), self._new_token()))

    def nodes(self, now: float) -> tuple[NodeView, ...]:
        """Every node that holds a lease, by name."""
        found = (
            NodeView(owner, place, to_seconds(ends) - LEASE_SECONDS)
            for owner, place, ends in self._run("nodes", to_ms(now))
        )
        return tuple(sorted(found, key=lambda node: node.owner))
