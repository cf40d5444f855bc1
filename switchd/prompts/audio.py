"""Samples of telephone audio: reading, measuring, trimming and levelling. Standard library only.

Samples are signed 16 bit; levels are RMS in dBFS, where 0 dBFS is a square wave at full scale.
"""

from __future__ import annotations

import math
import sys
import wave
from array import array
from dataclasses import dataclass
from operator import mul
from pathlib import Path

RATE = 8000
"""Samples a second: what a trunk carries, so that FreeSWITCH need not resample."""
FULL_SCALE = 32768
FRAME = RATE // 50
"""20 ms, the length over which speech and pauses are told apart."""
SILENCE = -math.inf

_PAUSE_BELOW_LOUDEST = 30.0
"""dB: frames that much below the loudest are pauses and do not count for the level."""
_QUIETEST_SOUND = -60.0
"""dBFS: a frame below is silence whatever the loudest is."""
_CLIP_AT = FULL_SCALE - 2
_CLIP_RUN = 3
"""So many samples in a row at full scale are a flattened peak rather than a loud sample."""

_BREATH_RISE = 4.5  # dB
_BREATH_BELOW = 3.0  # dB
_BREATH_APART = 12.0  # dB


class NotAudioError(ValueError):
    """A file is not PCM in a WAV container, or is cut off."""


@dataclass(frozen=True, slots=True)
class Format:
    """How a WAV file holds its samples."""

    rate: int
    """Samples a second."""
    channels: int
    bits: int
    """Bits a sample."""

    def __str__(self) -> str:
        channels = {1: "mono", 2: "stereo"}.get(self.channels, f"{self.channels} channels")
        return f"{self.rate} Hz {channels} {self.bits} bit"


TELEPHONE = Format(RATE, 1, 16)


def read_format(file: Path) -> Format:
    """Tell a file's format. Raises `NotAudioError` (OSError if it cannot be read at all)."""
    with _open(file) as audio:
        return Format(audio.getframerate(), audio.getnchannels(), audio.getsampwidth() * 8)


