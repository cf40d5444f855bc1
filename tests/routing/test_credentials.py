"""PINs, wrong ones, tokens, and staff numbers on a phone."""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.credentials import (
    SignInRules,
    Tries,
    dialled_agent,
    hash_pin,
    pin_matches,
    pin_problem,
    token_hash,
)

SALT = bytes(range(16))
RULES = SignInRules(pin_required=True, wrong_pins=3, locked_seconds=600)


class TestPin:
    @settings(max_examples=5, deadline=None)
    @given(st.from_regex(r"[0-9]{4,12}", fullmatch=True))
    def test_only_the_same_pin_matches(self, pin: str) -> None:
        kept = hash_pin(pin, SALT)
        assert pin_matches(pin, kept)
        assert not pin_matches(pin[:-1], kept)

    def test_the_same_pin_of_two_agents_is_kept_differently(self) -> None:
        assert hash_pin("2580", SALT) != hash_pin("2580", SALT[::-1])

    def test_the_pin_does_not_stand_in_what_is_kept(self) -> None:
        assert "739146" not in hash_pin("739146", SALT)

    @pytest.mark.parametrize("kept", ["", "2580", "scrypt$14$8$1$zz$00", "scrypt$a$b$c$00$00"])
    def test_what_is_no_hash_matches_nothing(self, kept: str) -> None:
        assert not pin_matches("2580", kept)

    @pytest.mark.parametrize("pin", ["", "123", "12a4", "0123456789012", "٣٤٥٦"])
    def test_a_pin_has_four_to_twelve_digits(self, pin: str) -> None:
        assert "4 to 12 digits" in pin_problem(pin)

    @pytest.mark.parametrize("pin", ["0000", "777777", "1234", "87654321"])
    def test_what_everybody_tries_first_is_no_pin(self, pin: str) -> None:
        assert "anybody tries" in pin_problem(pin)

    def test_others_are(self) -> None:
        assert pin_problem("2580") == pin_problem("112233") == ""


class TestTries:
    def _after(self, tries: int, now: float = 0.0) -> Tries:
        return list(accumulate(range(tries), lambda t, _: t.begun(now, RULES), initial=Tries()))[-1]

    def test_a_few_wrong_pins_lock_nobody_out(self) -> None:
        assert not self._after(2).locked(0.0)

    def test_the_last_one_allowed_locks_out_for_a_while(self) -> None:
        tries = self._after(3)
        assert tries.locked(599.9)
        assert not tries.locked(600.0)

    def test_after_that_counting_begins_anew(self) -> None:
        assert self._after(3).begun(600.0, RULES) == Tries(1)


class TestToken:
    def test_what_is_kept_is_not_the_token(self) -> None:
        kept = token_hash("swd_zzzz")
        assert len(kept) == 64
        assert "zzzz" not in kept

    def test_two_tokens_are_never_kept_alike(self) -> None:
        assert token_hash("swd_a") != token_hash("swd_b")


class TestDialledAgent:
    def test_letters_are_left_out_on_a_phone(self) -> None:
        assert dialled_agent("017", ["A017", "A018"]) == "A017"

    def test_a_number_that_is_dialled_whole_comes_first(self) -> None:
        assert dialled_agent("017", ["A017", "017"]) == "017"

    @pytest.mark.parametrize("dialled", ["", "99", "*"])
    def test_nobody_is_meant_by_what_nobody_has(self, dialled: str) -> None:
        assert dialled_agent(dialled, ["A017", "AB"]) is None

    def test_two_with_the_same_digits_must_not_be_guessed(self) -> None:
        assert dialled_agent("017", ["A017", "B017"]) is None
