"""The house of a real FreeSWITCH, with SIPp for the people. It is started once and shared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.contract.client import EVENTS, Client
from tests.contract.house import Caller
from tests.live.house import House as LiveHouse


class Real:
    """One test's stay in the shared house: `close` leaves it empty for the next."""

    def __init__(self, house: LiveHouse) -> None:
        self._house = house
        self._clients: list[Client] = []
        self.host = house.host
        self.port = house.port
        self.password = house.password
        self.domain = house.domain
        self.trunk_profile = house.trunk_profile

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
        self._house.seat(
            number,
            answers_after=answers_after,
            busy=busy,
            no_answer=no_answer,
            refuses=refuses,
            registered=registered,
            hangs_up_after=hangs_up_after,
        )

    def call(
        self,
        caller: str,
        dialled: str,
        *,
        keys: Sequence[tuple[float, str]] = (),
        hangs_up_after: float | None = None,
    ) -> Caller:
        return self._house.call(caller, dialled, keys=keys, hangs_up_after=hangs_up_after)

    def esl(self, events: str = EVENTS) -> Client:
        client = Client(self.host, self.port, self.password, events)
        self._clients.append(client)
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self._house.tidy()
