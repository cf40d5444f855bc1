"""Hold music is pleasant enough to be left on."""

from __future__ import annotations

from array import array
from itertools import pairwise

import pytest

from switchd.prompts.audio import clipped, level, margins, peak, rms, seconds
from switchd.prompts.music import calm


@pytest.fixture(scope="module")
def music() -> array[int]:
    return calm(-23.0)


class TestCalm:
    def test_is_quiet_and_never_clipped(self, music: array[int]) -> None:
        assert level(music) == pytest.approx(-23.0, abs=0.2)
        assert peak(music) < -6.0
        assert clipped(music) == 0

    def test_lasts_long_enough_not_to_nag(self, music: array[int]) -> None:
        assert seconds(music) == 48.0

    def test_repeats_without_a_seam(self, music: array[int]) -> None:
        """The step from the end to the beginning is no larger than steps elsewhere."""
        steps = [abs(after - before) for before, after in pairwise(music)]
        assert abs(music[0] - music[-1]) <= max(steps)
        assert margins(music) == (0.0, 0.0)

    def test_never_falls_silent(self, music: array[int]) -> None:
        """A waiting caller who hears nothing hangs up."""
        seconds_of_music = [music[start : start + 8000] for start in range(0, len(music), 8000)]
        assert min(map(rms, seconds_of_music)) > -35.0
