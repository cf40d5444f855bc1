"""Every test of this folder runs in both houses; the real one where it can be found."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.client import Client
from tests.contract.house import House, StandIn
from tests.contract.scene import Scene


def _freeswitch(folder: Path) -> House:
    try:
        live = importlib.import_module("tests.live.house")
    except ModuleNotFoundError as missing:
        pytest.skip(f"no FreeSWITCH house here: {missing}")
    house: House | None = live.open_house(folder)
    if house is None:
        pytest.skip("no FreeSWITCH found: set FREESWITCH or put freeswitch on the PATH")
    return house


@pytest.fixture(params=["standin", pytest.param("freeswitch", marks=pytest.mark.live)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """A telephone system of its own for each test."""
    opened = StandIn(tmp_path) if request.param == "standin" else _freeswitch(tmp_path)
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
