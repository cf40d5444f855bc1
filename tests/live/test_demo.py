"""`switchd demo` on a real FreeSWITCH: SIPp's callers are answered by SIPp's phones."""

from __future__ import annotations

import signal
import wave

import pytest

from switchd.demo.telephones.sipp import until
from tests.scenarios.test_demo import StartDemo, demo

__all__ = ["demo"]
pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]


class TestTheDemoOnFreeSwitch:
    def test_a_call_is_answered_surveyed_and_recorded_and_nothing_is_left(
        self,
        demo: StartDemo,
    ) -> None:
        running = demo("--rate", "2400", "--talk", "2", "--seed", "12319")
        running.says("starting ")
        running.says("waiting ")
        try:
            assert until(lambda: running.count("survey_key <> ''") > 0, 90)
        finally:
            output = running.is_told_to_end(signal.SIGTERM)
        assert not [word for word in ("warning", "Traceback") if word in output]
        running.leaves_nothing_running()
        recordings = list((running.data / "recordings").rglob("*.wav"))
        assert recordings
        with wave.open(str(recordings[0])) as recording:
            assert (recording.getnchannels(), recording.getframerate()) == (2, 8000)
