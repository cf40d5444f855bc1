"""Every test of this folder runs in both houses; the real one where it can be found."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.client import Client
from tests.contract.house import House, StandIn
from tests.contract.real import Real
from tests.contract.scene import Scene
from tests.live import house as live


class Shared:
    """The one FreeSWITCH of all these tests, started by the first that asks for it.

    It would end after `LIFE_SECONDS`, so it is replaced when half of that is over.
    """

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        self._factory = factory
        self._house: live.House | None = None
        self._opened_at = 0.0

    def get(self) -> live.House:
        """A house that will stay open for the length of a test; skips where there can be none."""
        if time.monotonic() > self._opened_at + live.LIFE_SECONDS / 2:
            self.close()
        if self._house is None:
            self._house = live.open_house(self._factory.mktemp("freeswitch"))
            self._opened_at = time.monotonic()
        if self._house is None:
            pytest.skip(live.reason_to_skip() or "there is no house")
        return self._house

    def close(self) -> None:
        """End FreeSWITCH, if it was started."""
        if self._house is not None:
            self._house.close()
            self._house = None


@pytest.fixture(scope="session")
def freeswitch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    """Starting FreeSWITCH takes seconds, so that all tests share one."""
    shared = Shared(tmp_path_factory)
    yield shared
    shared.close()


@pytest.fixture(params=["standin", pytest.param("freeswitch", marks=pytest.mark.live)])
def house(request: pytest.FixtureRequest, tmp_path: Path, freeswitch: Shared) -> Iterator[House]:
    """A telephone system without calls and without phones."""
    opened = StandIn(tmp_path) if request.param == "standin" else Real(freeswitch.get())
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def esl(house: House) -> Client:
    """A client that hears everything of interest."""
    return house.esl()


@pytest.fixture
def scene(house: House, esl: Client) -> Scene:
    """The usual beginnings."""
    return Scene(house, esl)
