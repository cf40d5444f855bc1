"""Numbers and waits are said as a person would say them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.saying import LARGEST, number_pieces, position_announcement
from switchd.places import share
from switchd.prompts.manifest import load_manifest

MANIFEST = load_manifest(share("ivr_prompts"))

DIGITS = {f"num_{n}": n for n in range(10)} | {"num_liang": 2}
UNITS = {"num_10": 10, "num_100": 100, "num_1000": 1000}


def chinese(number: int) -> str:
    """What is heard, in characters."""
    return "".join(MANIFEST.prompts[name].text["zh"] for name in number_pieces(number, "zh"))


def english(number: int) -> str:
    return " ".join(MANIFEST.prompts[name].text["en"] for name in number_pieces(number, "en"))


def understand_chinese(pieces: tuple[str, ...]) -> int:
    """The number that a listener understands."""
    if "num_10000" in pieces:
        at = pieces.index("num_10000")
        high, low = pieces[:at], pieces[at + 1 :]
        return understand_chinese(high) * 10_000 + (understand_chinese(low) if low else 0)
    total, digit = 0, None
    for piece in pieces:
        if piece in UNITS:
            total += (1 if digit is None else digit) * UNITS[piece]
            digit = None
        else:
            digit = DIGITS[piece]
    return total + (digit or 0)


def understand_english(pieces: tuple[str, ...]) -> int:
    total = part = 0
    for piece in pieces:
        value = int(piece.removeprefix("num_"))
        if value == 1000:
            total, part = total + part * 1000, 0
        elif value == 100:
            part *= 100
        else:
            part += value
    return total + part


class TestChineseNumbers:
    @pytest.mark.parametrize(
        ("number", "said"),
        [
            (0, "零"),
            (1, "一"),
            (2, "两"),
            (3, "三"),
            (10, "十"),
            (12, "十二"),
            (20, "二十"),
            (22, "二十二"),
            (100, "一百"),
            (101, "一百零一"),
            (102, "一百零二"),
            (110, "一百一十"),
            (115, "一百一十五"),
            (200, "两百"),
            (202, "两百零二"),
            (222, "两百二十二"),
            (1000, "一千"),
            (1001, "一千零一"),
            (1010, "一千零一十"),
            (1100, "一千一百"),
            (2000, "两千"),
            (2222, "两千两百二十二"),
            (10000, "一万"),
            (10001, "一万零一"),
            (10010, "一万零一十"),
            (10200, "一万零两百"),
            (12000, "一万两千"),
            (20000, "两万"),
            (100000, "十万"),
            (120000, "十二万"),
            (220002, "二十二万零二"),
        ],
    )
    def test_is_said_as_people_say_it(self, number: int, said: str) -> None:
        assert chinese(number) == said

    @given(st.integers(0, LARGEST["zh"]))
    def test_is_understood_as_the_number_it_is(self, number: int) -> None:
        assert understand_chinese(number_pieces(number, "zh")) == number

    @given(st.integers(1, LARGEST["zh"]))
    def test_never_says_zero_twice_in_a_row_or_at_the_end(self, number: int) -> None:
        said = chinese(number)
        assert "零零" not in said
        assert not said.endswith("零")

    @given(st.integers(0, LARGEST["zh"]))
    def test_needs_only_recorded_pieces(self, number: int) -> None:
        assert set(number_pieces(number, "zh")) <= set(MANIFEST.names("zh"))


class TestEnglishNumbers:
    @pytest.mark.parametrize(
        ("number", "said"),
        [
            (0, "zero"),
            (13, "thirteen"),
            (20, "twenty"),
            (21, "twenty one"),
            (100, "one hundred"),
            (101, "one hundred one"),
            (2345, "two thousand three hundred forty five"),
            (12000, "twelve thousand"),
        ],
    )
    def test_is_said_as_people_say_it(self, number: int, said: str) -> None:
        assert english(number) == said

    @given(st.integers(0, LARGEST["en"]))
    def test_is_understood_as_the_number_it_is(self, number: int) -> None:
        assert understand_english(number_pieces(number, "en")) == number

    @given(st.integers(0, LARGEST["en"]))
    def test_needs_only_recorded_pieces(self, number: int) -> None:
        assert set(number_pieces(number, "en")) <= set(MANIFEST.names("en"))


class TestWhatCannotBeSaid:
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_a_number_out_of_range_is_refused_with_the_range(self, language: str) -> None:
        for number in (-1, LARGEST[language] + 1):
            with pytest.raises(ValueError, match=f"{number} cannot be said; 0 to"):
                number_pieces(number, language)

    def test_another_language_is_refused_with_those_there_are(self) -> None:
        with pytest.raises(ValueError, match="in zh, en, not in 'fr'"):
            number_pieces(1, "fr")


class TestPositionAnnouncement:
    def test_the_first_caller_hears_to_be_next(self) -> None:
        assert position_announcement(1, None, "zh") == ("you_are_next",)

    def test_chinese_counts_the_callers_ahead(self) -> None:
        said = position_announcement(3, None, "zh")
        assert said == ("position_before", "num_liang", "position_after")

    def test_english_tells_the_place(self) -> None:
        said = position_announcement(3, None, "en")
        assert said == ("position_before", "num_3", "position_after")

    def test_a_wait_is_rounded_up_to_minutes(self) -> None:
        said = position_announcement(1, 121.0, "zh")
        assert said == ("you_are_next", "wait_about", "num_3", "minutes")

    @pytest.mark.parametrize("wait", [0, 59.9, 60])
    def test_a_minute_or_less_has_its_own_sentence(self, wait: float) -> None:
        assert position_announcement(1, wait, "en") == ("you_are_next", "less_than_a_minute")

    @given(
        st.integers(1, 100_000),
        st.none() | st.floats(0, 1e6),
        st.sampled_from(["zh", "en"]),
    )
    def test_every_piece_is_in_the_manifest_as_required(
        self, position: int, wait: float | None, language: str
    ) -> None:
        pieces = position_announcement(position, wait, language)
        assert set(pieces) <= set(MANIFEST.names(language, required_only=True))

    @given(st.floats(0, 300))
    def test_nobody_hears_of_one_minutes(self, wait: float) -> None:
        """English would need a singular, so one minute is never said as a number."""
        said = position_announcement(1, wait, "en")
        assert said[1:] != ("wait_about", "num_1", "minutes")

    @pytest.mark.parametrize("wait", [-1.0, float("inf"), float("nan")])
    def test_an_impossible_wait_is_refused(self, wait: float) -> None:
        with pytest.raises(ValueError, match="give None if unknown"):
            position_announcement(1, wait, "zh")

    def test_a_place_before_the_first_is_refused(self) -> None:
        with pytest.raises(ValueError, match="places count from 1"):
            position_announcement(0, None, "zh")
