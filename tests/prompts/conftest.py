"""Recordings made up for the tests."""

from __future__ import annotations

import math
import wave
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest

Record = Callable[..., Path]


def tone(level: float = -20.0, seconds: float = 1.0, rate: int = 8000) -> array[int]:
    """A 400 Hz tone of `level` dBFS (RMS)."""
    height = 10 ** (level / 20) * math.sqrt(2) * 32768
    return array(
        "h",
        (
            max(-32768, min(32767, round(height * math.sin(2 * math.pi * 400 * n / rate))))
            for n in range(round(seconds * rate))
        ),
    )


def quiet(seconds: float) -> array[int]:
    """Digital silence at 8 kHz."""
    return array("h", bytes(2 * round(seconds * 8000)))


@pytest.fixture(name="tone")
def _tone() -> Callable[..., array[int]]:
    return tone


@pytest.fixture(name="quiet")
def _quiet() -> Callable[[float], array[int]]:
    return quiet


@pytest.fixture
def record() -> Record:
    """Write samples as a WAV file: one second of a tone at -20 dBFS unless told otherwise."""

    def write(
        file: Path,
        samples: array[int] | None = None,
        *,
        rate: int = 8000,
        channels: int = 1,
        width: int = 2,
    ) -> Path:
        file.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(file), "wb") as audio:
            audio.setnchannels(channels)
            audio.setsampwidth(width)
            audio.setframerate(rate)
            audio.writeframes((tone() if samples is None else samples).tobytes())
        return file

    return write
