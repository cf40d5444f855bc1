"""A peer to talk to, and a link that talks to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gevent
import pytest
from hypothesis import HealthCheck, settings

from switchd.esl.backoff import Backoff
from switchd.esl.events import Event
from switchd.esl.jobs import Job
from switchd.esl.link import Link
from tests.wire.peer import PATIENCE, Conversation, Peer, reply

# A busy machine is no failure: nothing here measures time.
settings.register_profile("wire", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wire")


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer() as listening:
        yield listening


class Linked:
    """A link, and everything that it has told its owner."""

    def __init__(self, peer: Peer, **options: Any) -> None:
        self.events: list[Event] = []
        self.cores: list[str | None] = []
        self.downs: list[str] = []
        defaults: dict[str, Any] = {
            "events": ["CHANNEL_PARK"],
            "on_event": self.events.append,
            "on_up": lambda link: self.cores.append(link.core),
            "on_down": self.downs.append,
            "command_timeout": PATIENCE,
            "backoff": Backoff(first=0.001, ceiling=0.001, wrong_password=0.002),
        }
        self.link = Link(peer.host, peer.port, "secret", **(defaults | options))
        self.peer = peer

    def start(self) -> Conversation:
        """Begin to connect; return the first conversation, before a word was said."""
        self.link.start()
        return self.peer.accept()

    def up(self) -> Conversation:
        """Connect and log in; return the conversation."""
        conversation = self.start()
        conversation.welcome()
        assert self.link.wait_connected(PATIENCE)
        return conversation


@pytest.fixture
def linked(peer: Peer) -> Iterator[Callable[..., Linked]]:
    """Make links to the peer; they are stopped at the end of the test."""
    made: list[Linked] = []

    def make(**options: Any) -> Linked:
        made.append(Linked(options.pop("peer", peer), **options))
        return made[-1]

    yield make
    for each in made:
        each.link._drop("end of test")
        each.link.stop(timeout=0.1)


def asking(linked: Linked, name: str = "status", **options: Any) -> gevent.Greenlet[..., str]:
    """Ask something in the background."""
    return gevent.spawn(linked.link.api, name, **options)


def started(linked: Linked, said: Conversation, job: str, *behind: bytes) -> Job:
    """Start a background job; `behind` follows FreeSWITCH's confirmation in the same packet."""
    starting = gevent.spawn(linked.link.bgapi, "originate", "user/1 &park()", job)
    said.expect("bgapi originate", reply(f"+OK Job-UUID: {job}", Job_UUID=job) + b"".join(behind))
    result: Job = starting.get(timeout=PATIENCE)
    return result
