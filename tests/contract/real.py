"""The house of a real FreeSWITCH, with SIPp for the people. It is started once and shared."""

from __future__ import annotations

import socket
from contextlib import ExitStack

from switchd.demo.telephones.sipp import until
from tests.contract.client import EVENTS, Client
from tests.contract.house import Caller, Phone
from tests.live.house import House as LiveHouse


class DeafPhone:
    """A phone that takes what it is sent and does nothing."""

    def hang_up(self) -> None:
        raise AssertionError("it is in no call")

    def press(self, keys: str) -> None:
        raise AssertionError("it is in no call")


class Real:
    """One test's stay in the shared house: `close` leaves it empty for the next."""

    def __init__(self, house: LiveHouse) -> None:
        self._house = house
        house.is_controlled()
        self._to_close = ExitStack()
        self.host = house.host
        self.port = house.port
        self.password = house.password
        self.domain = house.domain
        self.trunk_profile = house.trunk_profile
        self.music = f"local_stream://{next(iter(house.settings.music))}"

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
        if silent:
            return self._deaf(number)
        phone = self._house.seat(
            number, busy=busy, no_answer=no_answer, refuses=refuses, keys_by_rtp=keys_by_rtp
        )
        assert phone is not None
        if unplugged:
            phone.kill()
        return phone

    def _deaf(self, number: str) -> Phone:
        plug = self._to_close.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        plug.bind(("127.0.0.1", 0))
        port = plug.getsockname()[1]
        assert self._house.register(number, port)
        where = f"sofia_contact seats/{number}@{self.domain}"
        assert until(lambda: f":{port}" in self._house.api(where), 10)
        return DeafPhone()

    def call(self, caller: str, dialled: str) -> Caller:
        return self._house.call(caller, dialled)

    def esl(self, events: str = EVENTS) -> Client:
        return self._to_close.enter_context(Client(self.host, self.port, self.password, events))

    def close(self) -> None:
        self._to_close.close()
        self._house.tidy()
