"""The short run: fifteen faults by a fixed seed. The long one is `make chaos`."""

from __future__ import annotations

import pytest

from tests.chaos.city import City
from tests.chaos.run import Run

SEED = 2
FAULTS = 15


class TestAHotlineUnderLoad:
    @pytest.mark.timeout(300)
    def test_nobody_is_lost_whatever_dies(self) -> None:
        """No talk cut, nobody lost, overtaken or rung twice, no stuck seat, one record per call,
        Redis and SQL agree, memory flat."""
        city = City(SEED)
        run = Run(city, SEED)
        try:
            city.start()
            survived = list(run.faults(FAULTS))
            run.ends()
            assert len(survived) == FAULTS
            assert len(city.journal.talks) > FAULTS
        finally:
            city.close()
