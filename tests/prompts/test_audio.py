"""Samples are measured, trimmed and levelled as an ear would have it."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchd.prompts.audio import (
    SILENCE,
    TELEPHONE,
    NotAudioError,
    bring_to,
    clipped,
    cut_breath,
    level,
    margins,
    peak,
    read_format,
    read_samples,
    seconds,
    trim,
    write_samples,
)

Record = Callable[..., Path]
Tone = Callable[..., "array[int]"]
Quiet = Callable[[float], "array[int]"]

anything = st.lists(st.integers(-32768, 32767), max_size=2000).map(lambda ints: array("h", ints))


class TestFiles:
    @given(samples=anything)
    def test_what_is_written_is_read_again(
        self, samples: array[int], tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        file = tmp_path_factory.mktemp("audio") / "a.wav"
        write_samples(file, samples)
        assert read_samples(file) == samples

    def test_the_format_is_told_in_words(self, record: Record, tmp_path: Path) -> None:
        file = record(tmp_path / "a.wav", rate=44100, channels=2)
        assert str(read_format(file)) == "44100 Hz stereo 16 bit"

    def test_a_file_that_was_cut_off_is_refused(self, record: Record, tmp_path: Path) -> None:
        file = record(tmp_path / "a.wav")
        file.write_bytes(file.read_bytes()[:4001])
        with pytest.raises(NotAudioError, match="cut off"):
            read_samples(file)

    @pytest.mark.parametrize("content", [b"", b"RIFF", b"ID3\x04 an mp3 file", bytes(100)])
    def test_what_is_no_wav_file_is_refused(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "a.wav").write_bytes(content)
        with pytest.raises(NotAudioError, match="no PCM WAV file"):
            read_format(tmp_path / "a.wav")

    @given(damage=st.dictionaries(st.integers(0, 43), st.integers(0, 255), min_size=1, max_size=6))
    def test_a_damaged_header_is_refused_or_read(
        self, damage: dict[int, int], tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        file = tmp_path_factory.mktemp("audio") / "a.wav"
        write_samples(file, array("h", range(100)))
        content = bytearray(file.read_bytes())
        for position, byte in damage.items():
            content[position] = byte
        file.write_bytes(content)
        with suppress(NotAudioError):
            if read_format(file) == TELEPHONE:
                assert len(read_samples(file)) <= 100


class TestLevel:
    def test_a_tone_has_the_level_it_was_made_with(self, tone: Tone) -> None:
        assert level(tone(-20.0)) == pytest.approx(-20.0, abs=0.1)

    def test_pauses_do_not_count(self, tone: Tone, quiet: Quiet) -> None:
        spoken = tone(-20.0) + quiet(3.0) + tone(-20.0)
        assert level(spoken) == pytest.approx(-20.0, abs=0.1)

    def test_faint_noise_in_pauses_does_not_count(self, tone: Tone) -> None:
        spoken = tone(-20.0) + tone(-55.0, 3.0) + tone(-20.0)
        assert level(spoken) == pytest.approx(-20.0, abs=0.1)

    def test_silence_has_no_level(self, quiet: Quiet) -> None:
        assert level(quiet(1.0)) == SILENCE
        assert level(array("h")) == SILENCE


class TestClipping:
    def test_a_loud_tone_is_not_clipped(self, tone: Tone) -> None:
        assert clipped(tone(-4.0)) == 0

    def test_a_tone_beyond_full_scale_is(self, tone: Tone) -> None:
        assert clipped(tone(3.0, 0.1)) == 80  # 400 Hz: two peaks in each of 40 cycles

    def test_a_single_sample_at_full_scale_is_not(self) -> None:
        assert clipped(array("h", [0, 32767, 0, -32768, 0])) == 0


class TestTrim:
    def test_leaves_short_silence_at_both_ends(self, tone: Tone, quiet: Quiet) -> None:
        trimmed = trim(quiet(1.0) + tone() + quiet(0.5), 0.04)
        assert margins(trimmed) == pytest.approx((0.04, 0.04), abs=0.021)
        assert seconds(trimmed) == pytest.approx(1.08, abs=0.041)

    def test_gives_silence_to_what_has_none(self, tone: Tone) -> None:
        assert margins(trim(tone(), 0.04)) == pytest.approx((0.04, 0.04))

    def test_keeps_pauses_inside(self, tone: Tone, quiet: Quiet) -> None:
        assert seconds(trim(tone() + quiet(2.0) + tone(), 0.04)) == pytest.approx(4.08)

    def test_keeps_what_sounds_untouched(self, tone: Tone) -> None:
        assert trim(tone(), 0.04)[320:-320] == tone()

    def test_refuses_silence(self, quiet: Quiet) -> None:
        with pytest.raises(NotAudioError, match="silent"):
            trim(quiet(1.0), 0.04)


class TestCutBreath:
    def test_a_faint_sound_behind_the_last_word_goes(self, tone: Tone, quiet: Quiet) -> None:
        spoken = tone(-18.0, 0.4) + quiet(0.03) + tone(-26.0, 0.04)
        assert seconds(cut_breath(spoken, 0.1)) == pytest.approx(0.42, abs=0.03)

    def test_what_is_cut_is_not_cut_again(self, tone: Tone, quiet: Quiet) -> None:
        once = cut_breath(tone(-18.0, 0.4) + quiet(0.03) + tone(-26.0, 0.04), 0.1)
        assert cut_breath(trim(once, 0.04), 0.1) == trim(once, 0.04)

    def test_a_word_that_fades_stays_whole(self, tone: Tone) -> None:
        spoken = tone(-18.0, 0.3) + tone(-24.0, 0.05) + tone(-30.0, 0.05)
        assert cut_breath(spoken, 0.1) == spoken

    def test_a_loud_one_goes_if_silence_is_before_it(self, tone: Tone, quiet: Quiet) -> None:
        spoken = tone(-18.0, 0.4) + quiet(0.03) + tone(-16.0, 0.04)
        assert seconds(cut_breath(spoken, 0.1)) == pytest.approx(0.42, abs=0.03)

    def test_a_vowel_behind_its_consonant_stays(self, tone: Tone) -> None:
        spoken = tone(-28.0, 0.1) + tone(-18.0, 0.15)
        assert cut_breath(spoken, 0.2) == spoken

    def test_a_syllable_longer_than_a_breath_stays(self, tone: Tone, quiet: Quiet) -> None:
        spoken = tone(-18.0, 0.4) + quiet(0.03) + tone(-24.0, 0.2)
        assert cut_breath(spoken, 0.1) == spoken

    @given(anything, st.floats(0, 1))
    def test_only_ever_shortens(self, samples: array[int], window: float) -> None:
        assert len(cut_breath(samples, window)) <= len(samples)


class TestBringTo:
    @given(st.floats(-45, -8))
    def test_everything_ends_at_the_same_level(self, before: float) -> None:
        height = 10 ** (before / 20) * 32768
        square = array("h", [round(height), -round(height)] * 800)
        assert level(bring_to(square, -20.0, -1.0)) == pytest.approx(-20.0, abs=0.1)

    def test_a_peak_stays_below_the_ceiling(self, tone: Tone) -> None:
        uneven = tone(-30.0, 1.0) + tone(-3.1, 0.02)
        levelled = bring_to(uneven, -12.0, -1.0)
        assert peak(levelled) <= -1.0
        assert clipped(levelled) == 0

    def test_refuses_silence(self, quiet: Quiet) -> None:
        with pytest.raises(NotAudioError, match="silent"):
            bring_to(quiet(1.0), -20.0, -1.0)
