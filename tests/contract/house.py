"""What a contract test needs of a telephone system: an event socket, phones, people who call.

Two houses: the stand-in here, and FreeSWITCH with SIPp in `real`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from switchd.sim import Simulator
from tests.contract.client import EVENTS, Client


class Ended(Protocol):
    """Something that can be waited for, as gevent's Event."""

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it has happened, at the latest after `timeout` seconds."""


class Caller(Protocol):
    """One call from outside."""

    @property
    def ended(self) -> Ended:
        """Set when the caller's side of the call is over."""


class House(Protocol):
    """A telephone system with people around it."""

    host: str
    port: int
    password: str
    domain: str
    """SIP domain of the seats."""
    trunk_profile: str
    """SIP profile over which calls from outside come in."""

    def seat(
        self,
        number: str,
        *,
        answers_after: float = 0.2,
        busy: bool = False,
        no_answer: bool = False,
        refuses: bool = False,
        registered: bool = True,
        hangs_up_after: float | None = None,
    ) -> None:
        """Put a seat's phone there and wait until it is registered; times in seconds.

        `hangs_up_after` counts from the phone's answer. A seat that is never put there is a
        number that the directory does not know.
        """

    def call(
        self,
        caller: str,
        dialled: str,
        *,
        keys: Sequence[tuple[float, str]] = (),
        hangs_up_after: float | None = None,
    ) -> Caller:
        """Somebody calls through the trunk; the dialplan sets switchd's variables and parks.

        Keys are pressed and the call is hung up so many seconds after dialling; None leaves it to
        the other side.
        """

    def esl(self, events: str = EVENTS) -> Client:
        """A new connection to the event socket, authenticated and subscribed."""

    def close(self) -> None:
        """End everything that was started."""


class StandIn:
    """The house of switchd.sim."""

    host = "127.0.0.1"
    password = "a-password-of-its-own"
    domain = "seats.example"
    trunk_profile = "trunk"

    def __init__(self, folder: Path) -> None:
        self.simulator = Simulator(
            self.host, password=self.password, domain=self.domain, sounds=folder
        ).start()
        self.port = self.simulator.port
        self._clients: list[Client] = []

    def seat(
        self,
        number: str,
        *,
        answers_after: float = 0.2,
        busy: bool = False,
        no_answer: bool = False,
        refuses: bool = False,
        registered: bool = True,
        hangs_up_after: float | None = None,
    ) -> None:
        phone = self.simulator.seat(number)
        if busy:
            phone.will_be_busy()
        elif no_answer:
            phone.will_not_answer()
        elif refuses:
            phone.will_refuse()
        else:
            phone.will_answer(answers_after, hangs_up_after or math.inf)
        if not registered:
            phone.unregister()

    def call(
        self,
        caller: str,
        dialled: str,
        *,
        keys: Sequence[tuple[float, str]] = (),
        hangs_up_after: float | None = None,
    ) -> Caller:
        return self.simulator.call(
            caller, dialled, keys=keys, hangs_up_after=hangs_up_after or math.inf
        )

    def esl(self, events: str = EVENTS) -> Client:
        client = Client(self.host, self.port, self.password, events)
        self._clients.append(client)
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self.simulator.stop()
