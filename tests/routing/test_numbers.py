"""Every written form of a number is one number, and no other number."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from routing.numbers import EMERGENCY, is_dialable, normalise

PINGDINGSHAN = [
    *("4882789", "3992889", "8981169", "2667998", "3989915"),  # retired district lines
    *("12312", "12316", "12318", "12319", "12336", "12350"),  # retired short codes
    *("12315", "12328", "12333", "12369", "12348"),  # parallel
    *("6026789", "8160000", "6529999", "5161058", "5059401", "3312345", "7268379"),  # remote
    *("12121", "12366", "12329", "12345"),
]
FORMS = {
    "plain": "{0}",
    "area code": "0375{0}",
    "area code and hyphen": "0375-{0}",
    "area code in brackets": "(0375) {0}",
    "country": "+86375{0}",
    "country and zero": "+860375{0}",
    "country without plus": "86375{0}",
    "country by 00": "0086375{0}",
    "spaces": " +86 375 {0} ",
    "full width": "（０３７５）{0}",
}


class TestWrittenForms:
    """A number is recognised however the trunk or a person writes it."""

    @pytest.mark.parametrize("number", PINGDINGSHAN)
    @pytest.mark.parametrize("form", FORMS)
    def test_every_form_of_a_city_number_is_that_number(self, number: str, form: str) -> None:
        assert normalise(FORMS[form].format(number), "0375") == number

    @pytest.mark.parametrize(
        "written",
        ["13812345678", "013812345678", "+8613812345678", "8613812345678", "138 1234-5678"],
    )
    def test_a_mobile_is_its_eleven_digits(self, written: str) -> None:
        assert normalise(written, "0375") == "13812345678"

    @pytest.mark.parametrize("written", ["01012345678", "+861012345678", "861012345678"])
    def test_a_fixed_line_elsewhere_keeps_its_area_code(self, written: str) -> None:
        assert normalise(written, "0375") == "01012345678"

    def test_a_foreign_number_begins_with_00(self) -> None:
        assert normalise("+44 20 7946 0000", "0375") == "00442079460000"

    def test_a_local_number_may_begin_with_86(self) -> None:
        assert normalise("8612316", "0375") == "8612316"

    @pytest.mark.parametrize(
        "written",
        ["", "anonymous", "12345;ext=1", "1234\n5", "12345\0", "١٢٣", "+", "9" * 21, "+860086375"],
    )
    def test_what_is_no_number_is_empty(self, written: str) -> None:
        assert normalise(written, "0375") == ""

    def test_line_ends_around_a_number_are_not_part_of_it(self) -> None:
        assert normalise("12345\r\n", "0375") == "12345"


class TestWholeNumbers:
    """Numbers that look alike are kept apart."""

    def test_3312345_is_not_12345(self) -> None:
        assert normalise("3312345", "0375") == "3312345"
        assert normalise("03753312345", "0375") == "3312345"

    def test_only_one_area_code_is_taken_away(self) -> None:
        assert normalise("0375037512345", "0375") == "0375037512345"

    @pytest.mark.parametrize(
        ("number", "dialable"),
        [("110", True), ("12345", True), ("12", False), ("", False), ("00442079460000", False)],
    )
    def test_a_line_has_three_to_twelve_digits(self, number: str, dialable: bool) -> None:
        assert is_dialable(number) is dialable


class TestEmergencyNumbers:
    """110, 119, 120 and 122 are known in every form that is not a local number as well."""

    @pytest.mark.parametrize("number", sorted(EMERGENCY))
    @pytest.mark.parametrize("form", sorted(FORMS.keys() - {"country without plus"}))
    def test_every_form_is_the_emergency_number(self, number: str, form: str) -> None:
        assert normalise(FORMS[form].format(number), "0375") == number


class TestPrefixes:
    """The carrier's access prefixes are taken away on its trunk only."""

    def test_the_first_fitting_prefix_is_taken_away_once(self) -> None:
        assert normalise("9912345", "0375", ("99", "9")) == "12345"
        assert normalise("9912345", "0375", ("9",)) == "912345"

    def test_a_number_that_is_the_prefix_itself_stays(self) -> None:
        assert normalise("12345", "0375", ("12345",)) == "12345"

    def test_the_prefix_may_stand_before_any_form(self) -> None:
        assert normalise("9+8637512345", "0375", ("9",)) == "12345"


AREA_CODES = st.sampled_from(["0375", "010", "0937", "0915", "025"])
WRITTEN = st.one_of(
    st.text(),
    st.text(alphabet="0123456789+-() ", max_size=24),
    st.builds(
        "".join,
        st.lists(st.sampled_from(["0375", "010", "86", "+86", "0086", "0", "138", "12345", "7"])),
    ),
)


class TestInvariants:
    """What holds for every text whatever."""

    @given(WRITTEN, AREA_CODES)
    @example("0375037512345", "0375")
    @example("008600868612345", "0375")
    @example("0375013812345678", "0375")
    def test_normalising_again_changes_nothing(self, written: str, area_code: str) -> None:
        once = normalise(written, area_code)
        assert normalise(once, area_code) == once

    @given(WRITTEN, AREA_CODES)
    def test_a_normal_form_is_ascii_digits_of_bounded_length(self, raw: str, area: str) -> None:
        number = normalise(raw, area)
        assert number == "" or (number.isascii() and number.isdigit() and len(number) <= 20)
