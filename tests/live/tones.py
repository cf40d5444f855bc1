"""What people say into their telephones and what prompts sound like, and who or what is heard in a
recording."""

from __future__ import annotations

import wave
from array import array
from bisect import bisect
from collections.abc import Collection
from itertools import groupby, pairwise
from math import cos, pi, sin
from pathlib import Path

RATE = 8000
WINDOW = RATE // 10
LOUD = 400.0
"""Amplitude of a tone that is heard; silence and comfort noise have less."""


def tone(path: Path, hertz: int) -> Path:
    """Write a second of a loud square wave, raw A-law."""
    path.write_bytes(bytes(0xAA if int(i * hertz * 2 / RATE) % 2 else 0x2A for i in range(RATE)))
    return path


def prompt(path: Path, hertz: int, seconds: float = 0.6) -> Path:
    """Write a prompt that is one sine wave, 8 kHz mono."""
    path.parent.mkdir(parents=True, exist_ok=True)
    step = 2 * pi * hertz / RATE
    samples = array("h", (round(8000 * sin(step * n)) for n in range(int(seconds * RATE))))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return path


def frequencies(path: Path) -> tuple[int, ...]:
    """Return the frequency of each channel in the middle of a recording, to the nearest 20 Hz."""
    found = []
    for samples in _channels(path):
        middle = samples[-6000:-2000]
        rises = sum(a < 0 <= b for a, b in pairwise(middle))
        found.append(round(rises * 2 / 20) * 20)
    return tuple(found)


def heard(path: Path, hertz: Collection[int]) -> list[int]:
    """Tell which of these tones are in a recording, in order, each once however long it is.

    Of a stereo recording the channel counts that was sent to the leg, which is the second.
    """
    samples = _channels(path)[-1]
    windows = (samples[at : at + WINDOW] for at in range(0, len(samples) - WINDOW, WINDOW))
    found = (max((_loudness(window, one), one) for one in hertz) for window in windows)
    clear = (one for loudness, one in found if loudness > LOUD)
    return [one for one, _ in groupby(clear)]


def _channels(path: Path) -> list[array[int]]:
    with wave.open(str(path)) as file:
        samples = array("h", file.readframes(file.getnframes()))
        channels = file.getnchannels()
    return [samples[channel::channels] for channel in range(channels)]


def _loudness(samples: array[int], hertz: int) -> float:
    """Amplitude of one frequency (Goertzel)."""
    turn = 2 * cos(2 * pi * hertz / RATE)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + turn * last - before
    power = before * before + last * last - turn * before * last
    return 2 * max(0.0, power) ** 0.5 / len(samples)


def frequencies_over_time(path: Path) -> tuple[list[int], ...]:
    """Return for each channel the frequency in each quarter of a second that is not silent, the
    first and last second of the recording left out, to the nearest 20 Hz."""
    found = []
    for samples in _channels(path):
        whole = samples[RATE:-RATE]
        pieces = [whole[start : start + 2000] for start in range(0, len(whole) - 1999, 2000)]
        loud = [piece for piece in pieces if max(map(abs, piece)) > 1000]
        rises = [sum(a < 0 <= b for a, b in pairwise(piece)) for piece in loud]
        found.append([round(each * 4 / 20) * 20 for each in rises])
    return tuple(found)


def sounds(path: Path, hertz: Collection[int]) -> set[int]:
    """Tell which of these tones are in the last second of what was sent to a leg, several at once;
    see `heard` for the channel."""
    last = _channels(path)[-1][-RATE:]
    return {one for one in hertz if _loudness(last, one) > LOUD}


def voice(path: Path, hertz: int) -> Path:
    """Write a second of a sine wave, raw A-law, so soft that four together are not distorted."""
    codes = sorted((_decoded(code), code) for code in range(256))
    wave = (3000 * sin(2 * pi * hertz * n / RATE) for n in range(RATE))
    path.write_bytes(bytes(codes[min(bisect(codes, (one, 0)), 255)][1] for one in wave))
    return path


def _decoded(code: int) -> int:
    """What an octet of A-law stands for (ITU-T G.711)."""
    bits = code ^ 0x55
    segment, step = bits >> 4 & 7, bits & 15
    size = (step << 4) + 8 + (0x100 if segment else 0)
    size <<= max(0, segment - 1)
    return size if bits & 0x80 else -size
