"""An admin hears of every fault in the prompts before a caller does."""

from __future__ import annotations

import errno
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest

from switchd.prompts import check
from switchd.prompts.check import Finding, Severity, check_prompts
from switchd.prompts.manifest import ManifestError

Record = Callable[..., Path]
Tone = Callable[..., "array[int]"]
Quiet = Callable[[float], "array[int]"]

MANIFEST = """\
prompts:
  greeting:
    used_where: first words
    required: true
    text: { zh: 您好。, en: Hello. }
  comfort:
    used_where: while waiting
    required: false
    text: { zh: 请稍候。 }
music:
  calm:
    used_where: on hold
"""


@pytest.fixture
def shipped(tmp_path: Path, record: Record) -> Path:
    """A complete prompt folder without a fault."""
    folder = tmp_path / "shipped"
    for name in ("zh/greeting.wav", "zh/comfort.wav", "en/greeting.wav", "music/calm.wav"):
        record(folder / name)
    (folder / "manifest.yaml").write_text(MANIFEST, encoding="utf-8")
    return folder


@pytest.fixture
def city(tmp_path: Path) -> Path:
    folder = tmp_path / "city"
    folder.mkdir()
    return folder


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, [str(finding) for finding in findings]
    return findings[0]


class TestComplete:
    def test_nothing_is_found_in_good_prompts(self, shipped: Path) -> None:
        assert check_prompts([shipped], ["zh", "en"]) == []

    def test_a_city_without_recordings_is_fine(self, city: Path, shipped: Path) -> None:
        assert check_prompts([city, shipped], ["zh", "en"]) == []


class TestMissing:
    def test_a_required_prompt_is_an_error_that_says_what_to_record(self, shipped: Path) -> None:
        (shipped / "zh" / "greeting.wav").unlink()
        finding = only(check_prompts([shipped], ["zh"]))
        assert finding.severity is Severity.ERROR
        assert finding.file == shipped / "zh" / "greeting.wav"
        assert "missing" in finding.what
        assert "您好。" in finding.advice

    def test_an_optional_prompt_is_a_warning(self, shipped: Path) -> None:
        (shipped / "zh" / "comfort.wav").unlink()
        assert only(check_prompts([shipped], ["zh"])).severity is Severity.WARNING

    def test_a_prompt_in_another_language_does_not_help(self, shipped: Path) -> None:
        (shipped / "en" / "greeting.wav").unlink()
        finding = only(check_prompts([shipped], ["zh", "en"]))
        assert finding.file == shipped / "en" / "greeting.wav"

    def test_a_language_that_is_not_asked_for_is_not_checked(self, shipped: Path) -> None:
        (shipped / "en" / "greeting.wav").unlink()
        assert check_prompts([shipped], ["zh"]) == []

    def test_a_city_may_bring_what_is_not_shipped(
        self, city: Path, shipped: Path, record: Record
    ) -> None:
        (shipped / "zh" / "greeting.wav").unlink()
        record(city / "zh" / "greeting.wav")
        assert check_prompts([city, shipped], ["zh"]) == []

    def test_hold_music_is_needed(self, shipped: Path) -> None:
        (shipped / "music" / "calm.wav").unlink()
        assert only(check_prompts([shipped], ["zh"])).severity is Severity.ERROR

    def test_a_folder_that_is_not_there_is_an_error(self, tmp_path: Path, shipped: Path) -> None:
        finding = only(check_prompts([tmp_path / "ctiy", shipped], ["zh"]))
        assert finding.file == tmp_path / "ctiy"
        assert "no such folder" in finding.what

    def test_a_language_that_no_prompt_has_is_an_error(self, shipped: Path) -> None:
        assert "'zz'" in only(check_prompts([shipped], ["zz"])).what

    def test_a_wrong_manifest_is_refused(self, shipped: Path) -> None:
        (shipped / "manifest.yaml").write_text("prompt: {}", encoding="utf-8")
        with pytest.raises(ManifestError, match=r"manifest\.yaml:1: prompt: "):
            check_prompts([shipped], ["zh"])


