"""What people say into their telephones, and who of them is heard in a recording."""

from __future__ import annotations

import wave
from array import array
from itertools import pairwise
from pathlib import Path


def tone(path: Path, hertz: int) -> Path:
    """Write a second of a loud square wave, raw A-law."""
    path.write_bytes(bytes(0xAA if int(i * hertz * 2 / 8000) % 2 else 0x2A for i in range(8000)))
    return path


def frequencies(path: Path) -> tuple[int, ...]:
    """Return the frequency of each channel in the middle of a recording, to the nearest 20 Hz."""
    with wave.open(str(path)) as file:
        samples = array("h", file.readframes(file.getnframes()))
        channels = file.getnchannels()
    found = []
    for channel in range(channels):
        middle = samples[channel::channels][-6000:-2000]
        rises = sum(a < 0 <= b for a, b in pairwise(middle))
        found.append(round(rises * 2 / 20) * 20)
    return tuple(found)


def frequencies_over_time(path: Path) -> tuple[list[int], ...]:
    """Return for each channel the frequency in each quarter of a second that is not silent, the
    first and last second of the recording left out, to the nearest 20 Hz."""
    with wave.open(str(path)) as file:
        samples = array("h", file.readframes(file.getnframes()))
        channels = file.getnchannels()
    found = []
    for channel in range(channels):
        whole = samples[channel::channels][8000:-8000]
        pieces = [whole[start : start + 2000] for start in range(0, len(whole) - 1999, 2000)]
        loud = [piece for piece in pieces if max(map(abs, piece)) > 1000]
        rises = [sum(a < 0 <= b for a, b in pairwise(piece)) for piece in loud]
        found.append([round(each * 4 / 20) * 20 for each in rises])
    return tuple(found)
