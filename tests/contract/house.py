"""What a contract test needs of a telephone system: an event socket, phones, people who call.

Two houses: the stand-in here, and FreeSWITCH with SIPp in `real`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from switchd.sim import Simulator
from tests.contract.client import EVENTS, Client

ABSENT = "1005"
"""A seat that the directory knows; its phone is not there."""


class Ended(Protocol):
    """Something that can be waited for, as gevent's Event."""

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it has happened, at the latest after `timeout` seconds."""


class Caller(Protocol):
    """One call from outside."""

    @property
    def ended(self) -> Ended:
        """Set when the caller's side of the call is over."""

    def hang_up(self) -> None:
        """The caller hangs up now, or gives up if nobody has answered yet."""


class Phone(Protocol):
    """A seat's phone."""

    def hang_up(self) -> None:
        """The seat ends the call that it is in."""

    def press(self, keys: str) -> None:
        """The seat presses keys in the call that it is in."""


class House(Protocol):
    """A telephone system with people around it."""

    host: str
    port: int
    password: str
    domain: str
    """SIP domain of the seats."""
    trunk_profile: str
    """SIP profile over which calls from outside come in."""
    music: str
    """What is played to those who wait."""

    def seat(
        self,
        number: str,
        *,
        busy: bool = False,
        no_answer: bool = False,
        refuses: bool = False,
        silent: bool = False,
        unplugged: bool = False,
        keys_by_rtp: bool = False,
    ) -> Phone:
        """Put a seat's phone there and wait until it is registered; it answers after 0.2 s.

        `busy`, `no_answer` (it rings for ever) and `refuses` are what people do. A phone that is
        `silent` does not react to what it is sent; where one was `unplugged` nobody listens. Keys
        are sent by SIP INFO, or with `keys_by_rtp` among the audio.
        """

    def call(self, caller: str, dialled: str) -> Caller:
        """Somebody calls through the trunk; the dialplan sets switchd's variables and parks."""

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
    music = "local_stream://moh"

    def __init__(self, folder: Path) -> None:
        self.simulator = Simulator(
            self.host, password=self.password, domain=self.domain, sounds=folder
        ).start()
        self.simulator.is_controlled()
        self.port = self.simulator.port
        self._clients: list[Client] = []
        self.simulator.seat(ABSENT).unregister()

    def seat(
        self,
        number: str,
        *,
        busy: bool = False,
        no_answer: bool = False,
        refuses: bool = False,
        silent: bool = False,
        unplugged: bool = False,
        keys_by_rtp: bool = False,
    ) -> Phone:
        phone = self.simulator.seat(number)
        if busy:
            phone.will_be_busy()
        elif no_answer:
            phone.will_not_answer()
        elif refuses:
            phone.will_refuse()
        elif silent:
            phone.will_be_silent()
        elif unplugged:
            phone.will_be_unreachable()
        else:
            phone.will_answer(0.2)
        return phone

    def call(self, caller: str, dialled: str) -> Caller:
        return self.simulator.call(caller, dialled)

    def esl(self, events: str = EVENTS) -> Client:
        client = Client(self.host, self.port, self.password, events)
        self._clients.append(client)
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self.simulator.stop()