class TestFormat:
    @pytest.mark.parametrize(
        ("kind", "named"),
        [
            ({"rate": 16000}, "16000 Hz mono 16 bit"),
            ({"channels": 2}, "8000 Hz stereo 16 bit"),
            ({"width": 1}, "8000 Hz mono 8 bit"),
        ],
    )
    def test_another_format_is_named_with_the_cure(
        self, shipped: Path, record: Record, kind: dict[str, int], named: str
    ) -> None:
        record(shipped / "zh" / "greeting.wav", **kind)
        finding = only(check_prompts([shipped], ["zh"]))
        assert named in finding.what
        assert "sox" in finding.advice

    def test_what_is_no_wav_is_named(self, shipped: Path) -> None:
        (shipped / "zh" / "greeting.wav").write_bytes(b"OggS")
        assert "no PCM WAV" in only(check_prompts([shipped], ["zh"])).what

    def test_a_file_that_was_cut_off_is_named(self, shipped: Path) -> None:
        file = shipped / "zh" / "greeting.wav"
        file.write_bytes(file.read_bytes()[:5000])
        assert "cut off" in only(check_prompts([shipped], ["zh"])).what

    def test_a_file_that_may_not_be_read_is_named(
        self, shipped: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def denied(file: Path) -> None:
            raise PermissionError(errno.EACCES, "Permission denied", str(file))

        monkeypatch.setattr(check, "read_format", denied)
        finding = check_prompts([shipped], ["en"])[0]
        assert finding.what == "cannot be read (Permission denied)"
        assert "permissions" in finding.advice


class TestSound:
    def test_silence_is_named(self, shipped: Path, record: Record, quiet: Quiet) -> None:
        record(shipped / "zh" / "greeting.wav", quiet(1.0))
        assert only(check_prompts([shipped], ["zh"])).what == "is silent"

    def test_an_empty_file_is_silent(self, shipped: Path, record: Record, quiet: Quiet) -> None:
        record(shipped / "zh" / "greeting.wav", quiet(0.0))
        assert only(check_prompts([shipped], ["zh"])).what == "is silent"

    def test_clipping_is_named(self, shipped: Path, record: Record, tone: Tone) -> None:
        quiet_but_clipped = tone(-20.0, 2.0) + tone(3.0, 0.01)
        record(shipped / "zh" / "greeting.wav", quiet_but_clipped)
        assert "clipped" in check_prompts([shipped], ["zh"])[0].what

    @pytest.mark.parametrize(("level", "word"), [(-30.0, "too quiet"), (-10.0, "too loud")])
    def test_an_uneven_level_is_named_with_the_cure(
        self, shipped: Path, record: Record, tone: Tone, level: float, word: str
    ) -> None:
        record(shipped / "zh" / "greeting.wav", tone(level))
        finding = only(check_prompts([shipped], ["zh"]))
        assert word in finding.what
        assert f"gain {-20.0 - level:.1f}" in finding.advice

    def test_a_long_pause_at_either_end_is_named(
        self, shipped: Path, record: Record, tone: Tone, quiet: Quiet
    ) -> None:
        record(shipped / "zh" / "greeting.wav", quiet(0.8) + tone() + quiet(2.0))
        whats = [finding.what for finding in check_prompts([shipped], ["zh"])]
        assert whats == ["begins with 0.8 s of silence", "ends with 2.0 s of silence"]

    def test_music_is_judged_too(self, shipped: Path, record: Record, tone: Tone) -> None:
        record(shipped / "music" / "calm.wav", tone(-8.0))
        assert "too loud" in only(check_prompts([shipped], ["zh"])).what

    def test_a_citys_recording_is_judged(
        self, city: Path, shipped: Path, record: Record, quiet: Quiet
    ) -> None:
        own = record(city / "zh" / "greeting.wav", quiet(1.0))
        assert only(check_prompts([city, shipped], ["zh"])).file == own


class TestStrangers:
    def test_a_misspelt_name_is_named(self, city: Path, shipped: Path, record: Record) -> None:
        own = record(city / "zh" / "greetings.wav")
        finding = only(check_prompts([city, shipped], ["zh"]))
        assert finding.file == own
        assert "not in the manifest" in finding.what

    def test_a_prompt_of_the_citys_own_manifest_is_none(
        self, city: Path, shipped: Path, record: Record
    ) -> None:
        own = MANIFEST.split("music:")[0].replace("greeting:", "greeting_12315:")
        (city / "manifest.yaml").write_text(own, encoding="utf-8")
        record(city / "zh" / "greeting_12315.wav")
        assert check_prompts([city, shipped], ["zh"]) == []

    def test_a_file_that_is_never_played_is_named(self, shipped: Path) -> None:
        (shipped / "zh" / "greeting.mp3").write_bytes(b"ID3")
        assert "never played" in only(check_prompts([shipped], ["zh"])).what


class TestFinding:
    def test_one_line_says_file_fault_and_cure(self, tmp_path: Path) -> None:
        finding = Finding(Severity.ERROR, tmp_path / "a.wav", "is silent", "record it again")
        assert str(finding) == f"{tmp_path / 'a.wav'}: error: is silent; record it again"
