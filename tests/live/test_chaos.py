"""Four faults on a hotline under load on a real FreeSWITCH. The long run is `make chaos-live`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos import faults
from tests.chaos.city import City
from tests.chaos.real import RealSwitch
from tests.chaos.run import Run

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

SEED = 3
NAMES = ("owner killed", "Redis killed, its data lost", "switch silent", "switch restarted")


class TestAHotlineUnderLoad:
    def test_nobody_is_lost_whatever_dies(self, tmp_path: Path) -> None:
        """No talk cut, nobody lost, overtaken or rung twice, no stuck seat, one record per call,
        Redis and SQL agree, memory flat."""
        among = [fault for fault in faults.ANYWHERE if fault.name in NAMES]
        city = City(SEED, tmp_path, RealSwitch)
        run = Run(city, SEED, among)
        try:
            city.start()
            survived = list(run.faults(len(NAMES)))
            run.ends()
            assert len(survived) == len(among) == len(NAMES)
            assert city.journal.talks
        finally:
            city.close()
