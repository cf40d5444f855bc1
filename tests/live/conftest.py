"""One FreeSWITCH for all tests that only look at it; none where there is none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.freeswitch import city
from tests.live.event_socket import EventSocket
from tests.live.house import House, reason_to_skip
from tests.live.mobiles import new_mobile


@pytest.fixture(scope="session", autouse=True)
def _needs_a_real_freeswitch() -> None:
    reason = reason_to_skip()
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def shared_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Starting FreeSWITCH takes seconds, so that tests which leave it as it was share one."""
    with House(tmp_path_factory.mktemp("house"), city.plan()) as opened:
        yield opened


@pytest.fixture
def house(shared_house: House) -> Iterator[House]:
    """A house without calls and without phones; it is tidied up after each test."""
    shared_house.is_controlled()
    yield shared_house
    shared_house.tidy()


@pytest.fixture
def events(house: House) -> Iterator[EventSocket]:
    """A connection that hears every event from now on."""
    with house.event_socket() as link:
        link.listen()
        yield link


@pytest.fixture
def mobile() -> str:
    """A caller's number that no other test uses."""
    return new_mobile()
