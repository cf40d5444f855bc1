"""The prompts that come with switchd can all be played to callers."""

from __future__ import annotations

from configparser import ConfigParser
from itertools import chain
from pathlib import Path

import pytest

from switchd.places import share
from switchd.prompts.audio import level, read_samples, seconds
from switchd.prompts.check import LEVEL, check_prompts
from switchd.prompts.manifest import load_manifest

FOLDER = share("ivr_prompts")
MANIFEST = load_manifest(FOLDER)

SENTENCES = sorted(name for name in MANIFEST.prompts if not name.startswith("num_"))
"""All but the pieces of numbers, which each language has of its own."""


class TestShippedPrompts:
    def test_the_check_finds_nothing(self) -> None:
        assert [str(finding) for finding in check_prompts([FOLDER], ["zh", "en"])] == []

    @pytest.mark.parametrize("name", SENTENCES)
    def test_each_speaks_both_languages(self, name: str) -> None:
        assert MANIFEST.prompts[name].text.keys() == {"zh", "en"}

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_all_are_equally_loud(self, language: str) -> None:
        levels = {
            name: level(read_samples(FOLDER / language / f"{name}.wav"))
            for name in MANIFEST.names(language)
        }
        assert {name: each for name, each in levels.items() if abs(each - LEVEL) > 1.0} == {}

    @pytest.mark.parametrize(("language", "slowest", "fastest"), [("zh", 1.5, 6.5), ("en", 5, 24)])
    def test_none_is_shorter_or_longer_than_its_text_takes(
        self, language: str, slowest: float, fastest: float
    ) -> None:
        """Characters (zh) or letters (en) a second: a cut or babbling recording falls out."""
        odd = {}
        for name in MANIFEST.names(language):
            said = sum(map(str.isalnum, MANIFEST.prompts[name].to_speak(language)))
            rate = said / seconds(read_samples(FOLDER / language / f"{name}.wav"))
            if not slowest < rate < fastest:
                odd[name] = rate
        assert odd == {}

    def test_a_voice_is_never_left_to_read_digits(self) -> None:
        """It would say twelve thousand three hundred forty-five."""
        spoken = chain.from_iterable(
            (prompt.to_speak(language) for language in prompt.text)
            for prompt in MANIFEST.prompts.values()
        )
        assert [text for text in spoken if any(map(str.isdigit, text))] == []

    def test_no_citys_name_is_said(self) -> None:
        """Any city can start with them."""
        texts = chain.from_iterable(prompt.text.values() for prompt in MANIFEST.prompts.values())
        assert [text for text in texts if "市" in text or " city" in text.lower()] == []

    def test_they_stay_small(self) -> None:
        size = sum(file.stat().st_size for file in FOLDER.rglob("*.wav"))
        assert size < 8_000_000


class TestPackaging:
    def test_every_file_is_in_the_wheel(self) -> None:
        """setup.cfg has to name each folder: its patterns do not reach into sub-folders."""
        checkout = Path(__file__).parents[2]
        setup = ConfigParser()
        setup.read(checkout / "setup.cfg", encoding="utf-8")
        packed = {
            (f"share/switchd/{file.relative_to(checkout).parent}", target, file)
            for target, patterns in setup["options.data_files"].items()
            for pattern in patterns.split()
            for file in checkout.glob(pattern)
        }
        assert [file for expected, target, file in packed if expected != target] == []
        here = {file for file in (checkout / "ivr_prompts").rglob("*") if file.is_file()}
        assert here - {file for _, _, file in packed} == set()
