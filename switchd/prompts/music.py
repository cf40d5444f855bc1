"""Composing the hold music that comes with switchd: nobody's copyright, and made for telephones.

Soft chords with a few plucked notes above them, between 100 and 1600 Hz, where a narrow codec
does least harm. Notes are added to a ring, so that the end runs into the beginning without a seam.
"""

from __future__ import annotations

import math
from array import array
from itertools import pairwise

from switchd.prompts.audio import FULL_SCALE, RATE, level

_CHORD_SECONDS = 6.0
_CHORDS = (
    # MIDI note numbers, lowest first: C, A minor 7, F major 7, G 6, and once more with other tops
    (48, 55, 60, 64),
    (45, 55, 60, 64),
    (53, 57, 60, 64),
    (55, 59, 62, 64),
    (48, 55, 60, 67),
    (45, 57, 60, 67),
    (50, 57, 60, 65),
    (55, 59, 62, 65),
)
_PLUCKS = (0, 2, 3, 1, 2, 3)
"""Which note of the chord is plucked on each beat, an octave higher."""
_BEAT_SECONDS = _CHORD_SECONDS / len(_PLUCKS)


def calm(target: float) -> array[int]:
    """Compose 48 seconds of calm music at `target` dBFS."""
    ring = [0.0] * round(_CHORD_SECONDS * len(_CHORDS) * RATE)
    for number, chord in enumerate(_CHORDS):
        begin = number * _CHORD_SECONDS
        for note in chord:
            _add(ring, _pad(note), begin - 1.0)
        for beat, voice in enumerate(_PLUCKS):
            _add(ring, _pluck(chord[voice] + 12), begin + beat * _BEAT_SECONDS)
    loudest = max(map(abs, ring))
    draft = array("h", (round(value / loudest * FULL_SCALE / 2) for value in ring))
    gain = 10 ** ((target - level(draft)) / 20)
    return array("h", (round(sample * gain) for sample in draft))


def _frequency(note: int) -> float:
    """Hz of a MIDI note number."""
    return 440.0 * 2 ** ((note - 69) / 12)


def _pad(note: int) -> list[float]:
    """A held note that swells for 2 s, stays, and fades for 3 s; two strings beat gently."""
    envelope = _envelope((0.0, 0.0), (2.0, 0.22), (5.0, 0.2), (8.0, 0.0))
    step = 2 * math.pi * _frequency(note) / RATE
    return [
        height * (math.sin(step * n) + math.sin(step * 1.0015 * n) + 0.3 * math.sin(step * 2 * n))
        for n, height in enumerate(envelope)
    ]


def _pluck(note: int) -> list[float]:
    """A struck note that dies away within 2.5 s."""
    step = 2 * math.pi * _frequency(note) / RATE
    sound = []
    for n in range(round(2.5 * RATE)):
        at = n / RATE
        height = 0.3 * min(1.0, at / 0.01) * math.exp(-2.2 * at) * (1 - at / 2.5)
        sound.append(
            height * (math.sin(step * n) + 0.2 * math.exp(-3 * at) * math.sin(step * 2 * n))
        )
    return sound


def _envelope(*points: tuple[float, float]) -> list[float]:
    """Heights for every sample between `points` (seconds, height), eased like a cosine."""
    heights: list[float] = []
    for (start, low), (end, high) in pairwise(points):
        length = round((end - start) * RATE)
        heights += (
            low + (high - low) * (1 - math.cos(math.pi * n / length)) / 2 for n in range(length)
        )
    return heights


def _add(ring: list[float], sound: list[float], at: float) -> None:
    """Add `sound` at `at` seconds, wrapping around at either end."""
    begin = round(at * RATE)
    for n, value in enumerate(sound):
        ring[(begin + n) % len(ring)] += value
