"""One hotline for all scenarios that do not break it; each begins with everybody signed out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenarios.hotline import Hotline


@pytest.fixture(scope="session")
def running() -> Iterator[Hotline]:
    hotline = Hotline()
    try:
        hotline.start_daemon()
        yield hotline
    finally:
        hotline.close()


@pytest.fixture
def hotline(running: Hotline) -> Hotline:
    running.begins_anew()
    return running


@pytest.fixture
def own_hotline() -> Iterator[Hotline]:
    """A hotline that the test may break; its daemon is not started yet."""
    hotline = Hotline()
    try:
        yield hotline
    finally:
        hotline.close()
