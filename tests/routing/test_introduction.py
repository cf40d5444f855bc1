"""What is said to seat and caller before they talk."""

from __future__ import annotations

import pytest

from routing.introduction import LINE_NAME, WAIT, staff_number, whisper
from switchd.places import share
from switchd.prompts.manifest import load_manifest


class TestTheWhisper:
    def test_names_the_line_by_its_recording(self) -> None:
        assert whisper((LINE_NAME,), "12315", "name_12315", 0.0, "zh") == ("name_12315",)

    def test_speaks_the_number_of_a_line_without_a_recording(self) -> None:
        said = whisper((LINE_NAME,), "12315", "", 0.0, "zh")
        assert said == ("whisper_line", "num_yao", "num_2", "num_3", "num_yao", "num_5")

    @pytest.mark.parametrize(
        ("seconds", "said"),
        [
            (0.0, ("whisper_wait_short",)),
            (60.0, ("whisper_wait_short",)),
            (60.5, ("whisper_wait", "num_liang", "minutes")),
            (720.0, ("whisper_wait", "num_10", "num_2", "minutes")),
            (3600.5, ("whisper_wait_long",)),
            (-5.0, ("whisper_wait_short",)),
        ],
    )
    def test_tells_the_wait_in_whole_minutes(self, seconds: float, said: tuple[str, ...]) -> None:
        assert whisper((WAIT,), "12345", "", seconds, "zh") == said

    def test_says_its_parts_in_the_order_of_the_plan(self) -> None:
        said = whisper(("beep", WAIT, LINE_NAME), "12315", "name_12315", 10.0, "en")
        assert said == ("beep", "whisper_wait_short", "name_12315")

    def test_of_a_callback_without_a_line_says_nothing_of_one(self) -> None:
        assert whisper((LINE_NAME,), "", "", 0.0, "zh") == ()


class TestTheStaffNumber:
    def test_is_spoken_digit_by_digit(self) -> None:
        said = staff_number("8001", "", "zh")
        digits = ("num_8", "num_0", "num_0", "num_yao")
        assert said == ("staff_number_before", *digits, "staff_number_after")

    def test_is_spoken_without_its_letters(self) -> None:
        said = staff_number("A017", "", "en")
        assert said[1:-1] == ("num_0", "num_1", "num_7")

    def test_gives_way_to_a_recording_of_the_agents_own(self) -> None:
        assert staff_number("8001", "agent_8001", "zh") == ("agent_8001",)

    def test_without_a_digit_is_not_announced(self) -> None:
        assert staff_number("wang", "", "zh") == ()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_piece_is_shipped(language: str) -> None:
    shipped = load_manifest(share("ivr_prompts")).names(language)
    for seconds in (1.0, 125.0, 7200.0):
        assert set(whisper((LINE_NAME, WAIT), "1234567890", "", seconds, language)) <= set(shipped)
    assert set(staff_number("1234567890", "", language)) <= set(shipped)
