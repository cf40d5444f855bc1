from __future__ import annotations

import pytest

from switchd.sim.originate import MalformedError, Request
from switchd.sim.text import assignments, split


class TestSplit:
    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("a b  c", ["a", "b", "c"]),
            ("a 'b c' d", ["a", "b c", "d"]),
            (r"a\ b c", ["a b", "c"]),
            (r"a\sb c", ["a b", "c"]),
            (r"[0-9]\d x", [r"[0-9]\d", "x"]),
            ("", []),
        ],
    )
    def test_keeps_together_what_is_quoted(self, text: str, parts: list[str]) -> None:
        assert split(text) == parts


class TestAssignments:
    def test_can_name_its_separator(self) -> None:
        assert assignments("^^|a=1,2|b=3") == {"a": "1,2", "b": "3"}

    def test_an_escaped_separator_belongs_to_the_value(self) -> None:
        assert assignments(r"a=1\,2,b=3") == {"a": "1,2", "b": "3"}


class TestOriginateRequest:
    def test_has_variables_address_and_application(self) -> None:
        request = Request.parse("{a=1,b='x y'}user/1001@town &playback(a.wav)")
        assert request.variables == {"a": "1", "b": "x y"}
        assert request.url == "user/1001@town"
        assert request.action == ("playback", "a.wav")

    @pytest.mark.parametrize("text", ["", "bad", "{a=1 user/1001 &park()"])
    def test_without_an_address_or_a_target_is_refused(self, text: str) -> None:
        with pytest.raises(MalformedError):
            Request.parse(text)
