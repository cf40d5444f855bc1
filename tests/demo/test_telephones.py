"""SIPp's telephones, as far as they can be seen without a FreeSWITCH."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from switchd.demo.telephones import sipp
from switchd.demo.telephones.exchange import Reach, Telephones
from switchd.demo.telephones.ports import FreePorts


class TestATelephone:
    def test_that_does_not_start_is_told_from_one_that_nobody_calls(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sipp, "SIPP", shutil.which("false"))
        telephones = Telephones(tmp_path, Reach("127.0.0.1", 9, 9, "city", {}), FreePorts())
        with pytest.raises(sipp.NotListening, match="does not listen on port 9;"):
            telephones.number("13937512345", 9)
        telephones.end()
