"""Judging the audio of prompts before a caller hears it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from switchd.prompts.audio import (
    SILENCE,
    TELEPHONE,
    NotAudioError,
    clipped,
    level,
    margins,
    read_format,
    read_samples,
)
from switchd.prompts.library import PromptLibrary
from switchd.prompts.manifest import FILE_NAME, Manifest, load_manifests

LEVEL = -20.0
"""dBFS: how loud a prompt should be, pauses left out."""
TOLERANCE = 5.0
"""dB: a prompt further from `LEVEL` stands out among the others."""
MUSIC_LEVEL = -23.0
"""dBFS: hold music is a little below speech."""
LONGEST_MARGIN = 0.5
"""Seconds of silence at either end; more sounds like a fault of the line."""

MUSIC = "music"
"""The folder of hold music beside those of the languages."""

_CONVERT = "convert it: sox IN.wav -r 8000 -c 1 -b 16 OUT.wav"


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    """Callers will miss something, or hear something broken."""
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with the prompts."""

    severity: Severity
    file: Path
    what: str
    advice: str
    """What to do about it."""

    def __str__(self) -> str:
        return f"{self.file}: {self.severity}: {self.what}; {self.advice}"


def check_prompts(folders: Sequence[Path], languages: Sequence[str]) -> list[Finding]:
    """Check the audio of all prompt `folders` (a city's own first) against their manifests.

    Every file of the folders is judged, also one that a city's recording hides; that a prompt is
    missing is said once, of the last folder. Returns findings in the order of folders and names;
    an empty list means that every prompt can be played. Raises `ManifestError` if a manifest is
    wrong.
    """
    manifest = load_manifests(folders)
    findings = [
        Finding(Severity.ERROR, folder, "there is no such folder", "correct the path")
        for folder in folders
        if not folder.is_dir()
    ]
    present = [folder for folder in folders if folder.is_dir()]
    if present:
        findings += _missing(manifest, present, languages)
    for folder in present:
        findings += _strangers(manifest, folder, languages)
        for language in languages:
            for file in sorted((folder / language).glob("*.wav")):
                findings += judge_file(file, LEVEL)
        for file in sorted((folder / MUSIC).glob("*.wav")):
            findings += judge_file(file, MUSIC_LEVEL)
    return findings


def judge_file(file: Path, wanted_level: float = LEVEL) -> list[Finding]:
    """Judge one audio file by its format, its level (`wanted_level` in dBFS) and its silences."""
    try:
        kind = read_format(file)
        if kind != TELEPHONE:
            return [Finding(Severity.ERROR, file, f"is {kind}, not {TELEPHONE}", _CONVERT)]
        samples = read_samples(file)
    except NotAudioError as error:
        return [Finding(Severity.ERROR, file, str(error), "record or convert it again")]
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        return [Finding(Severity.ERROR, file, what, "correct its permissions")]
    loudness = level(samples)
    if loudness == SILENCE:
        return [Finding(Severity.ERROR, file, "is silent", "record it again")]
    findings = []
    places = clipped(samples)
    if places:
        what = f"is clipped in {places} place{'s' if places > 1 else ''}"
        findings.append(Finding(Severity.ERROR, file, what, "record it again at a lower level"))
    difference = loudness - wanted_level
    if abs(difference) > TOLERANCE:
        word = "loud" if difference > 0 else "quiet"
        what = f"is too {word}: {loudness:.1f} dBFS, wanted {wanted_level:.0f} ± {TOLERANCE:.0f}"
        advice = f"change its level: sox IN.wav OUT.wav gain {-difference:.1f}"
        findings.append(Finding(Severity.WARNING, file, what, advice))
    for where, length in zip(("begins", "ends"), margins(samples), strict=True):
        if length > LONGEST_MARGIN:
            what = f"{where} with {length:.1f} s of silence"
            advice = f"cut that to {LONGEST_MARGIN} s or less"
            findings.append(Finding(Severity.WARNING, file, what, advice))
    return findings


def _missing(
    manifest: Manifest, folders: Sequence[Path], languages: Sequence[str]
) -> Iterator[Finding]:
    for language in languages:
        names = manifest.names(language)
        if not names:
            what = f"no prompt of any manifest has a text in {language!r}"
            yield Finding(Severity.ERROR, folders[-1], what, "correct the language")
        for name in PromptLibrary(folders, language).missing(names):
            prompt = manifest.prompts[name]
            severity = Severity.ERROR if prompt.required else Severity.WARNING
            what = f"is missing (heard: {prompt.used_where})"
            advice = f"record it: {prompt.text[language]}"
            yield Finding(severity, folders[-1] / language / f"{name}.wav", what, advice)
    for name, music in manifest.music.items():
        if not any((folder / MUSIC / f"{name}.wav").is_file() for folder in folders):
            file = folders[-1] / MUSIC / f"{name}.wav"
            what = f"is missing (heard: {music.used_where})"
            yield Finding(Severity.ERROR, file, what, "put a piece of music there")


def _strangers(manifest: Manifest, folder: Path, languages: Sequence[str]) -> Iterator[Finding]:
    """Files that nobody will ever play: not in the manifest, or not *.wav."""
    known = {language: set(manifest.names(language)) for language in languages}
    for language, names in known.items():
        for file in sorted(path for path in (folder / language).glob("*") if path.is_file()):
            if file.suffix != ".wav":
                what = "is no .wav file and is never played"
                yield Finding(Severity.WARNING, file, what, "remove or convert it")
            elif file.stem not in names:
                what = f"is not in the manifest for {language!r}"
                advice = f"correct its name, or add it to a {FILE_NAME} in {folder}"
                yield Finding(Severity.WARNING, file, what, advice)
