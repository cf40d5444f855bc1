from __future__ import annotations

import math
import wave
from pathlib import Path

import pytest

from switchd.sim.recording import write_recording
from switchd.sim.sounds import Sounds


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with wave.open(str(tmp_path / "half.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(8000))
    return tmp_path


class TestDuration:
    @pytest.mark.parametrize(
        ("what", "seconds"),
        [
            ("half.wav", 0.5),
            ("file_string://half.wav!half.wav", 1.0),
            ("file_string://half.wav!missing.wav", 0.5),
            ("file_string://missing.wav", None),
            ("missing.wav", None),
            ("silence_stream://1500", 1.5),
            ("silence_stream://-1", math.inf),
            ("tone_stream://%(300,100,440)", 0.4),
            ("tone_stream://%(300,100,440);loops=3", pytest.approx(1.2)),
            ("tone_stream://%(300,100,440);loops=-1", math.inf),
            ("local_stream://moh", math.inf),
            ("{loops=1}half.wav", 0.5),
        ],
    )
    def test_is_what_a_caller_would_hear(
        self, folder: Path, what: str, seconds: float | None
    ) -> None:
        assert Sounds(folder).duration(what) == seconds

    def test_a_broken_file_counts_as_missing(self, folder: Path) -> None:
        (folder / "broken.wav").write_bytes(b"RIFFnothing")
        assert Sounds(folder).duration("broken.wav") is None


class TestRecording:
    def test_is_stereo_and_as_long_as_the_talk(self, tmp_path: Path) -> None:
        path = tmp_path / "2026" / "11" / "call.wav"
        write_recording(path, 3.25, limit=10.0)
        with wave.open(str(path)) as file:
            assert file.getnchannels() == 2
            assert file.getnframes() / file.getframerate() == 3.25

    def test_stops_at_the_limit(self, tmp_path: Path) -> None:
        write_recording(tmp_path / "long.wav", 3600.0, limit=2.0)
        with wave.open(str(tmp_path / "long.wav")) as file:
            assert file.getnframes() == 16000

    def test_both_sides_speak(self, tmp_path: Path) -> None:
        write_recording(tmp_path / "talk.wav", 2.0, limit=2.0)
        with wave.open(str(tmp_path / "talk.wav")) as file:
            samples = memoryview(file.readframes(16000)).cast("h")
        assert max(samples[0::2]) > 1000
        assert max(samples[1::2]) > 1000
