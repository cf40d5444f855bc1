"""Every test of this folder runs in both houses; the real one where it can be found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.contract.client import Client
from tests.contract.hotline import Hotline
from tests.contract.house import House, StandIn
from tests.contract.real import Real
from tests.contract.scene import Scene
from tests.live import house as live


@pytest.fixture(scope="session")
def freeswitch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], live.House]]:
    """The one FreeSWITCH of all these tests, started by the first that asks for it."""
    opened: list[live.House] = []

    def get() -> live.House:
        if not opened:
            house = live.open_house(tmp_path_factory.mktemp("freeswitch"))
            if house is None:
                pytest.skip(live.reason_to_skip() or "there is no house")
            opened.append(house)
        return opened[0]

    yield get
    for house in opened:
        house.close()


@pytest.fixture(params=["standin", pytest.param("freeswitch", marks=pytest.mark.live)])
def house(
    request: pytest.FixtureRequest, tmp_path: Path, freeswitch: Callable[[], live.House]
) -> Iterator[House]:
    """A telephone system without calls and without phones."""
    opened = StandIn(tmp_path) if request.param == "standin" else Real(freeswitch())
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


@pytest.fixture
def hotline(house: House, tmp_path: Path) -> Iterator[Hotline]:
    """The daemon's side, without calls' own rules."""
    opened = Hotline(house, tmp_path)
    yield opened
    opened.link.stop()