def read_samples(file: Path) -> array[int]:
    """Read the samples of a file in `TELEPHONE` format. Raises `NotAudioError`, also if cut off."""
    with _open(file) as audio:
        announced = audio.getnframes()
        data = audio.readframes(announced)
    if len(data) != announced * 2:
        raise NotAudioError("is cut off")
    samples = array("h", data)
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def write_samples(file: Path, samples: array[int]) -> None:
    """Write `samples` in `TELEPHONE` format."""
    if sys.byteorder == "big":
        samples = samples[:]
        samples.byteswap()
    with wave.open(str(file), "wb") as audio:
        audio.setnchannels(TELEPHONE.channels)
        audio.setsampwidth(TELEPHONE.bits // 8)
        audio.setframerate(TELEPHONE.rate)
        audio.writeframes(samples.tobytes())


def seconds(samples: array[int]) -> float:
    """Length in seconds."""
    return len(samples) / RATE


def rms(samples: array[int]) -> float:
    """Level of all samples in dBFS; `SILENCE` if there is none."""
    if not samples:
        return SILENCE
    power = sum(map(mul, samples, samples)) / len(samples) / FULL_SCALE**2
    return 10 * math.log10(power) if power else SILENCE


def sounding(samples: array[int]) -> list[bool]:
    """Tell for every 20 ms frame whether something sounds in it."""
    levels = [rms(samples[start : start + FRAME]) for start in range(0, len(samples), FRAME)]
    loudest = max(levels, default=SILENCE)
    threshold = max(loudest - _PAUSE_BELOW_LOUDEST, _QUIETEST_SOUND)
    return [level > threshold for level in levels]


def level(samples: array[int]) -> float:
    """Level of what sounds, pauses left out, in dBFS; `SILENCE` if nothing sounds."""
    loud = array("h")
    for index, sounds in enumerate(sounding(samples)):
        if sounds:
            loud.extend(samples[index * FRAME : (index + 1) * FRAME])
    return rms(loud)


def peak(samples: array[int]) -> float:
    """The largest sample in dBFS; `SILENCE` if there is none."""
    highest = max(map(abs, samples), default=0)
    return 20 * math.log10(highest / FULL_SCALE) if highest else SILENCE


def clipped(samples: array[int]) -> int:
    """Number of places where a peak has been cut flat at full scale."""
    places = run = 0
    for sample in samples:
        run = run + 1 if abs(sample) >= _CLIP_AT else 0
        places += run == _CLIP_RUN
    return places


def margins(samples: array[int]) -> tuple[float, float]:
    """Seconds of silence before the first and after the last sound; all of it, if none sounds."""
    frames = sounding(samples)
    if True not in frames:
        return seconds(samples), seconds(samples)
    first, last = frames.index(True), len(frames) - 1 - frames[::-1].index(True)
    return first * FRAME / RATE, max(0.0, seconds(samples) - (last + 1) * FRAME / RATE)


def trim(samples: array[int], keep_seconds: float) -> array[int]:
    """Leave exactly `keep_seconds` of silence at both ends, faded so that nothing clicks.

    Raises `NotAudioError` if nothing sounds.
    """
    frames = sounding(samples)
    if True not in frames:
        raise NotAudioError("is silent")
    keep = round(keep_seconds * RATE)
    first = frames.index(True) * FRAME
    end = min(len(samples), (len(frames) - frames[::-1].index(True)) * FRAME)
    padding = array("h", bytes(2 * keep))
    padded = padding + samples + padding
    kept = padded[first : end + 2 * keep]
    for index in range(keep):
        kept[index] = round(kept[index] * index / keep)
        kept[-1 - index] = round(kept[-1 - index] * index / keep)
    return kept


def cut_breath(samples: array[int], window_seconds: float) -> array[int]:
    """Cut off the breath that a synthesised voice may add behind the last word.

    It shows as a dip within the last `window_seconds` from which the level rises again, though not
    to that of the word, or to any level if the dip is deep. A word's own end only fades. The window
    must be shorter than a last syllable that follows others.
    """
    step = FRAME // 2
    frames = sounding(samples)
    if True not in frames:
        return samples
    end = min(len(samples), (len(frames) - frames[::-1].index(True)) * FRAME)
    levels = [
        max(rms(samples[start : start + step]), _QUIETEST_SOUND) for start in range(0, end, step)
    ]
    window = range(max(1, len(levels) - round(window_seconds * RATE / step)), len(levels))
    rises = {at: max(levels[at:]) - levels[at] for at in window}
    dip = max(rises, key=rises.__getitem__, default=0)
    if not dip or rises[dip] < _BREATH_RISE:
        return samples
    before, after = max(levels[:dip]), max(levels[dip:])
    apart = levels[dip] < before - _BREATH_APART
    if after > before - _BREATH_BELOW and not apart:
        return samples
    kept = samples[: dip * step]
    for index in range(step):
        kept[-1 - index] = round(kept[-1 - index] * index / step)
    return kept


def bring_to(samples: array[int], target: float, ceiling: float) -> array[int]:
    """Scale to the level `target` (dBFS).

    Peaks stay below `ceiling` (dBFS): they are bent towards it rather than cut.
    Raises `NotAudioError` if nothing sounds.
    """
    now = level(samples)
    if now == SILENCE:
        raise NotAudioError("is silent")
    gain = 10 ** ((target - now) / 20) / FULL_SCALE
    top = 10 ** (ceiling / 20)
    return array("h", (round(_bend(sample * gain, top) * FULL_SCALE) for sample in samples))


def _bend(sample: float, top: float) -> float:
    """Leave a sample below half of `top` alone and lead louder ones smoothly towards `top`."""
    knee = top / 2
    size = abs(sample)
    if size <= knee:
        return sample
    bent = knee + (top - knee) * math.tanh((size - knee) / (top - knee))
    return math.copysign(bent, sample)


def _open(file: Path) -> wave.Wave_read:
    try:
        return wave.open(str(file), "rb")
    except (wave.Error, EOFError, RuntimeError) as error:  # a chunk's size makes it run wild
        raise NotAudioError(f"is no PCM WAV file ({error or 'it ends too early'})") from error
