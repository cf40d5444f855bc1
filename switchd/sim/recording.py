"""Recordings that play: caller on the left, seat on the right, 8 kHz, 16 bit.

The voices are soft tones that take turns; a recording is as long as the talk, up to a bound.
"""

from __future__ import annotations

import math
import wave
from array import array
from functools import lru_cache
from pathlib import Path

RATE = 8000


def write_recording(path: Path, seconds: float, limit: float) -> None:
    """Write a stereo WAV of at most `limit` seconds. Raises OSError if the place cannot be written.

    A recording cut at the limit is shorter than the talk; its header says how long it is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = int(max(0.0, min(seconds, limit)) * RATE)
    turns = _turns()
    whole, rest = divmod(frames * 4, len(turns))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(turns * whole + turns[:rest])


@lru_cache(maxsize=1)
def _turns() -> bytes:
    """Two seconds: the caller speaks, then the seat."""
    samples = array("h")
    for index in range(2 * RATE):
        swell = math.sin(math.pi * (index % RATE) / RATE)
        speaks_left = index < RATE
        pitch = 330.0 if speaks_left else 220.0
        value = int(6000 * swell * math.sin(2 * math.pi * pitch * index / RATE))
        samples.append(value if speaks_left else 0)
        samples.append(0 if speaks_left else value)
    return samples.tobytes()
