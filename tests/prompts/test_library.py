"""A prompt is found where the city put it, or else where switchd brought it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchd.prompts.library import PromptLibrary, PromptMissingError

Record = Callable[..., Path]


@pytest.fixture
def city(tmp_path: Path) -> Path:
    return tmp_path / "city"


@pytest.fixture
def shipped(tmp_path: Path, record: Record) -> Path:
    for name in ("zh/greeting.wav", "zh/comfort.wav", "en/greeting.wav"):
        record(tmp_path / "shipped" / name)
    return tmp_path / "shipped"


class TestPath:
    def test_the_shipped_recording_is_heard_by_default(self, city: Path, shipped: Path) -> None:
        library = PromptLibrary([city, shipped], "zh")
        assert library.path("greeting") == shipped / "zh" / "greeting.wav"

    def test_the_citys_own_recording_is_preferred(
        self, city: Path, shipped: Path, record: Record
    ) -> None:
        own = record(city / "zh" / "greeting.wav")
        assert PromptLibrary([city, shipped], "zh").path("greeting") == own

    def test_a_recording_made_while_running_is_heard_from_then_on(
        self, city: Path, shipped: Path, record: Record
    ) -> None:
        library = PromptLibrary([city, shipped], "zh")
        library.path("greeting")
        own = record(city / "zh" / "greeting.wav")
        assert library.path("greeting") == own

    def test_the_fallback_language_fills_gaps(self, city: Path, shipped: Path) -> None:
        library = PromptLibrary([city, shipped], "en", "zh")
        assert library.path("comfort") == shipped / "zh" / "comfort.wav"

    def test_the_right_language_goes_before_the_citys_own(
        self, city: Path, shipped: Path, record: Record
    ) -> None:
        record(city / "zh" / "greeting.wav")
        library = PromptLibrary([city, shipped], "en", "zh")
        assert library.path("greeting") == shipped / "en" / "greeting.wav"

    def test_a_missing_prompt_says_where_it_was_searched(self, city: Path, shipped: Path) -> None:
        with pytest.raises(PromptMissingError, match="'goodbye'") as error:
            PromptLibrary([city, shipped], "zh").path("goodbye")
        assert str(city / "zh" / "goodbye.wav") in str(error.value)
        assert str(shipped / "zh" / "goodbye.wav") in str(error.value)

    def test_paths_are_absolute(self, shipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """FreeSWITCH has a working folder of its own."""
        monkeypatch.chdir(shipped.parent)
        assert PromptLibrary([Path("shipped")], "zh").path("greeting").is_absolute()

    @pytest.mark.parametrize("name", ["../zh/greeting", "/etc/passwd", "", "a\nb", "Greeting"])
    def test_what_is_no_name_never_leaves_the_folder(self, shipped: Path, name: str) -> None:
        with pytest.raises(PromptMissingError):
            PromptLibrary([shipped], "zh").path(name)


class TestMissing:
    def test_names_what_cannot_be_played_once_and_in_order(self, city: Path, shipped: Path) -> None:
        library = PromptLibrary([city, shipped], "zh")
        assert library.missing(["thanks", "greeting", "survey", "thanks"]) == ("thanks", "survey")

    def test_the_fallback_language_counts(self, shipped: Path) -> None:
        assert PromptLibrary([shipped], "en").missing(["comfort"]) == ("comfort",)
        assert PromptLibrary([shipped], "en", "zh").missing(["comfort"]) == ()

    @given(st.lists(st.text(max_size=8), max_size=8))
    def test_any_text_can_be_asked_for(self, names: list[str]) -> None:
        assert set(PromptLibrary([], "zh").missing(names)) == set(names)
